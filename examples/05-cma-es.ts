// Evolve a linear CartPole controller with CMA-ES, beside random actions.   npx tsx examples/05-cma-es.ts
import { LinearController, RandomPolicy } from "../agents/index.ts";
import { CartPole } from "../envs/index.ts";
import { CmaEs, type Player, play, TimeLimit } from "../src/index.ts";

const env = new TimeLimit(new CartPole(), { maxEpisodeSteps: 500 });

/** The mean return over episodes with the seeds first … first + count − 1. */
async function meanReturn(policy: Player<Float32Array, number>, first: number, count: number): Promise<number> {
  let total = 0;
  for (let seed = first; seed < first + count; seed++) total += (await play(env, policy, { seed })).return;
  return total / count;
}

const blank = new LinearController({ featureSize: 4, actionSpace: env.actionSpace });
const controller = (weights: ArrayLike<number>) => blank.with(weights) as Player<Float32Array, number>;
const search = new CmaEs({ objective: "maximize", mean: blank.weights, sigma: 0.5, seed: 1 });

for (let best = 0; best < 500 && search.generation < 30; ) {
  const evaluations: { id: number; fitness: number }[] = [];
  for (const { id, parameters } of search.ask())
    evaluations.push({ id, fitness: await meanReturn(controller(parameters), 10 * search.generation, 5) });
  search.tell(evaluations);
  best = await meanReturn(controller(search.mean), 5000, 20);
}

// On starts that the search never saw.
console.log(`random actions            ${(await meanReturn(new RandomPolicy(env), 9000, 100)).toFixed(1)}`);
const evolved = await meanReturn(controller(search.mean), 9000, 100);
console.log(
  `evolved, ${String(search.generation).padStart(2)} generations   ${evolved.toFixed(1)}   (most there is: 500)`,
);
