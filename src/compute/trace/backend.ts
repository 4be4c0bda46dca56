import * as tf from "@tensorflow/tfjs";
import { sizeOf } from "../array.ts";
import { TraceError } from "../errors.ts";
import { Graph, type ValueType } from "../onnx/graph.ts";
import { callSite } from "./call-site.ts";

/** Element types that tensors have while a function is traced. */
export type TensorType = "float32" | "int32" | "bool";

type Values = Float32Array | Int32Array | Uint8Array;

/** What stands behind a tensor: a value of the graph, numbers known while tracing, or one number throughout. */
interface Entry {
  readonly value?: string;
  readonly numbers?: Values;
  readonly fill?: number;
  readonly shape: readonly number[];
  readonly dtype: TensorType;
  references: number;
}

const STORAGE = { float32: Float32Array, int32: Int32Array, bool: Uint8Array } as const;
const EXPAND_FROM = 17; // fills of fewer elements are stored as they are
const WAY_OUT = 'Rewrite it, or run it eagerly with engine: "wasm" or "cpu", or with fallback: "eager".';
const NOISE = /^(random|truncatedNormal|rand_|multinomial)/;

/**
 * A TensorFlow.js backend that computes nothing: its tensors stand for values of an ONNX graph, and its kernels append
 * nodes. Tensors filled with one number stay symbolic for as long as possible, because gradients are full of ones, zeros
 * and scales that vanish in the algebra of the lowerings.
 */
export class TraceBackend extends tf.KernelBackend {
  #entries = new Map<object, Entry>();
  #graph: Graph | undefined;
  #name = "";

  /** The graph being built. */
  get graph(): Graph {
    if (!this.#graph)
      throw new TraceError("Expected tracing tensors only inside a compiled function. Return them from it.");
    return this.#graph;
  }

  /** Starts a graph; everything of an earlier one is forgotten. */
  begin(name: string): Graph {
    this.#entries.clear();
    this.#name = name;
    this.#graph = new Graph();
    return this.#graph;
  }

  end(): void {
    this.#entries.clear();
    this.#graph = undefined;
  }

  /** The error for something that cannot be compiled, with the function's name, the caller's line and the way out. */
  refuse(what: string, remedy = WAY_OUT): TraceError {
    const place = callSite();
    const where = place === undefined ? "" : ` (at ${place})`;
    return new TraceError(`Expected a function that can be compiled; "${this.#name}" ${what}${where}. ${remedy}`);
  }

  /** The error for an op of tfjs that draws random numbers. */
  refuseNoise(op: string): TraceError {
    return this.refuse(
      `draws noise with tf.${op}, which would be frozen into the graph`,
      "Pass the noise as an input.",
    );
  }

  // Tensors for lowerings

  /** A tensor that stands for a value of the graph; seen through a cast where tfjs has no such element type. */
  result(value: string): tf.TensorInfo {
    const { dtype } = this.graph.info(value);
    if (dtype === "uint8" || dtype === "int64") return this.result(this.graph.cast(value, "int32"));
    return this.#put({ value }, this.graph.info(value).shape, dtype);
  }

  /** A tensor with one number throughout; takes no space in the graph until something needs it. */
  fill(fill: number, shape: readonly number[], dtype: TensorType): tf.TensorInfo {
    const stored = dtype === "float32" ? Math.fround(fill) : dtype === "int32" ? Math.trunc(fill) : Number(fill !== 0);
    return this.#put({ fill: stored }, shape, dtype);
  }

  /** A tensor whose numbers are known. */
  numbers(numbers: Values, shape: readonly number[], dtype: TensorType): tf.TensorInfo {
    return this.#put({ numbers }, shape, dtype);
  }

  /** The same elements under another shape. */
  alias(x: tf.TensorInfo, shape: readonly number[]): tf.TensorInfo {
    const { value, numbers, fill, dtype } = this.#entry(x);
    return this.#put({ value, numbers, fill }, shape, dtype);
  }

  /** The one number that fills a tensor, if there is one. */
  filledWith(x: tf.TensorInfo): number | undefined {
    const { fill, numbers } = this.#entry(x);
    if (fill !== undefined || !numbers || numbers.length === 0) return fill;
    const first = numbers[0];
    return numbers.every((number) => number === first) ? first : undefined;
  }

  /** The value of the graph behind a tensor, in the tensor's shape; constants are put into the graph now. */
  value(x: tf.TensorInfo): string {
    const { value, numbers, dtype } = this.#entry(x);
    if (value !== undefined) return this.graph.reshape(value, x.shape);
    const fill = this.filledWith(x);
    const size = sizeOf(x.shape);
    if (fill !== undefined && size >= EXPAND_FROM) return this.graph.expand(this.graph.scalar(fill, dtype), x.shape);
    const data = numbers ?? new STORAGE[dtype](size).fill(fill ?? 0);
    return this.graph.constant(data, x.shape, dtype);
  }

  // What tfjs asks of a backend

  override write(values: tf.backend_util.BackendValues, shape: number[], dtype: tf.DataType): object {
    const scopes = (tf.engine().state as unknown as { scopeStack: { name: string }[] }).scopeStack;
    const noise = scopes.find(({ name }) => NOISE.test(name));
    if (noise) {
      throw this.refuseNoise(noise.name.replace(/__op$/, ""));
    }
    if (dtype === "string" || dtype === "complex64") throw this.refuse(`makes a ${dtype} tensor`);
    const numbers = STORAGE[dtype].from(values as ArrayLike<number>);
    return this.#put({ numbers }, shape, dtype).dataId;
  }

  override move(): never {
    throw this.refuse("uses a tensor that was made outside of it", "Pass it as an input or a constant.");
  }

  override readSync(dataId: object): Values {
    const entry = this.#entries.get(dataId);
    if (!entry) throw new TraceError("Expected tensors of a compiled function to stay inside it. Return them instead.");
    if (entry.value !== undefined) {
      throw this.refuse(
        "reads the value of a tensor (dataSync, array, print, or an if on one)",
        "Use tf.where, or return the tensor and read the result.",
      );
    }
    return entry.numbers ?? new STORAGE[entry.dtype](sizeOf(entry.shape)).fill(entry.fill ?? 0);
  }

  override async read(dataId: object): Promise<Values> {
    return this.readSync(dataId);
  }

  override incRef(dataId: object): void {
    const entry = this.#entries.get(dataId);
    if (entry) entry.references++;
  }

  override refCount(dataId: object): number {
    return this.#entries.get(dataId)?.references ?? 0;
  }

  override disposeData(dataId: object, force = false): boolean {
    const entry = this.#entries.get(dataId);
    if (!entry) return true;
    entry.references--;
    if (!force && entry.references > 0) return false;
    this.#entries.delete(dataId);
    return true;
  }

  override numDataIds(): number {
    return this.#entries.size;
  }

  override memory(): { unreliable: boolean } {
    return { unreliable: true };
  }

  override epsilon(): number {
    return 1e-7;
  }

  override floatPrecision(): 32 {
    return 32;
  }

  override timerAvailable(): boolean {
    return false;
  }

  override dispose(): void {
    this.#entries.clear();
  }

  #entry(x: tf.TensorInfo): Entry {
    const entry = this.#entries.get(x.dataId);
    if (!entry) throw this.refuse("uses a tensor that was made outside of it", "Pass it as an input or a constant.");
    return entry;
  }

