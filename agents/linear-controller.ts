import * as tf from "@tensorflow/tfjs";
import { z } from "zod";
import { ConfigError } from "../src/base/errors.ts";
import { Box } from "../src/core/spaces/box.ts";
import { Discrete } from "../src/core/spaces/discrete.ts";
import type { Space } from "../src/core/spaces/space.ts";
import type { Actor, Policy } from "./policy.ts";

export const LinearControllerConfig = z.strictObject({
  /** A constant input beside the features. The original's TakeCover controller has none. */
  bias: z.boolean().default(true),
  /** How many of the features it looks at, from the first; default: all. 32 is z alone, without h. */
  inputs: z.int().positive().optional(),
  /**
   * Elements of a Box action that are cut off at their bounds instead of scaled to them, as the original's brake is: 0
   * for half of what tanh says.
   */
  clipped: z.array(z.int().nonnegative()).optional(),
  name: z.string().default("linear"),
});
export type LinearControllerConfig = z.output<typeof LinearControllerConfig>;

/**
 * C of World Models (Ha & Schmidhuber 2018, eq. 1): tanh(W·features + b). For a discrete space one number, whose range −1 … 1
 * is cut into n equal parts (three actions: thresholds ±1/3); for a bounded Box one number an element, scaled to its bounds.
 *
 * 867 weights for CarRacing ([z, h] → 3), 1,088 for TakeCover ([z, c, h] → 1, no bias).
 */
export class LinearController implements Policy<Float32Array, unknown> {
  readonly config: LinearControllerConfig;
  readonly featureSize: number;
  readonly actionSpace: Space<unknown>;
  /** Rows of inputs (+ bias last), one row an output. */
  readonly weights: Float32Array;
  readonly #inputs: number;

  constructor(options: {
    featureSize: number;
    actionSpace: Space<unknown>;
    weights?: ArrayLike<number>;
    config?: z.input<typeof LinearControllerConfig>;
  }) {
    this.config = LinearControllerConfig.parse(options.config ?? {});
    this.featureSize = options.featureSize;
    this.actionSpace = options.actionSpace;
    this.#inputs = Math.min(this.config.inputs ?? options.featureSize, options.featureSize);
    const size = controllerOutputs(options.actionSpace) * (this.#inputs + Number(this.config.bias));
    this.weights = Float32Array.from(options.weights ?? new Float32Array(size));
    if (this.weights.length !== size)
      throw new ConfigError(`Expected ${size} controller weights, got ${this.weights.length}.`);
  }

  get name(): string {
    return this.config.name;
  }

  /** The same controller with other weights. */
  with(weights: ArrayLike<number>): LinearController {
    return new LinearController({ ...this, weights, config: this.config });
  }

  begin(): Actor<Float32Array, unknown> {
    return { act: (features) => this.act(features) };
  }

  act(features: Float32Array): unknown {
    const outputs = controllerOutputs(this.actionSpace);
    const inputs = this.#inputs;
    const width = inputs + Number(this.config.bias);
    const squashed = Float32Array.from({ length: outputs }, (_, row) => {
      let sum = this.config.bias ? this.weights[(row + 1) * width - 1] : 0;
      for (let i = 0; i < inputs; i++) sum += this.weights[row * width + i] * features[i];
      return Math.tanh(sum);
    });
    const { actionSpace } = this;
    if (actionSpace instanceof Discrete) {
      const part = Math.floor(((squashed[0] + 1) / 2) * actionSpace.n);
      return actionSpace.start + Math.min(part, actionSpace.n - 1);
    }
    const { low, high } = actionSpace as Box;
    return squashed.map((value, i) =>
      this.config.clipped?.includes(i)
        ? Math.min(Math.max(value, low[i]), high[i])
        : low[i] + ((value + 1) / 2) * (high[i] - low[i]),
    );
  }

  /** The same rule inside a graph, for P candidates at once: weights (P, n), features (P, D, F) → (P, D) or (P, D, A). */
  readonly graph = (weights: tf.Tensor, features: tf.Tensor): tf.Tensor => {
    const [candidates, dreams] = features.shape as [number, number, number];
    const outputs = controllerOutputs(this.actionSpace);
    const { bias, clipped = [] } = this.config;
    const inputs = this.#inputs;
    const seen = inputs < this.featureSize ? tf.slice(features, [0, 0, 0], [candidates, dreams, inputs]) : features;
    const input = bias ? tf.concat([seen, tf.ones([candidates, dreams, 1])], 2) : seen;
    const rows = tf.reshape(weights, [candidates, outputs, inputs + Number(bias)]);
    const squashed = tf.tanh(tf.matMul(input, rows, false, true)); // (P, D, outputs)
    const { actionSpace } = this;
    if (actionSpace instanceof Discrete) {
      const part = tf.floor(tf.mul(tf.add(tf.reshape(squashed, [candidates, dreams]), 1), actionSpace.n / 2));
      return tf.cast(tf.add(tf.minimum(part, actionSpace.n - 1), actionSpace.start), "int32");
    }
    const { low, high } = actionSpace as Box;
    const span = Float32Array.from(high, (value, i) => (value - low[i]) / 2);
    const scaled = tf.add(tf.mul(tf.add(squashed, 1), tf.tensor1d(span)), tf.tensor1d(Float32Array.from(low)));
    if (clipped.length === 0) return scaled;
    const bounds = { low: tf.tensor1d(Float32Array.from(low)), high: tf.tensor1d(Float32Array.from(high)) };
    const cut = tf.minimum(tf.maximum(squashed, bounds.low), bounds.high);
    const isCut = tf.tensor1d(Float32Array.from(low, (_, i) => Number(clipped.includes(i))));
    return tf.add(tf.mul(cut, isCut), tf.mul(scaled, tf.sub(1, isCut)));
  };
}

function controllerOutputs(space: Space<unknown>): number {
  if (space instanceof Discrete) return 1;
  if (space instanceof Box && space.low.every(Number.isFinite) && space.high.every(Number.isFinite))
    return space.flatSize;
  throw new ConfigError(`Expected a Discrete or a bounded Box action space for a linear controller, got ${space}.`);
}
