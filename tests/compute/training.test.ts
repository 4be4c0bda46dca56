import { describe, expect, it } from "vitest";
import type { NdArray } from "../../src/compute/array.ts";
import type { CompileOptions } from "../../src/compute/compile.ts";
import { type Model, startTraining, trainingInputs } from "./models.ts";
import { SMALL_MODELS } from "./small-models.ts";

/* Whole train steps: forward, backward, clipping by norm, Adam; small, but with every op of the real ones. */

interface Run {
  readonly losses: number[];
  readonly weights: Readonly<Record<string, NdArray>>;
}

async function train(
  model: Model,
  steps: number,
  { perCall = 1, ...options }: Partial<CompileOptions> & { perCall?: number } = {},
): Promise<Run> {
  const training = await startTraining(model, { offThread: false, threads: 1, ...options });
  const batch = model.batch(5);
  const losses: number[] = [];
  for (let t = 1; t <= steps; t += perCall) {
    const inputs = Array.from({ length: perCall }, (_, i) => trainingInputs(batch, t + i));
    const outputs = perCall === 1 ? [await training.step(inputs[0])] : await training.steps(inputs);
    for (const { loss } of outputs as unknown as { loss: NdArray }[]) losses.push(loss.data[0]);
  }
  const { weights } = await training.read();
  await training.dispose();
  return { losses, weights };
}

for (const make of SMALL_MODELS) {
  const { name } = make();
  describe(`training a ${name}`, () => {
    it("gives the same losses as tfjs cpu for 50 steps, and learns", async () => {
      const expected = await train(make(), 50, { engine: "cpu" });
      const got = await train(make(), 50, { engine: "onnx" });
      for (const [t, loss] of expected.losses.entries()) {
        expect(Math.abs(got.losses[t] - loss) / Math.abs(loss), `step ${t}`).toBeLessThan(1e-4);
      }
      expect(got.losses.at(-1)).toBeLessThan(got.losses[0]);
    });

    it("gives the same losses on wasm within its accuracy", async () => {
      const expected = await train(make(), 4, { engine: "onnx" });
      const got = await train(make(), 4, { engine: "wasm" });
      for (const [t, loss] of expected.losses.entries()) {
        expect(Math.abs(got.losses[t] - loss) / Math.abs(loss), `step ${t}`).toBeLessThan(2e-3);
      }
    });

    it("is the same to the bit when run again, here or in a worker", async () => {
      const first = await train(make(), 8);
      expect(await train(make(), 8)).toEqual(first);
      expect(await train(make(), 8, { offThread: true })).toEqual(first);
    });

    it("is the same to the bit when several steps share a call", async () => {
      expect(await train(make(), 8, { perCall: 4 })).toEqual(await train(make(), 8));
    });

    it("agrees on one thread and on two", async () => {
      const [one, two] = [await train(make(), 8), await train(make(), 8, { threads: 2 })];
      for (const [t, loss] of one.losses.entries()) expect(two.losses[t]).toBeCloseTo(loss, 4);
    });
  });
}
