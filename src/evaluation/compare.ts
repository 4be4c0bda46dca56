import { ConfigError, describe, ReverieError } from "../base/errors.ts";
import type { Awaitable, Env } from "../core/env.ts";
import { type Player, play } from "./play.ts";
import { type Summary, summarize } from "./statistics.ts";

/** Plays many episodes at once, a batch of dreams for instance; one return per seed, in the order of the seeds. */
export interface BatchPlayer<Observation, Action> {
  evaluate(
    policy: Player<Observation, Action>,
    seeds: readonly number[],
    context: { readonly signal?: AbortSignal; readonly onEpisodes: (done: number) => void },
  ): Awaitable<ArrayLike<number> | null | undefined>;
}

/**
 * Where policies are played: a batch, or a maker of environments, called once for each policy and closed after it.
 * Either may answer null for a policy that cannot be played on this side.
 */
export type Side<Observation, Action> =
  | BatchPlayer<Observation, Action>
  | ((policy: Player<Observation, Action>) => Awaitable<Env<Observation, Action> | null | undefined>);

export type SideName = "real" | "dream";

/** Where a comparison stands: told after every episode. */
export interface CompareProgress {
  readonly policy: string;
  readonly side: SideName;
  /** Episodes of this policy on this side. */
  readonly done: number;
  readonly total: number;
  /** Episodes of the whole comparison, as far as is known: a side that declines a policy takes its share away. */
  readonly allDone: number;
  readonly allTotal: number;
}

export interface CompareOptions<Observation, Action> {
  readonly real: Side<Observation, Action>;
  readonly dream?: Side<Observation, Action> | null;
  readonly policies: readonly Player<Observation, Action>[];
  /** Per policy; one number for both sides or one for each. */
  readonly episodes: number | Readonly<Record<SideName, number>>;
  /** Episode i is played with seed `first + i`, on both sides and by every policy. */
  readonly seeds: { readonly first: number };
  readonly onProgress?: (progress: CompareProgress) => void;
  readonly signal?: AbortSignal;
}

/** One policy's row: what the dream promised and what the real environment paid. */
export interface PolicyResult {
  readonly name: string;
  readonly dream: Summary | null;
  readonly real: Summary;
}

export interface ComparisonReport {
  readonly policies: PolicyResult[];
}

/** Plays every policy in the dream and in the real environment with the same seeds, and sets the returns side by side. */
export async function compare<Observation, Action>(
  options: CompareOptions<Observation, Action>,
): Promise<ComparisonReport> {
  const { real, dream = null, policies, onProgress, signal } = options;
  const counts = checkCounts(options);
  const seedsOf = (side: SideName) => Array.from({ length: counts[side] }, (_, i) => options.seeds.first + i);
  let allTotal = policies.length * (counts.real + (dream ? counts.dream : 0));
  let allDone = 0;

  const onSide = async (name: SideName, side: Side<Observation, Action>, policy: Player<Observation, Action>) => {
    const seeds = seedsOf(name);
    const before = allDone;
    const onEpisodes = (done: number): void => {
      allDone = before + done;
      onProgress?.({ policy: policy.name, side: name, done, total: seeds.length, allDone, allTotal });
    };
    const returns =
      typeof side === "function"
        ? await playInTurn(side, policy, { seeds, signal, onEpisodes })
        : await side.evaluate(policy, seeds, { signal, onEpisodes });
    signal?.throwIfAborted();
    if (!returns) {
      allDone = before;
      allTotal -= seeds.length;
      return null;
    }
    checkReturns(returns, { side: name, policy: policy.name, expected: seeds.length });
    if (allDone < before + seeds.length) onEpisodes(seeds.length);
    return summarize(returns);
  };

  const results: PolicyResult[] = [];
  for (const policy of policies) {
    const dreamt = dream && (await onSide("dream", dream, policy));
    const played = await onSide("real", real, policy);
    if (!played) throw new ReverieError(`Expected a real environment for policy ${policy.name}, got none.`);
    results.push({ name: policy.name, dream: dreamt, real: played });
  }
  return { policies: results };
}

/** One episode after another in an environment of a policy's own, closed in the end; null where there is none. */
export async function playInTurn<Observation, Action>(
  make: (policy: Player<Observation, Action>) => Awaitable<Env<Observation, Action> | null | undefined>,
  policy: Player<Observation, Action>,
  run: { seeds: readonly number[]; signal?: AbortSignal; onEpisodes: (done: number) => void },
): Promise<Float64Array | null> {
  const env = await make(policy);
  if (!env) return null;
  try {
    const returns = new Float64Array(run.seeds.length);
    for (const [i, seed] of run.seeds.entries()) {
      returns[i] = (await play(env, policy, { seed, signal: run.signal })).return;
      run.onEpisodes(i + 1);
    }
    return returns;
  } finally {
    await env.close();
  }
}

function checkCounts({
  episodes,
  seeds,
  policies,
}: Pick<CompareOptions<never, never>, "episodes" | "seeds"> & {
  policies: readonly { name: string }[];
}): Record<SideName, number> {
  const counts = typeof episodes === "number" ? { real: episodes, dream: episodes } : episodes;
  for (const count of [counts.real, counts.dream]) {
    if (!Number.isSafeInteger(count) || count < 1) {
      throw new ConfigError(`Expected episodes to be a whole number ≥ 1, got ${describe(count)}.`);
    }
  }
  if (!Number.isSafeInteger(seeds.first) || seeds.first < 0) {
    throw new ConfigError(`Expected seeds.first to be a whole number ≥ 0, got ${describe(seeds.first)}.`);
  }
  const names = policies.map((policy) => policy.name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new ConfigError(`Expected policies with different names, got ${twice} twice.`);
  return counts;
}

function checkReturns(
  returns: ArrayLike<number>,
  { side, policy, expected }: { side: SideName; policy: string; expected: number },
): void {
  if (returns.length !== expected) {
    throw new ReverieError(
      `Expected ${expected} ${side} returns for policy ${policy}, got ${returns.length}. Answer one return per seed.`,
    );
  }
  const bad = Array.from(returns).findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) {
    throw new ReverieError(
      `Expected finite ${side} returns for policy ${policy}, got ${returns[bad]} in episode ${bad}. Mend the environment or the model that dreams it.`,
    );
  }
}
