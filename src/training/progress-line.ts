import { formatCount, formatDuration, formatRate } from "../base/format.ts";

/** All that one line of progress shows. */
export interface LineParts {
  readonly name: string;
  readonly nameWidth: number;
  /** "2/6" */
  readonly place?: string;
  readonly done: number;
  readonly total?: number;
  readonly unit: string;
  readonly perSecond: number;
  /** Seconds. */
  readonly elapsed: number;
  /** Seconds. */
  readonly left?: number;
  readonly metrics: string;
}

/** Widths that a bar may have, widest first: few, so that it does not breathe as the figures beside it grow. */
const BAR_WIDTHS = [28, 20, 14, 8];
const NARROWEST_BAR = 8;

/** `loss 12.3  kl 32.0`: three or four significant digits, exponents only where they must be. */
export function formatMetrics(metrics: Readonly<Record<string, number | string>>): string {
  return Object.entries(metrics)
    .map(([name, value]) => `${name} ${typeof value === "string" ? value : formatMetric(value)}`)
    .join("  ");
}

function formatMetric(value: number): string {
  const size = Math.abs(value);
  if (!Number.isFinite(value) || Number.isInteger(value)) return String(value);
  if (size < 0.001 || size >= 1e6) return value.toExponential(2);
  return size >= 1000 ? value.toFixed(0) : value.toPrecision(size >= 1 ? 4 : 3);
}

/**
 * One line of progress. With `columns` it is cut to fit: the bar narrows first, then the metrics break off,
 * then the rate and the elapsed time go.
 */
export function formatLine(parts: LineParts, { columns, color }: { columns?: number; color: boolean }): string {
  const { name, nameWidth, place, done, total, unit, perSecond, elapsed, left, metrics } = parts;
  const head = [place, name.padEnd(nameWidth)].filter((part) => part !== undefined).join(" ");
  const share = total === undefined ? undefined : total > 0 ? Math.min(1, Math.max(0, done / total)) : 1;
  const percent = share === undefined ? "" : `${Math.floor(share * 100)}%`.padStart(4);
  const count =
    total === undefined
      ? `${formatCount(done)} ${unit}`
      : `${formatCount(done).padStart(formatCount(total).length)}/${formatCount(total)} ${unit}`;
  const rate = perSecond > 0 ? formatRate(perSecond) : "";
  const spent = formatDuration(elapsed);
  const time = left === undefined ? spent : `${spent} < ${formatDuration(left)} left`;
  const texts = [count, rate, time, metrics].filter(Boolean);
  const join = (middle: readonly string[], bar: string): string =>
    [head, bar, percent, ...middle].filter(Boolean).join("  ");

  if (columns === undefined) return join(texts, "");
  if (share === undefined) return clip(join(texts, ""), columns);
  const room = columns - join(texts, "").length - 2;
  const drawn = (width: number): string => (color ? colorBar : plainBar)(share, width);
  if (room >= NARROWEST_BAR) return join(texts, drawn(barWidth(room)));
  const essential = [left === undefined ? spent : `${formatDuration(left)} left`];
  for (const kept of [[count, rate, time], [count, ...essential], essential]) {
    const middle = kept.filter(Boolean);
    const bare = columns - join(middle, "").length - 2;
    if (bare < NARROWEST_BAR) continue;
    const over = bare - NARROWEST_BAR - 2;
    const cut = over >= 12 && metrics ? [...middle, clip(metrics, over)] : middle;
    return join(cut, drawn(barWidth(columns - join(cut, "").length - 2)));
  }
  return clip(join(essential, ""), columns);
}

/** A bar of half-character steps: heavy for what is done, light for what is left. */
export function plainBar(share: number, width: number): string {
  const halves = Math.round(share * width * 2);
  const full = Math.floor(halves / 2);
  const half = halves % 2 === 1 ? "╸" : "";
  return "━".repeat(full) + half + "─".repeat(width - full - half.length);
}

function colorBar(share: number, width: number): string {
  const bar = plainBar(share, width);
  const edge = bar.indexOf("─") < 0 ? bar.length : bar.indexOf("─");
  return `\u001b[36m${bar.slice(0, edge)}\u001b[39m\u001b[2m${bar.slice(edge)}\u001b[22m`;
}

function barWidth(room: number): number {
  return BAR_WIDTHS.find((width) => width <= room) ?? NARROWEST_BAR;
}

function clip(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`;
}
