/** The candidate that is most like what was typed, or undefined where nothing comes near. */
export function nearest(typed: string, candidates: readonly string[]): string | undefined {
  const wanted = simple(typed);
  let best: string | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const candidate of candidates) {
    const other = simple(candidate);
    const within = wanted.length >= 3 && other.includes(wanted);
    const distance = within ? 1 : editDistance(wanted, other);
    if (distance < least && (within || distance <= Math.max(1, Math.ceil(other.length * 0.4)))) {
      least = distance;
      best = candidate;
    }
  }
  return best;
}

/** ` Did you mean X?`, or nothing. */
export function didYouMean(typed: string, candidates: readonly string[]): string {
  const match = nearest(typed, candidates);
  return match === undefined ? "" : ` Did you mean ${match}?`;
}

/** Insertions, deletions, replacements and swaps of neighbours from one text to the other (optimal string alignment). */
export function editDistance(from: string, to: string): number {
  let twoBack: number[] = [];
  let previous = Array.from({ length: to.length + 1 }, (_, j) => j);
  for (let i = 1; i <= from.length; i++) {
    const current = [i];
    for (let j = 1; j <= to.length; j++) {
      const same = from[i - 1] === to[j - 1];
      current[j] = Math.min(previous[j] + 1, current[j - 1] + 1, previous[j - 1] + (same ? 0 : 1));
      const swapped = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
      if (swapped) current[j] = Math.min(current[j], twoBack[j - 2] + 1);
    }
    twoBack = previous;
    previous = current;
  }
  return previous[to.length];
}

/** Case, separators and the version matter little when one has mistyped an id. */
function simple(text: string): string {
  return text
    .toLowerCase()
    .replace(/-v\d+$/, "")
    .replace(/[^a-z0-9]/g, "");
}
