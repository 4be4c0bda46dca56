import { z } from "zod";
import { ConfigError, describe } from "../../base/errors.ts";
import { Box } from "./box.ts";
import { Dict } from "./dict.ts";
import { Discrete } from "./discrete.ts";
import { DTYPES, type SpaceDType } from "./dtype.ts";
import { Graph } from "./graph.ts";
import { MultiBinary } from "./multi-binary.ts";
import { MultiDiscrete } from "./multi-discrete.ts";
import { OneOf } from "./one-of.ts";
import { Sequence } from "./sequence.ts";
import type { Space } from "./space.ts";
import { Text } from "./text.ts";
import { Tuple } from "./tuple.ts";

const infinite = z.enum(["Infinity", "-Infinity"]).transform(Number);
type Nested = number | readonly Nested[];
const bound: z.ZodType<Nested> = z.union([
  z.number(),
  z.boolean().transform(Number),
  infinite,
  z.array(z.lazy(() => bound)),
]);
const dtype = z.enum(Object.keys(DTYPES) as [SpaceDType, ...SpaceDType[]]);
const shape = z.array(z.number());

const FORMS = {
  Box: z
    .object({ dtype, shape, low: bound, high: bound })
    .transform(({ low, high, ...rest }) => new Box({ ...rest, low: list(low), high: list(high) })),
  Discrete: z
    .object({ n: z.number(), start: z.number().default(0) })
    .transform(({ n, start }) => new Discrete(n, { start })),
  MultiDiscrete: z
    .object({ nvec: bound, start: bound.optional() })
    .transform(
      ({ nvec, start }) =>
        new MultiDiscrete(list(nvec), { start: start === undefined ? undefined : list(start), shape: shapeOf(nvec) }),
    ),
  MultiBinary: z.object({ n: z.union([z.number(), shape]) }).transform(({ n }) => new MultiBinary(n)),
  Text: z
    .object({ max_length: z.number(), min_length: z.number(), charset: z.string() })
    .transform((json) => new Text({ maxLength: json.max_length, minLength: json.min_length, charset: json.charset })),
  Tuple: z
    .object({ subspaces: z.array(z.unknown()) })
    .transform(({ subspaces }) => new Tuple(subspaces.map(spaceFromJSON))),
  Dict: z
    .object({ subspaces: z.record(z.string(), z.unknown()) })
    .transform(
      ({ subspaces }) =>
        new Dict(Object.fromEntries(Object.entries(subspaces).map(([name, json]) => [name, spaceFromJSON(json)]))),
    ),
  OneOf: z
    .object({ subspaces: z.array(z.unknown()) })
    .transform(({ subspaces }) => new OneOf(subspaces.map(spaceFromJSON))),
  Sequence: z
    .object({ subspace: z.unknown(), stack: z.boolean().default(false) })
    .transform(({ subspace, stack }) => new Sequence(spaceFromJSON(subspace), { stack })),
  Graph: z.object({ node_space: z.unknown(), edge_space: z.unknown().optional() }).transform(
    (json) =>
      new Graph<Space<unknown>, Space<unknown> | null>({
        nodeSpace: spaceFromJSON(json.node_space),
        edgeSpace: json.edge_space === undefined || json.edge_space === null ? null : spaceFromJSON(json.edge_space),
      }),
  ),
} satisfies Record<string, z.ZodType<Space<unknown>>>;

/** The space that `toJSON` described; also reads Minari's files once their infinities are quoted. */
export function spaceFromJSON(json: unknown): Space<unknown> {
  const type = typeof json === "object" && json !== null && "type" in json ? json.type : undefined;
  if (typeof type !== "string" || !Object.hasOwn(FORMS, type)) {
    throw new ConfigError(`Expected a space with type ${Object.keys(FORMS).join(", ")}, got ${describe(json)}.`);
  }
  const parsed = FORMS[type as keyof typeof FORMS].safeParse(json);
  if (!parsed.success) {
    throw new ConfigError(
      `Expected the JSON of a ${type} space, got ${describe(json)}.\n${z.prettifyError(parsed.error)}`,
    );
  }
  return parsed.data;
}

/** Nested lists as one, in row-major order; a number (numpy's 0-d array) as a list of it. */
function list(value: Nested): number[] {
  return typeof value === "number" ? [value] : value.flatMap(list);
}

/** The lengths of nested lists, from the outermost in. */
function shapeOf(value: Nested): number[] {
  return typeof value === "number" ? [] : [value.length, ...shapeOf(value[0] ?? 0)];
}
