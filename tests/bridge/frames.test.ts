import { describe, expect, it } from "vitest";
import { ProtocolError } from "../../src/bridge/errors.ts";
import {
  align,
  encodeFrame,
  FramePool,
  GREETING,
  MAX_FRAME_BYTES,
  MAX_HEADER_BYTES,
  Payload,
} from "../../src/bridge/frame.ts";
import { FrameReader } from "../../src/bridge/frame-reader.ts";
import { decodeTree, encodeTree } from "../../src/bridge/value-tree.ts";

const words = (...values: number[]) => Buffer.from(Uint32Array.from(values).buffer);

function read(bytes: Buffer, options?: { maxBytes: number }) {
  const reader = new FrameReader(options);
  reader.push(bytes);
  return reader.next();
}

describe("a frame", () => {
  it("is two lengths, JSON padded to a multiple of eight, and arrays at multiples of eight", () => {
    const payload = new Payload();
    expect([payload.add(Uint8Array.of(1, 2, 3)), payload.add(Float64Array.of(0.5))]).toEqual([0, 8]);
    const frame = encodeFrame({ call: "step" }, payload);
    expect(frame.readUInt32LE(0)).toBe(frame.length - 4);
    expect(frame.readUInt32LE(4)).toBe(16);
    expect(frame.toString("utf8", 8, 24)).toBe('{"call":"step"} ');
    expect(frame.length).toBe(24 + 16);
    expect([...frame.subarray(24, 27)]).toEqual([1, 2, 3]);
    expect(frame.readDoubleLE(32)).toBe(0.5);
  });

  it("counts bytes, not characters", () => {
    const frame = encodeFrame({ text: "pöle 🤖" });
    expect(frame.readUInt32LE(4)).toBe(align(Buffer.byteLength('{"text":"pöle 🤖"}')));
    expect(read(Buffer.concat([GREETING, frame]))?.header).toEqual({ text: "pöle 🤖" });
  });

  it.each([1, 2, 3, 7, 8, 9, 64])("is read from chunks of %i bytes, one after the other", (size) => {
    const payload = new Payload();
    payload.add(Uint8Array.from({ length: 100 }, (_, i) => i));
    const bytes = Buffer.concat([GREETING, encodeFrame({ n: 1 }, payload), encodeFrame({ n: 2 })]);
    const reader = new FrameReader();
    const seen: unknown[] = [];
    for (let at = 0; at < bytes.length; at += size) {
      reader.push(bytes.subarray(at, at + size));
      for (let frame = reader.next(); frame; frame = reader.next())
        seen.push([frame.header["n"], frame.payload.length]);
    }
    expect(seen).toEqual([
      [1, 100],
      [2, 0],
    ]);
    expect(reader.buffered).toBe(0);
    reader.end();
  });
});

describe("a pool of buffers", () => {
  it("fills again what was given back, never what is still out or never was its own", () => {
    const pool = new FramePool();
    const first = encodeFrame({ n: 1 }, undefined, pool);
    const second = encodeFrame({ n: 2 }, undefined, pool);
    expect(second.buffer).not.toBe(first.buffer);
    pool.give(first);
    pool.give(first);
    pool.give(encodeFrame({ foreign: true })); // part of a slab that others use
    const third = encodeFrame({ n: 3 }, undefined, pool);
    expect(third.buffer).toBe(first.buffer);
    const fourth = encodeFrame({ n: 4 }, undefined, pool);
    expect([first.buffer, second.buffer]).not.toContain(fourth.buffer);
    const headers = [second, third, fourth].map((frame) => read(Buffer.concat([GREETING, frame]))?.header);
    expect(headers).toEqual([{ n: 2 }, { n: 3 }, { n: 4 }]);
    pool.give(third);
    expect(encodeFrame({ long: "x".repeat(100) }, undefined, pool).length).toBeGreaterThan(100);
  });
});

