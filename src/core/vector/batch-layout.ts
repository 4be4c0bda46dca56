import { ConfigError, describe } from "../../base/errors.ts";
import type { Box } from "../spaces/box.ts";
import { DTYPES, type TypedArray } from "../spaces/dtype.ts";
import type { MultiDiscrete } from "../spaces/multi-discrete.ts";
import type { Space } from "../spaces/space.ts";

/** The memory of a batch: one typed array or list for each elementary space in it, in a fixed order. */
export type Column = TypedArray | unknown[];

/**
 * How the values of N slots lie in a batch (a value of `batchSpace(space, N)`): made once for a space, so that a slot is
 * written and read without asking the space again. Numbers and arrays are kept in one typed array, the rest in a list.
 */
export interface BatchLayout {
  /** Whether all values have one size, so that typed arrays, and thus shared memory, can hold them. */
  readonly fixed: boolean;
  /** An empty batch of `slots` values, in shared memory if asked. */
  create(slots: number, options?: { shared: boolean }): Column[];
  /** Puts the value into the slot, from column `first` on. */
  write(columns: readonly Column[], slot: number, value: unknown): void;
  /** A copy of the slot's value. */
  read(columns: readonly Column[], slot: number): unknown;
  /** The columns as the value of the batched space that they are; nothing is copied. */
  toBatch(columns: readonly Column[]): unknown;
  /** The columns of a batch; refuses what is not a batch of so many slots. */
  columnsOf(batch: unknown, slots: number): Column[];
}

/** The layout of batches of this space. */
export function batchLayout(space: Space<unknown>): BatchLayout {
  return layoutAt(space, 0).layout;
}

/** A copy of the columns; shared memory becomes ordinary memory. */
export function copyColumns(columns: readonly Column[]): Column[] {
  const copies = new Array<Column>(columns.length);
  for (let i = 0; i < columns.length; i++) copies[i] = columns[i].slice();
  return copies;
}

interface Placed {
  readonly layout: BatchLayout;
  /** How many columns it takes. */
  readonly width: number;
}

function layoutAt(space: Space<unknown>, at: number): Placed {
  switch (space.type) {
    case "Box": {
      const box = space as Box;
      return { layout: new ArrayLayout(at, DTYPES[box.dtype].array, product(box.shape)), width: 1 };
    }
    case "MultiDiscrete":
      return { layout: new ArrayLayout(at, Int32Array, product((space as MultiDiscrete).shape)), width: 1 };
    case "MultiBinary":
      return { layout: new ArrayLayout(at, Int8Array, space.flatSize), width: 1 };
    case "Discrete":
      return { layout: new NumberLayout(at), width: 1 };
    case "Dict":
    case "Tuple": {
      const { spaces } = space as unknown as { spaces: Readonly<Record<string, Space<unknown>>> };
      return placeParts(spaces, at, space.type === "Tuple");
    }
    default:
      return { layout: new ListLayout(at), width: 1 };
  }
}

function placeParts(spaces: Readonly<Record<string, Space<unknown>>>, at: number, list: boolean): Placed {
  const names = Object.keys(spaces); // of a Tuple: its indices
  const parts: BatchLayout[] = [];
  let next = at;
  for (const name of names) {
    const { layout, width } = layoutAt(spaces[name], next);
    parts.push(layout);
    next += width;
  }
  return { layout: new PartsLayout(names, parts, list), width: next - at };
}

const product = (shape: readonly number[]): number => shape.reduce((size, length) => size * length, 1);

type ArrayClass = {
  new (length: number): TypedArray;
  new (buffer: SharedArrayBuffer): TypedArray;
  BYTES_PER_ELEMENT: number;
};

function allocate(Class: ArrayClass, length: number, shared: boolean): TypedArray {
  return shared ? new Class(new SharedArrayBuffer(length * Class.BYTES_PER_ELEMENT)) : new Class(length);
}

/** Values that are typed arrays of one length. */
class ArrayLayout implements BatchLayout {
  readonly fixed = true;
  readonly #at: number;
  readonly #class: ArrayClass;
  readonly #size: number;

  constructor(at: number, Class: unknown, size: number) {
    this.#at = at;
    this.#class = Class as ArrayClass;
    this.#size = size;
  }

