import { ConfigError, describe } from "../../base/errors.ts";
import type { Awaitable, Env } from "../env.ts";

/**
 * A wrapper for each environment of a vector: a function, or where one comes from, so that any thread can load it. The
 * export is a wrapper class or a function; either is called with the environment and the options.
 */
export type VectorWrapping =
  | ((env: Env) => Awaitable<Env>)
  | {
      /** A package's name, or the URL of a JavaScript module. */
      readonly module: string;
      readonly export: string;
      readonly options?: unknown;
    };

/** Wraps from the inside out. */
export async function wrapAll(env: Env, wrappings: readonly VectorWrapping[]): Promise<Env> {
  let wrapped = env;
  for (const wrapping of wrappings) {
    wrapped = await (typeof wrapping === "function" ? wrapping(wrapped) : wrapFromModule(wrapped, wrapping));
  }
  return wrapped;
}

type WrapFunction = (env: Env, options: unknown) => Awaitable<Env>;
type WrapClass = new (env: Env, options: unknown) => Env;

async function wrapFromModule(env: Env, { module, export: name, options = {} }: Exclude<VectorWrapping, WrapFunction>) {
  const exports = (await import(module)) as Readonly<Record<string, unknown>>;
  const wrap = exports[name];
  if (typeof wrap !== "function") {
    throw new ConfigError(
      `Expected ${module} to export a wrapper named ${name}, got ${describe(Object.keys(exports).join(", "))}.`,
    );
  }
  const isClass = typeof (wrap.prototype as Partial<Env> | undefined)?.step === "function";
  return isClass ? new (wrap as WrapClass)(env, options) : (wrap as WrapFunction)(env, options);
}
