import type { Env } from "../core/env.ts";
import { make } from "../core/registry.ts";
import type { SavedWorld } from "../world-models/world-checkpoint.ts";

/** The environment that a world was learned from, as it was then. */
export function realEnv({ env }: SavedWorld): Promise<Env<Uint8Array, unknown>> {
  return make<Uint8Array, unknown>(env.id, env.kwargs);
}
