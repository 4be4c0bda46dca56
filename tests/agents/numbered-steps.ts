import type { Env } from "../../src/core/env.ts";
import { Box } from "../../src/core/spaces/box.ts";
import { Discrete } from "../../src/core/spaces/discrete.ts";

/** Observes [episode, step], from [1, 0] on; pays the number of the step taken, and ends after `length` of them. */
export class NumberedSteps implements Env<Float32Array, number> {
  readonly observationSpace = new Box({ low: 0, high: Number.POSITIVE_INFINITY, shape: [2] });
  readonly actionSpace = new Discrete(2, { start: 5 });
  readonly #length: number;
  readonly #end: "terminated" | "truncated";
  #episode = 0;
  #step = 0;

  constructor(length: number, end: "terminated" | "truncated") {
    this.#length = length;
    this.#end = end;
  }

  reset() {
    this.#episode++;
    this.#step = 0;
    return { observation: Float32Array.of(this.#episode, 0), info: {} };
  }

  step(_action: number) {
    this.#step++;
    const over = this.#step === this.#length;
    return {
      observation: Float32Array.of(this.#episode, this.#step),
      reward: this.#step,
      terminated: over && this.#end === "terminated",
      truncated: over && this.#end === "truncated",
      info: {},
    };
  }

  render(): undefined {}
  close(): void {}
}
