import * as tf from "@tensorflow/tfjs";
import { z } from "zod";
import type { Parameters } from "../../compute/array.ts";
import { Discrete } from "../../core/spaces/discrete.ts";
import type { Space } from "../../core/spaces/space.ts";
import { codebookSize, fsqIndicesOfDigits } from "../../nn/fsq.ts";
import type { StMemory } from "../../nn/st-transformer.ts";
import type { Weights } from "../../nn/weights.ts";
import { unitFrames } from "../unit-frames.ts";
import type { Context, DreamStep, ModelState, Noise, NoiseSize, Tokens, WorldModel } from "../world-model.ts";
import {
  DynamicsConfig,
  type DynamicsShape,
  digitsOfFrame,
  headLogits,
  mostLevels,
  outcomeOf,
  pastOf,
  rewardOf,
  trunkStep,
} from "./dynamics.ts";
import { type FrameSize, frameSizeOf } from "./frame-grid.ts";
import { inferLatentActions, LatentActionConfig } from "./latent-action-model.ts";
import { maskGit } from "./maskgit.ts";
import { codesOfTokens, decodeCodes, encodeFrames, tokensOfCodes, VideoTokenizerConfig } from "./video-tokenizer.ts";

export const GenieConfig = z.strictObject({
  tokenizer: VideoTokenizerConfig.prefault({}),
  latentActions: LatentActionConfig.prefault({}),
  dynamics: DynamicsConfig.prefault({}),
  /** Whose actions the player chooses: the real environment's, or one of the |A| that were learned without labels. */
  actions: z.enum(["real", "latent"]).default("real"),
  /** Real frames that a dream begins with. */
  prompt: z.int().positive().default(4),
});
export type GenieConfig = z.output<typeof GenieConfig>;

/** The dynamics that fit a world: its grid of tokens, their levels, and room for a real and a latent action side by side. */
export function dynamicsShapeOf(
  config: Pick<GenieConfig, "tokenizer" | "latentActions">,
  { frame, actionSpace }: { frame: FrameSize; actionSpace: Space<unknown> },
): DynamicsShape {
  const { patch, levels } = config.tokenizer;
  return {
    rows: frame.height / patch,
    columns: frame.width / patch,
    levels,
    actionSize: actionSpace.flatSize + config.latentActions.count,
  };
}

/**
 * Actions as the dynamics read them, (N, A): a real one in the first numbers, a latent one in the last; the others zero.
 * Discrete ones are one-hot, continuous ones as they are.
 */
export function actionNumbers(
  kind: GenieConfig["actions"],
  sizes: { real: Space<unknown>; latent: number },
  actions: tf.Tensor,
): tf.Tensor {
  const [count] = actions.shape;
  const oneHot = (index: tf.Tensor, size: number) => tf.cast(tf.oneHot(index as tf.Tensor1D, size), "float32");
  if (kind === "latent")
    return tf.concat([tf.zeros([count, sizes.real.flatSize]), oneHot(tf.cast(actions, "int32"), sizes.latent)], 1);
  const { real } = sizes;
  const numbers =
    real instanceof Discrete
      ? oneHot(tf.sub(tf.cast(actions, "int32"), tf.scalar(real.start, "int32")), real.n)
      : tf.cast(actions, "float32");
  return tf.concat([numbers, tf.zeros([count, sizes.latent])], 1);
}

/**
 * Genie (Bruce et al. 2024) as a world to dream in: tokenizer, latent actions and dynamics behind step and reset, with the
 * reward and the end that the paper leaves out.
 *
 * State: `tokens` (B, S) of the frame at which the dream stands; `hidden` (B, S, d), the trunk's view of it; `keys.i` and
 * `values.i` (B, S, heads, P, c), what block i remembers of the frames before; `count` and `position` (B).
 */
export class GenieWorldModel implements WorldModel {
  readonly kind = "genie";
  readonly config: GenieConfig;
  readonly observationSpace: Space<Uint8Array>;
  readonly actionSpace: Space<unknown>;
  /** Of the environment that was learned; `actionSpace` is another one where actions are latent. */
  readonly realActionSpace: Space<unknown>;
  readonly parameters: Parameters;
  readonly featureSize: number;
  readonly noise: NoiseSize;
  readonly contextLength: number;
  readonly tokens: Tokens;
  readonly #frame: FrameSize;
  readonly #shape: DynamicsShape;
  readonly #latentCount: number;

