import { ConfigError, describe } from "../../base/errors.ts";
import type { VectorResetOptions } from "./vector-env.ts";

/** A vector's reset, checked and taken apart. */
export interface ResetRequest {
  /** One a slot; undefined: that generator runs on. */
  readonly seeds: readonly (number | undefined)[];
  /** The slots to reset; undefined: all. */
  readonly mask: readonly boolean[] | undefined;
  /** What each environment's own `reset` gets; `resetMask` is not in it. */
  readonly options: Readonly<Record<string, unknown>> | undefined;
}

/** Checks what a vector of `slots` environments is reset with. */
export function parseReset({ seed, options }: VectorResetOptions = {}, slots: number): ResetRequest {
  const seeds = seedsOf(seed, slots);
  if (options === undefined) return { seeds, mask: undefined, options };
  const { resetMask, ...own } = options;
  if (resetMask !== undefined) checkMask(resetMask, slots);
  return { seeds, mask: resetMask, options: own };
}

function seedsOf(seed: VectorResetOptions["seed"], slots: number): (number | undefined)[] {
  if (seed === undefined) return new Array(slots).fill(undefined);
  if (typeof seed !== "number" && seed.length !== slots) {
    throw new ConfigError(`Expected ${slots} seeds, one a slot, got ${seed.length}. Or give one integer for all.`);
  }
  return Array.from({ length: slots }, (_, slot) => {
    const own = typeof seed === "number" ? seed + slot : seed[slot];
    if (own !== undefined && (!Number.isSafeInteger(own) || own < 0)) {
      throw new ConfigError(`Expected seed to be an integer ≥ 0, got ${describe(String(own))}.`);
    }
    return own;
  });
}

function checkMask(mask: unknown, slots: number): void {
  if (!Array.isArray(mask) || mask.some((reset) => typeof reset !== "boolean")) {
    throw new ConfigError(`Expected resetMask to be a list of booleans, got ${describe(mask)}.`);
  }
  if (mask.length !== slots) throw new ConfigError(`Expected resetMask of ${slots} booleans, got ${mask.length}.`);
  if (!mask.includes(true)) {
    throw new ConfigError("Expected resetMask with at least one true, got none. Leave the call out, or the mask.");
  }
}
