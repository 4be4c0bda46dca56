import { ConfigError, describe } from "../../base/errors.ts";
import type { AutoresetMode } from "./vector-env.ts";
import type { ObservationMode } from "./vector-spaces.ts";

/** Options of every vector of environments. */
export interface VectorOptions {
  /** Default `next-step`. */
  readonly autoreset?: AutoresetMode;
  /** Whether observations are the caller's own (default), or memory that the next call writes over. */
  readonly copy?: boolean;
  /** Default `same`. */
  readonly observationMode?: ObservationMode;
}

const MODES: readonly AutoresetMode[] = ["next-step", "same-step", "disabled"];

/** Refuses what is not an autoreset mode. */
export function checkAutoreset(mode: unknown): asserts mode is AutoresetMode {
  if (MODES.includes(mode as AutoresetMode)) return;
  throw new ConfigError(`Expected autoreset to be one of ${MODES.join(", ")}, got ${describe(mode)}.`);
}
