/* Sine and cosine to the last bit as Gymnasium gets them.

   Python's `math`, and numpy for float64, call the C library. glibc's sine is not always the float64 number that lies
   nearest to the true value, and V8's is another one for one argument in thirty; an upright pole doubles such a difference
   every 9 steps. So this module does what glibc (2.28 and later, on x86-64 processors with fused multiply-add) does: a table
   of sin(k/128) and cos(k/128) in two float64 numbers each, short series between its entries, and one last addition.

   Only that last addition has an error that matters, and what is added is small. Here it is found with ordinary operations
   first; where its uncertainty could change how the sum is rounded (one argument in 50), again with every fused operation
   in glibc's order. */

import { fma } from "./fused-multiply-add.ts";
import { sineTable } from "./sine-table.ts";

const HALF_PI = 1.5707963267948966;
const HALF_PI_REST = 6.123233995736766e-17;
const TABLE_END = 0.85546875; // sin(k/128) and cos(k/128) for k ≤ 109 and half a step around
const HALF_TURN_END = 2.4262638092041016; // below: π/2 less the argument is exact enough in two numbers
const REDUCIBLE_END = 105414336; // beyond: V8's own functions
const SERIES_END = 0.126; // below: the sine's series alone

// π/2 in parts, the first three of few bits, so that their products with a whole number are exact.
const PART_1 = 1.5707963407039642;
const PART_2 = -1.3909067564377153e-8;
const PART_3 = -4.97899623147991e-17;
const PART_4 = -1.9034889620193266e-25;
const TWO_OVER_PI = 0.6366197723675814;
const TO_INTEGER = 1.5 * 2 ** 52; // added and taken away: rounds to a whole number
const TO_ENTRY = 1.5 * 2 ** 45; // the same for 128ths

// Series of the sine for small arguments, and of sine and cosine between two entries of the table.
const T3 = -0.16666666666666666;
const T5 = 0.008333333333332329;
const T7 = -0.00019841269834414642;
const T9 = 2.755729806860771e-6;
const T11 = -2.5022014848318398e-8;
const S3 = -0.16666666666666488;
const S5 = 0.008333332142857223;
const C2 = 0.5;
const C4 = -0.04166666666666644;
const C6 = 0.001388888740079376;

/** More than the relative error of what is added last, in the ordinary operations and in the fused ones together. */
const UNCERTAINTY = 2 ** -50;

/** The table: sine, its rest, cosine, its rest for each k. */
const TABLE = sineTable();

/** The sine of an angle in radians, as glibc has it. */
export function sin(x: number): number {
  const size = Math.abs(x);
  if (size < 2 ** -26) return x;
  if (size < TABLE_END) return sineOf(x, 0);
  if (size < HALF_TURN_END) {
    const cosine = cosineOf(HALF_PI - size, HALF_PI_REST);
    return x < 0 ? -cosine : cosine;
  }
  return size < REDUCIBLE_END ? ofReduced(x, 0) : Math.sin(x);
}

/** The cosine of an angle in radians, as glibc has it. */
export function cos(x: number): number {
  const size = Math.abs(x);
  if (size < 2 ** -27) return 1;
  if (size < TABLE_END) return cosineOf(x, 0);
  if (size < HALF_TURN_END) {
    const rest = HALF_PI - size;
    const angle = rest + HALF_PI_REST;
    return sineOf(angle, rest - angle + HALF_PI_REST);
  }
  return size < REDUCIBLE_END ? ofReduced(x, 1) : Math.cos(x);
}

/** Sine of an angle less its whole quarter turns, or cosine where `quarter` is 1. */
function ofReduced(x: number, quarter: number): number {
  const quarterTurns = x * TWO_OVER_PI;
  let turns = quarterTurns + TO_INTEGER - TO_INTEGER;
  if (Math.abs(quarterTurns - turns) === 0.5) {
    turns = Math.round(quarterTurns + Math.sign(fma(x, TWO_OVER_PI, -quarterTurns)) / 4); // no tie before rounding
  }
  const first = x - turns * PART_1 - turns * PART_2;
  const third = turns * PART_3;
  const second = first - third;
  const fourth = turns * PART_4;
  const angle = second - fourth;
  const rest = first - second - third + (second - angle - fourth);
  const quadrant = (turns + quarter) & 3;
  const value = (quadrant & 1) === 1 ? cosineOf(angle, rest) : sineOf(angle, rest);
  return (quadrant & 2) === 2 ? -value : value;
}

/** sin(x + dx) for |x| below the table's end. */
function sineOf(x: number, dx: number): number {
  if (Math.abs(x) < SERIES_END) return sineBySeries(x, dx);
  const size = Math.abs(x);
  const entry = size + TO_ENTRY - TO_ENTRY;
  const k = 512 * entry; // where the entry's four numbers begin
  const y = size - entry;
  const dy = x < 0 ? -dx : dx;
  const sine = TABLE[k];
  const cosine = TABLE[k + 2];
  const yy = y * y;
  const s = y + (dy + y * yy * (S3 + yy * S5));
  const c = y * dy + yy * (C2 + yy * (C4 + yy * C6));
  const added = TABLE[k + 1] + s * TABLE[k + 3] - sine * c + cosine * s;
  const doubt = UNCERTAINTY * (Math.abs(s) + 2 ** -30);
  let sum = sine + (added - doubt);
  if (sum !== sine + (added + doubt)) {
    const sFused = y + fma(y * yy, fma(yy, S5, S3), dy);
    const cFused = fma(y, dy, yy * fma(yy, fma(yy, C6, C4), C2));
    const inner = fma(sFused, TABLE[k + 3], TABLE[k + 1]);
    sum = sine + fma(sFused, cosine, fma(-cFused, sine, inner));
  }
  return x < 0 ? -sum : sum;
}

/** sin(x + dx) for |x| < 0.126: x + dx − x³/6 + x⁵/120 − … */
function sineBySeries(x: number, dx: number): number {
  const xx = x * x;
  const added = (((((T11 * xx + T9) * xx + T7) * xx + T5) * xx + T3) * x - 0.5 * dx) * xx + dx;
  const doubt = UNCERTAINTY * (Math.abs(added) + Math.abs(dx));
  const sum = x + (added - doubt);
  if (sum === x + (added + doubt)) return sum;
  const series = fma(xx, fma(xx, fma(xx, fma(xx, T11, T9), T7), T5), T3);
  return x + fma(fma(series, x, -0.5 * dx), xx, dx);
}

/** cos(x + dx) for |x| below the table's end. */
function cosineOf(x: number, dx: number): number {
  const size = Math.abs(x);
  const entry = size + TO_ENTRY - TO_ENTRY;
  const k = 512 * entry;
  const y = size - entry + (x < 0 ? -dx : dx);
  const sine = TABLE[k];
  const cosine = TABLE[k + 2];
  const yy = y * y;
  const s = y + y * yy * (S3 + yy * S5);
  const c = yy * (C2 + yy * (C4 + yy * C6));
  const added = TABLE[k + 3] - s * TABLE[k + 1] - cosine * c - sine * s;
  const doubt = UNCERTAINTY * (Math.abs(sine * s) + c + 2 ** -40);
  const sum = cosine + (added - doubt);
  if (sum === cosine + (added + doubt)) return sum;
  const sFused = fma(y * yy, fma(yy, S5, S3), y);
  const cFused = yy * fma(yy, fma(yy, C6, C4), C2);
  const inner = fma(-sFused, TABLE[k + 1], TABLE[k + 3]);
  return cosine + fma(-sFused, sine, fma(-cFused, cosine, inner));
}
