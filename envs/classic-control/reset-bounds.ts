import { ConfigError, describe } from "../../src/base/errors.ts";

/** Between which numbers an initial state is drawn. */
export interface ResetBounds {
  readonly low: number;
  readonly high: number;
}

/** The bounds that `reset({ options: { low, high } })` asks for; each one alone may be left out. */
export function resetBounds(
  options: Readonly<Record<string, unknown>> | undefined,
  defaults: ResetBounds,
): ResetBounds {
  if (options === undefined) return defaults;
  const { low = defaults.low, high = defaults.high } = options;
  if (typeof low === "number" && typeof high === "number" && Number.isFinite(high - low) && low <= high) {
    return { low, high };
  }
  throw new ConfigError(`Expected options low ≤ high, got ${describe(low)} and ${describe(high)}. Give two numbers.`);
}
