/** A function of (inputs, constants), or of (state, inputs, constants), whatever its types. */
export type AnyFunction = (...trees: unknown[]) => unknown;

export interface ProgramOptions {
  readonly name: string;
  readonly constants: unknown;
  readonly threads: number;
  readonly offThread: boolean;
  readonly fallback?: "eager" | undefined;
}

/** A resident state without its types; see Resident in compile.ts. */
export interface AnyResident {
  step(inputs: unknown): Promise<unknown>;
  steps(list: readonly unknown[]): Promise<unknown[]>;
  read(): Promise<unknown>;
  write(state: unknown): Promise<void>;
  dispose(): Promise<void>;
}

/** A function on an engine, typeless: compile and compileStep put the types back. */
export interface Program {
  run(inputs: unknown): Promise<unknown>;
  start(state: unknown): Promise<AnyResident>;
  dispose(): Promise<void>;
}
