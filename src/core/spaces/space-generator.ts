import { ConfigError } from "../../base/errors.ts";
import type { Pcg64 } from "../pcg64.ts";

/** What seeded a space and its parts, in the form that Gymnasium's `space.seed` takes and returns. */
export type SpaceSeed = number | bigint | readonly SpaceSeed[] | { readonly [name: string]: SpaceSeed };

/**
 * The generators of a space and of its parts, as Gymnasium keeps them within its spaces: pass it to `sample`, and a seed
 * gives Python's samples. Made by `seedSpace`.
 */
export class SpaceGenerator {
  readonly own: Pcg64;
  /** In the form of Gymnasium's return value of `space.seed`. */
  readonly seed: SpaceSeed;
  readonly #parts: readonly SpaceGenerator[];

  constructor(own: Pcg64, seed: SpaceSeed, parts: readonly SpaceGenerator[] = []) {
    this.own = own;
    this.seed = seed;
    this.#parts = parts;
  }

  part(index: number): SpaceGenerator {
    const part = this.#parts[index];
    if (!part) throw new ConfigError("Expected the generator of this very space, got another's. Use seedSpace(space).");
    return part;
  }
}
