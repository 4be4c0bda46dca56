import { ConfigError, describe } from "../../base/errors.ts";
import { batchDifferingSpaces, batchSpace } from "../spaces/batch-space.ts";
import type { Space } from "../spaces/space.ts";

/**
 * How the environments' observation spaces make that of the vector. `same`: all must be equal. `different`: they may differ
 * in their bounds, not in their form. Or both spaces outright, of the environments' form.
 */
export type ObservationMode =
  | "same"
  | "different"
  | { readonly singleObservationSpace: Space<unknown>; readonly observationSpace: Space<unknown> };

/** The spaces of a vector. */
export interface VectorSpaces {
  readonly singleObservationSpace: Space<unknown>;
  readonly observationSpace: Space<unknown>;
  readonly singleActionSpace: Space<unknown>;
  readonly actionSpace: Space<unknown>;
}

/** The spaces of one environment. */
export interface EnvSpaces {
  readonly observationSpace: Space<unknown>;
  readonly actionSpace: Space<unknown>;
}

/** The spaces of a vector of these environments; refuses environments that do not go together. */
export function vectorSpaces(envs: readonly EnvSpaces[], mode: ObservationMode = "same"): VectorSpaces {
  const [first] = envs;
  const actionSpace = first.actionSpace;
  envs.forEach((env, slot) => {
    if (env.actionSpace.equals(actionSpace)) return;
    throw new ConfigError(
      `Expected environments with one action space, got ${env.actionSpace} in environment ${slot} beside ${actionSpace}.`,
    );
  });
  return {
    ...observationSpaces(envs, mode),
    singleActionSpace: actionSpace,
    actionSpace: batchSpace(actionSpace, envs.length),
  };
}

function observationSpaces(envs: readonly EnvSpaces[], mode: ObservationMode) {
  const single = envs[0].observationSpace;
  if (mode === "same") {
    envs.forEach(({ observationSpace: space }, slot) => {
      if (space.equals(single)) return;
      throw new ConfigError(
        `Expected environments with one observation space, got ${space} in environment ${slot} beside ${single}. ` +
          'Where only bounds differ, give observationMode: "different".',
      );
    });
    return { singleObservationSpace: single, observationSpace: batchSpace(single, envs.length) };
  }
  const spaces = envs.map((env) => env.observationSpace);
  if (mode === "different") {
    return { singleObservationSpace: single, observationSpace: batchDifferingSpaces(spaces) };
  }
  if (typeof mode !== "object" || !mode.singleObservationSpace || !mode.observationSpace) {
    throw new ConfigError(
      `Expected observationMode to be "same", "different" or { singleObservationSpace, observationSpace }, got ${describe(mode)}.`,
    );
  }
  batchDifferingSpaces([mode.singleObservationSpace, ...spaces]); // refuses another form
  return { singleObservationSpace: mode.singleObservationSpace, observationSpace: mode.observationSpace };
}
