/** Text made safe for HTML and attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

/** A coordinate with one decimal: finer is invisible, and pages stay small. */
export function px(value: number): string {
  return String(Math.round(value * 10) / 10);
}

/** Maps a span of values to a span of pixels. */
export interface Axis {
  at(value: number): number;
  readonly ticks: readonly number[];
}

/** A linear axis with round ticks; the ends are widened to ticks. */
export function linearAxis(
  [low, high]: readonly [number, number],
  [from, to]: readonly [number, number],
  about = 6,
): Axis {
  const [first, last] = low === high ? [low - 1, high + 1] : [low, high];
  const step = roundStep((last - first) / about);
  const start = Math.floor(first / step + 1e-9);
  const end = Math.ceil(last / step - 1e-9);
  const ticks = Array.from({ length: end - start + 1 }, (_, i) => (start + i) * step);
  const [a, b] = [start * step, end * step];
  return { ticks, at: (value) => from + ((value - a) / (b - a)) * (to - from) };
}

/** A linear axis whose ends stay where the data end, with the round ticks in between. */
export function tightAxis(
  [low, high]: readonly [number, number],
  [from, to]: readonly [number, number],
  about = 5,
): Axis {
  const [a, b] = low === high ? [low - 1, high + 1] : [low, high];
  const ticks = linearAxis([a, b], [from, to], about).ticks.filter((value) => value >= a && value <= b);
  return { ticks, at: (value) => from + ((value - a) / (b - a)) * (to - from) };
}

/** A logarithmic axis over positive values, with ticks at 1, 2 and 5 times powers of ten. */
export function logAxis([low, high]: readonly [number, number], [from, to]: readonly [number, number]): Axis {
  const [a, b] = [Math.log(low), Math.log(high > low ? high : low * 2)];
  const ticks: number[] = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power++) {
    for (const digit of [1, 2, 5]) {
      const value = digit * 10 ** power;
      if (value >= low * 0.999 && value <= high * 1.001) ticks.push(value);
    }
  }
  return { ticks, at: (value) => from + ((Math.log(value) - a) / (b - a)) * (to - from) };
}

/** 1, 2 or 5 times a power of ten, at least `size`. */
function roundStep(size: number): number {
  const power = 10 ** Math.floor(Math.log10(size));
  return (([1, 2, 5].find((digit) => digit * power >= size * 0.999) as number | undefined) ?? 10) * power;
}

/** A tick's label: 12k, 1.5k, 300, 0.25, −40, 2e-5. */
export function tickLabel(value: number): string {
  const size = Math.abs(value);
  if (size !== 0 && (size < 0.001 || size >= 1e7)) return value.toExponential(0).replace("-", "−");
  const text = size >= 10_000 ? `${Number((value / 1000).toFixed(1))}k` : String(Number(value.toPrecision(6)));
  return text.replace("-", "−");
}
