import { z } from "zod";
import { ConfigError, describe } from "../../base/errors.ts";
import { allowedIndices, checkedWeights, refuseBoth } from "./masks.ts";
import { drawInteger, drawWeighted, type RandomSource } from "./random-source.ts";
import type { SampleOptions, Space, SpaceJson } from "./space.ts";

const ALPHANUMERIC = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

export interface TextOptions {
  readonly maxLength: number;
  /** Default 1. */
  readonly minLength?: number;
  /** The characters that may occur; default the ASCII letters and digits. */
  readonly charset?: string;
}

/** Strings over a set of characters; lengths count characters (code points), both bounds included. */
export class Text implements Space<string> {
  readonly type = "Text";
  readonly minLength: number;
  readonly maxLength: number;
  /** As given, each once: a character's place here is its number in flat form. */
  readonly characters: readonly string[];
  readonly schema: z.ZodType<string>;
  readonly isFlattenable = true;
  readonly #index: ReadonlyMap<string, number>;

  constructor({ maxLength, minLength = 1, charset = ALPHANUMERIC }: TextOptions) {
    if (!Number.isInteger(minLength) || minLength < 0) {
      throw new ConfigError(`Expected minLength to be an integer ≥ 0, got ${describe(minLength)}.`);
    }
    if (!Number.isInteger(maxLength) || maxLength < minLength) {
      throw new ConfigError(
        `Expected maxLength to be an integer ≥ minLength ${minLength}, got ${describe(maxLength)}.`,
      );
    }
    this.minLength = minLength;
    this.maxLength = maxLength;
    this.characters = Object.freeze([...new Set(charset)]);
    if (this.characters.length === 0) throw new ConfigError("Expected charset of at least one character, got none.");
    this.#index = new Map(this.characters.map((character, i) => [character, i]));
    this.schema = z.custom<string>((value) => this.contains(value), {
      error: (issue) => `Expected value in ${this}, got ${describe(issue.input)}`,
    });
  }

  /** The characters in order of code points. */
  get charset(): string {
    return [...this.characters].sort((a, b) => a.codePointAt(0)! - b.codePointAt(0)!).join("");
  }

  get flatSize(): number {
    return this.maxLength;
  }

  contains(value: unknown): value is string {
    if (typeof value !== "string") return false;
    const characters = [...value];
    if (characters.length < this.minLength || characters.length > this.maxLength) return false;
    return characters.every((character) => this.#index.has(character));
  }

  /**
   * `mask` and `probability` are `{ length?, characters? }`: the length of the text, and a 0 or 1 or a weight for each of
   * `characters`. A mask that allows no character gives the empty text, where that is allowed.
   */
  sample(random: RandomSource, options: SampleOptions = {}): string {
    refuseBoth(options);
    const masked = this.#parts(options.mask, "mask");
    const likely = this.#parts(options.probability, "probability");
    const n = this.characters.length;
    let weights: ArrayLike<number> = new Float64Array(n).fill(1 / n);
    if (likely.characters !== undefined) weights = checkedWeights(likely.characters, n);
    if (masked.characters !== undefined) {
      const allowed = allowedIndices(masked.characters, n);
      weights = Float64Array.from({ length: n }, (_, i) => (allowed.includes(i) ? 1 / allowed.length : 0));
    }
    const length = masked.length ?? likely.length ?? drawInteger(random, this.minLength, this.maxLength + 1);
    if (Array.from(weights).every((weight) => weight === 0)) {
      if (this.minLength === 0) return "";
      throw new ConfigError(`Expected a mask that allows a character, got none for ${this}. Allow one.`);
    }
    return Array.from({ length }, () => this.characters[drawWeighted(random, weights)]).join("");
  }

  equals(other: unknown): boolean {
    return (
      other instanceof Text &&
      other.minLength === this.minLength &&
      other.maxLength === this.maxLength &&
      other.charset === this.charset
    );
  }

  /** Each character's place in `characters`; behind the end, the number of characters. */
  flatten(value: string): Float32Array {
    const flat = new Float32Array(this.maxLength).fill(this.#index.size);
    [...value].forEach((character, i) => {
      flat[i] = this.#index.get(character) as number;
    });
    return flat;
  }

  unflatten(flat: ArrayLike<number>): string {
    return Array.from(flat, (index) => this.characters[index] ?? "").join("");
  }

  /** The characters are in their own order, as the flat form depends on it (Minari sorts them). */
  toJSON(): SpaceJson {
    const charset = this.characters.join("");
    return { type: "Text", max_length: this.maxLength, min_length: this.minLength, charset };
  }

  toString(): string {
    return `Text(${this.minLength}, ${this.maxLength}, charset=${this.charset})`;
  }

  #parts(value: unknown, name: string): { length?: number; characters?: unknown } {
    if (value === undefined || value === null) return {};
    const { length, characters } = value as { length?: number | null; characters?: unknown };
    const fits =
      Number.isInteger(length) && (length as number) >= this.minLength && (length as number) <= this.maxLength;
    if (typeof value !== "object" || Array.isArray(value) || !((length ?? undefined) === undefined || fits)) {
      throw new ConfigError(
        `Expected ${name} as { length, characters } with a length from ${this.minLength} to ${this.maxLength}, got ${describe(value)}.`,
      );
    }
    return { length: length ?? undefined, characters: characters ?? undefined };
  }
}
