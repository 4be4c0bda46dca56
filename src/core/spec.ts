import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { ConfigError, describe } from "../base/errors.ts";
import type { EnvSpec } from "./env.ts";

const EnvSpecJson = z.strictObject({
  id: z.string(),
  kwargs: z.record(z.string(), z.unknown()).default({}),
  maxEpisodeSteps: z.int().positive().optional(),
  rewardThreshold: z.number().optional(),
  nondeterministic: z.boolean().optional(),
});

/** A spec as JSON text; refuses kwargs that JSON cannot hold. */
export function specToJSON(spec: EnvSpec): string {
  const text = JSON.stringify(spec);
  for (const [name, value] of Object.entries(spec.kwargs)) {
    if (value === undefined) continue; // the same as not given
    if (!isDeepStrictEqual(JSON.parse(JSON.stringify({ value })).value, value)) {
      throw new ConfigError(
        `Expected kwargs that JSON can hold, got ${describe(value)} as ${name} of ${spec.id}. Give a path or plain data instead.`,
      );
    }
  }
  return text;
}

/** The spec that `specToJSON` wrote. */
export function specFromJSON(text: string): EnvSpec {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new ConfigError(`Expected the JSON of an environment spec, got ${describe(text)}.`);
  }
  const parsed = EnvSpecJson.safeParse(json);
  if (!parsed.success) {
    throw new ConfigError(`Expected an environment spec, got ${describe(text)}.\n${z.prettifyError(parsed.error)}`);
  }
  return parsed.data;
}
