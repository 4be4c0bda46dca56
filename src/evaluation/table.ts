import type { Report } from "./report.ts";
import type { Summary } from "./statistics.ts";

const BOLD = ["\u001b[1m", "\u001b[22m"];
const DIM = ["\u001b[2m", "\u001b[22m"];

/** A mean or a return in as many decimals as its size deserves, or that of `like`: 827, 36.3, 0.64. */
export function formatScore(value: number, like = value): string {
  const size = Math.abs(like);
  const text = value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : 2);
  return text.replace("-", "−").replace(/^−(0(\.0+)?)$/, "$1");
}

/** `827 ± 417`; a single episode has no spread, and nothing is a dash. */
export function formatSummary(summary: Summary | null): string {
  if (!summary) return "–";
  const centre = formatScore(summary.mean);
  return summary.episodes > 1 ? `${centre} ± ${formatScore(summary.sd, summary.mean)}` : centre;
}

/** Dream and real episodes as one cell: a single number when they agree. */
export function formatEpisodes({ dream, real }: { dream: Summary | null; real: Summary }): string {
  return dream && dream.episodes !== real.episodes ? `${dream.episodes} / ${real.episodes}` : String(real.episodes);
}

/** The table for the terminal: policy × (dream, real, episodes). Without `color` it holds no control codes. */
export function formatTable(report: Pick<Report, "policies">, { color = false }: { color?: boolean } = {}): string {
  const [bold, dim] = color
    ? [BOLD, DIM]
    : [
        ["", ""],
        ["", ""],
      ];
  const head = ["policy", "dream", "real", "episodes"];
  const rows = report.policies.map((policy) => [
    policy.name,
    formatSummary(policy.dream),
    formatSummary(policy.real),
    formatEpisodes(policy),
  ]);
  const aligned = alignAtSign(rows);
  const widths = head.map((title, column) => Math.max(title.length, ...aligned.map((row) => row[column].length)));
  const pad = (cell: string, column: number): string =>
    column === 0 ? cell.padEnd(widths[column]) : cell.padStart(widths[column]);
  const best = report.policies.reduce((top, { real }, i) => (real.mean > report.policies[top].real.mean ? i : top), 0);
  const rule = (left: string, cross: string, right: string): string =>
    dim[0] + left + widths.map((width) => "─".repeat(width + 2)).join(cross) + right + dim[1];
  const bar = `${dim[0]}│${dim[1]}`;
  const line = (cells: readonly string[], strong: boolean): string =>
    bar + cells.map((cell, i) => ` ${strong ? bold[0] : ""}${pad(cell, i)}${strong ? bold[1] : ""} `).join(bar) + bar;
  return [
    rule("┌", "┬", "┐"),
    line(head, true),
    rule("├", "┼", "┤"),
    ...aligned.map((row, i) => line(row, i === best)),
    rule("└", "┴", "┘"),
  ].join("\n");
}

/** Pads what follows each ± so that the signs stand in one column. */
function alignAtSign(rows: readonly string[][]): string[][] {
  const tails = [1, 2].map((column) => Math.max(0, ...rows.map((row) => tailOf(row[column]))));
  return rows.map((row) =>
    row.map((cell, column) => {
      if (column !== 1 && column !== 2) return cell;
      const tail = tailOf(cell);
      const target = tails[column - 1];
      if (tail === 0) return cell;
      return cell.slice(0, cell.length - tail) + cell.slice(cell.length - tail).padStart(target);
    }),
  );
}

/** Characters after `± `, 0 without one. */
function tailOf(cell: string): number {
  const sign = cell.indexOf("± ");
  return sign < 0 ? 0 : cell.length - sign - 2;
}
