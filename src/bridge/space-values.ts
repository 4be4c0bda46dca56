import { ConfigError, describe } from "../base/errors.ts";
import { readSlot } from "../core/spaces/batch-values.ts";
import type { Box } from "../core/spaces/box.ts";
import type { Discrete } from "../core/spaces/discrete.ts";
import { DTYPES, type TypedArray } from "../core/spaces/dtype.ts";
import type { MultiDiscrete } from "../core/spaces/multi-discrete.ts";
import type { Space } from "../core/spaces/space.ts";
import { ProtocolError } from "./errors.ts";
import { align, type Frame, type Payload } from "./frame.ts";
import { copyBytes, decodeTree, encodeTree } from "./value-tree.ts";

type Header = Record<string, unknown>;

/**
 * How values of a space, or batches of N of them, travel. Values of one size are raw arrays at the payload's beginning, in a
 * fixed order and without a word of JSON: Discrete and MultiDiscrete as int32, MultiBinary as int8, Box as its dtype, the
 * parts of a Tuple in order and those of a Dict by name. Values of other spaces are trees under `key` of the header.
 */
export interface SpaceValues {
  /** Whether the values are raw arrays at the payload's beginning. */
  readonly fixed: boolean;
  /** Bytes that they take there. */
  readonly bytes: number;
  /** Puts the value into a message; fixed ones before anything else. */
  put(value: unknown, header: Header, payload: Payload): void;
  /** Takes the value out of a message. */
  take(frame: Frame): unknown;
}

/** Without `slots`, single values; with it, batches in the form of `batchSpace`. */
export function spaceValues(space: Space<unknown>, key: string, slots?: number): SpaceValues {
  const columns = columnsOf(space);
  if (columns) return new FixedValues(space, columns, slots ?? 1, slots !== undefined);
  return {
    fixed: false,
    bytes: 0,
    put(value, header, payload) {
      header[key] =
        slots === undefined
          ? encodeTree(value, payload)
          : Array.from({ length: slots }, (_, i) => encodeTree(readSlot(space, value as never, i), payload));
    },
    take({ header, payload }) {
      if (!(key in header)) throw new ProtocolError(`Expected "${key}" in the header, got ${describe(header)}.`);
      return decodeTree(header[key], payload);
    },
  };
}

/** One array of the payload: a leaf of the space. */
interface Column {
  readonly array: { readonly BYTES_PER_ELEMENT: number; new (buffer: ArrayBuffer): TypedArray };
  /** Elements of one value. */
  readonly size: number;
  readonly scalar: boolean;
}

const INT32 = { from: -(2 ** 31), to: 2 ** 31 - 1 };

/** The leaves of a space whose values have one size; undefined for others. */
function columnsOf(space: Space<unknown>): Column[] | undefined {
  switch (space.type) {
    case "Box": {
      const { dtype, flatSize } = space as Box;
      return [{ array: DTYPES[dtype].array as unknown as Column["array"], size: flatSize, scalar: false }];
    }
    case "Discrete": {
      const { n, start } = space as Discrete;
      const fits = start >= INT32.from && start + n - 1 <= INT32.to;
      return fits ? [{ array: Int32Array, size: 1, scalar: true }] : undefined;
    }
    case "MultiDiscrete":
      return [{ array: Int32Array, size: (space as MultiDiscrete).nvec.length, scalar: false }];
    case "MultiBinary":
      return [{ array: Int8Array, size: space.flatSize, scalar: false }];
    case "Tuple":
    case "Dict": {
      const parts = partNames(space).map((name) => columnsOf(partsOf(space)[name]));
      return parts.includes(undefined) ? undefined : (parts as Column[][]).flat();
    }
    default:
      return undefined;
  }
}

class FixedValues implements SpaceValues {
  readonly fixed = true;
  readonly bytes: number;
  readonly #space: Space<unknown>;
  readonly #columns: readonly Column[];
  readonly #slots: number;
  readonly #batched: boolean;

  constructor(space: Space<unknown>, columns: readonly Column[], slots: number, batched: boolean) {
    this.#space = space;
    this.#columns = columns;
    this.#slots = slots;
    this.#batched = batched;
    const width = ({ array, size }: Column) => slots * size * array.BYTES_PER_ELEMENT;
    this.bytes = columns.reduce((offset, column) => align(offset) + width(column), 0);
  }

  put(value: unknown, _header: Header, payload: Payload): void {
    const arrays: TypedArray[] = [];
    this.#split(this.#space, value, arrays);
    for (const array of arrays) payload.add(array);
  }

  take({ payload }: Frame): unknown {
    const arrays: TypedArray[] = [];
    let offset = 0;
    for (const { array, size } of this.#columns) {
      offset = align(offset);
      const bytes = this.#slots * size * array.BYTES_PER_ELEMENT;
      if (offset + bytes > payload.length) {
        const what = this.#batched ? `${this.#slots} values` : "a value";
        throw new ProtocolError(`Expected ${what} of ${this.#space} in the payload, got only ${payload.length} bytes.`);
      }
      arrays.push(new array(copyBytes(payload, offset, bytes)));
      offset += bytes;
    }
    return this.#join(this.#space, arrays, { next: 0 });
  }

  #split(space: Space<unknown>, value: unknown, arrays: TypedArray[]): void {
    if (space.type === "Tuple" || space.type === "Dict") {
      const parts = partsOf(space);
      for (const name of partNames(space)) this.#split(parts[name], (value as Record<string, unknown>)[name], arrays);
      return;
    }
    const { array, size } = this.#columns[arrays.length];
    const whole = typeof value === "number" ? Int32Array.of(value) : value;
    if (!(whole instanceof array) || whole.length !== this.#slots * size) {
      throw new ConfigError(
        `Expected ${this.#batched ? "a batch of " : ""}a value of ${space}, got ${describe(value)}.`,
      );
    }
    arrays.push(whole);
  }

  #join(space: Space<unknown>, arrays: readonly TypedArray[], at: { next: number }): unknown {
    if (space.type === "Tuple" || space.type === "Dict") {
      const parts = partsOf(space);
      const entries = partNames(space).map((name) => [name, this.#join(parts[name], arrays, at)] as const);
      return space.type === "Tuple" ? entries.map(([, value]) => value) : Object.fromEntries(entries);
    }
    const { scalar } = this.#columns[at.next];
    const array = arrays[at.next++];
    return scalar && !this.#batched ? array[0] : array;
  }
}

function partsOf(space: Space<unknown>): Readonly<Record<string, Space<unknown>>> {
  return (space as unknown as { spaces: Readonly<Record<string, Space<unknown>>> }).spaces;
}

/** A Tuple's indices; a Dict's names in the order of their characters, whatever order an object has them in. */
function partNames(space: Space<unknown>): string[] {
  const names = Object.keys(partsOf(space));
  return space.type === "Tuple" ? names : names.sort();
}
