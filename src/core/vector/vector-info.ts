import type { Info } from "../env.ts";

/**
 * The infos of all slots by key. `infos[key][i]` is slot i's value: numbers are a Float64Array (0 where a slot has none),
 * booleans a list (false where it has none), everything else a list (undefined where it has none); objects are merged in
 * turn. `infos["_" + key]` is a list of booleans: which slots have that key.
 */
export type VectorInfo = Readonly<Record<string, unknown>>;

/** The infos of N slots as one; a slot without info is undefined. */
export function mergeInfos(infos: readonly (Info | undefined)[]): VectorInfo {
  const merged: Record<string, unknown> = {};
  for (let slot = 0; slot < infos.length; slot++) {
    const info = infos[slot];
    if (info) addInfo(merged, info, slot, infos.length);
  }
  return merged;
}

function addInfo(merged: Record<string, unknown>, info: Info, slot: number, slots: number): void {
  for (const key of Object.keys(info)) {
    const value = info[key];
    if (key !== "final_obs" && isPlainObject(value) && (merged[key] === undefined || isPlainObject(merged[key]))) {
      const inner = (merged[key] ?? {}) as Record<string, unknown>;
      addInfo(inner, value, slot, slots);
      merged[key] = inner;
    } else {
      const column = columnFor(merged, key, value, slots);
      column[slot] = value;
      merged[key] = column;
    }
    const mask = (merged[`_${key}`] ?? new Array<boolean>(slots).fill(false)) as boolean[];
    mask[slot] = true;
    merged[`_${key}`] = mask;
  }
}

/** The column that can hold the value beside those which are there. */
function columnFor(merged: Record<string, unknown>, key: string, value: unknown, slots: number): unknown[] {
  const there = merged[key];
  const isNumber = typeof value === "number" && key !== "final_obs";
  if (there === undefined) {
    if (isNumber) return new Float64Array(slots) as unknown as unknown[];
    return new Array<unknown>(slots).fill(typeof value === "boolean" ? false : undefined);
  }
  if (Array.isArray(there) || isNumber === there instanceof Float64Array) return there as unknown[];
  // Other slots have something else under this key: a plain list holds both.
  const split = splitInfos({ [key]: there, [`_${key}`]: merged[`_${key}`] }, slots);
  return split.map((info) => info[key]);
}

/** The infos of N slots, one by one: what `mergeInfos` took. A key without a mask belongs to every slot. */
export function splitInfos(infos: VectorInfo, slots: number): Record<string, unknown>[] {
  const list = Array.from({ length: slots }, (): Record<string, unknown> => ({}));
  for (const [key, value] of Object.entries(infos)) {
    if (key.startsWith("_")) continue;
    const mask = infos[`_${key}`] as readonly boolean[] | undefined;
    const column = isPlainObject(value) ? splitInfos(value, slots) : (value as ArrayLike<unknown>);
    for (let slot = 0; slot < slots; slot++) if (mask?.[slot] ?? true) list[slot][key] = column[slot];
  }
  return list;
}

/** An object that is nothing but its entries: not an array, a typed array or an instance of a class. */
function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null; // of any realm
}
