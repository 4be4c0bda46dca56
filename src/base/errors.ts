/** The root of every error that reverie-gym throws on purpose. */
export class ReverieError extends Error {
  override readonly name: string = this.constructor.name;
}

/** An argument, an option or a configuration key that does not fit. */
export class ConfigError extends ReverieError {}

/** A file that is truncated, foreign, or made for something else. */
export class CheckpointError extends ReverieError {}

/** A value as an error message shows it: short, and never a wall of numbers. */
export function describe(value: unknown): string {
  if (ArrayBuffer.isView(value) && "length" in value) {
    const numbers = value as unknown as ArrayLike<number>;
    const head = Array.from({ length: Math.min(4, numbers.length) }, (_, i) => numbers[i]).join(", ");
    return `${value.constructor.name}(${numbers.length}) [${head}${numbers.length > 4 ? ", …" : ""}]`;
  }
  const text = typeof value === "string" ? JSON.stringify(value) : (JSON.stringify(value) ?? String(value));
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}
