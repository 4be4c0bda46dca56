import { PlatformerExplorer, PlatformerRunner, type Policy, RandomPolicy } from "../../agents/index.ts";
import { Platformer } from "../../envs/index.ts";
import { generateLevel } from "../../envs/platformer/level-generator.ts";
import { Simulation } from "../../envs/platformer/simulation.ts";
import { RandomStream } from "../../src/core/random.ts";
import type { Section } from "./sections.ts";
import { figure } from "./text-table.ts";

const STEPS = 20_000;
const RUNS = 5;
const EPISODES = 200; // on as many test levels
const TIME_LIMIT = 500;
const DIFFICULTIES = [1, 2, 3] as const;

/** Platformer: processor time of steps and resets on one core, and how often policies get the coin on unseen levels. */
export async function platformerSection(): Promise<Section> {
  const speed = platformerSpeed();
  const policies: [string, Policy<Uint8Array, number>][] = [
    ["random", new RandomPolicy(new Platformer())],
    ["explorer", new PlatformerExplorer()],
    ["runner, lapse 0.05", new PlatformerRunner({}, { lapse: 0.05 })],
    ["runner", new PlatformerRunner()],
  ];
  const success = policies.map(([name, policy]) => ({
    policy: name,
    rates: DIFFICULTIES.map((difficulty) => coinRate(policy, { difficulty, episodes: EPISODES })),
  }));
  return {
    table: {
      title: `Platformer-v0: coins over ${EPISODES} test levels`,
      head: ["policy", ...DIFFICULTIES.map((difficulty) => `difficulty ${difficulty}`)],
      rows: success.map(({ policy, rates }) => [policy, ...rates.map((rate) => `${(100 * rate).toFixed(1)} %`)]),
      notes: [
        `${figure(speed.steps)} steps/s with observation and resets, ${figure(speed.physics)} without pictures,`,
        `${figure(1000 / speed.resets)} ms a reset: processor time of one core, best of ${RUNS}.`,
      ],
    },
    figures: { speed, success },
  };
}

/** Steps and resets a second of processor time: other work on the machine hardly disturbs it. */
function platformerSpeed(): { steps: number; physics: number; resets: number } {
  const best = { steps: 0, physics: 0, resets: 0 };
  for (let run = 0; run < RUNS; run++) {
    const env = new Platformer();
    const actor = new PlatformerExplorer().begin(run);
    env.reset({ seed: run });
    const steps = perSecond(STEPS, () => {
      if (env.step(actor.act()).terminated) env.reset();
    });
    const simulation = { now: new Simulation(generateLevel(0, 1)) };
    const physics = perSecond(10 * STEPS, () => {
      simulation.now.advance(actor.act());
      if (simulation.now.outcome !== "playing") simulation.now = new Simulation(simulation.now.level);
    });
    const resets = perSecond(STEPS / 20, () => env.reset());
    best.steps = Math.max(best.steps, steps);
    best.physics = Math.max(best.physics, physics);
    best.resets = Math.max(best.resets, resets);
  }
  return best;
}

function perSecond(count: number, body: () => unknown): number {
  const before = process.cpuUsage();
  for (let i = 0; i < count; i++) body();
  const { user, system } = process.cpuUsage(before);
  return (1e6 * count) / (user + system);
}

/** The share of test levels, the same for every policy, on which a policy gets the coin within 500 steps. */
export function coinRate(
  policy: Policy<Uint8Array, number>,
  { difficulty, episodes }: { difficulty: 1 | 2 | 3; episodes: number },
): number {
  const env = new Platformer({ levels: "test", difficulty });
  const seeds = new RandomStream(0, "coin-rate");
  let coins = 0;
  for (let episode = 0; episode < episodes; episode++) {
    const seed = seeds.integer(0, 2 ** 31);
    const actor = policy.begin(seed);
    let { observation } = env.reset({ seed });
    for (let step = 0; step < TIME_LIMIT; step++) {
      const after = env.step(actor.act(observation));
      observation = after.observation;
      if (!after.terminated) continue;
      if (after.reward > 0) coins++;
      break;
    }
  }
  return coins / episodes;
}
