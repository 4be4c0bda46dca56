import type { ActorCriticPolicy } from "../../../agents/actor-critic/actor-critic-policy.ts";
import type { Policy } from "../../../agents/policy.ts";
import { RandomPolicy } from "../../../agents/random-policy.ts";
import { vectorReturns } from "../../../agents/vector-returns.ts";
import { make } from "../../core/registry.ts";
import { loadBehaviour } from "../../data/collector.ts";
import { type ComparisonReport, compare, playInTurn } from "../../evaluation/compare.ts";
import { dreamFunctions } from "../../imagination/dream-functions.ts";
import type { SavedWorld } from "../../world-models/world-checkpoint.ts";
import { AGENT_NAMES, dreamVector, loadAgent, realVector, type School } from "./agent-stage.ts";
import { genieBehaviours } from "./collecting-behaviours.ts";
import type { GenieContext } from "./context.ts";

type AnyPolicy = Policy<Float32Array, unknown>;

/** Plays the baselines and both agents in the dream and for real, on levels and seeds that nothing was learned from. */
export async function compareAgents(
  context: Pick<GenieContext, "run" | "config" | "progress" | "signal">,
  { world, episodes, seed }: { world: SavedWorld; episodes: number; seed: number },
): Promise<ComparisonReport> {
  const { run, config, signal } = context;
  const agents = new Map<string, ActorCriticPolicy>();
  for (const school of ["real", "dream"] as const satisfies School[])
    agents.set(
      AGENT_NAMES[school],
      (await loadAgent(run, school)).with({ mode: "sampled", name: AGENT_NAMES[school] }),
    );
  const spaces = { observationSpace: world.model.observationSpace, actionSpace: world.model.actionSpace };
  const others = [new RandomPolicy(spaces), ...(await explorers(run.identity.env, config.collect, spaces))];
  const functions = dreamFunctions(world.model);
  const kwargs = { ...config.env, ...config.evaluation.env };
  const slots = Math.min(episodes, config.agent.numEnvs);
  const dream = dreamVector(world, slots, functions);
  const real = await realVector(world, kwargs, slots, functions);
  const policies = [...others, ...agents.values()] as unknown as AnyPolicy[];
  const progress = context.progress.stage({ name: "compare", total: 2 * policies.length * episodes, unit: "episodes" });
  try {
    const report = await compare<Float32Array, unknown>({
      policies,
      episodes,
      seeds: { first: seed },
      signal,
      dream: {
        evaluate: async (policy, seeds, watch) => {
          const agent = agents.get(policy.name);
          return agent ? vectorReturns({ env: dream, policy: agent, seeds, ...watch }) : null;
        },
      },
      // Who looks at the environment's own frames, or at nothing, needs no world model to look through.
      real: {
        evaluate: async (policy, seeds, watch) => {
          const agent = agents.get(policy.name);
          if (agent) return vectorReturns({ env: real, policy: agent, seeds, ...watch });
          return playInTurn(() => make<Float32Array, unknown>(world.env.id, { ...kwargs }), policy, {
            seeds,
            ...watch,
          });
        },
      },
      onProgress: ({ allDone, policy, side }) => progress.update(allDone, { now: `${policy} ${side}` }),
    });
    progress.done();
    return report;
  } finally {
    await dream.close();
    await real.close();
    await functions.dispose();
  }
}

/** Who collected the episodes: they look at the environment's own frames, or at nothing. */
async function explorers(
  env: string,
  collect: Parameters<typeof genieBehaviours>[1],
  spaces: Parameters<typeof loadBehaviour>[1],
): Promise<Policy<unknown, unknown>[]> {
  return Promise.all(genieBehaviours(env, collect).map((source) => loadBehaviour(source, spaces)));
}
