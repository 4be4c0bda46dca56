import { ConfigError } from "../base/errors.ts";
import { findScheme } from "../core/env-scheme.ts";
import { splitPlugin } from "../core/plugin.ts";
import { make, specOf } from "../core/registry.ts";
import { makeVec } from "../core/vector/make-vec.ts";
import type { EnvSource } from "./session.ts";

export interface EnvSourceOptions {
  /** Keyword arguments that every client gets and none can change. */
  readonly kwargs?: Readonly<Record<string, unknown>>;
  /** How many environments step together unless the client says; absent: a single one. */
  readonly numEnvs?: number;
  /** Worker threads that share the environments of a vector; absent: all in this thread. */
  readonly workers?: number;
}

/** Options of `makeVec` that a client must not give: some of them name modules to be loaded. */
const SERVERS_OWN = [
  "numEnvs",
  "vectorization",
  "autoreset",
  "copy",
  "observationMode",
  "wrappers",
  "workers",
  "modules",
  "additionalWrappers",
];

/** A registered environment (`module:id`: once the module is imported), made anew for each client with the client's keyword arguments beside the fixed ones. */
export function envSource(id: string, { kwargs: fixed = {}, numEnvs, workers }: EnvSourceOptions = {}): EnvSource {
  if (!findScheme(id)) specOf(splitPlugin(id).id); // an id that is not known is refused before anyone connects
  const join = (kwargs: Readonly<Record<string, unknown>>) => {
    const refused = Object.keys(kwargs).filter((name) => Object.hasOwn(fixed, name) || SERVERS_OWN.includes(name));
    if (refused.length > 0) {
      throw new ConfigError(`Expected no ${refused.join(", ")} from the client: that is the server's. Leave it out.`);
    }
    return { ...fixed, ...kwargs };
  };
  const vectorization = workers === undefined ? undefined : "workers";
  return {
    numEnvs,
    makeEnv: (kwargs) => make(id, join(kwargs)),
    makeVector: (kwargs, request) => {
      const given = join(kwargs);
      const { numEnvs, autoresetMode: autoreset } = request;
      return makeVec(id, { ...given, numEnvs, autoreset, vectorization, workers, copy: false }); // a reply is its own copy
    },
  };
}
