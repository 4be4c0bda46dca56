import { prepareBackend } from "./eager/backends.ts";
import { EagerProgram } from "./eager/eager-program.ts";
import { TraceError } from "./errors.ts";
import type { AnyFunction, AnyResident, Program, ProgramOptions } from "./program.ts";

/**
 * A program that is compiled for as long as its function can be: at the first TraceError it warns, once, and from then on
 * runs op by op. A resident state moves over as it stands. An error that is the function's own shows again eagerly.
 */
export class FallbackProgram implements Program {
  readonly #compiled: Program;
  readonly #fn: AnyFunction;
  readonly #options: ProgramOptions;
  #eager: Promise<Program> | undefined;

  constructor(compiled: Program, fn: AnyFunction, options: ProgramOptions) {
    this.#compiled = compiled;
    this.#fn = fn;
    this.#options = options;
  }

  async run(inputs: unknown): Promise<unknown> {
    if (this.#eager) return (await this.#eager).run(inputs);
    try {
      return await this.#compiled.run(inputs);
    } catch (error) {
      return (await this.#fall(error)).run(inputs);
    }
  }

  async start(state: unknown): Promise<AnyResident> {
    if (this.#eager) return (await this.#eager).start(state);
    let current = await this.#compiled.start(state);
    let compiled = true;
    const attempt = async <T>(call: (resident: AnyResident) => Promise<T>): Promise<T> => {
      try {
        return await call(current);
      } catch (error) {
        if (!compiled) throw error;
        const eager = await this.#fall(error);
        const held = await current.read(); // tracing comes before running, so the state is that of the last good step
        await current.dispose();
        current = await eager.start(held);
        compiled = false;
        return call(current);
      }
    };
    return {
      step: (inputs) => attempt((resident) => resident.step(inputs)),
      steps: (inputs) => attempt((resident) => resident.steps(inputs)),
      read: () => current.read(),
      write: (replacement) => current.write(replacement),
      dispose: () => current.dispose(),
    };
  }

  async dispose(): Promise<void> {
    await this.#compiled.dispose();
    await (await this.#eager)?.dispose();
  }

  /** The eager program, if what happened is a function that cannot be compiled; else throws it on. */
  #fall(error: unknown): Promise<Program> {
    if (!(error instanceof TraceError)) throw error;
    this.#eager ??= this.#open(error.message);
    return this.#eager;
  }

  async #open(reason: string): Promise<Program> {
    const { name } = await prepareBackend("wasm").catch(() => prepareBackend("cpu"));
    process.emitWarning(
      `"${this.#options.name}" runs op by op on ${name}, many times slower. ${reason}`,
      "EagerWarning",
    );
    return new EagerProgram(this.#fn, name, this.#options);
  }
}
