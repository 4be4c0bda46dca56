import { readFile } from "node:fs/promises";
import { appendLine, writeFileAtomic } from "../base/write-file.ts";

/** One line of `metrics.jsonl`. */
export interface MetricsRow {
  readonly stage: string;
  readonly step: number;
  readonly [metric: string]: string | number;
}

/** The lines of a metrics file; none where there is no file. A line cut short by a crash is left out. */
export async function readMetrics(path: string): Promise<MetricsRow[]> {
  return wholeRows(await textOf(path));
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
    const before = await textOf(path);
    const kept = wholeRows(before).filter((row) => row.stage !== options.stage || row.step <= options.step);
    const after = kept.map(line).join("");
    if (after !== before) await writeFileAtomic(path, after);
    return new MetricsLog(path, options.stage);
  }

  async write(step: number, metrics: Readonly<Record<string, number>>): Promise<void> {
    await appendLine(this.#path, line({ stage: this.#stage, step, ...metrics }));
  }
}

async function textOf(path: string): Promise<string> {
  return readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return "";
    throw error;
  });
}

/** A line cut short by a crash has no end, and is left out. */
function wholeRows(text: string): MetricsRow[] {
  const whole = text.slice(0, text.lastIndexOf("\n") + 1);
  const lines = whole.split("\n").filter(Boolean);
  return lines.map((line) => JSON.parse(line) as MetricsRow);
}

function line(row: MetricsRow): string {
  return `${JSON.stringify(row)}\n`;
}
