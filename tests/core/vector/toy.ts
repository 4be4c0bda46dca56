import { RandomStream } from "../../../src/core/random.ts";
import { register } from "../../../src/core/registry.ts";
import { Box } from "../../../src/core/spaces/box.ts";
import { Dict } from "../../../src/core/spaces/dict.ts";
import { Discrete } from "../../../src/core/spaces/discrete.ts";
import { Graph } from "../../../src/core/spaces/graph.ts";
import { MultiBinary } from "../../../src/core/spaces/multi-binary.ts";
import { MultiDiscrete } from "../../../src/core/spaces/multi-discrete.ts";
import { OneOf } from "../../../src/core/spaces/one-of.ts";
import { Sequence } from "../../../src/core/spaces/sequence.ts";
import { Text } from "../../../src/core/spaces/text.ts";
import { Tuple } from "../../../src/core/spaces/tuple.ts";
import { type MakeVecOptions, makeVec } from "../../../src/core/vector/make-vec.ts";
import { type ToyOptions, toyEnvOf } from "./fixtures/toy-env.mjs";

/* The toy environment of the fixtures, known to this thread and to workers as Toy-v0. */

export const ToyEnv = toyEnvOf({
  Box,
  Dict,
  Discrete,
  Graph,
  MultiBinary,
  MultiDiscrete,
  OneOf,
  RandomStream,
  Sequence,
  Text,
  Tuple,
});
register<ToyOptions>({ id: "Toy-v0", entryPoint: (options) => new ToyEnv(options) });

/** Registers the fixtures in a worker. */
export const toyModule = new URL("./fixtures/register-toy.mjs", import.meta.url).href;

export type Vectorization = "sync" | "workers";

/** A vector of toys; the type of values is the tests' own word. */
export const toys = <Observation = unknown, Action = number>(
  options: MakeVecOptions & ToyOptions & { readonly vectorization?: Vectorization } = {},
) =>
  makeVec<Observation, Action>("Toy-v0", {
    numEnvs: 3,
    disableEnvChecker: true,
    ...options,
    vectorization: options.vectorization ?? "sync",
    ...(options.vectorization === "workers" && { modules: [toyModule], workers: options.workers ?? 2 }),
  });
