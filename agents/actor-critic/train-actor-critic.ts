import type { z } from "zod";
import { ConfigError, describe } from "../../src/base/errors.ts";
import { adamInit } from "../../src/compute/adam.ts";
import { type CompileOptions, compileStep } from "../../src/compute/compile.ts";
import type { EnvState } from "../../src/core/env.ts";
import { RandomStream } from "../../src/core/random.ts";
import { NonFiniteLossError } from "../../src/training/fit.ts";
import { MetricsLog } from "../../src/training/metrics-log.ts";
import type { ProgressStage } from "../../src/training/progress.ts";
import { ObservationStatistics } from "../networks/observation-statistics.ts";
import { type FlatVectorEnv, VectorFlow } from "../vector-flow.ts";
import { ActorCriticConfig } from "./actor-critic-config.ts";
import { ActorCriticPolicy } from "./actor-critic-policy.ts";
import { type Advantages, estimateAdvantages } from "./advantages.ts";
import { EpisodeTally } from "./episode-tally.ts";
import { type LearningPlace, readLearning, writeLearning } from "./learning-snapshot.ts";
import { networkParameters } from "./network.ts";
import { openNetwork } from "./open-network.ts";
import { createRollout, finishRollout, type Rollout, stepRollout } from "./rollout.ts";
import { drawEpoch, type LearnerState, type UpdateInputs, updateStep } from "./update.ts";

export interface ActorCriticOptions {
  /** Observations a flat Box of floats, actions Discrete; any autoreset. It is neither made nor closed here. */
  readonly env: FlatVectorEnv;
  readonly config?: z.input<typeof ActorCriticConfig>;
  /** Steps of the environment, all slots together; rounded up to whole rollouts. */
  readonly steps: number;
  readonly seed: number;
  /** The policy's name, and the stage's in the metrics; default "actor-critic". */
  readonly name?: string;
  /** File where training is saved as it goes, to go on from; removed by whoever no longer needs it. */
  readonly snapshot?: string;
  /** `metrics.jsonl`: a line a rollout. */
  readonly metrics?: string;
  /** Called once it is known at which step training goes on. */
  readonly progress?: (resumedAt: number) => ProgressStage;
  readonly signal?: AbortSignal;
  readonly engine?: CompileOptions["engine"];
  /** Seconds between two snapshots; default 45. */
  readonly saveEvery?: number;
}

export interface ActorCriticResult {
  /** Greedy; `policy.with({ mode: "sampled" })` acts as in training. */
  readonly policy: ActorCriticPolicy;
  /** Steps of the environment, all slots together. */
  readonly steps: number;
  /** Episodes that ended in training. */
  readonly episodes: number;
  /** Of the last hundred of them, as the sampling policy played them; undefined where none ended. */
  readonly meanReturn: number | undefined;
}

/** Environments that can be saved in the midst of an episode, as dreams can. */
type Saveable = { snapshot(): EnvState; restore(state: EnvState): void };

/**
 * Trains a policy by PPO (Schulman et al. 2017) in any vector environment, real or dreamt: it does not ask which. The same
 * seed gives the same weights to the bit on the same machine.
 *
 * An abort ends it within a step. With `snapshot`, the same call then goes on where it stopped: to the bit, where the vector
 * has `snapshot` and `restore`; where it has none, from the last whole rollout, with new episodes.
 */
