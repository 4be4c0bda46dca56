/* Sine and cosine to the last bit as numpy 1.22 to 1.24 computes them on processors with AVX-512: by Intel's short vector
   math library. What is reproduced is its arithmetic: the angle less its whole half turns is r, |r| ≤ π/2, and

     sin r = r + r · r² · (A + B r² + C r⁴ + … + G r¹²),

   every step by fused multiply-add. Where ordinary operations leave no doubt how a step is rounded, they take its place. */

import { fma } from "./fused-multiply-add.ts";

// π in three float64 numbers, the first of them also in two parts of few bits.
const PI_1 = Math.PI;
const PI_1_HIGH = 3.1415926218032837;
const PI_1_LOW = PI_1 - PI_1_HIGH;
const PI_2 = 1.224646799147353e-16;
const PI_3 = 2.165713347843828e-32;
const ONE_OVER_PI = 0.3183098861837907;
const TO_INTEGER = 1.5 * 2 ** 52; // added and taken away: rounds to a whole number

const LARGEST_SINE = 2 ** 24; // beyond: V8's own function
const LARGEST_COSINE = 2 ** 24;

/** The sine of an angle in radians. */
export function sin(x: number): number {
  if (Math.abs(x) > LARGEST_SINE || x === 0) return Math.sin(x);
  const halfTurns = x * ONE_OVER_PI;
  let n = halfTurns + TO_INTEGER - TO_INTEGER;
  if (Math.abs(halfTurns - n) === 0.5) n = Math.round(halfTurns + Math.sign(fma(x, ONE_OVER_PI, -halfTurns)) / 4); // no tie
  const turned = n * PI_1;
  const first = x - turned - (n * PI_1_HIGH - turned + n * PI_1_LOW) - n * PI_2; // x − turned is exact
  const value = sineNearZero(first, first - n * PI_3);
  return (n & 1) === 1 ? -value : value;
}

/** The cosine of an angle in radians. */
export function cos(x: number): number {
  const size = Math.abs(x);
  if (size < 2 ** -27) return 1;
  if (size > LARGEST_COSINE) return Math.cos(x);
  const halfTurns = size * ONE_OVER_PI;
  let whole = Math.floor(halfTurns);
  if (whole === halfTurns && fma(size, ONE_OVER_PI, -whole) < 0) whole--; // rounded up to a whole number
  const n = whole + 0.5;
  const turned = n * PI_1;
  const first = turned - size + (n * PI_1_HIGH - turned + n * PI_1_LOW) + n * PI_2;
  const value = cosineNearZero(first, first + n * PI_3);
  return (whole & 1) === 1 ? -value : value;
}

/** Coefficients of r³, r⁵, …, r¹⁵: the sine's, and those that the cosine is computed with. */
type Series = readonly [a: number, b: number, c: number, d: number, e: number, f: number, g: number];
const SINE: Series = [
  -0.16666666666666186, 0.008333333333285542, -0.00019841269825056256, 2.7557316600552628e-6, -2.505188027386288e-8,
  1.6048095404959637e-10, -7.373344533110665e-13,
];
const COSINE: Series = [
  -0.16666666666666183, 0.00833333333328519, -0.00019841269824944275, 2.755731658449074e-6, -2.505187912674299e-8,
  1.6048055576979365e-10, -7.37280909726507e-13,
];

const sineNearZero = series(SINE);
const cosineNearZero = series(COSINE);

/** The series of `r`; `first` is what r² is made of, r but for its last correction. */
function series([a, b, c, d, e, f, g]: Series): (first: number, r: number) => number {
  return (first, r) => {
    const square = first * first;
    const factor = r * square;
    const inner = square * (square * (square * (square * (square * g + f) + e) + d) + c);
    const outer = square * (b + inner);
    let doubt = square * 2 ** -58; // a unit in the last place of b + inner, and half a unit of outer
    let sum = a + (outer - doubt);
    if (sum !== a + (outer + doubt)) {
      doubt = square * 2 ** -63.5; // the same one step further in
      let second = b + (inner - doubt);
      if (second !== b + (inner + doubt)) second = fma(square, fusedInner(square), b);
      sum = fma(square, second, a);
    }
    return fma(sum, factor, r);
  };

  function fusedInner(square: number): number {
    return fma(square, fma(square, fma(square, fma(square, g, f), e), d), c);
  }
}
