import { formatCount } from "../../src/base/format.ts";

/** One part of the printed result. */
export interface TextTable {
  readonly title: string;
  readonly head: readonly string[];
  /** The first cell of a row names it; the others are right-aligned. */
  readonly rows: readonly (readonly string[])[];
  /** Remarks below the table: what was left out and why, how to read a column. */
  readonly notes?: readonly string[];
}

/** A cell without a figure. */
export const NOTHING = "–";

/** Aligned columns under a rule, without colours: it is meant to be pasted. */
export function formatTextTable({ title, head, rows, notes = [] }: TextTable): string {
  const widths = head.map((cell, column) => Math.max(cell.length, ...rows.map((row) => row[column].length)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column]) : cell.padStart(widths[column])))
      .join("  ")
      .trimEnd();
  const rule = "─".repeat(widths.reduce((sum, width) => sum + width + 2, -2));
  return [title, rule, line(head), rule, ...rows.map(line), rule, ...notes].join("\n");
}

/** Three significant digits, thousands set apart; a dash for what was not measured: 0.0712, 11.5, 14,556. */
export function figure(value: number | undefined): string {
  if (value === undefined) return NOTHING;
  if (value >= 100) return formatCount(value);
  return value === 0 ? "0" : value.toFixed(Math.max(0, 2 - Math.floor(Math.log10(value))));
}

/** 0.87× */
export function ratio(value: number | undefined): string {
  return value === undefined ? NOTHING : `${value >= 10 ? value.toFixed(0) : value.toFixed(2)}×`;
}

/** +3.1 % */
export function deviation(value: number, reference: number): string {
  const percent = 100 * (value / reference - 1);
  return `${percent < 0 ? "−" : "+"}${Math.abs(percent).toFixed(1)} %`;
}
