import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import type { NdArray } from "../../../src/compute/array.ts";
import { valueAndGradients } from "../../../src/compute/gradients.ts";
import { RandomStream } from "../../../src/core/random.ts";
import { codebookSize } from "../../../src/nn/fsq.ts";
import type { FrameSize } from "../../../src/world-models/genie/frame-grid.ts";
import {
  codesOfTokens,
  decodeCodes,
  encodeFrames,
  tokensOfCodes,
  VideoTokenizerConfig,
  videoTokenizerLoss,
  videoTokenizerParameters,
} from "../../../src/world-models/genie/video-tokenizer.ts";
import { floats, ints, noise } from "../../compute/fixtures.ts";
import { run, train } from "./running.ts";

const unit = (shape: readonly number[], seed = 1): NdArray => {
  const { data } = noise(shape, { scale: 0.5, seed });
  return floats(shape, data.map((x) => x + 0.5) as Float32Array);
};

function made(options: Partial<VideoTokenizerConfig>, frame: FrameSize, seed = 1) {
  const config = VideoTokenizerConfig.parse({ width: 16, levels: [4, 3], ...options });
  const random = new RandomStream(seed, "tokenizer");
  return { config, frame, parameters: videoTokenizerParameters(config, frame, () => random.normal()) };
}

/** Frames through codes and tokens and back. */
const through = ({ config, frame, parameters }: ReturnType<typeof made>, frames: NdArray) =>
  run(
    (inputs, weights) => {
      const codes = encodeFrames(config, weights, inputs.frames);
      const tokens = tokensOfCodes(config, codes);
      const read = codesOfTokens(config, tokens);
      return { codes, tokens, read, drawn: decodeCodes(config, weights, read, frame) };
    },
    { frames },
    { parameters },
  );

describe.each([
  { patch: 4 as const, blocks: 0 },
  { patch: 8 as const, blocks: 1 },
  { patch: 16 as const, blocks: 2 },
])("a tokenizer of patches of $patch pixels and $blocks blocks", ({ patch, blocks }) => {
  const frame = { height: 32, width: 48, channels: 3 };
  const tokenizer = made({ patch, blocks }, frame);
  const places = (32 / patch) * (48 / patch);

  it("has a token for every patch, its code on the levels, and a picture for all of them", async () => {
    const out = await through(tokenizer, noise([2, 32, 48, 3], { scale: 6 })); // wild enough for many codes
    expect(out.codes.shape).toEqual([2, places, 2]);
    expect(out.tokens).toMatchObject({ shape: [2, places], dtype: "int32" });
    expect(out.drawn.shape).toEqual([2, 32, 48, 3]);
    const levels = [
      [-1, -1 / 3, 1 / 3, 1],
      [-1, 0, 1],
    ];
    for (const [i, value] of out.codes.data.entries())
      expect(Math.min(...levels[i % 2].map((level) => Math.abs(level - value)))).toBeLessThan(1e-6);
    expect(new Set(out.tokens.data).size).toBeGreaterThan(1);
    for (const [i, value] of out.codes.data.entries()) expect(out.read.data[i]).toBeCloseTo(value, 6);
  });
});

describe("tokens", () => {
  it("are codes one to one, the first level counting fastest", async () => {
    const config = VideoTokenizerConfig.parse({ levels: [4, 3, 2] });
    const all = ints(
      [24],
      Array.from({ length: 24 }, (_, i) => i),
    );
    const out = await run(
      ({ tokens }) => {
        const codes = codesOfTokens(config, tokens);
        return { codes, back: tokensOfCodes(config, codes) };
      },
      { tokens: all },
    );
    expect(codebookSize(config.levels)).toBe(24);
    expect(Array.from(out.back.data)).toEqual(Array.from(all.data));
    expect(Array.from(out.codes.data.slice(0, 3))).toEqual([-1, -1, -1]);
    expect(Array.from(out.codes.data.slice(3 * 23))).toEqual([1, 1, 1]);
    expect(Array.from(out.codes.data.slice(3 * 4, 3 * 5))).toEqual([-1, 0, -1]); // token 4: the second digit is 1
  });

  it("lie where their patches do: what is drawn of one changes near its own patch only", async () => {
    const tokenizer = made({ patch: 8, blocks: 0 }, { height: 32, width: 32, channels: 3 });
    const draw = (token: number) =>
      run(
        ({ tokens }, weights) => ({
          drawn: decodeCodes(tokenizer.config, weights, codesOfTokens(tokenizer.config, tokens), tokenizer.frame),
        }),
        {
          tokens: ints(
            [1, 16],
            Array.from({ length: 16 }, (_, i) => (i === 6 ? token : 5)),
          ),
        },
        tokenizer,
      );
    const [one, other] = [await draw(0), await draw(11)];
    const change = (row: number, column: number) =>
      Math.abs(one.drawn.data[(row * 32 + column) * 3] - other.drawn.data[(row * 32 + column) * 3]);
    // Token 6 of four a row: rows 8 to 15, columns 16 to 23; transposed convolutions reach over a patch's edge.
    expect(change(11, 19)).toBeGreaterThan(1e-4);
    for (const [row, column] of [
      [28, 4],
      [11, 2],
      [30, 19],
    ])
      expect(change(row, column)).toBe(0);
  });
});

