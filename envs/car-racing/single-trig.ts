/*
 * Sine and cosine in single precision as the C library computes them that Box2D is linked with: a polynomial in double
 * precision, rounded once. It is 0.01 of a unit in the last place off the true value, so that one result in eighty is
 * rounded the other way than `Math.fround(Math.sin(x))`; enough for a drive to be told from the original's.
 */

const HALF_PI = Math.PI / 2;

/** Minimax coefficients on ±π/4 of glibc's sinf and cosf. */
const S3 = -0.16666654943701084;
const S5 = 0.008332178146138854;
const S7 = -0.00019517298981385725;
const C2 = -0.49999999725108224;
const C4 = 0.041666623324344516;
const C6 = -0.001388676379437604;
const C8 = 0.000024390450703564542;

/** Sine and cosine of x, |x| < 120, into `into[0]` and `into[1]`: returned numbers would be allocated. */
export function singleSinCos(x: number, into: Float32Array): void {
  const quarters = Math.round(x / HALF_PI);
  const rest = x - quarters * HALF_PI;
  const square = rest * rest;
  const along = sine(rest, square);
  const across = cosine(square);
  const swapped = (quarters & 1) !== 0;
  const sin = swapped ? across : along;
  const cos = swapped ? along : across;
  into[0] = (quarters & 2) === 0 ? sin : -sin;
  into[1] = ((quarters + 1) & 2) === 0 ? cos : -cos;
}

function sine(x: number, x2: number): number {
  const x3 = x * x2;
  return x + x3 * S3 + x3 * x2 * (S5 + x2 * S7);
}

function cosine(x2: number): number {
  const x4 = x2 * x2;
  return 1 + x2 * C2 + x4 * C4 + x4 * x2 * (C6 + x2 * C8);
}
