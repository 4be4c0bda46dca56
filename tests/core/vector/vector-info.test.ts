import { describe, expect, it } from "vitest";
import { Discrete } from "../../../src/core/spaces/discrete.ts";
import { mergeInfos, splitInfos } from "../../../src/core/vector/vector-info.ts";

const T = true;
const F = false;

describe("the infos of several slots as one", () => {
  it("hold numbers in arrays, everything else in lists, each with its mask", () => {
    const spaces = [new Discrete(1), new Discrete(2)];
    const array = Float32Array.of(1, 2);
    const infos = [
      { a: 1, b: T, c: null, d: array, e: spaces[0], f: "text", g: [1] },
      { a: 2.5, b: F, c: null, d: array, e: spaces[1], f: "more", g: [] },
    ];
    const both = [T, T];
    expect(mergeInfos(infos)).toEqual({
      ...{ a: Float64Array.of(1, 2.5), b: [T, F], c: [null, null], d: [array, array], e: spaces, f: ["text", "more"] },
      ...{ g: [[1], []], _a: both, _b: both, _c: both, _d: both, _e: both, _f: both, _g: both },
    });
    expect(splitInfos(mergeInfos(infos), 2)).toEqual(infos);
    expect(mergeInfos([{ a: 3 }])).toEqual({ a: Float64Array.of(3), _a: [T] });
  });

  it("leave a neutral value where a slot has none", () => {
    const infos = [{ a: 1, b: T }, { c: "x", d: new Float32Array(2) }, undefined];
    expect(mergeInfos(infos)).toEqual({
      ...{ a: Float64Array.of(1, 0, 0), _a: [T, F, F], b: [T, F, F], _b: [T, F, F] },
      ...{
        c: [undefined, "x", undefined],
        _c: [F, T, F],
        d: [undefined, new Float32Array(2), undefined],
        _d: [F, T, F],
      },
    });
    expect(splitInfos(mergeInfos(infos), 3)).toEqual([infos[0], infos[1], {}]);
    expect(mergeInfos([undefined, {}])).toEqual({});
  });

  it("merge objects in turn", () => {
    const infos = [{ episode: { a: 1, b: 1 } }, { episode: { a: 2, b: 2 }, a: 1 }, { a: 2 }];
    expect(mergeInfos(infos)).toEqual({
      episode: { a: Float64Array.of(1, 2, 0), b: Float64Array.of(1, 2, 0), _a: [T, T, F], _b: [T, T, F] },
      ...{ _episode: [T, T, F], a: Float64Array.of(0, 1, 2), _a: [F, T, T] },
    });
    expect(splitInfos(mergeInfos(infos), 3)).toEqual(infos);
  });

  it("keep last observations as they are, whatever their form", () => {
    for (const final of [3, Float32Array.of(1), { x: 1 }]) {
      const merged = mergeInfos([undefined, { final_obs: final, final_info: {} }]);
      expect(merged).toEqual({
        final_obs: [undefined, final],
        _final_obs: [F, T],
        final_info: {},
        _final_info: [F, T],
      });
      expect(splitInfos(merged, 2)[1]).toEqual({ final_obs: final, final_info: {} });
    }
  });

  it.each([
    [[{ a: 1 }, { a: "one" }, { a: { b: 1 } }]],
    [[{ a: { b: 1 } }, { a: 2 }, { a: { b: 3 } }]],
    [[{ a: T }, { a: 1 }, {}]],
    [[{ a: Float32Array.of(1, 2) }, { a: Float32Array.of(1) }, { a: 0 }]],
  ])("hold what differs from slot to slot: %j", (infos) => {
    expect(splitInfos(mergeInfos(infos as Record<string, unknown>[]), 3)).toEqual(infos);
  });

  it("give a key without a mask to every slot", () => {
    expect(splitInfos({ a: Float64Array.of(1, 2), b: { c: ["x", "y"] } }, 2)).toEqual([
      { a: 1, b: { c: "x" } },
      { a: 2, b: { c: "y" } },
    ]);
  });
});
