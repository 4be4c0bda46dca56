type Sections = Readonly<Record<string, unknown>>;

/** Two inputs of a configuration in one: within a section the keys of `over` win. */
export function mergeSections(base: Sections, over: Sections): Record<string, unknown> {
  const merged: Record<string, unknown> = structuredClone({ ...base });
  for (const [section, values] of Object.entries(structuredClone({ ...over })))
    merged[section] = { ...(merged[section] as object), ...(values as object) };
  return merged;
}

/** Sets the key at a path, ["memory", "steps"], and makes the sections on the way where they are missing. */
export function assignKey(target: Record<string, unknown>, [key, ...rest]: string[], value: unknown): void {
  if (rest.length === 0) {
    target[key] = value;
    return;
  }
  const inner = target[key];
  if (typeof inner !== "object" || inner === null) target[key] = {};
  assignKey(target[key] as Record<string, unknown>, rest, value);
}
