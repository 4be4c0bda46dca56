const SPLIT = 2 ** 27 + 1;

/**
 * a · b + c with one rounding: the processor's instruction in software, by Dekker's exact product and Knuth's exact sum.
 * For numbers far from over- and underflow. Two numbers too small to matter are added before that rounding, and their sum
 * is rounded, too: the result is the instruction's unless the exact one lies within 2⁻⁵⁰ of a last place from a tie.
 */
export function fma(a: number, b: number, c: number): number {
  const product = a * b;
  const aScaled = SPLIT * a;
  const aHigh = aScaled - (aScaled - a); // the upper 26 bits
  const aLow = a - aHigh;
  const bScaled = SPLIT * b;
  const bHigh = bScaled - (bScaled - b);
  const bLow = b - bHigh;
  const productRest = aLow * bLow - (product - aHigh * bHigh - aLow * bHigh - aHigh * bLow);

  const sum = product + c;
  const cPart = sum - product;
  const sumRest = product - (sum - cPart) + (c - cPart);
  return sum + (sumRest + productRest);
}
