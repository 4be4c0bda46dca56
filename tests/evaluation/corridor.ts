import type { Env, Reset, Step } from "../../src/core/env.ts";
import { RandomStream } from "../../src/core/random.ts";
import { Discrete } from "../../src/core/spaces/discrete.ts";

/** A corridor whose length is drawn from the seed, 3 to 12 steps; action 1 earns 1 a step, action 0 nothing. */
export class Corridor implements Env<number, number> {
  readonly observationSpace = new Discrete(13);
  readonly actionSpace = new Discrete(2);
  readonly seeds: number[] = [];
  closed = 0;
  #left = 0;
  readonly #bonus: number;

  /** @param bonus added to every reward */
  constructor(bonus = 0) {
    this.#bonus = bonus;
  }

  static length(seed: number): number {
    return new RandomStream(seed).integer(3, 13);
  }

  reset({ seed = 0 }: { seed?: number } = {}): Reset<number> {
    this.seeds.push(seed);
    this.#left = Corridor.length(seed);
    return { observation: this.#left, info: {} };
  }

  step(action: number): Step<number> {
    this.#left--;
    return {
      observation: this.#left,
      reward: action + this.#bonus,
      terminated: this.#left === 0,
      truncated: false,
      info: {},
    };
  }

  render(): undefined {}

  close(): void {
    this.closed++;
  }
}
