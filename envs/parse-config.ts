import { z } from "zod";
import { ConfigError, describe } from "../src/base/errors.ts";

/** The options of an environment with their defaults filled in; `name` is the class that the error speaks of. */
export function parseConfig<Schema extends z.ZodType>(
  schema: Schema,
  config: z.input<Schema>,
  name: string,
): z.output<Schema> {
  const parsed = schema.safeParse(config);
  if (parsed.success) return parsed.data;
  throw new ConfigError(`Expected options of ${name}, got ${describe(config)}.\n${z.prettifyError(parsed.error)}`);
}
