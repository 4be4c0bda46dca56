import { isDeepStrictEqual } from "node:util";
import type { Awaitable, Env } from "../env.ts";
import { RandomStream } from "../random.ts";
import type { EpisodeCheckOptions } from "./check-episodes.ts";
import type { Findings } from "./findings.ts";
import { firstDifference, play, type Seen } from "./play.ts";

/** What only a learned environment needs to be asked. */
export interface LearnedCheckOptions {
  /** The step at which an episode that has not ended is truncated; default: `maxEpisodeSteps` of the spec. */
  readonly horizon?: number;
  /** The environment that it was learned from: its rewards must answer to actions as soon, or as late. */
  readonly reference?: Env;
  /** Makes the same environment anew: a seed must mean the same there. */
  readonly remake?: () => Awaitable<Env>;
}

const SEEDS = 3;
const PROBE_STEPS = 12;
const TRIES = 20; // draws for an action that differs

/** Horizon, seeds in a new instance, and whether observations and rewards answer to actions in time. */
export async function checkLearned(
  env: Env,
  episodes: EpisodeCheckOptions,
  { horizon = env.spec?.maxEpisodeSteps, reference, remake }: LearnedCheckOptions,
  findings: Findings,
): Promise<void> {
  await checkHorizon(env, episodes, horizon, findings);
  if (remake) await checkReplay(env, episodes, remake, findings);
  if (!env.spec?.nondeterministic) await checkAnswers(env, episodes, reference, findings);
}

async function checkHorizon(
  env: Env,
  { seed }: EpisodeCheckOptions,
  horizon: number | undefined,
  findings: Findings,
): Promise<void> {
  if (horizon === undefined) {
    const message = "Expected a horizon to check, got none.";
    findings.warning("learned", "horizon", {
      message,
      fix: "Give learned: { horizon }: a dream without one may never end.",
    });
    return;
  }
  const random = new RandomStream(seed, "checkEnv/horizon");
  await env.reset({ seed });
  for (let step = 1; step <= horizon; step++) {
    const { terminated, truncated } = await env.step(env.actionSpace.sample(random));
    if (truncated && step < horizon && !terminated) {
      const message = `Expected truncation at step ${horizon}, got it at step ${step}.`;
      findings.error("learned", `step() number ${step}`, {
        message,
        fix: "Count the steps from reset() on, each once.",
      });
    }
    if (terminated || truncated) return;
  }
  const message = `Expected the episode to be over after ${horizon} steps, got neither terminated nor truncated.`;
  findings.error("learned", `step() number ${horizon}`, { message, fix: "Set truncated at the horizon." });
}

async function checkReplay(
  env: Env,
  { seed, steps }: EpisodeCheckOptions,
  remake: () => Awaitable<Env>,
  findings: Findings,
): Promise<void> {
  const run = async (one: Env) => {
    const { observation } = await one.reset({ seed });
    const start = { observation: structuredClone(observation), reward: 0, terminated: false, truncated: false };
    return [start, ...(await play(one, new RandomStream(seed, "checkEnv/replay"), steps))];
  };
  const other = await remake();
  try {
    const i = firstDifference(await run(env), await run(other));
    if (i < 0) return;
    findings.error("learned", `step() number ${i} after reset({ seed: ${seed} }) of a new instance`, {
      message: "Expected the same dream from the same seed, to the bit, got another one.",
      fix: "Draw all noise from the seed; compute in the same order and on the same engine.",
    });
  } finally {
    await other.close();
  }
}

/** After how many steps the observation and the reward first differ because one action did. */
interface Delays {
  readonly observations: number[];
  readonly rewards: number[];
}

async function checkAnswers(
  env: Env,
  { seed }: EpisodeCheckOptions,
  reference: Env | undefined,
  findings: Findings,
): Promise<void> {
  const where = `runs that differ in one action, from seed ${seed} on`;
  const { observations, rewards } = await delays(env, seed);
  if (observations.length === 0 && rewards.length === 0) {
    findings.error("learned", where, {
      message: `Expected observations or rewards to depend on actions, got the same for ${PROBE_STEPS} steps.`,
      fix: "See that the model is given the action, in the form that it was trained with.",
    });
    return;
  }
  if (rewards.length === 0) return;
  const least = Math.min(...rewards);
  const fix =
    "Return the reward of (oₜ, aₜ) from the step that takes aₜ; see that it is stored and learned there, too.";
  if (reference) {
    const real = Math.min(...(await delays(reference, seed)).rewards);
    if (least === real) return;
    const there = Number.isFinite(real) ? `after ${real}` : `never within ${PROBE_STEPS}`;
    const message = `Expected rewards to answer to an action as in the reference (${there} steps), got after ${least}.`;
    findings.error("learned", where, { message, fix });
  } else if (least > 0) {
    const message = `Expected a reward that answers to the action of its own step, got none before ${least} step(s) later.`;
    findings.warning("learned", where, {
      message,
      fix: `${fix} Give learned: { reference } to know whether it is so by nature.`,
    });
  }
}

async function delays(env: Env, seed: number): Promise<Delays> {
  const found: Delays = { observations: [], rewards: [] };
  for (let s = seed; s < seed + SEEDS; s++) {
    const random = new RandomStream(s, "checkEnv/answers");
    const actions = Array.from({ length: PROBE_STEPS }, () => env.actionSpace.sample(random));
    const base = await follow(env, s, actions);
    for (let at = 0; at < Math.min(base.length, PROBE_STEPS - 1); at += 2) {
      const other = anotherAction(env, actions[at], random);
      if (other === undefined) continue;
      const run = await follow(env, s, actions.with(at, other));
      const shown = run.findIndex((seen, i) => !isDeepStrictEqual(seen.observation, base[i]?.observation));
      const paid = run.findIndex((seen, i) => i < base.length && seen.reward !== base[i].reward);
      if (shown >= at) found.observations.push(shown - at);
      if (paid >= at) found.rewards.push(paid - at);
    }
  }
  return found;
}

/** One episode's first steps under given actions. */
async function follow(env: Env, seed: number, actions: readonly unknown[]): Promise<Seen[]> {
  await env.reset({ seed });
  const seen: Seen[] = [];
  for (const action of actions) {
    const { observation, reward, terminated, truncated } = await env.step(structuredClone(action));
    seen.push({ observation: structuredClone(observation), reward, terminated, truncated });
    if (terminated || truncated) break;
  }
  return seen;
}

function anotherAction(env: Env, action: unknown, random: RandomStream): unknown {
  for (let i = 0; i < TRIES; i++) {
    const other = env.actionSpace.sample(random);
    if (!isDeepStrictEqual(other, action)) return other;
  }
  return undefined;
}
