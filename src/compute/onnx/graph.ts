import { createHash } from "node:crypto";

/** Element types of values inside a graph; int64 appears only where ONNX asks for it (shapes, indices of ScatterND). */
export type ValueType = "float32" | "int32" | "int64" | "bool" | "uint8";

/** Shape and element type of a value. All shapes are concrete: one graph serves one set of input shapes. */
export interface ValueInfo {
  readonly shape: readonly number[];
  readonly dtype: ValueType;
}

/** Plain numbers are ONNX ints; a float attribute is wrapped so that 1 and 1.0 stay apart. */
export type Attribute = number | string | readonly number[] | { readonly float: number };
export type Attributes = Readonly<Record<string, Attribute>>;

export interface GraphNode {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Attributes;
}

/** A constant of the graph. */
export interface Initializer extends ValueInfo {
  readonly data: Float32Array | Int32Array | BigInt64Array | Uint8Array;
}

/** A named border of the graph. */
export interface Port extends ValueInfo {
  readonly name: string;
}

const INLINE_KEY_LIMIT = 64; // constants up to this many elements are told apart by their text, larger ones by a hash
const WIDENING = new Set(["uint8>int32", "bool>int32", "bool>uint8", "int32>int64"]); // casts that lose nothing

/**
 * An ONNX graph under construction. Nodes are appended in a valid order of execution; equal nodes are made once (common
 * subexpressions), chains of reshapes, transposes and casts fold as they are built, equal constants are stored once, and
 * `prune` drops whatever no output needs.
 */
export class Graph {
  nodes: GraphNode[] = [];
  readonly inputs: Port[] = [];
  readonly outputs: Port[] = [];
  readonly initializers = new Map<string, Initializer>();
  readonly #info = new Map<string, ValueInfo>();
  readonly #producer = new Map<string, GraphNode>();
  readonly #nodeKeys = new Map<string, readonly string[]>();
  readonly #initializerKeys = new Map<string, string>();
  #count = 0;

  /** Declares an input. */
  input(info: ValueInfo): string {
    const name = `i${this.inputs.length}`;
    this.#info.set(name, info);
    this.inputs.push({ name, ...info });
    return name;
  }

  /** Declares a value as an output, behind an Identity where it is an input, a constant or an output already. */
  output(value: string): string {
    const info = this.info(value);
    const taken = !this.#producer.has(value) || this.outputs.some(({ name }) => name === value);
    let name = value;
    if (taken) {
      name = this.#fresh(info);
      this.#append({ op: "Identity", inputs: [value], outputs: [name], attributes: {} });
    }
    this.outputs.push({ name, ...info });
    return name;
  }

  info(value: string): ValueInfo {
    return this.#info.get(value)!;
  }

  /** The node that makes a value; undefined for inputs and constants. */
  producer(value: string): GraphNode | undefined {
    return this.#producer.get(value);
  }

