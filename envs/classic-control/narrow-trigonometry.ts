/* Sine and cosine of float32 numbers as numpy computes them: whole quarter turns are taken off, then a short series in
   float32. `fround(a * b + c)` is a fused multiply-add there: the product of two float32 numbers is exact in float64. */

const { fround } = Math;

const TWO_OVER_PI = fround(2 / Math.PI);
// π/2 in three float32 numbers
const HALF_PI_1 = 1.570796012878418;
const HALF_PI_2 = 3.1391647326017846e-7;
const HALF_PI_3 = 5.390302529957765e-15;
const SINE = [2.8404097065504175e-6, -0.00019856491417158395, 0.008333397097885609, -0.1666666716337204];
const COSINE = [2.4372266125283204e-5, -0.001388652017340064, 0.04166661947965622, -0.5];

/** The sine of a float32 angle in radians, float32. */
export function sin32(x: number): number {
  return ofQuadrant(x, 0);
}

/** The cosine of a float32 angle in radians, float32. */
export function cos32(x: number): number {
  return ofQuadrant(x, 1);
}

function ofQuadrant(x: number, quarter: number): number {
  const turns = roundHalfEven(fround(x * TWO_OVER_PI));
  const first = fround(x - turns * HALF_PI_1);
  const second = fround(first - turns * HALF_PI_2);
  const r = fround(second - turns * HALF_PI_3);
  const square = fround(r * r);
  const quadrant = turns + quarter;
  let value: number;
  if ((quadrant & 1) === 1) value = fround(series(COSINE, square) * square + 1);
  else value = fround(fround(series(SINE, square) * square) * r + r);
  return (quadrant & 2) === 2 ? -value : value;
}

function series([a, b, c, d]: readonly number[], square: number): number {
  return fround(fround(fround(a * square + b) * square + c) * square + d);
}

/** For whole parts that fit 2⁵¹. */
function roundHalfEven(x: number): number {
  return x + 1.5 * 2 ** 52 - 1.5 * 2 ** 52;
}
