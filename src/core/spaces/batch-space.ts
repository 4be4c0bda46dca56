import { ConfigError, describe } from "../../base/errors.ts";
import { Box, isUniform } from "./box.ts";
import { Dict } from "./dict.ts";
import { Discrete } from "./discrete.ts";
import { MultiBinary } from "./multi-binary.ts";
import { MultiDiscrete } from "./multi-discrete.ts";
import type { Space, SpaceValue } from "./space.ts";
import { Tuple } from "./tuple.ts";

/**
 * The space of n values of S at once, as `batchSpace` builds it. Arrays get a leading axis of n; a Tuple or a Dict is
 * batched part by part; a space whose values have no common shape (Text, Sequence, OneOf, Graph, a custom one) becomes a
 * Tuple of n copies. Of a space known only as `Space`, no more is known here.
 */
export type BatchedSpace<S extends Space<unknown>> = string extends S["type"]
  ? Space<unknown>
  : S extends Discrete
    ? MultiDiscrete
    : S extends MultiDiscrete
      ? Box<"int32">
      : S extends MultiBinary
        ? Box<"int8">
        : S extends Box<infer D>
          ? Box<D>
          : S extends Tuple<infer P>
            ? Tuple<{ readonly [K in keyof P]: BatchedSpace<P[K]> }>
            : S extends Dict<infer P>
              ? Dict<{ readonly [K in keyof P]: BatchedSpace<P[K]> }>
              : Tuple<readonly S[]>;

/** n values of S in one: Float32Array for a float32 Box, Int32Array for a Discrete, a list for a Text. */
export type BatchedValue<S extends Space<unknown>> = SpaceValue<BatchedSpace<S>>;

/** The space of `n` values of `space` at once (Gymnasium's `batch_space`). */
export function batchSpace<S extends Space<unknown>>(space: S, n = 1): BatchedSpace<S> {
  if (!Number.isInteger(n) || n < 1) throw new ConfigError(`Expected n to be an integer ≥ 1, got ${describe(n)}.`);
  return batched(space, n) as unknown as BatchedSpace<S>;
}

function batched(space: Space<unknown>, n: number): Space<unknown> {
  if (space instanceof Box) return tiledBox(space, n);
  if (space instanceof Discrete) {
    return new MultiDiscrete(Array(n).fill(space.n), { start: Array(n).fill(space.start) });
  }
  if (space instanceof MultiDiscrete) {
    const low = tile(space.start, n);
    const high = tile(space.nvec, n).map((count, i) => low[i] + count - 1);
    return new Box({ low, high, shape: [n, ...space.shape], dtype: "int32" });
  }
  if (space instanceof MultiBinary) return new Box({ low: 0, high: 1, shape: [n, ...space.shape], dtype: "int8" });
  if (space instanceof Tuple) return new Tuple(parts(space).map((part) => batched(part, n)));
  if (space instanceof Dict) {
    const named = Object.entries<Space<unknown>>(space.spaces).map(([name, part]) => [name, batched(part, n)]);
    return new Dict(Object.fromEntries(named));
  }
  return new Tuple(Array<Space<unknown>>(n).fill(space)); // spaces hold no state: n times the same is n copies
}

/**
 * The space of one value each of several spaces of one kind that differ in their bounds (Gymnasium's
 * `batch_differing_spaces`): what a vector of environments with different bounds acts in.
 */
export function batchDifferingSpaces(spaces: readonly Space<unknown>[]): Space<unknown> {
  const [first] = spaces;
  if (first === undefined) throw new ConfigError("Expected at least one space, got none.");
  if (first instanceof Box) return stackedBoxes(alike(spaces, Box, (box) => `${box.dtype} ${box.shape}`));
  if (first instanceof Discrete) {
    const all = alike(spaces, Discrete);
    return new MultiDiscrete(
      all.map((space) => space.n),
      { start: all.map((space) => space.start) },
    );
  }
  if (first instanceof MultiDiscrete) {
    const all = alike(spaces, MultiDiscrete, (space) => String(space.shape));
    const low = all.flatMap((space) => [...space.start]);
    const high = all.flatMap((space) => [...space.nvec].map((count, i) => space.start[i] + count - 1));
    return new Box({ low, high, shape: [all.length, ...first.shape], dtype: "int32" });
  }
  if (first instanceof MultiBinary) {
    const all = alike(spaces, MultiBinary, (space) => String(space.shape));
    return new Box({ low: 0, high: 1, shape: [all.length, ...first.shape], dtype: "int8" });
  }
  if (first instanceof Tuple) {
    const all = alike(spaces, Tuple, (space) => `${parts(space).length} parts`).map(parts);
    return new Tuple(all[0].map((_, i) => batchDifferingSpaces(all.map((each) => each[i]))));
  }
  if (first instanceof Dict) {
    const all = alike(spaces, Dict, (space) => Object.keys(space.spaces).join(", "));
    const named = Object.keys(first.spaces).map((name) => [
      name,
      batchDifferingSpaces(all.map((space) => space.spaces[name])),
    ]);
    return new Dict(Object.fromEntries(named));
  }
  const stranger = spaces.find((space) => space.type !== first.type);
  if (stranger) throw new ConfigError(`Expected spaces of one kind, got ${first} and ${stranger}.`);
  return new Tuple([...spaces]);
}

/** All of one class, and of one `form` as far as that is asked for. */
function alike<S extends Space<unknown>>(
  spaces: readonly Space<unknown>[],
  kind: new (...options: never[]) => S,
  form: (space: S) => string = () => "",
): S[] {
  const [first] = spaces;
  for (const space of spaces) {
    if (!(space instanceof kind)) throw new ConfigError(`Expected spaces of one kind, got ${first} and ${space}.`);
    if (form(space) !== form(first as S)) {
      throw new ConfigError(`Expected spaces of one form (shape, dtype, names), got ${first} and ${space}.`);
    }
  }
  return spaces as S[];
}

function tiledBox(box: Box<"float32">, n: number): Box<"float32"> {
  const shape = [n, ...box.shape];
  const { low, high, dtype } = box;
  if (isUniform(low) && isUniform(high)) return new Box({ low: low[0], high: high[0], shape, dtype });
  return stackedBoxes(Array(n).fill(box));
}

/** Boxes of one shape and dtype on a new first axis. */
function stackedBoxes(boxes: readonly Box<"float32">[]): Box<"float32"> {
  const [{ shape, dtype }] = boxes;
  const low = boxes.flatMap((box) => [...box.low]);
  const high = boxes.flatMap((box) => [...box.high]);
  return new Box({ low, high, shape: [boxes.length, ...shape], dtype });
}

function tile(values: Int32Array, n: number): Int32Array {
  const tiled = new Int32Array(n * values.length);
  for (let i = 0; i < n; i++) tiled.set(values, i * values.length);
  return tiled;
}

function parts(space: Tuple<readonly Space<unknown>[]>): readonly Space<unknown>[] {
  return space.spaces;
}
