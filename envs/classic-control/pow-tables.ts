const BITS = 200n; // of the fixed point
const ONE = 1n << BITS;
const ENTRIES = 128;

/** The tables of glibc's `pow`, 128 entries each. */
export interface PowTables {
  /** 1/c for c in the middle of each 128th of the mantissas from 0.706 to 1.411: a number of few bits. */
  readonly inverses: Float64Array;
  /** log c, as a multiple of 2⁻⁴³, and what it lacks. */
  readonly logs: Float64Array;
  readonly logRests: Float64Array;
  /** 2^(k/128), and what it lacks, relative to it. */
  readonly powers: Float64Array;
  readonly powerRests: Float64Array;
}

let tables: PowTables | undefined;

/** Computed when first asked for: two milliseconds. */
export function powTables(): PowTables {
  tables ??= compute();
  return tables;
}

function compute(): PowTables {
  const tables = {
    inverses: new Float64Array(ENTRIES),
    logs: new Float64Array(ENTRIES),
    logRests: new Float64Array(ENTRIES),
    powers: new Float64Array(ENTRIES),
    powerRests: new Float64Array(ENTRIES),
  };
  const step = rootOf2();
  let power = ONE;
  for (let k = 0; k < ENTRIES; k++) {
    const inverse = inverseOf(k);
    const log = -logOf(inverse);
    const nearest = BigInt(Math.round(toNumber(log) * 2 ** 43)) << (BITS - 43n);
    tables.inverses[k] = inverse / 256;
    tables.logs[k] = toNumber(nearest);
    tables.logRests[k] = toNumber(log - nearest);

    const rounded = BigInt(Number(power)); // exact as a fixed-point number again
    tables.powers[k] = toNumber(power);
    tables.powerRests[k] = toNumber(((power - rounded) << BITS) / rounded);
    power = (power * step) >> BITS;
  }
  return tables;
}

/** 1/c of an entry in 256ths: whole, and even up to c = 1.05. */
function inverseOf(k: number): number {
  const view = new DataView(new ArrayBuffer(8));
  view.setUint32(0, 0x3fe69555 + (k << 13) + (1 << 12)); // the upper word of the entry's middle
  const inverse = 256 / view.getFloat64(0);
  return inverse > 243 ? 2 * Math.round(inverse / 2) : Math.round(inverse);
}

/** log(n / 256) by the series of the area tangent: log x = 2 (y + y³/3 + y⁵/5 + …), y = (x − 1) / (x + 1). */
function logOf(n: number): bigint {
  const y = (BigInt(n - 256) * ONE) / BigInt(n + 256);
  const square = (y * y) >> BITS;
  let power = y;
  let sum = 0n;
  for (let k = 1n; power / k !== 0n; k += 2n) {
    sum += power / k;
    power = (power * square) >> BITS;
  }
  return 2n * sum;
}

/** 2^(1/128): seven square roots. */
function rootOf2(): bigint {
  let root = 2n * ONE;
  for (let i = 0; i < 7; i++) root = squareRoot(root << BITS);
  return root;
}

/** The whole part of a number's square root, by Newton's method from above. */
function squareRoot(n: bigint): bigint {
  let x = 1n << BigInt(Math.ceil(n.toString(2).length / 2));
  for (;;) {
    const next = (x + n / x) >> 1n;
    if (next >= x) return x;
    x = next;
  }
}

function toNumber(x: bigint): number {
  return Number(x) * 2 ** -Number(BITS);
}
