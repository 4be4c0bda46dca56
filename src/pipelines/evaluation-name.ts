import type { ActionKind } from "../world-models/world-model.ts";

/**
 * What the files of an evaluation are called, before their endings: of other actions or another temperature than the run's own
 * `world-model-latent`, `world-model-0.2`, `world-model-latent-0.2`.
 */
export const evaluationName = ({ actions, temperature }: { actions?: ActionKind; temperature?: number }): string =>
  ["world-model", ...(actions === "latent" ? [actions] : []), ...(temperature === undefined ? [] : [temperature])].join(
    "-",
  );
