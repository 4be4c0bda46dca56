import type { Env, Step } from "../../src/core/env.ts";
import { RandomStream } from "../../src/core/random.ts";
import { Box } from "../../src/core/spaces/box.ts";
import { Discrete } from "../../src/core/spaces/discrete.ts";

/**
 * A walk of a drawn length (3 … 12 steps, then terminated): the frame shows the step's number, the reward is 10 at step 2
 * (counted from 0) and else the action.
 */
export class WalkEnv implements Env<Uint8Array, number> {
  readonly observationSpace = new Box({ low: 0, high: 255, shape: [4, 3, 3], dtype: "uint8" });
  readonly actionSpace = new Discrete(3);
  #random = new RandomStream(0);
  #length = 0;
  #step = 0;

  reset({ seed = 0 } = {}) {
    this.#random = new RandomStream(seed);
    this.#length = this.#random.integer(3, 13);
    this.#step = 0;
    return { observation: this.#draw(), info: {} };
  }

  step(action: number): Step<Uint8Array> {
    const reward = this.#step === 2 ? 10 : action;
    this.#step++;
    const terminated = this.#step === this.#length;
    return { observation: this.#draw(), reward, terminated, truncated: false, info: {} };
  }

  render() {
    return undefined;
  }

  close() {}

  #draw(): Uint8Array {
    const frame = new Uint8Array(36).fill(this.#step);
    frame[35] = this.#random.integer(0, 256);
    return frame;
  }
}
