import { ConfigError } from "../base/errors.ts";
import type { RandomState } from "./random.ts";
import { seedSequence, systemEntropy } from "./seed-sequence.ts";

// 128-bit integers are eight 16-bit limbs, least first: a column of the schoolbook product stays below 2^36, exact in
// a double, and nothing is allocated per draw, as it would be with BigInt.
const LIMBS = 8;
const [M0, M1, M2, M3, M4, M5, M6, M7] = [0xf645, 0x9fcc, 0xdf64, 0x4385, 0x5da4, 0x1fc6, 0xed05, 0x2360];

/**
 * numpy's default generator, PCG64 (XSL-RR 128/64): `new Pcg64(seed)` draws what `numpy.random.default_rng(seed)` draws,
 * to the last digit, so that a seed means the same start here as in Python's Gymnasium.
 */
export class Pcg64 {
  readonly #state = new Uint16Array(LIMBS);
  readonly #increment = new Uint16Array(LIMBS);
  #high = 0; // the latest 64-bit output, in halves
  #low = 0;
  /** The upper half of an output whose lower half answered a 32-bit draw; −1: none. */
  #buffered = -1;

  /** Without a seed, starts from the system's entropy. */
  constructor(seed: number | bigint = systemEntropy()) {
    const words = seedSequence(seed, 8); // four uint64, least word first: state high, state low, stream high, stream low
    const start = toLimbs([words[2], words[3], words[0], words[1]]);
    const stream = toLimbs([words[6], words[7], words[4], words[5]]);
    let carry = 1; // increment = 2 · stream + 1
    for (let i = 0; i < LIMBS; i++) {
      this.#increment[i] = (stream[i] << 1) | carry;
      carry = stream[i] >>> 15;
    }
    this.#advance();
    for (let i = 0, sum = 0; i < LIMBS; i++) {
      sum = (sum >>> 16) + this.#state[i] + start[i];
      this.#state[i] = sum;
    }
    this.#advance();
  }

  /** The next 64 bits, in halves: what numpy's other distributions are made from. */
  bits64(): { readonly high: number; readonly low: number } {
    this.#next();
    return { high: this.#high, low: this.#low };
  }

  /** Uniform on [0, 1), 53 bits. */
  random(): number {
    this.#next();
    return (this.#high * 2 ** 21 + (this.#low >>> 11)) * 2 ** -53;
  }

  /** Uniform on [low, high). */
  uniform(low = 0, high = 1): number {
    return low + (high - low) * this.random();
  }

  /** A uniform integer, low ≤ n < high: numpy's `integers(low, high)` (Lemire's method). */
  integers(low: number, high: number): number {
    if (!Number.isSafeInteger(low) || !Number.isSafeInteger(high - 1) || high <= low) {
      throw new ConfigError(`Expected integers low < high, got ${low} and ${high}.`);
    }
    const count = high - low;
    if (count === 1) return low;
    if (count > 2 ** 32) return Number(BigInt(low) + this.#below64(BigInt(high) - BigInt(low)));
    if (count === 2 ** 32) return low + this.#next32();
    return low + this.#below32(count);
  }

  /** An independent copy that goes on from the same place. */
  clone(): Pcg64 {
    return Pcg64.from(this.state());
  }

  state(): RandomState {
    return { state: [...this.#state], increment: [...this.#increment], buffered: this.#buffered };
  }

  /** The generator goes on exactly where `state()` was taken. */
  static from(saved: RandomState): Pcg64 {
    const generator = new Pcg64(0);
    generator.restore(saved);
    return generator;
  }

  /** Puts this generator where `state()` was taken. */
  restore(saved: RandomState): void {
    const { state, increment, buffered } = saved as { state: number[]; increment: number[]; buffered: number };
    this.#state.set(state);
    this.#increment.set(increment);
    this.#buffered = buffered;
  }

  /** state ← state · multiplier + increment (mod 2¹²⁸); storing a column keeps its lower 16 bits. */
  #advance(): void {
    const s = this.#state;
    const c = this.#increment;
    const s0 = s[0];
    const s1 = s[1];
    const s2 = s[2];
    const s3 = s[3];
    const s4 = s[4];
    const s5 = s[5];
    const s6 = s[6];
    const s7 = s[7];
    let column = c[0] + s0 * M0;
    s[0] = column;
    column = Math.floor(column / 65536) + c[1] + s0 * M1 + s1 * M0;
    s[1] = column;
    column = Math.floor(column / 65536) + c[2] + s0 * M2 + s1 * M1 + s2 * M0;
    s[2] = column;
    column = Math.floor(column / 65536) + c[3] + s0 * M3 + s1 * M2 + s2 * M1 + s3 * M0;
    s[3] = column;
    column = Math.floor(column / 65536) + c[4] + s0 * M4 + s1 * M3 + s2 * M2 + s3 * M1 + s4 * M0;
    s[4] = column;
    column = Math.floor(column / 65536) + c[5] + s0 * M5 + s1 * M4 + s2 * M3 + s3 * M2 + s4 * M1 + s5 * M0;
    s[5] = column;
    column = Math.floor(column / 65536) + c[6] + s0 * M6 + s1 * M5 + s2 * M4 + s3 * M3 + s4 * M2 + s5 * M1 + s6 * M0;
    s[6] = column;
    column =
      Math.floor(column / 65536) + c[7] + s0 * M7 + s1 * M6 + s2 * M5 + s3 * M4 + s4 * M3 + s5 * M2 + s6 * M1 + s7 * M0;
    s[7] = column;
  }

  /** One 64-bit output, into #high and #low: the state's halves xored, rotated right by its top six bits. */
  #next(): void {
    this.#advance();
    const s = this.#state;
    const low = (s[0] ^ s[4]) | ((s[1] ^ s[5]) << 16);
    const high = (s[2] ^ s[6]) | ((s[3] ^ s[7]) << 16);
    const rotation = s[7] >>> 10;
    const [a, b] = rotation & 32 ? [low, high] : [high, low];
    const shift = rotation & 31;
    this.#high = (shift === 0 ? a : (a >>> shift) | (b << (32 - shift))) >>> 0;
    this.#low = (shift === 0 ? b : (b >>> shift) | (a << (32 - shift))) >>> 0;
  }

  /** 32 bits: the lower half of an output first, then its upper half. */
  #next32(): number {
    if (this.#buffered >= 0) {
      const value = this.#buffered;
      this.#buffered = -1;
      return value;
    }
    this.#next();
    this.#buffered = this.#high;
    return this.#low;
  }

  /** 0 ≤ n < count for count < 2³². */
  #below32(count: number): number {
    const threshold = (2 ** 32 - count) % count;
    for (;;) {
      const product = BigInt(this.#next32()) * BigInt(count);
      if (Number(product & 0xffff_ffffn) >= threshold) return Number(product >> 32n);
    }
  }

  /** 0 ≤ n < count for count < 2⁶⁴. */
  #below64(count: bigint): bigint {
    const threshold = (2n ** 64n - count) % count;
    for (;;) {
      this.#next();
      const product = ((BigInt(this.#high) << 32n) | BigInt(this.#low)) * count;
      if ((product & 0xffff_ffff_ffff_ffffn) >= threshold) return product >> 64n;
    }
  }
}

/** 32-bit words, least first, as 16-bit limbs. */
function toLimbs(words: readonly number[]): Uint16Array {
  return Uint16Array.from(words.flatMap((word) => [word & 0xffff, word >>> 16]));
}
