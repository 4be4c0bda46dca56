import { z } from "zod";
import { ConfigError, describe } from "../../base/errors.ts";
import type { RandomStream } from "../random.ts";
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
  /** In order of code points, each once. */
  readonly charset: string;
  readonly schema: z.ZodType<string>;
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
    const characters = [...new Set(charset)].sort((a, b) => a.codePointAt(0)! - b.codePointAt(0)!);
    if (characters.length === 0) throw new ConfigError("Expected charset of at least one character, got none.");
    this.minLength = minLength;
    this.maxLength = maxLength;
    this.charset = characters.join("");
    this.#index = new Map(characters.map((character, i) => [character, i]));
    this.schema = z.custom<string>((value) => this.contains(value), {
      error: (issue) => `Expected value in ${this}, got ${describe(issue.input)}`,
    });
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

  sample(random: RandomStream, options?: SampleOptions): string {
    if (options?.mask !== undefined || options?.probability !== undefined) {
      throw new ConfigError("Expected no mask or probability for a Text, got one. Leave it out.");
    }
    const characters = [...this.#index.keys()];
    const length = random.integer(this.minLength, this.maxLength + 1);
    return Array.from({ length }, () => characters[random.integer(0, characters.length)]).join("");
  }

  equals(other: unknown): boolean {
    return other instanceof Text && JSON.stringify(other) === JSON.stringify(this);
  }

  /** Each character's place in `charset`; behind the end, the number of characters. */
  flatten(value: string): Float32Array {
    const flat = new Float32Array(this.maxLength).fill(this.#index.size);
    [...value].forEach((character, i) => {
      flat[i] = this.#index.get(character) as number;
    });
    return flat;
  }

  unflatten(flat: ArrayLike<number>): string {
    const characters = [...this.#index.keys()];
    return Array.from(flat, (index) => characters[index] ?? "").join("");
  }

  toJSON(): SpaceJson {
    return { type: "Text", max_length: this.maxLength, min_length: this.minLength, charset: this.charset };
  }

  toString(): string {
    return `Text(${this.minLength}, ${this.maxLength}, charset=${this.charset})`;
  }
}
