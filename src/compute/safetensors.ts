import { CheckpointError, describe } from "../base/errors.ts";
import { type DType, type NdArray, type Parameters, STORAGE, sizeOf } from "./array.ts";

/*
 * The safetensors format (https://github.com/huggingface/safetensors#format): 8 bytes with the length of the header
 * (little-endian), the header as JSON, then the tensors' bytes without gaps. Every file that this module writes can be
 * opened by the Python library, and its files here, as long as their element types are among these four.
 */

const CODES = { float32: "F32", int32: "I32", uint8: "U8", bool: "BOOL" } as const;
const DTYPES = new Map(Object.entries(CODES).map(([dtype, code]) => [code as string, dtype as DType]));
const ALIGNMENT = 8;
const MAX_HEADER = 100_000_000; // bytes, the limit of the reference implementation
const LENGTH_BYTES = 8;

export interface SafetensorsFile {
  readonly metadata: Readonly<Record<string, string>>;
  readonly tensors: Parameters;
}

interface Entry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [begin: number, end: number];
}

/** A dictionary of arrays as the bytes of a safetensors file. */
export function encodeSafetensors({ metadata, tensors }: SafetensorsFile): Uint8Array {
  const offsets = new Map<string, [number, number]>();
  let length = 0;
  const wideFirst = Object.entries(tensors).sort(([, a], [, b]) => b.data.BYTES_PER_ELEMENT - a.data.BYTES_PER_ELEMENT);
  for (const [name, { data }] of wideFirst) {
    offsets.set(name, [length, length + data.byteLength]); // wide elements first keeps all of them aligned
    length += data.byteLength;
  }
  const entries = Object.entries(tensors).map(([name, { dtype, shape }]) => [
    name,
    { dtype: CODES[dtype], shape, data_offsets: offsets.get(name) },
  ]);
  const json = Buffer.from(JSON.stringify({ __metadata__: metadata, ...Object.fromEntries(entries) }));
  const headerLength = Math.ceil(json.length / ALIGNMENT) * ALIGNMENT;

  const bytes = new Uint8Array(LENGTH_BYTES + headerLength + length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerLength), true);
  bytes.fill(0x20, LENGTH_BYTES, LENGTH_BYTES + headerLength); // padded with spaces, as the format wants
  bytes.set(json, LENGTH_BYTES);
  for (const [name, { data }] of wideFirst) {
    const [begin] = offsets.get(name)!;
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), LENGTH_BYTES + headerLength + begin);
  }
  return bytes;
}

/** The arrays in the bytes of a safetensors file; `source` names it in errors. Checks everything before it believes it. */
export function decodeSafetensors(bytes: Uint8Array, source: string): SafetensorsFile {
  const fail = (expected: string, got: string): CheckpointError =>
    new CheckpointError(`Expected ${source} to be ${expected}, got ${got}. Copy or train it again.`);
  if (bytes.length < LENGTH_BYTES) throw fail("a safetensors file", `${bytes.length} bytes`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerLength = Number(view.getBigUint64(0, true));
  if (headerLength > MAX_HEADER || bytes[LENGTH_BYTES] !== 0x7b) throw fail("a safetensors file", "another format");
  const begin = LENGTH_BYTES + headerLength;
  if (begin > bytes.length) throw fail(`at least ${begin} bytes long`, `${bytes.length}: it is truncated`);

  const header = parseHeader(bytes.subarray(LENGTH_BYTES, begin), fail);
  const { __metadata__: metadata = {}, ...rest } = header;
  const entries = Object.entries(rest as Record<string, Entry>);
  let length = 0;
  for (const [name, entry] of entries) {
    checkEntry(name, entry, fail);
    length += entry.data_offsets[1] - entry.data_offsets[0];
  }
  if (begin + length !== bytes.length) {
    const state = begin + length > bytes.length ? "it is truncated" : "something was appended";
    throw fail(`${begin + length} bytes long`, `${bytes.length}: ${state}`);
  }
  let expected = 0;
  for (const [name, { data_offsets }] of [...entries].sort(
    ([, a], [, b]) => a.data_offsets[0] - b.data_offsets[0] || a.data_offsets[1] - b.data_offsets[1],
  )) {
    if (data_offsets[0] !== expected)
      throw fail(`without gaps or overlaps`, `"${name}" at byte ${data_offsets[0]}, not ${expected}`);
    expected = data_offsets[1];
  }
  const tensors: Record<string, NdArray> = {};
  for (const [name, { dtype: code, shape, data_offsets }] of entries) {
    const dtype = DTYPES.get(code)!;
    // A copy is aligned and free of the file's buffer; Buffer's own slice would be neither.
    const copy = Uint8Array.from(bytes.subarray(begin + data_offsets[0], begin + data_offsets[1]));
    tensors[name] = { shape, dtype, data: new STORAGE[dtype](copy.buffer) };
  }
  return { metadata: metadata as Record<string, string>, tensors };
}

type Fail = (expected: string, got: string) => CheckpointError;

function parseHeader(bytes: Uint8Array, fail: Fail): Record<string, unknown> {
  try {
    return JSON.parse(Buffer.from(bytes).toString("utf8")) as Record<string, unknown>;
  } catch (error) {
    throw fail("a safetensors file with a JSON header", `a damaged header (${(error as Error).message})`);
  }
}

function checkEntry(name: string, entry: Partial<Entry> | null, fail: Fail): void {
  const { dtype = "", shape, data_offsets: offsets } = entry ?? {};
  const natural = (values: unknown): values is number[] =>
    Array.isArray(values) && values.every((x) => Number.isSafeInteger(x) && x >= 0);
  const known = DTYPES.get(dtype);
  if (!known) throw fail(`of elements ${[...DTYPES.keys()].join(", ")}`, `${describe(dtype)} in "${name}"`);
  if (!natural(shape) || !natural(offsets) || offsets.length !== 2)
    throw fail("a safetensors file", `a damaged entry "${name}"`);
  const size = sizeOf(shape) * STORAGE[known].BYTES_PER_ELEMENT;
  if (offsets[1] - offsets[0] !== size) throw fail(`whole: ${size} bytes for "${name}"`, `${offsets[1] - offsets[0]}`);
}
