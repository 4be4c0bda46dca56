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

// Coefficients of r³, r⁵, …, r¹⁵: the sine's, and those that the cosine is computed with.
const SA = -0.16666666666666186;
const SB = 0.008333333333285542;
const SC = -0.00019841269825056256;
const SD = 2.7557316600552628e-6;
const SE = -2.505188027386288e-8;
const SF = 1.6048095404959637e-10;
const SG = -7.373344533110665e-13;
const CA = -0.16666666666666183;
const CB = 0.00833333333328519;
const CC = -0.00019841269824944275;
const CD = 2.755731658449074e-6;
const CE = -2.505187912674299e-8;
const CF = 1.6048055576979365e-10;
const CG = -7.37280909726507e-13;

const UNIT = 2 ** -58;
const PRODUCT_ERROR = 2 ** -52;
const INNER_UNIT = 2 ** -63.5;

const WITHOUT_TURNS = 1.5; // below: no whole half turns, and not near the cosine's zero
const LARGEST = 2 ** 24; // beyond: V8's own functions

/** The sine of an angle in radians. */
export function sin(x: number): number {
  const size = Math.abs(x);
  if (size < WITHOUT_TURNS) return x === 0 ? x : sineNearZero(x, x);
  if (size > LARGEST) return Math.sin(x);
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
  if (size < WITHOUT_TURNS) {
    if (size < 2 ** -27) return 1;
    const r = PI_1 / 2 - size + PI_2 / 2; // the third part is below its last place
    return cosineNearZero(r, r);
  }
  if (size > LARGEST) return Math.cos(x);
  const halfTurns = size * ONE_OVER_PI;
  let whole = Math.floor(halfTurns);
  if (whole === halfTurns && fma(size, ONE_OVER_PI, -whole) < 0) whole--; // rounded up to a whole number
  const n = whole + 0.5;
  const turned = n * PI_1;
  const first = turned - size + (n * PI_1_HIGH - turned + n * PI_1_LOW) + n * PI_2;
  const value = cosineNearZero(first, first + n * PI_3);
  return (whole & 1) === 1 ? -value : value;
}

/** The series of `r`; `first` is what r² is made of, r but for its last correction. */
function sineNearZero(first: number, r: number): number {
  const square = first * first;
  const factor = r * square;
  const inner = square * (square * (square * (square * (square * SG + SF) + SE) + SD) + SC);
  const outer = square * (SB + inner);
  let doubt = square * UNIT; // in the last place of B + inner, and half as much again for outer
  let sum = SA + (outer - doubt);
  if (sum !== SA + (outer + doubt)) {
    doubt = square * INNER_UNIT; // the same one step further in
    let second = SB + (inner - doubt);
    if (second !== SB + (inner + doubt)) {
      second = fma(square, fma(square, fma(square, fma(square, fma(square, SG, SF), SE), SD), SC), SB);
    }
    sum = fma(square, second, SA);
  }
  const product = sum * factor;
  const error = Math.abs(product) * PRODUCT_ERROR;
  const value = r + (product - error);
  return value === r + (product + error) ? value : fma(sum, factor, r);
}

/** The same with the cosine's coefficients: one function for both would not have them as constants, at half the speed. */
function cosineNearZero(first: number, r: number): number {
  const square = first * first;
  const factor = r * square;
  const inner = square * (square * (square * (square * (square * CG + CF) + CE) + CD) + CC);
  const outer = square * (CB + inner);
  let doubt = square * UNIT; // in the last place of B + inner, and half as much again for outer
  let sum = CA + (outer - doubt);
  if (sum !== CA + (outer + doubt)) {
    doubt = square * INNER_UNIT; // the same one step further in
    let second = CB + (inner - doubt);
    if (second !== CB + (inner + doubt)) {
      second = fma(square, fma(square, fma(square, fma(square, fma(square, CG, CF), CE), CD), CC), CB);
    }
    sum = fma(square, second, CA);
  }
  return fma(sum, factor, r);
}
