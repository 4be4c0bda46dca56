import { ConfigError } from "../../base/errors.ts";
import type { BatchedValue } from "./batch-space.ts";
import { readSlot, writeSlot } from "./batch-values.ts";
import { Box } from "./box.ts";
import { Dict } from "./dict.ts";
import { Discrete } from "./discrete.ts";
import { DTYPES, type SpaceDType, type TypedArray } from "./dtype.ts";
import { MultiBinary } from "./multi-binary.ts";
import { MultiDiscrete } from "./multi-discrete.ts";
import { OneOf } from "./one-of.ts";
import type { Space, SpaceValue } from "./space.ts";
import { Text } from "./text.ts";
import { Tuple } from "./tuple.ts";

/** Typed arrays over shared buffers, arranged like the space; a message to a worker thread carries it as it is. */
export type SharedMemory = TypedArray | readonly SharedMemory[] | { readonly [name: string]: SharedMemory };

/**
 * Shared buffers for `n` values of `space` (Gymnasium's `create_shared_memory`). A Text takes its flat form, a OneOf the
 * indices of its choices and room for each; a Sequence or a Graph has no size of its own and is refused.
 */
export function createSharedMemory(space: Space<unknown>, n = 1): SharedMemory {
  if (space instanceof Box) return shared((space as Box).dtype, n * space.flatSize);
  if (space instanceof Discrete) return shared("int32", n);
  if (space instanceof MultiDiscrete) return shared("int32", n * space.nvec.length);
  if (space instanceof MultiBinary) return shared("int8", n * space.flatSize);
  if (space instanceof Text) return shared("int32", n * space.maxLength);
  if (space instanceof OneOf) return [shared("int32", n), ...list(space).map((part) => createSharedMemory(part, n))];
  if (space instanceof Tuple) return list(space).map((part) => createSharedMemory(part, n));
  if (space instanceof Dict) {
    return Object.fromEntries(space.names.map((name) => [name, createSharedMemory(space.spaces[name], n)]));
  }
  throw new ConfigError(`Expected a space of a fixed size, got ${space}. Send its values as messages instead.`);
}

function shared(dtype: SpaceDType, length: number): TypedArray {
  const { array } = DTYPES[dtype];
  return new array(new SharedArrayBuffer(length * array.BYTES_PER_ELEMENT));
}

/** Copies one value into place `index` (Gymnasium's `write_to_shared_memory`). */
export function writeToSharedMemory<S extends Space<unknown>>(
  space: S,
  memory: SharedMemory,
  index: number,
  value: SpaceValue<S>,
): void {
  write(space, memory, index, value);
}

function write(space: Space<unknown>, memory: SharedMemory, index: number, value: unknown): void {
  if (space instanceof Tuple) {
    list(space).forEach((part, i) => {
      write(part, (memory as readonly SharedMemory[])[i], index, (value as readonly unknown[])[i]);
    });
  } else if (space instanceof Dict) {
    for (const name of space.names) {
      write(space.spaces[name], rooms(memory)[name], index, (value as Record<string, unknown>)[name]);
    }
  } else if (space instanceof Text) {
    (memory as Int32Array).set(space.flatten(value as string), index * space.maxLength);
  } else if (space instanceof OneOf) {
    const [indices, ...places] = memory as readonly SharedMemory[];
    const chosen = value as { readonly index: number; readonly value: unknown };
    (indices as Int32Array)[index] = chosen.index;
    write(list(space)[chosen.index], places[chosen.index], index, chosen.value);
  } else {
    writeSlot<Space<unknown>>(space, memory, index, value);
  }
}

/**
 * The batch of all `n` values, in the form of `batchSpace(space, n)`'s values (Gymnasium's `read_from_shared_memory`).
 * Arrays are the shared memory itself: copy what must not change.
 */
export function readFromSharedMemory<S extends Space<unknown>>(
  space: S,
  memory: SharedMemory,
  n: number,
): BatchedValue<S> {
  return read(space, memory, n) as BatchedValue<S>;
}

function read(space: Space<unknown>, memory: SharedMemory, n: number): unknown {
  if (space instanceof Tuple) return list(space).map((part, i) => read(part, (memory as SharedMemory[])[i], n));
  if (space instanceof Dict) {
    return Object.fromEntries(space.names.map((name) => [name, read(space.spaces[name], rooms(memory)[name], n)]));
  }
  if (space instanceof Text) {
    const { maxLength } = space;
    const row = (i: number) => (memory as Int32Array).subarray(i * maxLength, (i + 1) * maxLength);
    return Array.from({ length: n }, (_, i) => space.unflatten(row(i)));
  }
  if (space instanceof OneOf) {
    const [indices, ...places] = memory as readonly SharedMemory[];
    return Array.from(indices as Int32Array, (index, i) => {
      const part = list(space)[index];
      return { index, value: readSlot<Space<unknown>>(part, read(part, places[index], n), i) };
    });
  }
  return memory;
}

function list(space: { readonly spaces: readonly Space<unknown>[] }): readonly Space<unknown>[] {
  return space.spaces;
}

function rooms(memory: SharedMemory): { readonly [name: string]: SharedMemory } {
  return memory as { readonly [name: string]: SharedMemory };
}
