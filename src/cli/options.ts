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

/** A number above 0. */
export function positiveNumber(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !(value > 0 && Number.isFinite(value))) {
    throw new InvalidArgumentError("Expected a number above 0.");
  }
  return value;
}

/** A folder's name as given; the empty string is refused. */
export function directoryOption(text: string): string {
  if (text.trim() === "") throw new InvalidArgumentError("Expected a folder.");
  return text;
}

/** Collects `--set key=value` under dotted keys; values are JSON, or a bare word for a string. */
export function setOption(text: string, before: Record<string, unknown> = {}): Record<string, unknown> {
  const sign = text.indexOf("=");
  const key = text.slice(0, Math.max(0, sign));
  if (!/^[A-Za-z][\w-]*(\.[A-Za-z][\w-]*)*$/.test(key)) {
    throw new InvalidArgumentError("Expected key=value with a configuration key such as memory.steps=500.");
  }
  if (Object.hasOwn(before, key)) throw new InvalidArgumentError(`${key} is set twice.`);
  return { ...before, [key]: parseValue(text.slice(sign + 1)) };
}

function parseValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    if (/^[A-Za-z][\w./-]*$/.test(text)) return text;
    throw new InvalidArgumentError(`Expected JSON or a bare word after "=", got ${JSON.stringify(text)}.`);
  }
}