describe("what is no frame is refused", () => {
  const frame = encodeFrame({ call: "render" });
  it.each<[string, Buffer, RegExp]>([
    ["another protocol", Buffer.from("GET / HTTP/1.1\r\n"), /greeting "REVERIE" .* got "GET \/ HT"/],
    ["another protocol's first letter", Buffer.from("G"), /greeting/],
    ["another version", Buffer.from("REVERIE\x02", "latin1"), /version 1 of the protocol, got 2/],
    ["a length below the header's", Buffer.concat([GREETING, words(3, 0)]), /4 to \d+ bytes, got one of 3/],
    ["a frame too large", Buffer.concat([GREETING, words(MAX_FRAME_BYTES + 1, 8)]), /got one of 268435457/],
    ["a header longer than its frame", Buffer.concat([GREETING, words(12, 9)]), /at most 8 bytes .* got 9/],
    ["a header too large", Buffer.concat([GREETING, words(MAX_FRAME_BYTES, MAX_HEADER_BYTES + 1)]), /at most 16777216/],
    ["no JSON", Buffer.concat([GREETING, words(12, 8), Buffer.from("{call:1}")]), /JSON object .* got "\{call:1\}"/],
    ["a list", Buffer.concat([GREETING, words(12, 8), Buffer.from("[1, 2]  ")]), /JSON object/],
    ["no UTF-8", Buffer.concat([GREETING, words(12, 8), Buffer.from([255, 254, 0, 1, 2, 3, 4, 5])]), /JSON object/],
  ])("%s", (_, bytes, message) => {
    expect(() => read(bytes)).toThrow(ProtocolError);
    expect(() => read(bytes)).toThrow(message);
  });

  it("a frame above a limit of one's own", () => {
    expect(() => read(Buffer.concat([GREETING, frame]), { maxBytes: 16 })).toThrow(/4 to 16 bytes/);
  });

  it.each([1, 7, 12, frame.length - 1])("an end after %i bytes", (bytes) => {
    const reader = new FrameReader();
    reader.push(Buffer.concat([GREETING, frame.subarray(0, bytes)]));
    expect(reader.next()).toBeUndefined();
    expect(() => reader.end()).toThrow(/whole frames, got an end/);
  });
});

describe("trees", () => {
  const round = (value: unknown) => {
    const payload = new Payload();
    const json = JSON.parse(JSON.stringify(encodeTree(value, payload)));
    const bytes = Buffer.alloc(payload.length + 1);
    payload.copyTo(bytes, 1); // unaligned: what comes from a socket may be
    return decodeTree(json, bytes.subarray(1));
  };

  it.each([
    ["plain data", { a: [1, "two", null, true, { b: -0.5 }] }],
    ["arrays of every kind", [Float32Array.of(1.5), Int8Array.of(-1), Uint16Array.of(65535), Float64Array.of(Math.PI)]],
    ["an empty array", { none: new Float32Array(0) }],
    ["numbers that JSON lacks", [Number.NaN, Infinity, -Infinity]],
    ["a key that is the reference's own", { $: 1, other: { $: [1, 2, 3] } }],
  ])("%s come back", (_, value) => {
    expect(round(value)).toEqual(value);
  });

  it("gives int64 as numbers, a Map as an object, what JSON has no form for as text", () => {
    expect(round({ big: BigInt64Array.of(2n ** 40n), map: new Map([["k", 1]]), symbol: Symbol("s") })).toEqual({
      big: Float64Array.of(2 ** 40),
      map: { k: 1 },
      symbol: "Symbol(s)",
    });
  });

  it.each([
    ["beyond the payload", { $: ["float32", [3], 0] }],
    ["before it", { $: ["float32", [1], -4] }],
    ["of an unknown type", { $: ["complex64", [1], 0] }],
    ["of a size that is none", { $: ["uint8", [-1], 0] }],
    ["of more bytes than there are numbers for", { $: ["uint8", [2 ** 30, 2 ** 30, 2 ** 30], 0] }],
    ["without an offset", { $: ["uint8", [1]] }],
    ["that is a number", { $: 7 }],
  ])("refuses an array %s", (_, json) => {
    expect(() => decodeTree(json, Buffer.alloc(8))).toThrow(ProtocolError);
  });
});
