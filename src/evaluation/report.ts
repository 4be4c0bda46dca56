import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { CheckpointError } from "../base/errors.ts";
import { writeFileAtomic } from "../base/write-file.ts";

const Summary = z
  .strictObject({
    mean: z.number(),
    sd: z.number().nonnegative(),
    episodes: z.int().positive(),
    returns: z.array(z.number()),
  })
  .refine(({ episodes, returns }) => returns.length === episodes, {
    error: "Expected as many returns as episodes.",
    path: ["returns"],
  });

/** report.json: what a run was, how long each stage took, and every policy in the dream and for real. */
export const Report = z.strictObject({
  /** The environment's id. */
  env: z.string(),
  seed: z.int().nonnegative(),
  /** Of this package, Node and the engines that ran. */
  versions: z.record(z.string(), z.string()),
  /** The parsed configuration. */
  settings: z.record(z.string(), z.unknown()),
  policies: z.array(z.strictObject({ name: z.string(), dream: Summary.nullable(), real: Summary })),
  /** In the order they ran; beside the seconds, whatever figures a stage has to tell. */
  stages: z.array(z.looseObject({ name: z.string(), seconds: z.number().nonnegative() })),
});
export type Report = z.infer<typeof Report>;

const REPORT_FILE = "report.json";

/** Writes `report.json` whole or not at all; what does not fit the schema is refused. */
export async function saveReport(directory: string, report: Report): Promise<void> {
  const path = join(directory, REPORT_FILE);
  const parsed = Report.safeParse(report);
  if (!parsed.success) {
    throw new CheckpointError(`Expected a complete report to write to ${path}, got:\n${z.prettifyError(parsed.error)}`);
  }
  await writeFileAtomic(path, `${JSON.stringify(parsed.data, null, 2)}\n`);
}

/** Reads the `report.json` of a directory. */
export async function readReport(directory: string): Promise<Report> {
  const path = join(directory, REPORT_FILE);
  const again = "Run `reverie train` to write it anew.";
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    throw new CheckpointError(`Expected a report at ${path}, got ${(error as Error).message}. ${again}`, {
      cause: error,
    });
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new CheckpointError(
      `Expected JSON in ${path}, got ${text.length} characters that break off or are something else (${(error as Error).message}). ${again}`,
      { cause: error },
    );
  }
  const parsed = Report.safeParse(json);
  if (!parsed.success) {
    throw new CheckpointError(`Expected a report in ${path}, got:\n${z.prettifyError(parsed.error)}\n${again}`);
  }
  return parsed.data;
}