export async function trainActorCritic(options: ActorCriticOptions): Promise<ActorCriticResult> {
  const { env, seed, signal, engine, snapshot, name = "actor-critic" } = options;
  const config = ActorCriticConfig.parse(options.config ?? {});
  const flow = new VectorFlow(env);
  const { features, actionSpace } = flow;
  const slots = env.numEnvs;
  const rolloutSize = config.rollout * slots;
  if (!Number.isSafeInteger(options.steps) || options.steps < 1)
    throw new ConfigError(`Expected steps to be an integer ≥ 1, got ${describe(options.steps)}.`);
  if (rolloutSize < config.minibatches)
    throw new ConfigError(
      `Expected a rollout of at least ${config.minibatches} steps, one a minibatch, got ${config.rollout} of ${slots} slots.`,
    );
  const total = Math.ceil(options.steps / rolloutSize);
  const identity = { name, seed, rollouts: total, slots, features, actions: actionSpace.n, config };
  const saved = snapshot === undefined ? undefined : await readLearning(snapshot, identity);

  const statistics = new ObservationStatistics(features);
  const tally = new EpisodeTally(slots);
  let { rollouts, updates } = { rollouts: 0, updates: 0, ...saved?.place };
  let rollout = createRollout({ steps: config.rollout, slots, features });
  let t = 0;
  if (saved) {
    statistics.restore(saved.place.statistics);
    tally.restore(saved.place.tally);
  }
  const midst = saved?.place.midst;
  if (midst && isSaveable(env)) {
    env.restore(midst.environment);
    flow.restore(midst.flow);
    ({ t, rollout } = midst);
  } else {
    tally.restart();
    const random = new RandomStream(`${seed}/${rollouts}`, "environment");
    await flow.reset(random.integer(0, 2 ** 31));
  }

  let normalizer = statistics.normalizer();
  const normal = new RandomStream(`${seed}`, "weights");
  const sizes = { features, actions: actionSpace.n, hidden: config.hidden };
  const first = saved?.state.weights ?? networkParameters(sizes, () => normal.normal());
  const open = compileStep<LearnerState, UpdateInputs, ReturnType<typeof updateStep>["outputs"], never>(
    (state, inputs) => updateStep(state, inputs, config),
    { name: `training of ${name}`, engine },
  );
  const learner = await open(saved?.state ?? { weights: first, adam: adamInit(first) });
  const network = await openNetwork({ weights: first, normalizer }, engine);

  const resumedAt = rollouts * rolloutSize + t * slots;
  const log = options.metrics && (await MetricsLog.open(options.metrics, { stage: name, step: resumedAt }));
  const progress = options.progress?.(resumedAt);
  let savedAt = performance.now();
  const save = async () => {
    if (snapshot === undefined) return;
    const place: LearningPlace = {
      rollouts,
      updates,
      statistics: statistics.state(),
      tally: tally.state(),
      ...(isSaveable(env) && { midst: { t, rollout, flow: flow.state(), environment: env.snapshot() } }),
    };
    await writeLearning(snapshot, identity, { state: await learner.read(), place });
    savedAt = performance.now();
  };

  /** Learns from a rollout; the means of what the optimizer steps said. */
  const learn = async (estimates: Advantages): Promise<Record<string, number>> => {
    const learningRate = config.learningRate * (config.decay ? 1 - rollouts / total : 1);
    const random = new RandomStream(`${seed}/${rollouts}`, "minibatches");
    const sums: Record<string, number> = {};
    for (let epoch = 0; epoch < config.epochs; epoch++) {
      const epochInputs = { rollout, estimates, normalizer, config, learningRate, updates, random };
      for (const outputs of await learner.steps(drawEpoch(epochInputs))) {
        for (const [figure, { data }] of Object.entries(outputs)) sums[figure] = (sums[figure] ?? 0) + data[0];
      }
      updates += config.minibatches;
    }
    const count = config.epochs * config.minibatches;
    return Object.fromEntries(Object.entries(sums).map(([figure, sum]) => [figure, sum / count]));
  };

  try {
    while (rollouts < total) {
      while (t < config.rollout) {
        if (signal?.aborted || performance.now() - savedAt > 1000 * (options.saveEvery ?? 45)) await save();
        signal?.throwIfAborted();
        const step = await stepRollout(rollout, t, { flow, network, seed: `${seed}/${rollouts}/${t}` });
        tally.add(step);
        t++;
        progress?.update(rollouts * rolloutSize + t * slots);
      }
      await finishRollout(rollout, flow, network);
      const estimates = estimateAdvantages({
        ...rollout,
        slots,
        rewards: rollout.rewards.map((reward) => config.rewardScale * reward),
        gamma: config.gamma,
        lambda: config.lambda,
      });
      const figures = await learn(estimates);
      if (!Number.isFinite(figures["loss"])) throw nonFinite(name, rollouts, figures);
      if (config.normalizeObservations && rollouts + 1 < total) {
        statistics.add(rollout.observations, rollout.happened); // not after the last, whose weights were learned with the old ones
        normalizer = statistics.normalizer();
      }
      rollouts++;
      t = 0;
      const { weights } = await learner.read();
      await network.write({ weights, normalizer });
      const { meanReturn } = tally;
      const shown = { ...(meanReturn !== undefined && { return: meanReturn }), ...figures };
      if (log) await log.write(rollouts * rolloutSize, { ...shown, explained: explained(rollout, estimates) });
      progress?.update(rollouts * rolloutSize, shown);
    }
    await save();
    const { weights } = await learner.read();
    const policy = new ActorCriticPolicy({ actionSpace, weights, normalizer, config: { name } });
    progress?.done();
    return { policy, steps: total * rolloutSize, episodes: tally.episodes, meanReturn: tally.meanReturn };
  } finally {
    await learner.dispose();
    await network.dispose();
  }
}

function isSaveable(env: FlatVectorEnv): env is FlatVectorEnv & Saveable {
  return "snapshot" in env && env.snapshot !== undefined && "restore" in env;
}

/** The share of the returns' variance that the critic foresaw: 1 all, 0 none, below 0 worse than their mean. */
function explained({ happened, values }: Rollout, { returns }: Advantages): number {
  const kept = Array.from(returns, (value, i) => [value, value - values[i]]).filter((_, i) => happened[i]);
  const variance = (column: number) => {
    const mean = kept.reduce((sum, row) => sum + row[column], 0) / kept.length;
    return kept.reduce((sum, row) => sum + (row[column] - mean) ** 2, 0) / kept.length;
  };
  const spread = variance(0);
  return spread > 0 ? 1 - variance(1) / spread : 0;
}

function nonFinite(name: string, rollouts: number, figures: Readonly<Record<string, number>>): NonFiniteLossError {
  const found = Object.entries(figures).map(([figure, value]) => `${figure} ${value}`);
  return new NonFiniteLossError(
    `Expected a finite loss, got ${found.join(", ")} after ${rollouts} rollouts of training ${name}. ` +
      "Look at the environment's observations and rewards, or begin anew with a lower learning rate.",
  );
}
