import { z } from "zod";

/** Settings of CMA-ES. */
export const CmaEsConfig = z.strictObject({
  /** What `fitness` means: `maximize` a return, `minimize` a loss. There is no default, so that nobody has to guess. */
  objective: z.enum(["maximize", "minimize"]),
  /** Where the search begins; its length is the number of dimensions n. */
  mean: z
    .custom<ArrayLike<number>>(
      (value) =>
        (Array.isArray(value) || value instanceof Float32Array || value instanceof Float64Array) && value.length > 0,
      { error: "Expected a list of numbers" },
    )
    .transform((numbers) => Array.from(numbers))
    .pipe(z.array(z.number())),
  /** σ₀, the first standard deviation: about a third of the distance to where the optimum may be. */
  sigma: z.number().positive(),
  seed: z.int().min(0),
  /** λ, candidates a generation; default 4 + ⌊3 ln n⌋. Noise wants more. */
  population: z.int().min(4).optional(),
  /** `diagonal` (sep-CMA-ES) for n > 1000, or where evaluations are few. */
  covariance: z.enum(["full", "diagonal"]).default("full"),
  /** `stop()` answers `tolx` when every step has become smaller than this times σ₀. */
  toleranceX: z.number().min(0).default(1e-12),
  /** … `tolfun` when fitness has not varied by more than this, lately. */
  toleranceFitness: z.number().min(0).default(1e-12),
  /** … `tolxup` when steps have grown by more than this: σ₀ was far too small, or the objective has no optimum. */
  growthLimit: z.number().positive().default(1e4),
  /** … `condition` when the condition number of C exceeds this. */
  conditionLimit: z.number().positive().default(1e14),
});
export type CmaEsConfig = z.input<typeof CmaEsConfig>;

/** Float64 numbers as base64 of their little-endian bytes: exact, and half as long as digits. */
const Float64s = z.base64();

/** Where a search stands; JSON-able, and resumed to the bit. */
export const CmaEsState = z.strictObject({
  format: z.literal("cma-es"),
  version: z.literal(1),
  config: CmaEsConfig,
  generation: z.int().min(0),
  sigma: z.number().positive(),
  mean: Float64s,
  sigmaPath: Float64s,
  path: Float64s,
  covariance: z.strictObject({
    matrix: Float64s,
    axes: Float64s.optional(),
    vectors: Float64s.optional(),
    age: z.int().optional(),
  }),
  /** The candidates that were asked for and not yet told. */
  pending: z.array(Float64s).optional(),
  best: z.strictObject({ parameters: Float64s, fitness: z.number(), generation: z.int() }).optional(),
  /** Least values of the last generations, as minimised. */
  history: z.array(z.number()),
  /** Greatest minus least value of the last generation. */
  spread: z.number().optional(),
  random: z.record(z.string(), z.unknown()),
});
export type CmaEsState = z.input<typeof CmaEsState>;

/** Float64s → base64 */
export function encodeFloat64s(numbers: Float64Array): string {
  return Buffer.from(numbers.buffer, numbers.byteOffset, numbers.byteLength).toString("base64");
}

/** base64 → Float64s */
export function decodeFloat64s(text: string): Float64Array {
  return new Float64Array(Uint8Array.from(Buffer.from(text, "base64")).buffer);
}
