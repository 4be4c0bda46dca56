import { ConfigError } from "../../base/errors.ts";
import type { EnvState } from "../env.ts";

type Round = (x: number) => number;
const double: Round = (x) => x;

/**
 * Mean and variance of all values seen, element by element (Chan's parallel update), as Gymnasium computes them: it starts
 * with mean 0 and variance 1 at the weight `count`, and rounds to float32 as long as all it met was float32.
 */
export class RunningMeanStd {
  mean: Float64Array;
  var: Float64Array;
  /** The weight of what was seen. */
  count: number;
  #single: boolean;

  constructor({
    size = 1,
    dtype = "float64",
    count = 1e-4,
  }: { size?: number; dtype?: "float32" | "float64"; count?: number }) {
    if (!Number.isInteger(size) || size < 0) throw new ConfigError(`Expected size to be an integer ≥ 0, got ${size}.`);
    this.mean = new Float64Array(size);
    this.var = new Float64Array(size).fill(1);
    this.count = count;
    this.#single = dtype === "float32";
  }

  /** What results are rounded to. */
  get dtype(): "float32" | "float64" {
    return this.#single ? "float32" : "float64";
  }

  /** Takes in one value: a batch of one, with variance 0. */
  update(value: ArrayLike<number>): void {
    this.updateFromMoments({
      mean: value,
      var: undefined,
      count: 1,
      dtype: value instanceof Float32Array ? "float32" : "float64",
    });
  }

  /** Takes in a batch by its moments; `var` undefined means 0. */
  updateFromMoments(batch: {
    readonly mean: ArrayLike<number>;
    readonly var: ArrayLike<number> | undefined;
    readonly count: number;
    readonly dtype: "float32" | "float64";
  }): void {
    if (batch.mean.length !== this.mean.length) {
      throw new ConfigError(`Expected ${this.mean.length} elements, got ${batch.mean.length}.`);
    }
    const before: Round = this.#single ? Math.fround : double;
    this.#single &&= batch.dtype === "float32";
    const round: Round = this.#single ? Math.fround : double;
    const total = this.count + batch.count;
    const n = round(batch.count);
    for (let i = 0; i < this.mean.length; i++) {
      const delta = round(batch.mean[i] - this.mean[i]);
      const ownSquares = before(this.var[i] * before(this.count));
      const squares = round(ownSquares + round((batch.var?.[i] ?? 0) * n));
      const between = round(round(round(round(delta * delta) * round(this.count)) * n) / round(total));
      this.mean[i] = round(this.mean[i] + round(round(delta * n) / round(total)));
      this.var[i] = round(round(squares + between) / round(total));
    }
    this.count = total;
  }

  /** √(var + epsilon), rounded as the statistics are. */
  std(i: number, epsilon: number): number {
    const round: Round = this.#single ? Math.fround : double;
    return round(Math.sqrt(round(this.var[i] + round(epsilon))));
  }

  state(): EnvState {
    return { mean: this.mean.slice(), var: this.var.slice(), count: this.count, dtype: this.dtype };
  }

  restore(state: EnvState): void {
    this.mean = (state["mean"] as Float64Array).slice();
    this.var = (state["var"] as Float64Array).slice();
    this.count = state["count"] as number;
    this.#single = state["dtype"] === "float32";
  }
}
