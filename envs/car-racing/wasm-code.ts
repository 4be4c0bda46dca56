/*
 * Just enough WebAssembly to write one function of float32 arithmetic by hand: JavaScript rounds to float32 by way of two
 * conversions an operation, which makes a chain of them four times as slow. An expression or a statement is its bytes.
 */

export type Code = readonly number[];

const F32 = 0x7d;
const I32 = 0x7f;
const NOTHING = 0x40;

/** What is used of WebAssembly; its types come with a browser's only. */
interface WebAssemblyApi {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: Readonly<Record<string, unknown>> };
}
const { Module, Instance } = (globalThis as unknown as { WebAssembly: WebAssemblyApi }).WebAssembly;

/** LEB128. */
function unsigned(value: number): number[] {
  const bytes = [];
  let rest = value;
  do {
    const byte = rest & 0x7f;
    rest >>>= 7;
    bytes.push(rest === 0 ? byte : byte | 0x80);
  } while (rest !== 0);
  return bytes;
}

const section = (id: number, content: Code): Code => [id, ...unsigned(content.length), ...content];
const text = (name: string): Code => [name.length, ...new TextEncoder().encode(name)];

/** A float32 number. */
export const constant = (value: number): Code => [0x43, ...new Uint8Array(Float32Array.of(value).buffer)];
export const add = (a: Code, b: Code): Code => [...a, ...b, 0x92];
export const subtract = (a: Code, b: Code): Code => [...a, ...b, 0x93];
export const multiply = (a: Code, b: Code): Code => [...a, ...b, 0x94];
export const lesser = (a: Code, b: Code): Code => [...a, ...b, 0x96];
export const greater = (a: Code, b: Code): Code => [...a, ...b, 0x97];
export const negative = (a: Code): Code => [...a, 0x8c];
export const isAbove = (a: Code, b: Code): Code => [...a, ...b, 0x5e];
export const differs = (a: Code, b: Code): Code => [...a, ...b, 0x5c];
/** The float32 number that lies `slot` numbers after the address in an i32 parameter. */
export const load = (address: number, slot: number): Code => [0x20, address, 0x2a, 2, ...unsigned(4 * slot)];
export const store = (address: number, slot: number, value: Code): Code => [
  0x20,
  address,
  ...value,
  0x38,
  2,
  ...unsigned(4 * slot),
];
export const when = (condition: Code, then: readonly Code[], otherwise: readonly Code[] = []): Code => [
  ...condition,
  0x04,
  NOTHING,
  ...then.flat(),
  ...(otherwise.length > 0 ? [0x05, ...otherwise.flat()] : []),
  0x0b,
];

/** The float32 variables of a function; they come after its parameters. */
export class Variables {
  readonly #names: string[] = [];
  readonly #parameters: number;

  constructor(parameters: number) {
    this.#parameters = parameters;
  }

  get count(): number {
    return this.#names.length;
  }

  set(name: string, value: Code): Code {
    if (!this.#names.includes(name)) this.#names.push(name);
    return [...value, 0x21, ...this.#index(name)];
  }

  get(name: string): Code {
    return [0x20, ...this.#index(name)];
  }

  #index(name: string): Code {
    return unsigned(this.#parameters + this.#names.indexOf(name));
  }
}

/** One function of i32 parameters over one page of memory, with its memory as float32. */
export function compileFunction<Arguments extends readonly number[]>(
  parameters: number,
  variables: Variables,
  statements: readonly Code[],
): { call: (...given: Arguments) => void; memory: Float32Array } {
  const body = [1, ...unsigned(variables.count), F32, ...statements.flat(), 0x0b]; // one kind of variables
  const bytes = [
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0], // \0asm, version 1
    ...section(1, [1, 0x60, parameters, ...new Array<number>(parameters).fill(I32), 0]), // types: (i32 …) → nothing
    ...section(3, [1, 0]), // functions: number 0 is of type 0
    ...section(5, [1, 0, 1]), // memories: one page
    ...section(7, [2, ...text("call"), 0, 0, ...text("memory"), 2, 0]), // exports
    ...section(10, [1, ...unsigned(body.length), ...body]), // code
  ];
  const { call, memory } = new Instance(new Module(Uint8Array.from(bytes))).exports;
  return {
    call: call as (...given: Arguments) => void,
    memory: new Float32Array((memory as { readonly buffer: ArrayBuffer }).buffer),
  };
}
