const ENTRIES = 110;
const BITS = 200n; // of the fixed point
const ONE = 1n << BITS;

/** sin(k/128) and cos(k/128) for k = 0 … 109, each as a float64 number and what it lacks: four numbers for each k. */
export function sineTable(): Float64Array {
  const step = ONE / 128n;
  const stepSine = series(step, step, 1n);
  const stepCosine = series(ONE, step, 0n);
  const table = new Float64Array(4 * ENTRIES);
  let sine = 0n;
  let cosine = ONE;
  for (let k = 0; k < ENTRIES; k++) {
    table.set([...twoNumbers(sine), ...twoNumbers(cosine)], 4 * k);
    const next = (sine * stepCosine + cosine * stepSine) >> BITS;
    cosine = (cosine * stepCosine - sine * stepSine) >> BITS;
    sine = next;
  }
  return table;
}

/** first − first · x² / (n + 1)(n + 2) + …: the sine's series from x on, the cosine's from 1 on. */
function series(first: bigint, x: bigint, exponent: bigint): bigint {
  const square = (x * x) >> BITS;
  let term = first;
  let sum = 0n;
  for (let n = exponent; term !== 0n; n += 2n) {
    sum += term;
    term = -((term * square) >> BITS) / ((n + 1n) * (n + 2n));
  }
  return sum;
}

/** A fixed-point number from 0 to 1 as the nearest float64 number and the nearest to the rest. */
function twoNumbers(x: bigint): [number, number] {
  const nearest = Number(x); // correctly rounded, exact as a fixed-point number again
  return [nearest * 2 ** -Number(BITS), Number(x - BigInt(nearest)) * 2 ** -Number(BITS)];
}
