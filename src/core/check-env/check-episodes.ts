import { isDeepStrictEqual } from "node:util";
import { describe } from "../../base/errors.ts";
import type { Env } from "../env.ts";
import { InvalidActionError, ResetNeededError } from "../errors.ts";
import { RandomStream } from "../random.ts";
import { resetProblems, stepProblems } from "../step-problems.ts";
import type { Findings } from "./findings.ts";
import { firstDifference, play } from "./play.ts";

export interface EpisodeCheckOptions {
  readonly seed: number;
  readonly steps: number;
}

/** The forms of what reset answers, and that it takes options. */
export async function checkReset(env: Env, { seed }: EpisodeCheckOptions, findings: Findings): Promise<void> {
  const calls = [{ seed }, { options: {} }, undefined];
  for (const call of calls) {
    const where = `reset(${call === undefined ? "" : JSON.stringify(call)})`;
    const answer = await env.reset(call);
    for (const problem of resetProblems(env, answer)) findings.error("reset", where, problem);
  }
}

/** The seed decides what follows, unseeded resets included, and other seeds decide otherwise. */
export async function checkSeeding(env: Env, { seed, steps }: EpisodeCheckOptions, findings: Findings): Promise<void> {
  const starts: unknown[] = [];
  for (const call of [{ seed }, undefined, { seed }, undefined]) {
    starts.push(structuredClone((await env.reset(call)).observation));
  }
  const fix = "Draw everything from one generator: a new one when a seed is given, the same one otherwise.";
  if (!isDeepStrictEqual(starts[0], starts[2])) {
    const message = `Expected the same start from the same seed, got ${describe(starts[0])} and ${describe(starts[2])}.`;
    findings.error("seeding", `reset({ seed: ${seed} }) twice`, { message, fix });
  }
  if (!isDeepStrictEqual(starts[1], starts[3])) {
    const message = `Expected the same second start, got ${describe(starts[1])} and ${describe(starts[3])}.`;
    findings.error("seeding", `reset() after reset({ seed: ${seed} }), twice`, {
      message,
      fix: `${fix} Do not reseed in reset().`,
    });
  }
  const runs = [];
  for (const other of [seed, seed + 333, seed + 444]) {
    const { observation } = await env.reset({ seed: other });
    const start = structuredClone(observation);
    runs.push([start, ...(await play(env, new RandomStream(seed, "checkEnv"), steps))]);
  }
  if (firstDifference(runs[0], runs[1]) < 0 && firstDifference(runs[0], runs[2]) < 0) {
    findings.warning("seeding", `reset with seeds ${seed}, ${seed + 333}, ${seed + 444}`, {
      message: "Expected other episodes from other seeds, got three times the same.",
      fix: "Use the seed; nothing to do if the environment has no chance in it.",
    });
  }
}

/** The same seed and actions give the same episodes. */
export async function checkDeterminism(
  env: Env,
  { seed, steps }: EpisodeCheckOptions,
  findings: Findings,
): Promise<void> {
  if (env.spec?.nondeterministic) return;
  const run = async () => {
    await env.reset({ seed });
    return play(env, new RandomStream(seed, "checkEnv"), steps);
  };
  const first = await run();
  const second = await run();
  await checkInfos(env, seed, findings);
  const i = firstDifference(first, second);
  if (i < 0) return;
  findings.error("determinism", `step() number ${i + 1} after reset({ seed: ${seed} })`, {
    message: `Expected the same twice, got ${describe(first[i])} and ${describe(second[i])}.`,
    fix: "Draw from the seeded generator only, reset all state in reset(); or register it as nondeterministic.",
  });
}

/** The infos of a reset and of a step are the same for the same seed; a warning, as they may hold timings. */
async function checkInfos(env: Env, seed: number, findings: Findings): Promise<void> {
  const run = async () => {
    const begun = await env.reset({ seed });
    const step = await env.step(env.actionSpace.sample(new RandomStream(seed, "checkEnv/infos")));
    return structuredClone([begun.info, step.info]);
  };
  const [first, second] = [await run(), await run()];
  const i = firstDifference(first, second);
  if (i < 0) return;
  findings.warning("determinism", `info of ${i === 0 ? "reset" : "the first step"} after reset({ seed: ${seed} })`, {
    message: `Expected the same twice, got ${describe(first[i])} and ${describe(second[i])}.`,
    fix: "Draw what is in it from the seeded generator; nothing to do if it is a time.",
  });
}

