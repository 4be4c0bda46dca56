import { parseEnvId } from "./env-id.ts";
import { registry } from "./registry.ts";

export interface PrettyPrintOptions {
  /** Which ids; default: all that are registered. */
  readonly ids?: Iterable<string>;
  /** Ids in a row; default 3. */
  readonly columns?: number;
  readonly excludeNamespaces?: readonly string[];
  /** Takes the text; default: standard output. */
  readonly write?: (text: string) => unknown;
}

/** Prints the ids in columns, namespace by namespace (those without one first), and answers with the text. */
export function prettyPrintRegistry({
  ids = registry.keys(),
  columns = 3,
  excludeNamespaces = [],
  write = (text) => process.stdout.write(text),
}: PrettyPrintOptions = {}): string {
  const groups = new Map<string, string[]>([["", []]]);
  for (const id of ids) {
    const { namespace } = parseEnvId(id);
    if (excludeNamespaces.includes(namespace)) continue;
    groups.set(namespace, [...(groups.get(namespace) ?? []), id]);
  }
  const width = Math.max(0, ...[...groups.values()].flat().map((id) => id.length));
  const parts = [...groups].filter(([, group]) => group.length > 0);
  const text = parts.map(
    ([namespace, group]) => `===== ${namespace || "(no namespace)"} =====\n${rows(group, columns, width)}`,
  );
  write(text.join(""));
  return text.join("");
}

function rows(ids: readonly string[], columns: number, width: number): string {
  const sorted = [...ids].sort();
  const lines: string[] = [];
  for (let i = 0; i < sorted.length; i += columns) {
    const line = sorted.slice(i, i + columns).map((id) => id.padEnd(width));
    lines.push(`${line.join(" ").trimEnd()}\n`);
  }
  return lines.join("");
}
