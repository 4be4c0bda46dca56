import { ConfigError, describe } from "../../base/errors.ts";
import { Pcg64 } from "../pcg64.ts";
import { systemEntropy } from "../seed-sequence.ts";
import { Dict } from "./dict.ts";
import type { Graph } from "./graph.ts";
import type { OneOf } from "./one-of.ts";
import type { Sequence } from "./sequence.ts";
import type { Space } from "./space.ts";
import { SpaceGenerator, type SpaceSeed } from "./space-generator.ts";
import { Tuple } from "./tuple.ts";

const MAX_INT32 = 2 ** 31 - 1;

/**
 * Generators for a space and its parts, seeded as Gymnasium's `space.seed(seed)` seeds them, so that
 * `space.sample(generator)` draws what Python draws. An integer is spread over the parts; a list (Tuple, OneOf, Sequence,
 * Graph) or an object (Dict) gives each its own, in Gymnasium's order; without a seed, all start from the system's entropy.
 */
export function seedSpace(space: Space<unknown>, seed?: SpaceSeed): SpaceGenerator {
  const parts = partsOf(space);
  if (!parts) return leaf(space, seed);
  const { spaces, named, ownSeed } = parts;
  if (seed === undefined)
    return branch(
      space,
      systemEntropy(),
      spaces.map(() => undefined),
    );
  if (typeof seed === "number" || typeof seed === "bigint") {
    const own = new Pcg64(seed);
    const seeds = spaces.map(() => own.integers(0, MAX_INT32));
    return branch(space, seed, seeds, ownSeed ? new Pcg64(seed) : own);
  }
  const list = listOfSeeds(space, seed, named, spaces.length + (ownSeed ? 1 : 0));
  const own = ownSeed ? list[0] : systemEntropy();
  if (typeof own !== "number" && typeof own !== "bigint") {
    throw new ConfigError(`Expected an integer as the first seed of ${space}, got ${describe(own)}.`);
  }
  return branch(space, own, ownSeed ? list.slice(1) : list);
}

/**
 * Generators for `batchSpace(space, n)` that start where those of `space` are, as Gymnasium's `batch_space` hands them on;
 * those of `space` do not move.
 */
export function batchGenerator(space: Space<unknown>, generator: SpaceGenerator, n: number): SpaceGenerator {
  const own = generator.own.clone();
  if (space instanceof Tuple || space instanceof Dict) {
    const { spaces } = partsOf(space) as Parts;
    return new SpaceGenerator(
      own,
      generator.seed,
      spaces.map((part, i) => batchGenerator(part, generator.part(i), n)),
    );
  }
  if (["Box", "Discrete", "MultiDiscrete", "MultiBinary"].includes(space.type)) {
    return new SpaceGenerator(own, generator.seed);
  }
  const random = generator.own.clone();
  const seeds = Array.from({ length: n }, () => random.integers(0, 1e8));
  return new SpaceGenerator(
    own,
    seeds,
    seeds.map((seed) => seedSpace(space, seed)),
  );
}

function leaf(space: Space<unknown>, seed: SpaceSeed = systemEntropy()): SpaceGenerator {
  if (typeof seed !== "number" && typeof seed !== "bigint") {
    throw new ConfigError(`Expected an integer as the seed of ${space}, got ${describe(seed)}.`);
  }
  return new SpaceGenerator(new Pcg64(seed), seed);
}

function branch(
  space: Space<unknown>,
  ownSeed: number | bigint,
  seeds: readonly (SpaceSeed | undefined)[],
  own = new Pcg64(ownSeed),
): SpaceGenerator {
  const { spaces, named, ownSeed: keepsOwn } = partsOf(space) as Parts;
  const parts = spaces.map((part, i) => seedSpace(part, seeds[i]));
  const used = parts.map((part) => part.seed);
  if (named) return new SpaceGenerator(own, Object.fromEntries(named.map((name, i) => [name, used[i]])), parts);
  return new SpaceGenerator(own, keepsOwn ? [ownSeed, ...used] : used, parts);
}

interface Parts {
  readonly spaces: readonly Space<unknown>[];
  /** The names of a Dict's parts. */
  readonly named?: readonly string[];
  /** Whether the space itself draws, too, and has the first seed of a list. */
  readonly ownSeed: boolean;
}

function partsOf(space: Space<unknown>): Parts | undefined {
  if (space instanceof Tuple) return { spaces: space.spaces, ownSeed: false };
  if (space instanceof Dict) {
    return { spaces: space.names.map((name) => space.spaces[name]), named: space.names, ownSeed: false };
  }
  switch (space.type) {
    case "OneOf":
      return { spaces: (space as OneOf<readonly Space<unknown>[]>).spaces, ownSeed: true };
    case "Sequence":
      return { spaces: [(space as unknown as Sequence<Space<unknown>>).featureSpace], ownSeed: true };
    case "Graph": {
      const { nodeSpace, edgeSpace } = space as unknown as Graph<Space<unknown>, Space<unknown> | null>;
      return { spaces: edgeSpace ? [nodeSpace, edgeSpace] : [nodeSpace], ownSeed: true };
    }
    default:
      return undefined;
  }
}

function listOfSeeds(
  space: Space<unknown>,
  seed: SpaceSeed,
  named: readonly string[] | undefined,
  count: number,
): readonly SpaceSeed[] {
  if (named) {
    const record = seed as { readonly [name: string]: SpaceSeed };
    const names = Array.isArray(seed) ? [] : Object.keys(record);
    if (names.length !== named.length || !named.every((name) => Object.hasOwn(record, name))) {
      throw new ConfigError(`Expected seeds by ${named.join(", ")} for ${space}, got ${describe(seed)}.`);
    }
    return named.map((name) => record[name]);
  }
  if (!Array.isArray(seed) || seed.length !== count) {
    throw new ConfigError(`Expected a list of ${count} seeds for ${space}, got ${describe(seed)}.`);
  }
  return seed;
}
