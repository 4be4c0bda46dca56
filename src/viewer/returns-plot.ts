import type { PolicyResult } from "../evaluation/compare.ts";
import type { Summary } from "../evaluation/statistics.ts";
import { formatScore, formatSummary } from "../evaluation/table.ts";
import { type Axis, escapeHtml, px, tickLabel, tightAxis } from "./svg.ts";

const WIDTH = 960;
const LETTER = 9; // px of width, about, in a policy's name
const NARROWEST_NAMES = 132; // px left of the plot
const SIDE = 58; // px of height for each side of a policy's line
const GAP = 26;
const TOP = 12;
const AXIS = 34;
const RADIUS = 2.6;

/** Every episode as a dot: dream above each policy's line, real below, on one scale; a tick marks each mean. */
export function returnsPlot(policies: readonly PolicyResult[]): string {
  const all = policies.flatMap(({ dream, real }) => [...(dream?.returns ?? []), ...real.returns]);
  const low = Math.min(0, least(all));
  const left = Math.max(NARROWEST_NAMES, 28 + LETTER * greatest(policies.map(({ name }) => name.length)));
  const axis = tightAxis([low, greatest(all)], [left, WIDTH - 24], 8);
  const band = 2 * SIDE + GAP;
  const height = TOP + policies.length * band + AXIS;
  const foot = TOP + policies.length * band - GAP / 2;
  const grid = axis.ticks
    .map((value) => {
      const x = px(axis.at(value));
      return `<line class="grid" x1="${x}" y1="${TOP}" x2="${x}" y2="${px(foot)}"/><text class="tick" x="${x}" y="${px(foot + 16)}" text-anchor="middle">${tickLabel(value)}</text>`;
    })
    .join("");
  const rows = policies.map((policy, i) => row(policy, { axis, left, y: TOP + i * band + SIDE })).join("");
  const spoken = policies
    .map(({ name, dream, real }) => `${name}: dream ${formatSummary(dream)}, real ${formatSummary(real)}`)
    .join("; ");
  return `<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="Episode returns. ${escapeHtml(spoken)}">${grid}${rows}<text class="tick" x="${WIDTH - 24}" y="${px(foot + 32)}" text-anchor="end">return of an episode</text></svg>`;
}

function row({ name, dream, real }: PolicyResult, { axis, left, y }: { axis: Axis; left: number; y: number }): string {
  const line = `<line class="base" x1="${left}" y1="${px(y)}" x2="${WIDTH - 24}" y2="${px(y)}"/>`;
  const title = `<text class="name" x="${left - 14}" y="${px(y + 5)}" text-anchor="end">${escapeHtml(name)}</text>`;
  const none = `<text class="tick" x="${left + 8}" y="${px(y - 10)}">not played in the dream</text>`;
  const above = dream ? swarm(dream, { axis, y, side: "dream" }) : none;
  return `${line}${title}${above}${swarm(real, { axis, y, side: "real" })}`;
}

/** Dots stacked where returns coincide, away from the line; a crowded stack is pressed together to stay in its band. */
function swarm(summary: Summary, { axis, y, side }: { axis: Axis; y: number; side: "dream" | "real" }): string {
  const away = side === "dream" ? -1 : 1;
  const columns = new Map<number, number>();
  for (const value of summary.returns) {
    const column = Math.round(axis.at(value) / (2 * RADIUS));
    columns.set(column, (columns.get(column) ?? 0) + 1);
  }
  const tallest = greatest([...columns.values()]);
  const room = SIDE - 14 - 2 * RADIUS;
  const spacing = Math.min(2 * RADIUS + 0.4, room / Math.max(1, tallest - 1));
  const dots: string[] = [];
  for (const [column, count] of columns) {
    for (let k = 0; k < count; k++) {
      const cy = y + away * (RADIUS + 2 + k * spacing);
      dots.push(`<circle cx="${px(column * 2 * RADIUS)}" cy="${px(cy)}" r="${RADIUS}"/>`);
    }
  }
  const x = axis.at(summary.mean);
  const end = y + away * (SIDE - 4);
  const anchor = x > WIDTH - 90 ? "end" : "start";
  const text = `<text class="mean" x="${px(x + (anchor === "end" ? -5 : 5))}" y="${px(end + (away < 0 ? 9 : 0))}" text-anchor="${anchor}">${formatScore(summary.mean)}</text>`;
  return `<g class="${side}"><title>${side}: ${escapeHtml(formatSummary(summary))}, ${summary.episodes} episodes</title>${dots.join("")}<line class="mean" x1="${px(x)}" y1="${px(y)}" x2="${px(x)}" y2="${px(end)}"/>${text}</g>`;
}

function least(values: readonly number[]): number {
  return values.reduce((low, value) => Math.min(low, value), Number.POSITIVE_INFINITY);
}

function greatest(values: readonly number[]): number {
  return values.reduce((high, value) => Math.max(high, value), Number.NEGATIVE_INFINITY);
}
