import { ConfigError, describe } from "../base/errors.ts";

const POOL_SIZE = 4; // 32-bit words, i.e. 128 bits

/**
 * numpy's `SeedSequence(entropy).generate_state(words, uint32)`: spreads an integer of any size over as many
 * well-mixed 32-bit words as a generator wants (O'Neill's seed_seq_fe; constants as in numpy/random/bit_generator.pyx).
 */
export function seedSequence(entropy: number | bigint, words: number): Uint32Array {
  const source = toWords(entropy);
  const pool = new Uint32Array(POOL_SIZE);
  let hashConstant = 0x43b0d7e5;
  const hash = (word: number) => {
    let value = word ^ hashConstant;
    hashConstant = Math.imul(hashConstant, 0x931e8875);
    value = Math.imul(value, hashConstant);
    return (value ^ (value >>> 16)) >>> 0;
  };
  const mix = (x: number, y: number) => {
    const value = (Math.imul(0xca01f9dd, x) - Math.imul(0x4973f715, y)) | 0;
    return (value ^ (value >>> 16)) >>> 0;
  };

  for (let i = 0; i < POOL_SIZE; i++) pool[i] = hash(source[i] ?? 0);
  for (let from = 0; from < POOL_SIZE; from++) {
    for (let to = 0; to < POOL_SIZE; to++) if (from !== to) pool[to] = mix(pool[to], hash(pool[from]));
  }
  for (let from = POOL_SIZE; from < source.length; from++) {
    for (let to = 0; to < POOL_SIZE; to++) pool[to] = mix(pool[to], hash(source[from]));
  }

  let outputConstant = 0x8b51f9dd;
  return Uint32Array.from({ length: words }, (_, i) => {
    let value = pool[i % POOL_SIZE] ^ outputConstant;
    outputConstant = Math.imul(outputConstant, 0x58f38ded);
    value = Math.imul(value, outputConstant);
    return (value ^ (value >>> 16)) >>> 0;
  });
}

/** 128 bits from the system's entropy source: what an unseeded generator starts from. */
export function systemEntropy(): bigint {
  const [a, b] = crypto.getRandomValues(new BigUint64Array(2));
  return (a << 64n) | b;
}

/** The integer in base 2³², least word first. */
function toWords(entropy: number | bigint): number[] {
  const isSeed = typeof entropy === "bigint" ? entropy >= 0n : Number.isSafeInteger(entropy) && entropy >= 0;
  if (!isSeed) throw new ConfigError(`Expected seed to be an integer ≥ 0, got ${describe(String(entropy))}.`);
  const words: number[] = [];
  let rest = BigInt(entropy);
  do {
    words.push(Number(rest & 0xffff_ffffn));
    rest >>= 32n;
  } while (rest > 0n);
  return words;
}
