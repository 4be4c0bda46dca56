import type * as tf from "@tensorflow/tfjs";
import type { NdArray, Parameters } from "../../compute/array.ts";
import { compile } from "../../compute/compile.ts";
import { RandomStream } from "../../core/random.ts";
import { type ArrayLayout, layoutSize } from "../../data/array-layout.ts";
import type { Episode } from "../../data/episode.ts";
import type { Weights } from "../../nn/weights.ts";
import { calibrated, calibratedNumbers, findCodes, spreadOf } from "../../world-models/genie/latent-action-codes.ts";
import {
  effectSizes,
  type LatentActionConfig,
  latentActionCodeParameters,
  latentActionNumbers,
} from "../../world-models/genie/latent-action-model.ts";
import { unitFrames } from "../../world-models/unit-frames.ts";
import type { GenieContext } from "./context.ts";

/** Steps in which codes are looked for. */
const CODE_STEPS = 10_000;
/** Steps that are encoded at once. */
const CHUNK = 32;

interface LatentActionModel {
  readonly config: LatentActionConfig;
  readonly parameters: Parameters;
}

/**
 * A trained latent action model, its numbers measured by their effects on the frames of `sample`, with codes that are found in
 * what it tells of the first `videos`.
 */
export async function withCodes(
  { seed, signal }: Pick<GenieContext, "seed" | "signal">,
  model: LatentActionModel,
  material: { readonly videos: readonly Episode[]; readonly frames: ArrayLayout; readonly sample: readonly NdArray[] },
): Promise<Parameters> {
  const { config, parameters } = model;
  const effects = await effectsOn(material.sample, model, signal);
  const videos = firstOf(material.videos);
  const data = await numbersOf(videos, model, { frames: material.frames, signal });
  const told = { data, size: config.size };
  const spread = spreadOf(told);
  const codes = findCodes(config, calibratedNumbers(told, spread, effects), {
    lengths: videos.map((video) => video.steps),
    random: new RandomStream(seed, "latent-actions/codes"),
  });
  return { ...calibrated(parameters, spread, effects), ...latentActionCodeParameters(config, codes) };
}

/** As many of the videos, from the first on, as have the steps that are wanted. */
function firstOf(videos: readonly Episode[]): readonly Episode[] {
  let count = 0;
  for (let steps = 0; count < videos.length && steps < CODE_STEPS; count++) steps += videos[count].steps;
  return videos.slice(0, count);
}

/** The sizes of the numbers' effects over batches of videos of `history` steps: (size). */
async function effectsOn(sample: readonly NdArray[], model: LatentActionModel, signal?: AbortSignal) {
  const squares = new Float64Array(model.config.size);
  const decoder = reader("latent action effects", model, effectSizes);
  try {
    for (const frames of sample) {
      signal?.throwIfAborted();
      const { out } = await decoder.run({ frames });
      for (const [k, effect] of out.data.entries()) squares[k] += effect ** 2 / sample.length;
    }
  } finally {
    await decoder.dispose();
  }
  return Float32Array.from(squares, Math.sqrt);
}

/** What the encoder tells of each step of the videos, one after another: (Σ T, size). */
async function numbersOf(
  videos: readonly Episode[],
  model: LatentActionModel,
  { frames, signal }: { readonly frames: ArrayLayout; readonly signal?: AbortSignal },
): Promise<Float32Array> {
  const { size } = model.config;
  const frameSize = layoutSize(frames);
  const numbers = new Float32Array(videos.reduce((sum, { steps }) => sum + steps, 0) * size);
  const encoder = reader("latent action encoder", model, latentActionNumbers);
  try {
    let begin = 0; // of the video, in steps
    for (const { steps, observations } of videos) {
      for (let first = 0; first < steps; first += CHUNK) {
        signal?.throwIfAborted();
        const data = new Uint8Array((CHUNK + 1) * frameSize); // ends in zeros
        data.set((observations as Uint8Array).subarray(first * frameSize, (first + CHUNK + 1) * frameSize));
        const { out } = await encoder.run({ frames: { shape: [1, CHUNK + 1, ...frames.shape], dtype: "uint8", data } });
        const known = Math.min(CHUNK, steps - first);
        numbers.set(out.data.subarray(0, known * size), (begin + first) * size);
      }
      begin += steps;
    }
  } finally {
    await encoder.dispose();
  }
  return numbers;
}

function reader(
  name: string,
  { config, parameters }: LatentActionModel,
  read: (config: LatentActionConfig, weights: Weights, frames: tf.Tensor) => tf.Tensor,
) {
  return compile<{ frames: NdArray }, { out: tf.Tensor }, Parameters>(
    ({ frames }, weights) => ({ out: read(config, weights, unitFrames(frames)) }),
    { name, constants: parameters },
  );
}
