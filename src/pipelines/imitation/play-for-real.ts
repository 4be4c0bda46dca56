import type { ClonedPolicy } from "../../../agents/behaviour-cloning/cloned-policy.ts";
import type { LatentToReal } from "../../../agents/behaviour-cloning/latent-to-real.ts";
import type { Policy } from "../../../agents/policy.ts";
import { RandomPolicy } from "../../../agents/random-policy.ts";
import { vectorReturns } from "../../../agents/vector-returns.ts";
import type { Env } from "../../core/env.ts";
import { make } from "../../core/registry.ts";
import { TransformAction } from "../../core/wrappers/transform-action.ts";
import { compare, playInTurn } from "../../evaluation/compare.ts";
import { VectorPerceivedEnv } from "../../imagination/vector-perceived-env.ts";
import type { ImitableWorld } from "./imitable-world.ts";
import { BATCH, type ImitationContext } from "./imitation-context.ts";
import type { ImitationReport } from "./imitation-report.ts";

interface PlayOptions extends Pick<ImitationReport, "env"> {
  readonly world: ImitableWorld;
  /** Over latent codes. */
  readonly imitator: ClonedPolicy;
  readonly dictionary: Pick<LatentToReal, "actions" | "counts">;
  /** Over real actions. */
  readonly oracle: ClonedPolicy;
  /** Looks at the environment's own pictures. */
  readonly expert: Policy<Uint8Array, unknown>;
  readonly episodes: number;
  readonly firstSeed: number;
}

/**
 * Lets everybody play the same episodes for real. The imitator says a code: the world that it looks through is told the code,
 * the environment the action that the dictionary has for it.
 */
export async function playForReal(
  { progress, signal }: Pick<ImitationContext, "progress" | "signal">,
  { env: { id, kwargs }, world, imitator, dictionary, oracle, expert, episodes, firstSeed }: PlayOptions,
): Promise<ImitationReport["policies"]> {
  const slots = Math.min(episodes, BATCH);
  const envs = () => Promise.all(Array.from({ length: slots }, () => make<Uint8Array, number>(id, { ...kwargs })));
  const spoken = (env: Env<Uint8Array, number>) =>
    new TransformAction(env, {
      func: (code: number) => dictionary.actions[code],
      actionSpace: world.latent.actionSpace,
    });
  const clones = new Map([
    [
      "imitator",
      {
        policy: imitator,
        env: VectorPerceivedEnv.of((await envs()).map(spoken), world.latent, { autoresetMode: "same-step" }),
      },
    ],
    [
      "oracle",
      { policy: oracle, env: VectorPerceivedEnv.of(await envs(), world.real, { autoresetMode: "same-step" }) },
    ],
  ]);
  const { actionSpace } = world.real;
  const players: Policy<never, unknown>[] = [
    new RandomPolicy({ actionSpace }),
    new RandomPolicy({ actionSpace }, { name: "blind", probability: frequencies(dictionary) }),
    ...[...clones].map(([name, { policy }]) => policy.with({ name })),
    { name: "expert", begin: (seed) => expert.begin(seed) },
  ];
  const stage = progress.stage({ name: "play", total: players.length * episodes, unit: "episodes" });
  try {
    const { policies } = await compare<never, unknown>({
      policies: players,
      episodes,
      seeds: { first: firstSeed },
      signal,
      real: {
        evaluate: (player, seeds, watch) => {
          const clone = clones.get(player.name);
          // Who looks at the environment's own pictures, or at nothing, needs no world to look through.
          return clone
            ? vectorReturns({ ...clone, seeds, ...watch })
            : playInTurn(() => make<never, unknown>(id, { ...kwargs }), player, { seeds, ...watch });
        },
      },
      onProgress: ({ allDone, policy }) => stage.update(allDone, { now: policy }),
    });
    stage.done();
    return policies.map(({ name, real }) => ({ name, real }));
  } finally {
    for (const { env } of clones.values()) await env.close();
  }
}

/** How often the expert took each action, in the steps that may be looked at. */
function frequencies({ counts }: Pick<LatentToReal, "counts">): number[] {
  const taken = counts.reduce((sum, row) => sum.map((count, action) => count + row[action]));
  const total = taken.reduce((sum, count) => sum + count);
  return taken.map((count) => count / total);
}
