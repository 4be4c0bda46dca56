import { ConfigError } from "../base/errors.ts";
import { make, specOf } from "../core/registry.ts";
import { SyncVectorEnv } from "../core/vector/sync-vector-env.ts";
import type { EnvSource } from "./session.ts";

export interface EnvSourceOptions {
  /** Keyword arguments that every client gets and none can change. */
  readonly kwargs?: Readonly<Record<string, unknown>>;
  /** How many environments step together unless the client says; absent: a single one. */
  readonly numEnvs?: number;
}

/** A registered environment, made anew for each client with the client's keyword arguments beside the fixed ones. */
export function envSource(id: string, { kwargs: fixed = {}, numEnvs }: EnvSourceOptions = {}): EnvSource {
  specOf(id); // an id that is not known is refused before anyone connects
  const join = (kwargs: Readonly<Record<string, unknown>>) => {
    const given = Object.keys(kwargs).filter((name) => Object.hasOwn(fixed, name));
    if (given.length > 0) {
      throw new ConfigError(`Expected no ${given.join(", ")} from the client: the server has set it. Leave it out.`);
    }
    return { ...fixed, ...kwargs };
  };
  return {
    numEnvs,
    makeEnv: (kwargs) => make(id, join(kwargs)),
    makeVector: async (kwargs, { numEnvs, autoresetMode }) => {
      const given = join(kwargs);
      const envs = await Promise.all(Array.from({ length: numEnvs }, () => make(id, given)));
      return new SyncVectorEnv(envs, { autoreset: autoresetMode, spec: specOf(id) });
    },
  };
}