  create(slots: number, { shared } = { shared: false }): Column[] {
    return [allocate(this.#class, slots * this.#size, shared)];
  }

  write(columns: readonly Column[], slot: number, value: unknown): void {
    const column = columns[this.#at] as TypedArray;
    const size = this.#size;
    const array = value as TypedArray;
    if (array?.length !== size) {
      throw new ConfigError(`Expected a ${this.#class.name} of ${size} elements, got ${describe(value)}.`);
    }
    const offset = slot * size;
    if (size > 32) column.set(array, offset);
    else for (let i = 0; i < size; i++) column[offset + i] = array[i]; // a call of set() costs more than a few elements
  }

  read(columns: readonly Column[], slot: number): TypedArray {
    return (columns[this.#at] as TypedArray).slice(slot * this.#size, (slot + 1) * this.#size);
  }

  toBatch(columns: readonly Column[]): unknown {
    return columns[this.#at];
  }

  columnsOf(batch: unknown, slots: number): Column[] {
    if (!(batch instanceof this.#class) || batch.length !== slots * this.#size) {
      throw new ConfigError(
        `Expected a ${this.#class.name} of ${slots} × ${this.#size} elements, got ${describe(batch)}.`,
      );
    }
    return [batch];
  }
}

/** Values that are integers. */
class NumberLayout implements BatchLayout {
  readonly fixed = true;
  readonly #at: number;

  constructor(at: number) {
    this.#at = at;
  }

  create(slots: number, { shared } = { shared: false }): Column[] {
    return [allocate(Int32Array, slots, shared)];
  }

  write(columns: readonly Column[], slot: number, value: unknown): void {
    if (typeof value !== "number") throw new ConfigError(`Expected a number, got ${describe(value)}.`);
    (columns[this.#at] as TypedArray)[slot] = value;
  }

  read(columns: readonly Column[], slot: number): number {
    return (columns[this.#at] as TypedArray)[slot];
  }

  toBatch(columns: readonly Column[]): unknown {
    return columns[this.#at];
  }

  columnsOf(batch: unknown, slots: number): Column[] {
    if (!(batch instanceof Int32Array) || batch.length !== slots) {
      throw new ConfigError(`Expected an Int32Array of ${slots} numbers, got ${describe(batch)}.`);
    }
    return [batch];
  }
}

/** Values of no common size, one after the other in a list. */
class ListLayout implements BatchLayout {
  readonly fixed = false;
  readonly #at: number;

  constructor(at: number) {
    this.#at = at;
  }

  create(slots: number): Column[] {
    return [new Array<unknown>(slots).fill(undefined)];
  }

  write(columns: readonly Column[], slot: number, value: unknown): void {
    columns[this.#at][slot] = value as never;
  }

  read(columns: readonly Column[], slot: number): unknown {
    return columns[this.#at][slot];
  }

  toBatch(columns: readonly Column[]): unknown {
    return columns[this.#at];
  }

  columnsOf(batch: unknown, slots: number): Column[] {
    if (!Array.isArray(batch) || batch.length !== slots) {
      throw new ConfigError(`Expected a list of ${slots} values, got ${describe(batch)}.`);
    }
    return [batch];
  }
}

/** Values that are objects or lists of parts, each of which is batched by itself. */
class PartsLayout implements BatchLayout {
  readonly fixed: boolean;
  readonly #names: readonly string[];
  readonly #parts: readonly BatchLayout[];
  readonly #list: boolean;

  constructor(names: readonly string[], parts: readonly BatchLayout[], list: boolean) {
    this.fixed = parts.every((part) => part.fixed);
    this.#names = names;
    this.#parts = parts;
    this.#list = list;
  }

  create(slots: number, options = { shared: false }): Column[] {
    return this.#parts.flatMap((part) => part.create(slots, options));
  }

  write(columns: readonly Column[], slot: number, value: unknown): void {
    if (typeof value !== "object" || value === null) {
      throw new ConfigError(`Expected ${this.#list ? "a list" : "an object"} of parts, got ${describe(value)}.`);
    }
    const values = value as Readonly<Record<string, unknown>>;
    for (let i = 0; i < this.#parts.length; i++) this.#parts[i].write(columns, slot, values[this.#names[i]]);
  }

  read(columns: readonly Column[], slot: number): unknown {
    return this.#compose((part) => part.read(columns, slot));
  }

  toBatch(columns: readonly Column[]): unknown {
    return this.#compose((part) => part.toBatch(columns));
  }

  columnsOf(batch: unknown, slots: number): Column[] {
    if (typeof batch !== "object" || batch === null || Array.isArray(batch) !== this.#list) {
      throw new ConfigError(`Expected ${this.#list ? "a list" : "an object"} of batches, got ${describe(batch)}.`);
    }
    const batches = batch as Readonly<Record<string, unknown>>;
    return this.#parts.flatMap((part, i) => part.columnsOf(batches[this.#names[i]], slots));
  }

  #compose(take: (part: BatchLayout) => unknown): unknown {
    if (this.#list) return this.#parts.map(take);
    return Object.fromEntries(this.#parts.map((part, i) => [this.#names[i], take(part)]));
  }
}
