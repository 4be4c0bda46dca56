import seedrandom from "seedrandom";

/** A generator's saved place; JSON-able. */
export type RandomState = Readonly<Record<string, unknown>>;

/**
 * A named stream of random numbers. The same seed and name give the same numbers on every machine;
 * streams of different names are independent, so that adding a draw to one leaves the others alone.
 */
export class RandomStream {
  #name: string;
  #generator: seedrandom.StatefulPRNG<seedrandom.State.Alea>;
  #spare: number | undefined; // Box–Muller yields two normals at a time

  constructor(seed: number | string, name = "") {
    this.#name = `${seed}/${name}`;
    this.#generator = seedrandom.alea(this.#name, { state: true });
  }

  /** A stream of its own, named below this one; drawing from it leaves this one untouched. */
  split(name: string | number): RandomStream {
    return new RandomStream(this.#name, String(name));
  }

  /** Uniform on [low, high), 32 bits of resolution. */
  uniform(low = 0, high = 1): number {
    return low + (high - low) * this.#generator();
  }

  /** A uniform integer, low ≤ n < high. */
  integer(low: number, high: number): number {
    return low + Math.floor(this.#generator() * (high - low));
  }

  /** A standard normal (Box–Muller). */
  normal(): number {
    if (this.#spare !== undefined) {
      const value = this.#spare;
      this.#spare = undefined;
      return value;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - this.#generator()));
    const angle = 2 * Math.PI * this.#generator();
    this.#spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  }

  /** The integers 0 … n−1 in random order (Fisher–Yates). */
  permutation(n: number): Uint32Array {
    const order = Uint32Array.from({ length: n }, (_, i) => i);
    for (let i = n - 1; i > 0; i--) {
      const j = this.integer(0, i + 1);
      const kept = order[i];
      order[i] = order[j];
      order[j] = kept;
    }
    return order;
  }

  state(): RandomState {
    return { name: this.#name, generator: this.#generator.state(), spare: this.#spare };
  }

  /** The stream goes on exactly where `state()` was taken. */
  static from(state: RandomState): RandomStream {
    const { name, generator, spare } = state as { name: string; generator: seedrandom.State.Alea; spare?: number };
    const stream = new RandomStream(name);
    stream.#name = name; // the constructor has added to it
    stream.#generator = seedrandom.alea("", { state: generator });
    stream.#spare = spare;
    return stream;
  }
}
