const SPLIT = 2 ** 27 + 1;
const bits = new Int32Array(2);
const double = new Float64Array(bits.buffer);
const LOW = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1 ? 0 : 1; // the word that holds a double's last bit

/**
 * a · b + c, rounded once: the processor's instruction, in software, for finite numbers far from over- and underflow.
 * Dekker's exact product, then Boldo and Melquiond's sum of three by rounding to odd ("Emulation of a FMA", 2008).
 */
export function fma(a: number, b: number, c: number): number {
  const product = a * b;
  const aHigh = upper(a);
  const bHigh = upper(b);
  const aLow = a - aHigh;
  const bLow = b - bHigh;
  const rest = aLow * bLow - (product - aHigh * bHigh - aLow * bHigh - aHigh * bLow);

  const inner = c + rest;
  const innerRest = sumRest(c, rest, inner);
  const outer = product + inner;
  const outerRest = sumRest(product, inner, outer);
  return outer + oddSum(outerRest, innerRest);
}

/** The upper 26 bits of a number's mantissa. */
function upper(x: number): number {
  const scaled = SPLIT * x;
  return scaled - (scaled - x);
}

/** What the rounded `sum` of a and b lacks. */
function sumRest(a: number, b: number, sum: number): number {
  const bPart = sum - a;
  return a - (sum - bPart) + (b - bPart);
}

/** a + b, truncated where inexact, with its last bit set: rounding it again gives what rounding the exact sum would. */
function oddSum(a: number, b: number): number {
  const sum = a + b;
  const rest = sumRest(a, b, sum);
  double[0] = sum;
  if (rest === 0 || (bits[LOW] & 1) === 1) return sum;
  // The exact sum lies between this even number and its neighbour toward the rest, which is odd.
  const step = rest > 0 === sum > 0 ? 1 : -1;
  bits[LOW] += step;
  if (step < 0 && bits[LOW] === -1) bits[1 - LOW]--;
  return double[0];
}
