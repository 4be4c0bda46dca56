import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { ConfigError } from "../../src/base/errors.ts";
import { tokenNll } from "../../src/nn/cross-entropy.ts";
import { embed, embeddingParameters } from "../../src/nn/embedding.ts";
import { patchesOf, pictureOf } from "../../src/nn/embedding-patches.ts";
import { expectSame, withGradients } from "../compute/against-cpu.ts";
import { floats, ints, noise } from "../compute/fixtures.ts";

describe("embedding", () => {
  it("looks vectors up, and sums the gradients of a token that comes twice", async () => {
    const table = floats([3, 2], [1, 2, 3, 4, 5, 6]);
    const { y, dtable } = await expectSame(
      withGradients((inputs) => embed({ "e.table": inputs.table }, "e", inputs.tokens)),
      { table, tokens: ints([2, 2], [2, 0, 2, 2]) },
    );
    expect(y.shape).toEqual([2, 2, 2]);
    expect([...y.data]).toEqual([5, 6, 1, 2, 5, 6, 5, 6]);
    const expected = [1.4, 2.8, 0, 0, 21, 25.2]; // d(0.7·y²) = 1.4·y, three times for token 2
    for (const [i, value] of expected.entries()) expect(dtable.data[i]).toBeCloseTo(value, 4);
  });

  it("begins with small vectors", () => {
    let sign = 1;
    const { data } = embeddingParameters("e", { count: 4, width: 3 }, () => {
      sign = -sign;
      return sign;
    })["e.table"];
    for (const value of data) expect(Math.abs(value)).toBeCloseTo(0.02, 6);
  });
});

describe("patches", () => {
  it.each([4, 8, 16])("of %i pixels keep every pixel where it belongs, there and back", async (patch) => {
    const [height, width, channels] = [32, 48, 3];
    const x = noise([2, height, width, channels]);
    const { patches, back } = await expectSame(
      (inputs) => {
        const patches = patchesOf(inputs.x, patch);
        return { patches, back: pictureOf(patches, { height, width, patch }) };
      },
      { x },
      1e-12,
    );
    expect(patches.shape).toEqual([2, (height / patch) * (width / patch), patch * patch * channels]);
    expect(back.data).toEqual(x.data);
    // Pixel (row 17, column 22, channel 1) of picture 1.
    const [row, column] = [17, 22];
    const place = Math.floor(row / patch) * (width / patch) + Math.floor(column / patch);
    const inside = ((row % patch) * patch + (column % patch)) * channels + 1;
    expect(patches.data[(patches.shape[1] + place) * patches.shape[2] + inside]).toBe(
      x.data[((height + row) * width + column) * channels + 1],
    );
  });

  it("must divide the picture", () => {
    const x = tf.zeros([1, 8, 12, 3]);
    expect(() => patchesOf(x, 8)).toThrow(ConfigError);
    expect(() => patchesOf(x, 8)).toThrow(/divides 8 × 12 pixels, got 8/);
    x.dispose();
  });
});

describe("tokenNll", () => {
  it("stays finite where a target has no chance at all", async () => {
    const inputs = { x: floats([2, 3], [500, 0, -500, 1e4, 0, 0]), targets: ints([2], [2, 0]) };
    const { y, dx } = await expectSame(
      withGradients(({ x, targets }) => tokenNll(x, targets)),
      inputs,
    );
    expect(y.data[0]).toBeCloseTo(37 * Math.LN10, 3);
    expect(y.data[1]).toBeCloseTo(0, 6);
    for (const slope of dx.data) expect(Number.isFinite(slope)).toBe(true);
    expect(dx.data[0]).toBeGreaterThan(0); // away from the false certainty
    expect(dx.data[2]).toBeLessThan(0);
  });
});