  /** Appends a node with several outputs, or finds its equal. */
  many(
    op: string,
    inputs: readonly string[],
    outputs: readonly ValueInfo[],
    attributes: Attributes = {},
  ): readonly string[] {
    const key = keyOf(op, inputs, attributes);
    const known = this.#nodeKeys.get(key);
    if (known) return known;
    const names = outputs.map((info) => this.#fresh(info));
    this.#append({ op, inputs, outputs: names, attributes });
    this.#nodeKeys.set(key, names);
    return names;
  }

  /** The first output of a node that is there already. */
  find(op: string, inputs: readonly string[], attributes: Attributes = {}): string | undefined {
    return this.#nodeKeys.get(keyOf(op, inputs, attributes))?.[0];
  }

  /** Appends a node with one output, or finds its equal. */
  one(op: string, inputs: readonly string[], info: ValueInfo, attributes: Attributes = {}): string {
    return this.many(op, inputs, [info], attributes)[0];
  }

  constant(data: Initializer["data"], shape: readonly number[], dtype: ValueType): string {
    const content =
      data.length <= INLINE_KEY_LIMIT
        ? Array.from(data as ArrayLike<number | bigint>, (x) => (Object.is(x, -0) ? "-0" : String(x))).join()
        : createHash("sha1")
            .update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
            .digest("hex");
    const key = `${dtype}[${shape.join()}]${content}`;
    const known = this.#initializerKeys.get(key);
    if (known !== undefined) return known;
    const name = this.#fresh({ shape, dtype });
    this.initializers.set(name, { data, shape, dtype });
    this.#initializerKeys.set(key, name);
    return name;
  }

  /** A list of int64, as ONNX wants shapes and axes. */
  integers(values: readonly number[]): string {
    return this.constant(BigInt64Array.from(values, BigInt), [values.length], "int64");
  }

  scalar(value: number, dtype: ValueType = "float32"): string {
    const data =
      dtype === "int64"
        ? BigInt64Array.of(BigInt(value))
        : dtype === "float32"
          ? Float32Array.of(value)
          : dtype === "int32"
            ? Int32Array.of(value)
            : Uint8Array.of(value);
    return this.constant(data, [], dtype);
  }

  reshape(value: string, shape: readonly number[]): string {
    const info = this.info(value);
    if (sameShape(info.shape, shape)) return value;
    const source = this.producer(value);
    if (source?.op === "Reshape") return this.reshape(source.inputs[0], shape);
    const attributes: Attributes = shape.includes(0) ? { allowzero: 1 } : {}; // else ONNX reads 0 as "keep this length"
    return this.one("Reshape", [value, this.integers(shape)], { shape, dtype: info.dtype }, attributes);
  }

  transpose(value: string, permutation: readonly number[]): string {
    const { shape, dtype } = this.info(value);
    if (permutation.every((axis, i) => axis === i)) return value;
    const source = this.producer(value);
    if (source?.op === "Transpose") {
      const first = source.attributes["perm"] as readonly number[];
      return this.transpose(
        source.inputs[0],
        permutation.map((axis) => first[axis]),
      );
    }
    const out = permutation.map((axis) => shape[axis]);
    const long = permutation.filter((axis) => shape[axis] !== 1);
    if (long.every((axis, i) => i === 0 || long[i - 1] < axis)) return this.reshape(value, out); // only axes of length 1 move
    return this.one("Transpose", [value], { shape: out, dtype }, { perm: permutation });
  }

  cast(value: string, dtype: ValueType): string {
    const info = this.info(value);
    if (info.dtype === dtype) return value;
    const source = this.producer(value);
    if (source?.op === "Cast") {
      const origin = this.info(source.inputs[0]).dtype;
      if (WIDENING.has(`${origin}>${info.dtype}`)) return this.cast(source.inputs[0], dtype);
    }
    return this.one("Cast", [value], { shape: info.shape, dtype }, { to: ONNX_TYPE[dtype] });
  }

  /** The value repeated along axes of length 1 (and new leading axes) to `shape`. */
  expand(value: string, shape: readonly number[]): string {
    const info = this.info(value);
    if (sameShape(info.shape, shape)) return value;
    return this.one("Expand", [value, this.integers(shape)], { shape, dtype: info.dtype });
  }

  /** Elements begin ≤ i < end by step along each axis (ONNX conventions: end may be −1 − length for negative steps). */
  slice(value: string, begin: readonly number[], end: readonly number[], steps?: readonly number[]): string {
    const info = this.info(value);
    const axes: number[] = [];
    const shape = info.shape.map((length, axis) => {
      const step = steps?.[axis] ?? 1;
      if (begin[axis] !== 0 || end[axis] !== length || step !== 1) axes.push(axis);
      return Math.max(0, Math.ceil((end[axis] - begin[axis]) / step));
    });
    if (axes.length === 0) return value;
    const ends = axes.map((axis) => (end[axis] < 0 ? -(2 ** 31) : end[axis])); // below zero means "through element 0"
    const inputs = [
      value,
      this.integers(axes.map((axis) => begin[axis])),
      this.integers(ends),
      this.integers(axes),
      this.integers(axes.map((axis) => steps?.[axis] ?? 1)),
    ];
    return this.one("Slice", inputs, { shape, dtype: info.dtype });
  }

  /** Constant padding of each axis by [before, after]. */
  pad(value: string, paddings: readonly (readonly [number, number])[], filler = 0): string {
    const info = this.info(value);
    if (paddings.every(([before, after]) => before === 0 && after === 0)) return value;
    const shape = info.shape.map((length, axis) => length + paddings[axis][0] + paddings[axis][1]);
    const amounts = [...paddings.map(([before]) => before), ...paddings.map(([, after]) => after)];
    const inputs = [value, this.integers(amounts), this.scalar(filler, info.dtype)];
    return this.one("Pad", inputs, { shape, dtype: info.dtype }, { mode: "constant" });
  }

  /** Drops nodes and constants that no output needs. Only passes over the whole graph come after it. */
  prune(): void {
    const live = new Set(this.outputs.map(({ name }) => name));
    const kept: GraphNode[] = [];
    for (const node of this.nodes.reverse()) {
      if (!node.outputs.some((name) => live.has(name))) continue;
      kept.push(node);
      for (const name of node.inputs) live.add(name);
    }
    this.nodes = kept.reverse();
    for (const [key, name] of this.#initializerKeys) {
      if (live.has(name)) continue;
      this.initializers.delete(name);
      this.#initializerKeys.delete(key);
    }
  }

  /** A name for a new value, for passes that put nodes in place by themselves. */
  name(info: ValueInfo): string {
    return this.#fresh(info);
  }

  #fresh(info: ValueInfo): string {
    const name = `v${this.#count++}`;
    this.#info.set(name, info);
    return name;
  }

  #append(node: GraphNode): void {
    this.nodes.push(node);
    for (const name of node.outputs) this.#producer.set(name, node);
  }
}

const keyOf = (op: string, inputs: readonly string[], attributes: Attributes): string =>
  `${op}|${inputs.join()}|${JSON.stringify(attributes)}`;

/** Codes of element types in ONNX (TensorProto.DataType). */
export const ONNX_TYPE: Readonly<Record<ValueType, number>> = { float32: 1, uint8: 2, int32: 6, int64: 7, bool: 9 };

export function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((length, i) => length === b[i]);
}
