import type { ActionKind } from "../world-models/world-model.ts";

/** What the files of an evaluation are called, before their endings. */
export const evaluationName = (actions?: ActionKind): string =>
  actions === "latent" ? "world-model-latent" : "world-model";
