/* A command that works in small steps, or in long calls of the compute worker, until it is stopped: what interrupt.test.ts sends signals to. */
import { setTimeout } from "node:timers/promises";
import * as tf from "@tensorflow/tfjs";
import { processContext } from "../../src/cli/context.ts";
import { runCli } from "../../src/cli/program.ts";
import { services } from "../../src/cli/services.ts";
import type { NdArray } from "../../src/compute/array.ts";
import { compile } from "../../src/compute/compile.ts";
import { noise } from "../compute/fixtures.ts";

const mode = process.argv[2];
const SIZE = 512;

/** A call of some 0.4 s inside ONNX Runtime. */
const long = compile<{ x: NdArray }, tf.Tensor, Record<string, never>>(
  ({ x }) => {
    let y = x;
    for (let i = 0; i < 200; i++) y = tf.mul(tf.matMul(y, x), 1 / SIZE);
    return y;
  },
  { name: "long", engine: "onnx" },
);

process.exitCode = await runCli(["train", "CartPole-v1"], processContext(), {
  ...services,
  async runPipeline({ signal, progress }) {
    const x = noise([SIZE, SIZE]);
    if (mode === "computing") await long.run({ x }); // traced and opened before the first signal may come
    const stage = progress.stage({ name: "work", total: 10_000, unit: "steps" });
    process.stdout.write("started\n");
    for (let step = 1; ; step++) {
      await (mode === "computing" ? long.run({ x }) : setTimeout(10));
      stage.update(step);
      if (mode !== "deaf" && mode !== "computing") signal.throwIfAborted();
    }
  },
});
