import { InvalidArgumentError } from "commander";

const SEED_LIMIT = 2 ** 32 - 1; // leaves room to count on from the first seed

/** A parser for commander: a whole number within bounds. */
export function wholeNumber({ from, to }: { from: number; to: number }): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || !Number.isSafeInteger(value) || value < from || value > to) {
      throw new InvalidArgumentError(`Expected a whole number from ${from} to ${to}.`);
    }
    return value;
  };
}

/** A seed: a whole number of 32 bits. */
export const seedOption = wholeNumber({ from: 0, to: SEED_LIMIT });

/** A folder's name as given; the empty string is refused. */
export function directoryOption(text: string): string {
  if (text.trim() === "") throw new InvalidArgumentError("Expected a folder.");
  return text;
}

/** Collects `--set key=value`: dots go down into the configuration; values are JSON, or a bare word for a string. */
export function setOption(text: string, before: Record<string, unknown> = {}): Record<string, unknown> {
  const sign = text.indexOf("=");
  const key = text.slice(0, Math.max(0, sign));
  const path = key.split(".");
  if (sign < 0 || path.some((part) => !/^[A-Za-z][\w-]*$/.test(part) || part in Object.prototype)) {
    throw new InvalidArgumentError("Expected key=value with a configuration key such as vae.epochs=2.");
  }
  return withValue(before, path, parseValue(text.slice(sign + 1)), key);
}

function parseValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    if (/^[A-Za-z][\w./-]*$/.test(text)) return text;
    throw new InvalidArgumentError(`Expected JSON or a bare word after "=", got ${JSON.stringify(text)}.`);
  }
}

function withValue(
  tree: Record<string, unknown>,
  [first, ...rest]: readonly string[],
  value: unknown,
  key: string,
): Record<string, unknown> {
  const child = tree[first];
  const branch = typeof child === "object" && child !== null && !Array.isArray(child);
  if (child !== undefined && rest.length > 0 !== branch) {
    throw new InvalidArgumentError(`${key} is set both as a value and as a group of keys.`);
  }
  if (rest.length === 0) return { ...tree, [first]: value };
  return { ...tree, [first]: withValue((child ?? {}) as Record<string, unknown>, rest, value, key) };
}
