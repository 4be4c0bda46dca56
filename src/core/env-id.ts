import { ConfigError, describe } from "../base/errors.ts";

/** The parts of `[namespace/]name[-vN]`. */
export interface EnvId {
  /** Empty for the package's own environments. */
  readonly namespace: string;
  readonly name: string;
  readonly version?: number;
}

const FORM = /^(?:(?<namespace>[\w-]+)\/)?(?<name>[\w.-]+?)(?:-v(?<version>\d+))?$/;

/** Takes an id apart. */
export function parseEnvId(id: string): EnvId {
  const parts = typeof id === "string" ? FORM.exec(id)?.groups : undefined;
  if (!parts) {
    throw new ConfigError(`Expected an environment id [namespace/]name-vN, got ${describe(id)}. Try "CartPole-v1".`);
  }
  const version = parts["version"] === undefined ? undefined : Number(parts["version"]);
  return { namespace: parts["namespace"] ?? "", name: parts["name"], version };
}

/** The nearest of the candidates by edit distance, case aside; undefined where none is like it. */
export function nearest(wanted: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined;
  let least = Math.max(2, Math.ceil(wanted.length * 0.4)) + 1;
  for (const candidate of candidates) {
    const distance = editDistance(wanted.toLowerCase(), candidate.toLowerCase());
    if (distance < least) {
      least = distance;
      best = candidate;
    }
  }
  return best;
}

/** Levenshtein's distance: insertions, deletions and substitutions. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
    }
    row = next;
  }
  return row[b.length];
}
