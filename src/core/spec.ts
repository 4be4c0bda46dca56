import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { ConfigError, describe } from "../base/errors.ts";
import type { EnvSpec } from "./env.ts";

const WrapperSpecJson = z.strictObject({
  name: z.string(),
  kwargs: z.record(z.string(), z.unknown()).optional(),
});

const EnvSpecJson = z.strictObject({
  id: z.string(),
  kwargs: z.record(z.string(), z.unknown()).default({}),
  plugin: z.string().optional(),
  maxEpisodeSteps: z.int().positive().optional(),
  rewardThreshold: z.number().optional(),
  nondeterministic: z.boolean().optional(),
  disableEnvChecker: z.boolean().optional(),
  orderEnforce: z.boolean().optional(),
  additionalWrappers: z.array(WrapperSpecJson).optional(),
});

/** A spec as JSON text; refuses kwargs, of the environment or of a wrapper, that JSON cannot hold. */
export function specToJSON(spec: EnvSpec): string {
  checkPlain(spec.kwargs, spec.id);
  for (const { name, kwargs = {} } of spec.additionalWrappers ?? []) checkPlain(kwargs, `${name} on ${spec.id}`);
  return JSON.stringify(spec);
}

function checkPlain(kwargs: Readonly<Record<string, unknown>>, owner: string): void {
  for (const [name, value] of Object.entries(kwargs)) {
    if (value === undefined) continue; // the same as not given
    const text = JSON.stringify({ value });
    if (isDeepStrictEqual(JSON.parse(text).value, value)) continue;
    throw new ConfigError(
      `Expected kwargs that JSON can hold, got ${describe(value)} as ${name} of ${owner}. Give a path or plain data instead.`,
    );
  }
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
