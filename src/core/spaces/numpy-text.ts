import type { SpaceDType } from "./dtype.ts";

/** A number as numpy prints it: floats keep a decimal point, float32 takes the fewest digits that say which one it is. */
export function numberText(value: number, dtype: SpaceDType): string {
  if (value === Infinity) return "inf";
  if (value === -Infinity) return "-inf";
  if (dtype === "bool") return value === 0 ? "False" : "True";
  if (!dtype.startsWith("float")) return String(value);
  const shortest = dtype === "float32" ? shortestFloat32(value) : value;
  const size = Math.abs(shortest);
  if (size !== 0 && (size >= 1e16 || size < 1e-4)) {
    return shortest.toExponential().replace(/e([+-])(\d)$/, "e$10$2"); // numpy: two digits of exponent at least
  }
  return Number.isInteger(shortest) ? `${shortest.toFixed(0)}.0` : String(shortest);
}

/** An array as numpy prints it, on one line, without padding: `[-4.8 -inf]`, `[[0 1] [2 3]]`; long ones are cut. */
export function arrayText(values: ArrayLike<number>, dtype: SpaceDType, shape: readonly number[] = []): string {
  if (shape.length > 1 && values.length > 0 && values.length <= 24) {
    const size = values.length / shape[0];
    const all = Array.from(values);
    const rows = Array.from({ length: shape[0] }, (_, i) => all.slice(i * size, (i + 1) * size));
    return `[${rows.map((row) => arrayText(row, dtype, shape.slice(1))).join(" ")}]`;
  }
  const head = Array.from({ length: Math.min(values.length, 8) }, (_, i) => numberText(values[i], dtype));
  return `[${head.join(" ")}${values.length > 8 ? " ..." : ""}]`;
}

/** A shape as a Python tuple: `()`, `(3,)`, `(64, 64, 3)`. */
export function shapeText(shape: readonly number[]): string {
  return shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;
}

function shortestFloat32(value: number): number {
  for (let digits = 1; digits < 9; digits++) {
    const candidate = Number(value.toPrecision(digits));
    if (Math.fround(candidate) === value) return candidate;
  }
  return Number(value.toPrecision(9));
}
