import { readdir, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { nearest } from "../core/env-id.ts";
import { UsageError } from "./errors.ts";

/** The folder that holds a run of an environment unless --run says otherwise: TakeCover-v0 → runs/take-cover. */
export function defaultRunDirectory(env: string): string {
  return join("runs", folderName(env));
}

/** The environment whose runs' folder has this name, car-racing → CarRacing-v3; else the name as it was typed. */
export function envOfFolder(typed: string, ids: readonly string[]): string {
  return ids.findLast((id) => folderName(id) === typed) ?? typed;
}

function folderName(env: string): string {
  return env
    .replace(/-v\d+$/, "")
    .replace(/([a-z0-9])([A-Z])/g, "$1-$2")
    .replace(/[^A-Za-z0-9]+/g, "-")
    .toLowerCase();
}

/** A run's folder as it was typed, if it is there: the path itself, or a name inside runs/. */
export async function findRunDirectory(typed: string): Promise<string> {
  for (const path of [typed, join("runs", typed)]) {
    if (await isDirectory(path)) return path;
  }
  const known = await runNames();
  const hint =
    known.length > 0
      ? ` Runs here: ${known.map((name) => join("runs", name)).join(", ")}.`
      : " Train one first: reverie train TakeCover-v0.";
  const near = nearest(basename(typed), known);
  throw new UsageError(
    `Expected a run's folder, got ${typed}, which does not exist.${near ? ` Did you mean ${join("runs", near)}?` : hint}`,
  );
}

async function runNames(): Promise<string[]> {
  try {
    const entries = await readdir("runs", { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  } catch {
    return []; // no runs/ here
  }
}

async function isDirectory(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
