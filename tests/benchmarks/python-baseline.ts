import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";

/** What a Python script printed, or why there is nothing. */
export type Baseline<Figures> = { readonly figures: Figures } | { readonly skipped: string };

/** Runs a script of this folder with python3 (or what REVERIE_PYTHON names); its last line of output is JSON. */
export function pythonBaseline<Figures>(
  script: string,
  { module, label }: { module: string; label: string },
): Promise<Baseline<Figures>> {
  const python = process.env["REVERIE_PYTHON"] || "python3";
  return new Promise((resolve) => {
    execFile(python, [fileURLToPath(new URL(script, import.meta.url))], (error, stdout, stderr) => {
      const missing = stderr.includes(`No module named '${module}'`);
      if (missing) resolve({ skipped: `${label}: skipped, ${python} has no module "${module}".` });
      else if (error) resolve({ skipped: `${label}: skipped, ${stderr.trim().split("\n").at(-1) || error.message}` });
      else resolve({ figures: JSON.parse(stdout.trim().split("\n").at(-1)!) as Figures });
    });
  });
}
