import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CheckpointError } from "../../src/base/errors.ts";
import { loadCheckpoint, saveCheckpoint } from "../../src/compute/checkpoint.ts";
import { decodeSafetensors, encodeSafetensors } from "../../src/compute/safetensors.ts";
import { floats, ints, noise } from "./fixtures.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "checkpoint-"));
});
afterAll(() => rm(folder, { recursive: true }));

const parameters = {
  mask: { shape: [3], dtype: "uint8" as const, data: Uint8Array.of(1, 2, 3) },
  "layer.kernel": noise([2, 3]),
  flag: { shape: [1], dtype: "bool" as const, data: Uint8Array.of(1) },
  step: ints([], [7]),
  empty: floats([0, 4], []),
};

describe("a safetensors file", () => {
  // Put together by hand after the format's description: length, header padded with spaces, 1 and 2 as floats, 5.
  const header =
    '{"__metadata__":{"format":"np"},"a":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]},"b":{"dtype":"U8","shape":[1],"data_offsets":[8,9]}}';
  const padded = header.padEnd(Math.ceil(header.length / 8) * 8);
  const golden = Buffer.concat([
    Buffer.from([padded.length, 0, 0, 0, 0, 0, 0, 0]),
    Buffer.from(padded),
    Buffer.from([0, 0, 0x80, 0x3f, 0, 0, 0, 0x40, 5]),
  ]);
  const content = {
    metadata: { format: "np" },
    tensors: { a: floats([1, 2], [1, 2]), b: { shape: [1], dtype: "uint8" as const, data: Uint8Array.of(5) } },
  };

  it("is byte for byte what the format describes", () => {
    expect(Buffer.from(encodeSafetensors(content))).toEqual(golden);
    expect(decodeSafetensors(golden, "golden")).toEqual(content);
  });

  it("keeps names in order, types, shapes and numbers; data is aligned", () => {
    const bytes = encodeSafetensors({ metadata: { a: "b" }, tensors: parameters });
    const decoded = decodeSafetensors(bytes, "file");
    expect(decoded).toEqual({ metadata: { a: "b" }, tensors: parameters });
    expect(Object.keys(decoded.tensors)).toEqual(Object.keys(parameters));
    const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
    expect(length % 8).toBe(0);
    const entries = JSON.parse(Buffer.from(bytes.subarray(8, 8 + length)).toString());
    expect(entries["layer.kernel"].data_offsets[0] % 4).toBe(0);
    expect(entries.step.data_offsets[0] % 4).toBe(0);
  });

  it("is refused, never misread, when any part of it is cut off or bytes are appended", () => {
    const bytes = encodeSafetensors({ metadata: {}, tensors: parameters });
    for (let length = 0; length < bytes.length; length++) {
      expect(() => decodeSafetensors(bytes.subarray(0, length), "cut.safetensors")).toThrow(CheckpointError);
    }
    expect(() => decodeSafetensors(Uint8Array.from([...bytes, 0]), "longer")).toThrow(/something was appended/);
    expect(() => decodeSafetensors(bytes.subarray(0, bytes.length - 1), "cut")).toThrow(/it is truncated/);
  });

  it("gives a CheckpointError or arrays of their shape for any damage to its header", () => {
    const bytes = encodeSafetensors({ metadata: {}, tensors: { a: noise([2, 3]), b: ints([2], [1, 2]) } });
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.nat(255), (place, value) => {
        const damaged = bytes.slice();
        damaged[place] = value;
        try {
          for (const { shape, data } of Object.values(decodeSafetensors(damaged, "damaged").tensors)) {
            expect(data.length).toBe(shape.reduce((a, b) => a * b, 1));
          }
        } catch (error) {
          expect(error).toBeInstanceOf(CheckpointError);
        }
      }),
      { numRuns: 400, seed: 3 },
    );
  });

  it.each([
    [
      "overlapping tensors",
      '{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}',
      4,
      /without gaps or overlaps/,
    ],
    [
      "an element type that is unknown here",
      '{"a":{"dtype":"BF16","shape":[1],"data_offsets":[0,2]}}',
      2,
      /F32, I32, U8, BOOL, got "BF16" in "a"/,
    ],
    [
      "a shape that does not fit its bytes",
      '{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}',
      8,
      /12 bytes for "a", got 8/,
    ],
    ["a negative shape", '{"a":{"dtype":"U8","shape":[-1],"data_offsets":[0,0]}}', 0, /damaged entry "a"/],
    ["a header that is no JSON", '{"a":', 0, /damaged header/],
  ])("is refused with %s", (_, json, length, message) => {
    const bytes = Buffer.concat([
      Buffer.from(BigUint64Array.of(BigInt(json.length)).buffer),
      Buffer.from(json),
      Buffer.alloc(length),
    ]);
    expect(() => decodeSafetensors(bytes, "file")).toThrow(message);
  });
});

describe("a checkpoint", () => {
  const checkpoint = { kind: "vae", config: { latent: 32, seeds: [1, 2] }, parameters };

  it("describes itself", async () => {
    const path = join(folder, "deep", "vae.safetensors");
    await saveCheckpoint(path, checkpoint);
    expect(await loadCheckpoint(path)).toEqual(checkpoint);
    expect(await loadCheckpoint(path, { kind: "vae" })).toEqual(checkpoint);
    expect(await readdir(join(folder, "deep"))).toEqual(["vae.safetensors"]); // no temporary left
    expect(decodeSafetensors(await readFile(path), path).metadata).toEqual({
      format: "reverie-gym",
      formatVersion: "1",
      kind: "vae",
      config: '{"latent":32,"seeds":[1,2]}',
    });
  });

  it("is refused with a reason and a remedy", async () => {
    const path = join(folder, "bad.safetensors");
    const refused = async (bytes: Uint8Array, message: RegExp): Promise<void> => {
      await writeFile(path, bytes);
      await expect(loadCheckpoint(path, { kind: "vae" })).rejects.toThrow(CheckpointError);
      await expect(loadCheckpoint(path, { kind: "vae" })).rejects.toThrow(message);
    };
    await expect(loadCheckpoint(join(folder, "none"))).rejects.toThrow(
      /Expected a checkpoint at .*none, got no such file\. Check the path/,
    );
    await expect(loadCheckpoint(folder)).rejects.toThrow(CheckpointError);
    await refused(Buffer.alloc(0), /0 bytes/);
    await refused(Buffer.from("PK\u0003\u0004 and so on, a zip"), /another format/);
    await refused(encodeSafetensors({ metadata: { format: "pt" }, tensors: {} }), /of format "pt"/);
    const ours = { format: "reverie-gym", formatVersion: "1", kind: "vae", config: "{}" };
    await refused(
      encodeSafetensors({ metadata: { ...ours, formatVersion: "2" }, tensors: {} }),
      /format version 1, got "2"/,
    );
    await refused(
      encodeSafetensors({ metadata: { ...ours, kind: "mdn-rnn" }, tensors: {} }),
      /to hold a vae, got a "mdn-rnn"/,
    );
    await refused(encodeSafetensors({ metadata: { ...ours, config: "{" }, tensors: {} }), /JSON as the configuration/);
  });
});
