import { InvalidArgumentError } from "commander";
import { describe, expect, test } from "vitest";
import { directoryOption, seedOption, setOption, wholeNumber } from "../../src/cli/options.ts";

describe("option values", () => {
  test("whole numbers within bounds", () => {
    const parse = wholeNumber({ from: 1, to: 100 });
    expect(parse("1")).toBe(1);
    expect(parse("100")).toBe(100);
    for (const wrong of ["0", "101", "1.5", "-1", "1e2", "", " 3", "0x10", "ten", "NaN"]) {
      expect(() => parse(wrong), wrong).toThrow(new InvalidArgumentError("Expected a whole number from 1 to 100."));
    }
  });

  test("seeds are whole numbers of 32 bits", () => {
    expect(seedOption("4294967295")).toBe(2 ** 32 - 1);
    expect(() => seedOption("4294967296")).toThrow(InvalidArgumentError);
  });

  test("settings add up; values are JSON or bare words", () => {
    let set = setOption("memory.steps=500");
    set = setOption("vision.channels=[16,32]", set);
    set = setOption("a.b=true", set);
    set = setOption("engine=wasm", set);
    set = setOption('name="with = sign"', set);
    expect(set).toEqual({
      "memory.steps": 500,
      "vision.channels": [16, 32],
      "a.b": true,
      engine: "wasm",
      name: "with = sign",
    });
  });

  test.each([
    ["steps", "Expected key=value"],
    ["=3", "Expected key=value"],
    ["a..b=3", "Expected key=value"],
    ["__proto__=3", "Expected key=value"],
    ["a=[1,", 'Expected JSON or a bare word after "=", got "[1,".'],
    ["a=", 'got ""'],
  ])("%s is refused", (text, message) => {
    expect(() => setOption(text)).toThrow(message);
  });

  test("the same key twice is refused", () => {
    expect(() => setOption("a=2", { a: 1 })).toThrow("a is set twice.");
  });

  test("an empty folder name is refused", () => {
    expect(directoryOption("runs/x")).toBe("runs/x");
    expect(() => directoryOption(" ")).toThrow("Expected a folder.");
  });
});
