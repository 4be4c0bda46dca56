import { make } from "../../src/index.ts";
import { pythonBaseline } from "./python-baseline.ts";
import type { Section } from "./sections.ts";
import { figure, ratio } from "./text-table.ts";

/* Steps a second across the border: Python steps our environments, Node.js steps Gymnasium's. */

interface ClientFigures {
  readonly version: string;
  readonly cartPole: number;
  readonly takeCover: number;
  readonly cartPole64: number;
  readonly takeCover64: number;
  readonly nativeCartPole: number;
  readonly nativeCartPole64: number;
}

const STEPS = 5000;

/** Environments over the bridge, beside Gymnasium's own in Python. */
export async function bridgeSection(): Promise<Section> {
  const title = "Bridge: environment steps a second over stdin and stdout, random actions";
  const head = ["", "steps/s", "µs a call", "Gymnasium in Python", "bridge / Gymnasium"];
  const baseline = await pythonBaseline<ClientFigures>("bridge_baseline.py", {
    module: "gymnasium",
    label: "Python Gymnasium",
  });
  if ("skipped" in baseline) return { table: { title, head, rows: [], notes: [baseline.skipped] }, figures: null };
  const { figures } = baseline;
  const python = await pythonSteps();
  const row = (name: string, rate: number, slots: number, native?: number): string[] => [
    name,
    figure(rate),
    figure((1e6 * slots) / rate),
    figure(native),
    ratio(native === undefined ? undefined : rate / native),
  ];
  return {
    table: {
      title,
      head,
      rows: [
        row("Python steps CartPole-v1", figures.cartPole, 1, figures.nativeCartPole),
        row("Python steps TakeCover-v0, 64×64", figures.takeCover, 1),
        row("Python steps 64 × CartPole-v1", figures.cartPole64, 64, figures.nativeCartPole64),
        row("Python steps 64 × TakeCover-v0", figures.takeCover64, 64),
        row("Node.js steps python:CartPole-v1", python, 1, figures.nativeCartPole),
      ],
      notes: [`Python Gymnasium ${figures.version}; its vector is SyncVectorEnv.`],
    },
    figures: { ...figures, python },
  };
}

/** Steps a second of Python's CartPole, awaited one after the other. */
async function pythonSteps(): Promise<number> {
  const env = await make<Float32Array, number>("python:CartPole-v1");
  await env.reset({ seed: 0 });
  let best = 0;
  for (let run = 0; run < 3; run++) {
    const start = performance.now();
    for (let i = 0; i < STEPS; i++) {
      const { terminated, truncated } = await env.step(i & 1);
      if (terminated || truncated) await env.reset();
    }
    best = Math.max(best, STEPS / ((performance.now() - start) / 1000));
  }
  await env.close();
  return best;
}
