import type { Dream } from "../imagination/dream.ts";
import type { SavedWorld } from "../world-models/world-checkpoint.ts";

/** How a saved world is dreamt. */
export function dreamOf({ model, contexts, dream }: SavedWorld): Dream {
  return { model, contexts, ...dream };
}
