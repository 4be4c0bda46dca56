import { pathToFileURL } from "node:url";
import { TakeCover } from "../../envs/take-cover/index.ts";
import { RandomStream } from "../../src/core/random.ts";

export interface TakeCoverSpeed {
  readonly steps: number;
  readonly episodes: number;
  readonly stepsPerSecond: number;
  /** Over the first tenth, while most backgrounds are drawn for the first time. */
  readonly firstStepsPerSecond: number;
}

/** Steps a second on one core: 64 × 64 observations, one tic a step, random actions held for 1 to 10 tics. */
export function measureTakeCover({ steps = 100_000, seed = 0 } = {}): TakeCoverSpeed {
  const env = new TakeCover();
  const random = new RandomStream(seed, "speed");
  let action = 1;
  let held = 0;
  let episodes = 0;
  env.reset({ seed });
  const play = (count: number): number => {
    const start = performance.now();
    for (let step = 0; step < count; step++) {
      if (held === 0) {
        action = env.actionSpace.sample(random);
        held = random.integer(1, 11);
      }
      held--;
      const { terminated, truncated } = env.step(action);
      if (!terminated && !truncated) continue;
      episodes++;
      env.reset();
    }
    return (performance.now() - start) / 1000;
  };
  const firstSteps = Math.ceil(steps / 10);
  const firstSeconds = play(firstSteps);
  const seconds = firstSeconds + play(steps - firstSteps);
  return { steps, episodes, stepsPerSecond: steps / seconds, firstStepsPerSecond: firstSteps / firstSeconds };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) console.log(measureTakeCover());
