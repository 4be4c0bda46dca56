import { ConfigError, describe } from "../base/errors.ts";
import type { Awaitable, Env } from "./env.ts";
import type { MakeOptions } from "./registry.ts";

/** Makes, and wraps, what `name` means behind a scheme's prefix; `options` are those of `make`. */
export type SchemeFactory = (name: string, options: MakeOptions) => Awaitable<Env>;

const schemes = new Map<string, SchemeFactory>();

/** Gives the ids that begin with `prefix` (such as "python:") to a factory of their own, past the registry. */
export function registerScheme(prefix: string, factory: SchemeFactory): void {
  if (!/^[a-z][\w-]*:$/.test(prefix)) {
    throw new ConfigError(`Expected a prefix such as "python:", got ${describe(prefix)}.`);
  }
  if (schemes.has(prefix)) throw new ConfigError(`Expected a prefix that is free, got ${prefix}, which is taken.`);
  schemes.set(prefix, factory);
}

/** What makes an environment of this id, where its prefix is a scheme's. */
export function findScheme(id: string): ((options: MakeOptions) => Awaitable<Env>) | undefined {
  const colon = typeof id === "string" ? id.indexOf(":") : -1;
  const factory = colon < 0 ? undefined : schemes.get(id.slice(0, colon + 1));
  return factory && ((options) => factory(id.slice(colon + 1), options));
}