describe("the tokenizer's loss", () => {
  const frame = { height: 16, width: 16, channels: 3 };

  it("is the squared error of what it draws, by hand, patches that are worse than the average counting more", async () => {
    for (const hardPatches of [0, 0.5, 2]) {
      const tokenizer = made({ patch: 8, blocks: 0, hardPatches }, frame);
      const frames = unit([2, 16, 16, 3], 3);
      // One patch far off: its excess is cut at eight times the average.
      const far = floats(frames.shape, frames.data.map((x, i) => (i < 8 * 3 ? x + 30 : x)) as Float32Array);
      for (const given of [frames, far]) {
        const { drawn } = await through(tokenizer, given);
        const { loss, metrics } = await run(
          (inputs, weights) => videoTokenizerLoss(tokenizer.config, weights, inputs.frames, frame),
          { frames: given },
          tokenizer,
        );
        const errors = new Float64Array(2 * 4);
        for (let i = 0; i < given.data.length; i++) {
          const [image, row, column] = [Math.floor(i / 768), Math.floor(i / 48) % 16, Math.floor(i / 3) % 16];
          const patch = image * 4 + Math.floor(row / 8) * 2 + Math.floor(column / 8);
          errors[patch] += (drawn.data[i] - given.data[i]) ** 2 / 192;
        }
        const mean = errors.reduce((sum, error) => sum + error) / 8;
        const weighted = errors.reduce((sum, e) => sum + e * (1 + hardPatches * Math.min(8, e / mean)), 0) / 8;
        expect(loss.data[0] / (1000 * weighted)).toBeCloseTo(1, 4);
        expect(metrics.psnr.data[0]).toBeCloseTo(-10 * Math.log10(mean), 3);
      }
    }
  });

  it("has slopes through the rounding, and none through the weights of hard patches", async () => {
    const slopes = async (hardPatches: number) => {
      const { config, parameters } = made({ patch: 8, blocks: 0, hardPatches }, frame);
      const { gradients } = await run(
        (inputs, weights) => valueAndGradients(weights, (own) => videoTokenizerLoss(config, own, inputs.frames, frame)),
        { frames: unit([2, 16, 16, 3], 3) },
        { parameters },
      );
      return gradients;
    };
    const plain = await slopes(0);
    for (const [name, { data }] of Object.entries(plain))
      expect(Math.max(...data.map(Math.abs)), name).toBeGreaterThan(0);
    // The decoder's last bias adds to every pixel: its slope is the weighted mean of 2 · 1000 · (drawn − frame).
    const { config, parameters } = made({ patch: 8, blocks: 0, hardPatches: 2 }, frame);
    const given = unit([2, 16, 16, 3], 3);
    const { drawn } = await through({ config, frame, parameters }, given);
    const errors = new Float64Array(8);
    const patchOf = (i: number) =>
      Math.floor(i / 768) * 4 +
      Math.floor((Math.floor(i / 48) % 16) / 8) * 2 +
      Math.floor((Math.floor(i / 3) % 16) / 8);
    for (let i = 0; i < given.data.length; i++) errors[patchOf(i)] += (drawn.data[i] - given.data[i]) ** 2 / 192;
    const mean = errors.reduce((sum, error) => sum + error) / 8;
    const expected = [0, 0, 0];
    for (let i = 0; i < given.data.length; i++)
      expected[i % 3] +=
        ((2 * 1000 * (drawn.data[i] - given.data[i])) / given.data.length) *
        (1 + 2 * Math.min(8, errors[patchOf(i)] / mean));
    const hard = await slopes(2);
    for (const [c, slope] of expected.entries()) expect(hard["tokenizer.up.0.bias"].data[c] / slope).toBeCloseTo(1, 3);
  });

  it("falls on a few pictures, until a checkerboard comes back from its tokens", async () => {
    const { config, parameters } = made({ patch: 4, levels: [4, 4], blocks: 1 }, frame);
    const random = new RandomStream(1, "pictures");
    // Tiles of 4 × 4 pixels, black and white, in two orders, and two pictures of drawn grey tiles.
    const pictures = Array.from({ length: 4 }, (_, picture) =>
      Array.from({ length: 16 }, (_, tile) =>
        picture < 2 ? (Math.floor(tile / 4) + tile + picture) % 2 : random.integer(0, 3) / 2,
      ),
    );
    const frames = floats(
      [4, 16, 16, 3],
      Array.from({ length: 4 * 768 }, (_, i) => {
        const [picture, row, column] = [Math.floor(i / 768), Math.floor(i / 48) % 16, Math.floor(i / 3) % 16];
        return pictures[picture][Math.floor(row / 4) * 4 + Math.floor(column / 4)];
      }),
    );
    const { parameters: learned, history } = await train({
      parameters,
      loss: (weights, batch) => videoTokenizerLoss(config, weights, batch.frames, frame),
      batch: () => ({ frames }),
      steps: 250,
      learningRate: 0.01,
    });
    expect(history.at(-1)!.loss).toBeLessThan(history[0].loss / 20);
    const { drawn, tokens } = await through({ config, frame, parameters: learned }, frames);
    for (let i = 0; i < 2 * 768; i++) expect(Number(drawn.data[i] > 0.5)).toBe(frames.data[i]);
    // The same tile has the same token wherever it lies inside the picture.
    const tokenAt = (row: number, column: number) => tokens.data[row * 4 + column];
    expect(tokenAt(1, 1)).toBe(tokenAt(2, 2));
    expect(tokenAt(1, 2)).toBe(tokenAt(2, 1));
    expect(tokenAt(1, 1)).not.toBe(tokenAt(1, 2));
  });
});

it("leaves no tensor behind, run eagerly", async () => {
  const tokenizer = made({ patch: 8 }, { height: 16, width: 16, channels: 3 });
  const once = () =>
    run(
      (inputs, weights) => videoTokenizerLoss(tokenizer.config, weights, inputs.frames, tokenizer.frame),
      { frames: unit([1, 16, 16, 3]) },
      { parameters: tokenizer.parameters, engine: "cpu" },
    );
  await once();
  const before = tf.memory().numTensors;
  await once();
  expect(tf.memory().numTensors).toBe(before);
});
