import { describe } from "../base/errors.ts";
import { ProtocolError } from "./errors.ts";
import type { Payload } from "./frame.ts";

/** Element types on the wire by numpy's name; int64 and bool have no array of plain numbers in JavaScript. */
const ARRAYS = {
  float32: Float32Array,
  float64: Float64Array,
  int8: Int8Array,
  int16: Int16Array,
  int32: Int32Array,
  uint8: Uint8Array,
  uint16: Uint16Array,
  uint32: Uint32Array,
  int64: BigInt64Array,
  uint64: BigUint64Array,
  bool: Uint8Array,
} as const;
export type WireDType = keyof typeof ARRAYS;

const NAMES = new Map<unknown, WireDType>(
  Object.entries(ARRAYS)
    .filter(([name]) => name !== "bool")
    .map(([name, array]) => [array, name as WireDType]),
);
const NOT_FINITE: Readonly<Record<string, number>> = { nan: Number.NaN, inf: Infinity, "-inf": -Infinity };

/**
 * Plain data as JSON: arrays of numbers go into the payload and leave `{"$": [dtype, shape, offset]}` in their place,
 * numbers that JSON lacks are `{"$": "nan" | "inf" | "-inf"}`, and an object with a key "$" of its own is `{"$": {…}}`.
 */
export function encodeTree(value: unknown, payload: Payload): unknown {
  if (typeof value === "number") {
    if (Number.isFinite(value)) return value;
    return { $: Number.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf" };
  }
  if (typeof value === "bigint") return Number(value);
  if (typeof value === "function" || typeof value === "symbol") return String(value);
  if (typeof value !== "object" || value === null) return value;
  if (ArrayBuffer.isView(value)) return encodeArray(value, payload);
  if (Array.isArray(value)) return value.map((entry) => encodeTree(entry, payload) ?? null);
  const entries = value instanceof Map ? [...value] : Object.entries(value);
  const object = Object.fromEntries(entries.map(([key, entry]) => [String(key), encodeTree(entry, payload)]));
  return "$" in object ? { $: object } : object;
}

/** A reference to an array that is put into the payload; without a dtype or shape the array's own. */
export function encodeArray(
  array: ArrayBufferView,
  payload: Payload,
  { dtype, shape }: { dtype?: WireDType; shape?: readonly number[] } = {},
): { $: unknown } {
  const name = dtype ?? NAMES.get(array.constructor) ?? "uint8";
  const length = array.byteLength / ARRAYS[name].BYTES_PER_ELEMENT;
  return { $: [name, shape ?? [length], payload.add(array)] };
}

/** What `encodeTree` encoded; its arrays are copied out of the payload, int64 ones as numbers. */
export function decodeTree(json: unknown, payload: Buffer): unknown {
  if (typeof json !== "object" || json === null) return json;
  if (Array.isArray(json)) return json.map((entry) => decodeTree(entry, payload));
  if ("$" in json) {
    const special = json.$;
    if (Array.isArray(special)) return decodeArray(special, payload);
    if (typeof special === "string" && Object.hasOwn(NOT_FINITE, special)) return NOT_FINITE[special];
    if (typeof special !== "object" || special === null)
      throw new ProtocolError(
        `Expected an array, an object or a number that JSON lacks under "$", got ${describe(json)}.`,
      );
    return decodeObject(special, payload);
  }
  return decodeObject(json, payload);
}

function decodeObject(json: object, payload: Buffer): Record<string, unknown> {
  return Object.fromEntries(Object.entries(json).map(([key, entry]) => [key, decodeTree(entry, payload)]));
}

function decodeArray(reference: readonly unknown[], payload: Buffer): ArrayBufferView {
  const [dtype, shape, offset] = reference;
  const known = typeof dtype === "string" && Object.hasOwn(ARRAYS, dtype) ? (dtype as WireDType) : undefined;
  const sizes =
    Array.isArray(shape) && shape.every((size) => Number.isSafeInteger(size) && size >= 0) ? shape : undefined;
  const length = sizes?.reduce((product: number, size: number) => product * size, 1);
  const bytes = known && length !== undefined ? length * ARRAYS[known].BYTES_PER_ELEMENT : Number.NaN;
  if (
    !known ||
    !Number.isSafeInteger(offset) ||
    (offset as number) < 0 ||
    !(bytes <= payload.length - (offset as number))
  ) {
    throw new ProtocolError(
      `Expected [dtype, shape, offset] of an array within ${payload.length} bytes, got ${describe(reference)}.`,
    );
  }
  const copy = copyBytes(payload, offset as number, bytes);
  if (known === "int64") return Float64Array.from(new BigInt64Array(copy), Number);
  if (known === "uint64") return Float64Array.from(new BigUint64Array(copy), Number);
  return new ARRAYS[known](copy);
}

/** Bytes of their own, aligned whatever their place was. */
export function copyBytes(source: Buffer, offset: number, bytes: number): ArrayBuffer {
  const start = source.byteOffset + offset;
  return source.buffer.slice(start, start + bytes) as ArrayBuffer;
}
