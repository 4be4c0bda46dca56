import { RandomStream } from "../../src/core/random.ts";
import { type MakeVecOptions, makeVec } from "../../src/index.ts";
import { pythonBaseline } from "./python-baseline.ts";
import type { Section } from "./sections.ts";
import { figure, NOTHING, ratio } from "./text-table.ts";

interface VectorSpeed {
  readonly name: string;
  /** Steps of single environments a second. */
  readonly stepsPerSecond: number;
  /** The same in Gymnasium, by its names: sync, async, numpy (environments written as one array program). */
  readonly theirs?: "sync" | "async";
}

interface GymnasiumFigures {
  readonly version: string;
  readonly sync: number;
  readonly async: number;
  readonly numpy: number;
}

const SLOTS = 64;
const RUNS = 40; // short ones, of which some meet a quiet machine; Gymnasium's are as many

/** Vectors of environments under random actions, resets included. */
export async function vectorSection(): Promise<Section> {
  const workers = { vectorization: "workers", workers: 2 } as const;
  const speeds: VectorSpeed[] = [
    { name: `${SLOTS} × CartPole-v1, sync`, theirs: "sync", stepsPerSecond: await speed("CartPole-v1", {}, 500) },
    {
      name: `${SLOTS} × CartPole-v1, sync, copy: false`,
      theirs: "sync",
      stepsPerSecond: await speed("CartPole-v1", { copy: false }, 500),
    },
    {
      name: `${SLOTS} × CartPole-v1, 2 workers`,
      theirs: "async",
      stepsPerSecond: await speed("CartPole-v1", workers, 100),
    },
    { name: `${SLOTS} × TakeCover-v0, sync`, stepsPerSecond: await speed("TakeCover-v0", {}, 10) },
    { name: `${SLOTS} × TakeCover-v0, 2 workers`, stepsPerSecond: await speed("TakeCover-v0", workers, 10) },
  ];
  const baseline = await pythonBaseline<GymnasiumFigures>("gymnasium_vector_baseline.py", {
    module: "gymnasium",
    label: "Python Gymnasium",
  });
  const python = "figures" in baseline ? baseline.figures : undefined;
  return {
    table: {
      title: "Vectors: steps of single environments a second, random actions",
      head: ["", "steps/s", "Gymnasium", "ours / Gymnasium"],
      rows: speeds.map(({ name, stepsPerSecond, theirs }) => {
        const other = theirs && python?.[theirs];
        return [name, figure(stepsPerSecond), figure(other), other ? ratio(stepsPerSecond / other) : NOTHING];
      }),
      notes: [
        python
          ? `Python Gymnasium ${python.version}: SyncVectorEnv, AsyncVectorEnv with one process an environment; its CartPole as one numpy program: ${figure(python.numpy)} steps/s.`
          : (baseline as { skipped: string }).skipped,
      ],
    },
    figures: { speeds, gymnasium: python },
  };
}

/** The best of several runs of so many vector steps. */
async function speed(id: string, options: MakeVecOptions, steps: number): Promise<number> {
  const env = await makeVec<unknown, number>(id, { numEnvs: SLOTS, ...options });
  const random = new RandomStream(0, "benchmark/actions");
  const actions = Array.from({ length: 200 }, () =>
    Array.from({ length: SLOTS }, () => env.singleActionSpace.sample(random)),
  );
  await env.reset({ seed: 0 });
  let best = 0;
  for (let run = 0; run < RUNS; run++) {
    const start = performance.now();
    for (let t = 0; t < steps; t++) {
      const answer = env.step(actions[t % actions.length]);
      if (answer instanceof Promise) await answer; // a sync vector of simple environments answers at once
    }
    best = Math.max(best, (steps * SLOTS) / ((performance.now() - start) / 1000));
  }
  await env.close();
  return best;
}