  #put(content: Pick<Entry, "value" | "numbers" | "fill">, shape: readonly number[], dtype: TensorType): tf.TensorInfo {
    const dataId = {};
    this.#entries.set(dataId, { ...content, shape, dtype, references: 1 });
    return { dataId, shape: [...shape], dtype };
  }
}

/** The one tracing backend of this process: tracing is synchronous, so one graph is built at a time. */
export const tracer = new TraceBackend();

tf.registerBackend("trace", () => tracer, -1);

/** What a lowering sees: the kernel's input tensors by name (or position) and its attributes. */
export type Lowering<A> = (inputs: Record<string, tf.TensorInfo>, attributes: A) => tf.TensorInfo | tf.TensorInfo[];

/** Registers how the kernel `name` becomes nodes of a graph. */
export function lower<A = object>(name: string, lowering: Lowering<A>): void {
  tf.registerKernel({
    kernelName: name,
    backendName: "trace",
    kernelFunc: ({ inputs, attrs }) =>
      lowering(inputs as Record<string, tf.TensorInfo>, (attrs ?? {}) as unknown as A) as tf.TensorInfo,
  });
}

lower("Multinomial", () => {
  throw tracer.refuseNoise("multinomial");
});

/** Registers an error for every kernel of tfjs that has no lowering. Call after all lowerings are registered. */
export function refuseTheRest(): void {
  for (const [key, name] of Object.entries(tf)) {
    if (name !== key || !/^[A-Z_]/.test(key) || tf.getKernel(name, "trace")) continue; // kernel names are exported as themselves
    lower(name, () => {
      throw tracer.refuse(`uses the op ${name}, which has no lowering`);
    });
  }
}

/** Element type of a traced tensor as a type of the graph. */
export const typeOf = (x: tf.TensorInfo): TensorType & ValueType => x.dtype as TensorType;
