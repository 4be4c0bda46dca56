import {
  Acrobot,
  CartPole,
  CliffWalking,
  FrozenLake,
  MountainCar,
  MountainCarContinuous,
  Pendulum,
  Taxi,
} from "../../envs/index.ts";
import { TakeCover } from "../../envs/take-cover/index.ts";
import { RandomStream } from "../../src/core/random.ts";
import { type Env, make } from "../../src/index.ts";

export interface EnvironmentSpeed {
  readonly name: string;
  /** As the class alone gives it. */
  readonly bare: number;
  /** As `make` gives it: checked, ordered, with the time limit. */
  readonly made: number;
}

const STEPS = 200_000;

/** Steps a second on one core under random actions, resets included. */
export async function environmentSpeeds(): Promise<EnvironmentSpeed[]> {
  const speed = async <Action>(id: string, bare: Env<unknown, Action>): Promise<EnvironmentSpeed> => ({
    name: id,
    bare: await stepsPerSecond(bare, STEPS, 8),
    made: await stepsPerSecond(await make<unknown, Action>(id), STEPS, 8),
  });
  const takeCover = async (frameSkip: number): Promise<EnvironmentSpeed> => ({
    name: `TakeCover-v0, 64×64, frameSkip ${frameSkip}`,
    bare: await stepsPerSecond(new TakeCover({ frameSkip }), 60_000, 3),
    made: await stepsPerSecond(await make<Uint8Array, number>("TakeCover-v0", { frameSkip }), 60_000, 3),
  });
  return [
    await speed("CartPole-v1", new CartPole()),
    await speed("MountainCar-v0", new MountainCar()),
    await speed("MountainCarContinuous-v0", new MountainCarContinuous()),
    await speed("Pendulum-v1", new Pendulum()),
    await speed("Acrobot-v1", new Acrobot()),
    await speed("FrozenLake-v1", new FrozenLake()),
    await speed("CliffWalking-v1", new CliffWalking()),
    await speed("Taxi-v4", new Taxi()),
    await takeCover(1),
    await takeCover(3),
  ];
}

/** The best of several runs; the first of them also warms up the caches of the environment. */
async function stepsPerSecond<Action>(env: Env<unknown, Action>, steps: number, runs: number): Promise<number> {
  const random = new RandomStream(0, "benchmark/actions");
  const actions = Array.from({ length: steps }, () => env.actionSpace.sample(random));
  await env.reset({ seed: 0 });
  let best = 0;
  for (let run = 0; run < runs; run++) {
    const start = performance.now();
    for (const action of actions) {
      // Not awaited where it is no promise: an await costs more than a step of CartPole.
      const outcome = env.step(action);
      const { terminated, truncated } = outcome instanceof Promise ? await outcome : outcome;
      if (terminated || truncated) await env.reset();
    }
    best = Math.max(best, steps / ((performance.now() - start) / 1000));
  }
  await env.close();
  return best;
}
