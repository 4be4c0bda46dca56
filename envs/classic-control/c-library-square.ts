/* x² as glibc's pow(x, 2) has it, which is what `x ** 2` is for a number of numpy's: the nearest float64 number but for one
   x in a thousand, where the exact square lies so near the middle of two that pow's small error decides. There pow is
   computed in its own steps: log x in two numbers, by a table of 1/c and log c and a polynomial; twice that; then its
   exponential, by a table of 2^(k/128) and a polynomial. */

import { fma } from "./fused-multiply-add.ts";
import { powTables } from "./pow-tables.ts";

const SPLIT = 2 ** 27 + 1;
const NEAR_MIDDLE = 1.02; // pow's error is below 0.01 of a last place

const LOG_2 = 0.6931471805598903; // of few bits
const LOG_2_REST = 5.497923018708371e-14;
const [A1, A2, A3, A4, A5, A6] = [
  -0.6666666666666679, 0.5000000000000007, 0.7999999995323976, -0.6666666663487739, -1.1429096284595011,
  1.0000415263675542,
];
const BELOW_LOG = 0x3fe69555; // the upper word of the least number that the table of logarithms begins with

const STEPS_OF_2 = 184.66496523378731; // 128 / log 2
const NEGATIVE_STEP = -0.005415212348111709; // −log 2 / 128, of few bits
const NEGATIVE_STEP_REST = -1.2864023111638346e-14;
const [C2, C3, C4, C5] = [0.49999999999996786, 0.16666666666665886, 0.0416666808410674, 0.008333335853059549];
const TO_INTEGER = 1.5 * 2 ** 52; // added and taken away: rounds to a whole number

const words = new Int32Array(2);
const double = new Float64Array(words.buffer);
const UPPER = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1 ? 1 : 0; // the word with sign and exponent

/** x² as the C library's `pow` computes it; for |x| from 2⁻⁵⁰⁰ to 2⁵⁰⁰, the nearest number beyond. */
export function square(x: number): number {
  const product = x * x;
  const scaled = SPLIT * x;
  const high = scaled - (scaled - x);
  const low = x - high;
  const rest = low * low - (product - high * high - 2 * (high * low)); // exact: x² = product + rest
  if (product + rest * NEAR_MIDDLE === product) return product;
  const size = Math.abs(x);
  return size > 2 ** -500 && size < 2 ** 500 ? powOfTwo(size) : product;
}

function powOfTwo(x: number): number {
  const { inverses, logs, logRests } = powTables();
  double[0] = x;
  const offset = words[UPPER] - BELOW_LOG;
  const entry = (offset >> 13) & 127;
  const exponent = offset >> 20;
  words[UPPER] -= exponent << 20;
  const z = double[0]; // x = z · 2^exponent

  const r = fma(z, inverses[entry], -1);
  const t1 = exponent * LOG_2 + logs[entry];
  const t2 = t1 + r;
  const lo1 = fma(exponent, LOG_2_REST, logRests[entry]);
  const lo2 = t1 - t2 + r;
  const ar = -0.5 * r;
  const ar2 = r * ar;
  const hi = t2 + ar2;
  const lo3 = fma(ar, r, -ar2);
  const lo4 = t2 - hi + ar2;
  const series = fma(ar2, fma(ar2, fma(r, A6, A5), fma(r, A4, A3)), fma(r, A2, A1));
  const lo = fma(r * ar2, series, lo1 + lo2 + lo3 + lo4);
  const log = hi + lo;

  return exponential(2 * log, 2 * (hi - log + lo));
}

/** e^(x + rest). */
function exponential(x: number, rest: number): number {
  const { powers, powerRests } = powTables();
  const steps = fma(STEPS_OF_2, x, TO_INTEGER) - TO_INTEGER;
  const r = fma(steps, NEGATIVE_STEP_REST, fma(steps, NEGATIVE_STEP, x)) + rest;
  const entry = steps & 127;
  const scale = powers[entry] * 2 ** ((steps - entry) / 128);
  const r2 = r * r;
  const small = fma(r2 * r2, fma(r, C5, C4), fma(r2, fma(r, C3, C2), powerRests[entry] + r));
  return fma(scale, small, scale);
}
