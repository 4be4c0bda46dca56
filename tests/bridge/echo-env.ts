import type { Env, Reset, ResetOptions, Step } from "../../src/core/env.ts";
import { RandomStream } from "../../src/core/random.ts";
import type { Space } from "../../src/core/spaces/space.ts";

/** What it is told it shows: the observation is the last action, the info what the last reset was given. */
export class EchoEnv<T> implements Env<T, T> {
  readonly observationSpace: Space<T>;
  readonly actionSpace: Space<T>;
  closed = 0;
  #random = new RandomStream(0, "echo");
  #given: ResetOptions = {};
  #steps = 0;

  constructor(space: Space<T>) {
    this.observationSpace = space;
    this.actionSpace = space;
  }

  reset(options: ResetOptions = {}): Reset<T> {
    if (options.seed !== undefined) this.#random = new RandomStream(options.seed, "echo");
    this.#given = options;
    this.#steps = 0;
    return { observation: this.observationSpace.sample(this.#random), info: { ...options } };
  }

  step(action: T): Step<T> {
    this.#steps++;
    const info = this.#steps === 2 ? { given: this.#given, weights: Float32Array.of(1, 2) } : {};
    return { observation: action, reward: this.#steps / 4, terminated: this.#steps === 3, truncated: false, info };
  }

  render(): undefined {
    return undefined;
  }

  close(): void {
    this.closed++;
  }
}
