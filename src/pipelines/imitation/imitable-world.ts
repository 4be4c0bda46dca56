import { ConfigError } from "../../base/errors.ts";
import { Discrete } from "../../core/spaces/discrete.ts";
import type { ActionKind, WorldModel } from "../../world-models/world-model.ts";

/** A world through which nobody can be imitated: it knows no latent actions, or they cannot be translated by a dictionary. */
export class ImitationError extends ConfigError {}

/** One world in both its guises, and the real actions that latent ones are translated into. */
export interface ImitableWorld {
  /** Played with latent actions. */
  readonly latent: WorldModel & { readonly actionSpace: Discrete };
  /** Played with real ones. */
  readonly real: WorldModel & { readonly actionSpace: Discrete };
}

/** Throws an ImitationError for a world without latent actions, or one whose real actions cannot be counted. */
export function imitableWorld(model: WorldModel): ImitableWorld {
  if (!model.withActions || !model.inferActions)
    throw new ImitationError(
      `Expected a world that has learned latent actions, got one of the family ${model.kind}. Train one with: reverie train platformer --model genie`,
    );
  return { latent: played(model, "latent"), real: played(model, "real") };
}

function played(model: WorldModel, kind: ActionKind) {
  const world = model.withActions!(kind);
  if (!(world.actionSpace instanceof Discrete))
    throw new ImitationError(
      `Expected ${kind} actions in a Discrete space, got ${world.actionSpace}: a dictionary translates codes into actions that can be counted. Use a run of an environment with discrete actions.`,
    );
  return world as WorldModel & { readonly actionSpace: Discrete };
}
