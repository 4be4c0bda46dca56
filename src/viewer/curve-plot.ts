import { escapeHtml, linearAxis, logAxis, px, tickLabel, tightAxis } from "./svg.ts";

/** One line of a learning curve; curves with the same `chart` share a picture. */
export interface Curve {
  readonly name: string;
  readonly points: readonly { readonly x: number; readonly y: number }[];
  /** The picture's title; default: the curve's own name, in a picture of its own. */
  readonly chart?: string;
  /** What x counts: "step", "generation". */
  readonly xLabel?: string;
}

const WIDTH = 460;
const HEIGHT = 240;
const LEFT = 46;
const RIGHT = 12;
const TOP = 10;
const BOTTOM = 36;
const MOST_POINTS = 300;
const LOG_FROM = 30; // a curve whose highest value is this many times its median is drawn on a logarithmic scale

/** The curves as one figure per chart. */
export function curvePlots(curves: readonly Curve[]): string {
  const charts = new Map<string, Curve[]>();
  for (const curve of curves) {
    const title = curve.chart ?? curve.name;
    charts.set(title, [...(charts.get(title) ?? []), curve]);
  }
  return [...charts].map(([title, members]) => chart(title, members)).join("");
}

function chart(title: string, curves: readonly Curve[]): string {
  const drawn = curves
    .map((curve) => ({ ...curve, points: curve.points.filter(({ x, y }) => Number.isFinite(x) && Number.isFinite(y)) }))
    .filter(({ points }) => points.length > 0);
  if (drawn.length === 0) return "";
  const xs = drawn.flatMap(({ points }) => points.map(({ x }) => x)).sort((a, b) => a - b);
  const ys = drawn.flatMap(({ points }) => points.map(({ y }) => y)).sort((a, b) => a - b);
  const [low, high, median] = [ys[0], ys[ys.length - 1], ys[ys.length >> 1]];
  const log = low > 0 && high / median > LOG_FROM;
  const span: [number, number] = [HEIGHT - BOTTOM, TOP];
  const vertical = log ? logAxis([low, high], span) : linearAxis([low, high], span, 4);
  const horizontal = tightAxis([xs[0], xs[xs.length - 1]], [LEFT + 4, WIDTH - RIGHT - 8]);
  const grid = vertical.ticks
    .map((value) => {
      const y = px(vertical.at(value));
      return `<line class="grid" x1="${LEFT}" y1="${y}" x2="${WIDTH - RIGHT}" y2="${y}"/><text class="tick" x="${LEFT - 6}" y="${px(vertical.at(value) + 4)}" text-anchor="end">${tickLabel(value)}</text>`;
    })
    .join("");
  const marks = horizontal.ticks
    .map(
      (value) =>
        `<text class="tick" x="${px(horizontal.at(value))}" y="${HEIGHT - BOTTOM + 16}" text-anchor="middle">${tickLabel(value)}</text>`,
    )
    .join("");
  const lines = drawn.map(({ points }, i) => {
    const kept = thin(points).map(({ x, y }) => `${px(horizontal.at(x))},${px(vertical.at(y))}`);
    return kept.length > 1
      ? `<polyline class="curve c${i % 6}" points="${kept.join(" ")}"/>`
      : `<circle class="point c${i % 6}" cx="${kept[0].split(",")[0]}" cy="${kept[0].split(",")[1]}" r="3"/>`;
  });
  const label = [drawn[0].xLabel, log ? "logarithmic scale" : undefined].filter(Boolean).join(" · ");
  const foot = `<text class="tick" x="${WIDTH - RIGHT}" y="${HEIGHT - 4}" text-anchor="end">${escapeHtml(label)}</text>`;
  const legend = drawn
    .map(({ name, points }, i) => {
      const last = points[points.length - 1].y;
      return `<span class="key"><i class="c${i % 6}"></i>${escapeHtml(name)} <b>${Number(last.toPrecision(4))}</b></span>`;
    })
    .join("");
  return `<figure class="chart"><figcaption><strong>${escapeHtml(title)}</strong>${legend}</figcaption><svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escapeHtml(title)}">${grid}${marks}${lines.join("")}${foot}</svg></figure>`;
}

/** Keeps the least and the greatest point of each stretch, so that spikes survive. */
function thin(points: Curve["points"]): Curve["points"] {
  if (points.length <= MOST_POINTS) return points;
  const stretches = MOST_POINTS / 2;
  return Array.from({ length: stretches }, (_, i) => {
    const part = points.slice(
      Math.floor((i * points.length) / stretches),
      Math.floor(((i + 1) * points.length) / stretches),
    );
    const low = part.reduce((a, b) => (b.y < a.y ? b : a));
    const high = part.reduce((a, b) => (b.y > a.y ? b : a));
    return low === high ? [low] : low.x < high.x ? [low, high] : [high, low];
  }).flat();
}
