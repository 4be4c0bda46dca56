import { appendFile, mkdir, readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { writeFileAtomic } from "../base/write-file.ts";

/** One line of `metrics.jsonl`. */
export interface MetricsRow {
  readonly stage: string;
  readonly step: number;
  readonly [metric: string]: string | number;
}

/** The lines of a metrics file; none where there is no file. A line cut short by a crash is left out. */
export async function readMetrics(path: string): Promise<MetricsRow[]> {
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return "";
    throw error;
  });
  const whole = text.slice(0, text.lastIndexOf("\n") + 1);
  return whole
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as MetricsRow);
}

/** Appends to a `metrics.jsonl`; work that is done again after an interrupt replaces its old lines. */
export class MetricsLog {
  readonly #path: string;
  readonly #stage: string;

  private constructor(path: string, stage: string) {
    this.#path = path;
    this.#stage = stage;
  }

  /** Opens the log of a stage that goes on after `step`: this stage's later lines are dropped. */
  static async open(path: string, options: { stage: string; step: number }): Promise<MetricsLog> {
    const rows = await readMetrics(path);
    const kept = rows.filter((row) => row.stage !== options.stage || row.step <= options.step);
    if (kept.length < rows.length) await writeFileAtomic(path, kept.map(line).join(""));
    else await mkdir(dirname(path), { recursive: true });
    return new MetricsLog(path, options.stage);
  }

  async write(step: number, metrics: Readonly<Record<string, number>>): Promise<void> {
    await appendFile(this.#path, line({ stage: this.#stage, step, ...metrics }));
  }
}

function line(row: MetricsRow): string {
  return `${JSON.stringify(row)}\n`;
}
