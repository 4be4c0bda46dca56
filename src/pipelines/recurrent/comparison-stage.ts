import { ExploringDriver } from "../../../agents/car-racing/exploring-driver.ts";
import { RoadFollower } from "../../../agents/car-racing/road-follower.ts";
import { ConstantPolicy } from "../../../agents/constant-policy.ts";
import { HeldRandomPolicy } from "../../../agents/held-random-policy.ts";
import type { Policy } from "../../../agents/policy.ts";
import { RandomPolicy } from "../../../agents/random-policy.ts";
import { make } from "../../core/registry.ts";
import { type ComparisonReport, compare } from "../../evaluation/compare.ts";
import { dreamFunctions } from "../../imagination/dream-functions.ts";
import { dreamReturns } from "../../imagination/dream-returns.ts";
import { perceive } from "../../imagination/perceived-env.ts";
import type { SavedWorld } from "../../world-models/world-checkpoint.ts";
import { dreamOf } from "../dream-of.ts";
import { baselineFile, baselineModel } from "./baselines-stage.ts";
import type { RecurrentPipelineConfig } from "./config.ts";
import type { PipelineContext } from "./context.ts";
import { loadController } from "./controller-stage.ts";

/** The driver that reads the original observation, instruments and all. */
const ROAD_FOLLOWER = new RoadFollower();

/** Baselines that act at every tic of a game whose agents decide every few: they can be played for real only. */
const EVERY_TIC = "-every-tic";

type AnyPolicy = Policy<Float32Array, unknown>;

/** Plays the baselines and the dream-trained controller in the dream and in the real environment. */
export async function comparePolicies(
  context: Pick<PipelineContext, "run" | "config" | "progress" | "signal">,
  options: { world: SavedWorld; episodes: number; seed: number },
): Promise<ComparisonReport> {
  const { world, episodes, seed } = options;
  const { model, env } = world;
  const kwargs = { ...env.kwargs, ...context.config.evaluation.env };
  const trained = await loadController(context.run.directory, model);
  const rivals = await Promise.all(
    (context.config.controller.baselines ?? []).map(async (name) => {
      const seen = baselineModel(name, model, context.run.identity.seed);
      const policy = await loadController(context.run.directory, seen, baselineFile(name));
      return { policy, model: seen, functions: dreamFunctions(seen) };
    }),
  );
  const functions = dreamFunctions(model);
  const perceivers = [{ policy: trained, model, functions }, ...rivals];
  const road = context.config.evaluation.roadFollower ? [ROAD_FOLLOWER as unknown as AnyPolicy] : [];
  const policies = [...baselines(world, context.config), ...road, ...rivals.map(({ policy }) => policy), trained];
  const progress = context.progress.stage({ name: "compare", total: 2 * policies.length * episodes, unit: "episodes" });
  try {
    const report = await compare<Float32Array, unknown>({
      policies,
      episodes,
      seeds: { first: seed },
      signal: context.signal,
      dream: {
        evaluate: (policy, seeds, watch) => {
          if (policy.name.endsWith(EVERY_TIC) || policy.name === ROAD_FOLLOWER.name) return null;
          const seen = perceivers.find((perceiver) => perceiver.policy === policy)?.model ?? model;
          return dreamReturns({ ...dreamOf(world), model: seen }, policy, seeds, watch);
        },
      },
      real: async (policy) => {
        const perceiver = perceivers.find((perceiver) => perceiver.policy === policy);
        if (perceiver) return perceive(await make<Uint8Array, unknown>(env.id, kwargs), perceiver.model, perceiver);
        if (policy.name === ROAD_FOLLOWER.name) return make<Float32Array, unknown>(env.id);
        const everyTic = policy.name.endsWith(EVERY_TIC) && { frameSkip: 1 };
        return make<Float32Array, unknown>(env.id, { ...kwargs, ...everyTic }); // nobody looks at what it shows
      },
      onProgress: ({ allDone, policy, side }) => progress.update(allDone, { now: `${policy} ${side}` }),
    });
    progress.done();
    return report;
  } finally {
    for (const perceiver of perceivers) await perceiver.functions.dispose();
  }
}

/** Policies that look at nothing. */
function baselines({ model, env }: SavedWorld, config: RecurrentPipelineConfig): AnyPolicy[] {
  const { constant } = config.evaluation;
  const { drivers } = config.collect;
  const { weight: _, ...driver } = drivers?.[0] ?? { weight: 1 };
  const held = drivers ? (new ExploringDriver(model, driver) as AnyPolicy) : new HeldRandomPolicy(model);
  const random = [new RandomPolicy(model), held];
  const still = constant ? [new ConstantPolicy(model, constant)] : [];
  const skips = Number(env.kwargs.frameSkip ?? 1) > 1;
  const everyTic = random.map((policy) => ({
    name: `${policy.name}${EVERY_TIC}`,
    begin: (s: number) => policy.begin(s),
  }));
  return [...random, ...(skips ? everyTic : []), ...still];
}
