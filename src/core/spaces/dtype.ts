/** The typed array that holds values of each element type; the names are numpy's. */
export interface TypedArrays {
  float32: Float32Array;
  float64: Float64Array;
  int8: Int8Array;
  int16: Int16Array;
  int32: Int32Array;
  uint8: Uint8Array;
  uint16: Uint16Array;
  uint32: Uint32Array;
  /** Integers of up to 53 bits: JavaScript's numbers have no more, and its arrays of 64 bits hold no numbers. */
  int64: Float64Array;
  /** 0 or 1. */
  bool: Uint8Array;
}

/** An element type of a space's values. */
export type SpaceDType = keyof TypedArrays;

/** Any of the typed arrays that an observation or action may be. */
export type TypedArray = TypedArrays[SpaceDType];

export interface DTypeInfo<D extends SpaceDType = SpaceDType> {
  readonly array: {
    new (length: number): TypedArrays[D];
    new (buffer: SharedArrayBuffer): TypedArrays[D];
    from(values: ArrayLike<number>): TypedArrays[D];
    readonly BYTES_PER_ELEMENT: number;
  };
  readonly integer: boolean;
  /** The least and the greatest finite value. */
  readonly min: number;
  readonly max: number;
  /** The array that `flatten` answers with: the narrowest float that holds every value exactly. */
  readonly flat: typeof Float32Array | typeof Float64Array;
}

const MAX_FLOAT32 = (2 - 2 ** -23) * 2 ** 127;

/** Ranges and array classes by element type. */
export const DTYPES: { readonly [D in SpaceDType]: DTypeInfo<D> } = {
  float32: { array: Float32Array, integer: false, min: -MAX_FLOAT32, max: MAX_FLOAT32, flat: Float32Array },
  float64: { array: Float64Array, integer: false, min: -Number.MAX_VALUE, max: Number.MAX_VALUE, flat: Float64Array },
  int8: { array: Int8Array, integer: true, min: -(2 ** 7), max: 2 ** 7 - 1, flat: Float32Array },
  int16: { array: Int16Array, integer: true, min: -(2 ** 15), max: 2 ** 15 - 1, flat: Float32Array },
  int32: { array: Int32Array, integer: true, min: -(2 ** 31), max: 2 ** 31 - 1, flat: Float64Array },
  uint8: { array: Uint8Array, integer: true, min: 0, max: 2 ** 8 - 1, flat: Float32Array },
  uint16: { array: Uint16Array, integer: true, min: 0, max: 2 ** 16 - 1, flat: Float32Array },
  uint32: { array: Uint32Array, integer: true, min: 0, max: 2 ** 32 - 1, flat: Float64Array },
  int64: {
    array: Float64Array,
    integer: true,
    min: Number.MIN_SAFE_INTEGER,
    max: Number.MAX_SAFE_INTEGER,
    flat: Float64Array,
  },
  bool: { array: Uint8Array, integer: true, min: 0, max: 1, flat: Float32Array },
};

/** Numbers as an array of an element type, as numpy's `astype` has them: integers lose fractions, all but 0 is true. */
export function arrayOf<D extends SpaceDType>(dtype: D, values: ArrayLike<number>): TypedArrays[D] {
  const { array } = DTYPES[dtype];
  if (dtype === "int64") return array.from(Array.from(values, Math.trunc));
  return array.from(dtype === "bool" ? Array.from(values, (value) => (value === 0 ? 0 : 1)) : values);
}
