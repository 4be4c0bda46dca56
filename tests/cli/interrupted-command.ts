/* A command that works in small steps until it is stopped: what interrupt.test.ts sends signals to. */
import { setTimeout } from "node:timers/promises";
import { processContext } from "../../src/cli/context.ts";
import { runCli } from "../../src/cli/program.ts";
import { services } from "../../src/cli/services.ts";

const deaf = process.argv[2] === "deaf";
process.exitCode = await runCli(["train", "CartPole-v1"], processContext(), {
  ...services,
  async runPipeline({ signal, progress }) {
    const stage = progress.stage({ name: "work", total: 10_000, unit: "steps" });
    process.stdout.write("started\n");
    for (let step = 1; ; step++) {
      await setTimeout(10);
      stage.update(step);
      if (!deaf) signal.throwIfAborted();
    }
  },
});