  constructor(options: {
    config: GenieConfig;
    observationSpace: Space<Uint8Array>;
    /** The environment's own. */
    actionSpace: Space<unknown>;
    parameters: Parameters;
  }) {
    const { config, observationSpace, actionSpace, parameters } = options;
    this.config = config;
    this.observationSpace = observationSpace;
    this.realActionSpace = actionSpace;
    this.parameters = parameters;
    this.#frame = frameSizeOf(observationSpace);
    this.#latentCount = config.latentActions.count;
    this.actionSpace = config.actions === "latent" ? new Discrete(this.#latentCount) : actionSpace;
    this.#shape = dynamicsShapeOf(config, { frame: this.#frame, actionSpace });
    const { rows, columns, levels } = this.#shape;
    const digits = digitsOfFrame(this.#shape);
    this.featureSize = digits + config.dynamics.width;
    this.noise = { normal: 0, uniform: 2 * digits };
    this.contextLength = config.prompt;
    this.tokens = { count: rows * columns, size: codebookSize(levels), of: (state) => state.tokens };
  }

  /** The same world, its player choosing among real or among latent actions. */
  withActions(actions: GenieConfig["actions"]): GenieWorldModel {
    const { config, observationSpace, realActionSpace: actionSpace, parameters } = this;
    return new GenieWorldModel({ config: { ...config, actions }, observationSpace, actionSpace, parameters });
  }

  start(weights: Weights, { frames, actions }: Context): ModelState {
    const [batch, length, ...frame] = frames.shape as [number, number, ...number[]];
    const all = this.#tokensOf(weights, tf.reshape(frames, [batch * length, ...frame]));
    const series = tf.reshape(all, [batch, length, this.tokens.count]);
    const tokensAt = (t: number) => tf.squeeze(tf.slice(series, [0, t, 0], [batch, 1, this.tokens.count]), [1]);
    let state = this.#follow(weights, this.#nothing(batch), tokensAt(0), this.#noAction(batch));
    for (let t = 1; t < length; t++) {
      const taken = tf.squeeze(tf.slice(actions, [0, t - 1], [batch, 1]), [1]);
      state = this.#follow(weights, state, tokensAt(t), this.#numbersOf(taken));
    }
    return state;
  }

  step(
    weights: Weights,
    state: ModelState,
    actions: tf.Tensor,
    { temperature, noise }: { temperature: tf.Scalar; noise: Noise },
  ): DreamStep {
    const { dynamics } = this.config;
    const { levels } = this.#shape;
    const action = this.#numbersOf(actions);
    const [order, draw] = tf.split(noise.uniform, 2, 1);
    const { tokens } = state;
    const past = pastOf(this.#shape, weights, state.hidden);
    const frame = maskGit(
      (standing) => headLogits(dynamics, this.#shape, weights, { past, tokens, action, standing }),
      { mask: mostLevels(this.#shape), passes: dynamics.passes, noise: { order, draw }, temperature },
    );
    const digits = tf.reshape(frame.tokens, [-1, this.tokens.count, levels.length]);
    const next = this.#follow(weights, state, fsqIndicesOfDigits(digits, levels), action);
    const { reward, doneLogit } = outcomeOf(dynamics, weights, { past, action });
    return {
      state: next,
      features: this.features(next),
      reward: rewardOf(dynamics, reward),
      // The loss counts an end `doneWeight` times, which multiplies the learned odds by as much.
      terminationLogit: tf.sub(doneLogit, Math.log(dynamics.doneWeight)),
      uncertainty: tf.mul(frame.entropy, levels.length), // of a token
    };
  }

  observe(weights: Weights, state: ModelState, frames: tf.Tensor, actions: tf.Tensor): ModelState {
    return this.#follow(weights, state, this.#tokensOf(weights, frames), this.#numbersOf(actions));
  }

  /** The codes of the frame, and the mean of what the trunk makes of its places. */
  features({ tokens, hidden }: ModelState): tf.Tensor {
    const codes = codesOfTokens(this.config.tokenizer, tokens); // (B, S, D)
    return tf.concat([tf.reshape(codes, [tokens.shape[0], -1]), tf.mean(hidden, 1)], 1);
  }

  decode(weights: Weights, { tokens }: ModelState): tf.Tensor {
    const { tokenizer } = this.config;
    return tf.clipByValue(decodeCodes(tokenizer, weights, codesOfTokens(tokenizer, tokens), this.#frame), 0, 1);
  }

  /** The latent actions between frames (B, n, height, width, channels), bytes: (B, n − 1) int32. */
  inferActions(weights: Weights, frames: tf.Tensor): tf.Tensor {
    return inferLatentActions(this.config.latentActions, weights, unitFrames(frames));
  }

  #tokensOf(weights: Weights, frames: tf.Tensor): tf.Tensor {
    const { tokenizer } = this.config;
    return tokensOfCodes(tokenizer, encodeFrames(tokenizer, weights, unitFrames(frames)));
  }

  /** Takes in one more frame and the numbers of the action that led to it. */
  #follow(weights: Weights, state: ModelState, tokens: tf.Tensor, action: tf.Tensor): ModelState {
    const before = this.#memoryOf(state);
    const input = { tokens, before: state.tokens as tf.Tensor | undefined, action }; // none before the first frame
    const { hidden, memory } = trunkStep(this.config.dynamics, this.#shape, weights, input, before);
    const past = memory.past.flatMap(({ keys, values }, i) => [
      [`keys.${i}`, keys],
      [`values.${i}`, values],
    ]);
    return { tokens, hidden, count: memory.count, position: memory.position, ...Object.fromEntries(past) };
  }

  #memoryOf(state: ModelState): StMemory {
    const blocks = Array.from({ length: this.config.dynamics.trunkBlocks }, (_, i) => i);
    return {
      past: blocks.map((i) => ({ keys: state[`keys.${i}`], values: state[`values.${i}`] })),
      count: state.count,
      position: state.position,
    };
  }

  /** Before the first frame. */
  #nothing(batch: number): ModelState {
    const { width, heads, trunkBlocks, context } = this.config.dynamics;
    const empty = () => tf.zeros([batch, this.tokens.count, heads, context - 1, width / heads]);
    const past = Array.from({ length: trunkBlocks }, (_, i) => [
      [`keys.${i}`, empty()],
      [`values.${i}`, empty()],
    ]);
    return { count: tf.zeros([batch]), position: tf.zeros([batch]), ...Object.fromEntries(past.flat()) };
  }

  #noAction(batch: number): tf.Tensor {
    return tf.zeros([batch, this.realActionSpace.flatSize + this.#latentCount]);
  }

  #numbersOf(actions: tf.Tensor): tf.Tensor {
    return actionNumbers(this.config.actions, { real: this.realActionSpace, latent: this.#latentCount }, actions);
  }
}