/** The forms of what step answers over a whole run, and that nothing handed out or handed in changes afterwards. */
export async function checkSteps(env: Env, { seed, steps }: EpisodeCheckOptions, findings: Findings): Promise<void> {
  const random = new RandomStream(seed, "checkEnv/steps");
  const { observation } = await env.reset({ seed });
  const kept = [{ where: "reset()", value: observation, copy: structuredClone(observation) }];
  let length = 0;
  for (let i = 1; i <= steps; i++) {
    const where = `step() number ${i}`;
    const action = env.actionSpace.sample(random);
    const given = structuredClone(action);
    const answer = await env.step(action);
    length++;
    const problems = stepProblems(env, answer);
    for (const problem of problems) findings.error("step", where, problem);
    if (typeof answer !== "object" || answer === null) return;
    if (!isDeepStrictEqual(action, given)) {
      const message = `Expected the action to stay ${describe(given)}, got ${describe(action)} after the step.`;
      findings.error("ownership", where, { message, fix: "Copy the action before changing it: it is the caller's." });
    }
    kept.push({ where, value: answer.observation, copy: structuredClone(answer.observation) });
    if (length === 1 && answer.truncated) {
      const message = "Expected no truncation at an episode's first step, got one.";
      findings.error("step", where, { message, fix: "Set the step counter back in reset()." });
    }
    if (answer.terminated || answer.truncated) {
      await checkAfterEnd(env, action, findings);
      await env.reset();
      length = 0;
    }
  }
  const changed = kept.find(({ value, copy }) => !isDeepStrictEqual(value, copy));
  if (!changed) return;
  findings.error("ownership", `the observation of ${changed.where}`, {
    message: `Expected it to stay ${describe(changed.copy)}, got ${describe(changed.value)} after later steps.`,
    fix: "Return a new array each time: a returned observation is the caller's.",
  });
}

async function checkAfterEnd(env: Env, action: unknown, findings: Findings): Promise<void> {
  const error = await errorOf(() => env.step(action));
  if (error instanceof ResetNeededError) return;
  findings.warning("order", "step() after an episode's end", {
    message: `Expected a ResetNeededError, got ${error === undefined ? "a step" : error}.`,
    fix: "Throw it, or wrap the environment in OrderEnforcing.",
  });
}

/** An action outside the space is refused by name. */
export async function checkInvalidAction(env: Env, { seed }: EpisodeCheckOptions, findings: Findings): Promise<void> {
  await env.reset({ seed });
  const error = await errorOf(() => env.step(undefined)); // in no space
  if (error instanceof InvalidActionError) return;
  findings.warning("actions", "step(undefined)", {
    message: `Expected an InvalidActionError, got ${error === undefined ? "a step" : error}.`,
    fix: "Throw it unless actionSpace.contains(action).",
  });
}

/** A restored snapshot goes on exactly as the original did, and is not changed by that. */
export async function checkSnapshot(env: Env, { seed, steps }: EpisodeCheckOptions, findings: Findings): Promise<void> {
  if (!env.snapshot && !env.restore) return;
  if (!env.snapshot || !env.restore) {
    const message = `Expected both snapshot and restore, or neither, got only ${env.snapshot ? "snapshot" : "restore"}.`;
    findings.error("snapshot", "snapshot(), restore()", { message, fix: "Add the other one." });
    return;
  }
  await env.reset({ seed });
  await play(env, new RandomStream(seed, "checkEnv/before"), 3);
  const state = env.snapshot();
  const copy = structuredClone(state); // throws where the state holds functions or tensors
  const run = () => play(env, new RandomStream(seed, "checkEnv/after"), steps);
  const original = await run();
  if (!isDeepStrictEqual(state, copy)) {
    const message = "Expected the state to stay as it was taken, got another one after later steps.";
    findings.error("snapshot", "snapshot()", { message, fix: "Copy arrays and objects into the state." });
  }
  if (env.spec?.nondeterministic) return;
  for (let time = 1; time <= 2; time++) {
    env.restore(copy);
    const i = firstDifference(original, await run());
    if (i < 0) continue;
    findings.error("snapshot", `step() number ${i + 1} after restore(), time ${time}`, {
      message: "Expected the run that followed the snapshot, got another one.",
      fix: "Save all that a step reads, the random generator included, and copy it again in restore().",
    });
    return;
  }
}

async function errorOf(call: () => unknown): Promise<unknown> {
  try {
    await call();
    return undefined;
  } catch (error) {
    return error ?? "an error without a value";
  }
}
