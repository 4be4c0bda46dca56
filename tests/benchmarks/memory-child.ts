import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { mdnRnn, startTraining, trainingInputs } from "../compute/models.ts";
import { vaeTrainStep } from "./train-steps.ts";

/* One measurement of memory.ts in a process of its own: prints megabytes as JSON. */

const MEGABYTE = 2 ** 20;
const peak = (): number => process.resourceUsage().maxRSS / 1024;

if (process.argv[2] === "vae") {
  await vaeTrainStep(100, { engine: "onnx", warmup: 0, runs: 3 });
  console.log(JSON.stringify({ peak: peak() }));
} else {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void; // garbage that waits is not a leak
  const model = mdnRnn({ latent: 4, actions: 2, hidden: 32, mixtures: 2, steps: 8 });
  const training = await startTraining(model);
  const batch = model.batch(8);
  const resident: number[] = [];
  for (let t = 1; t <= 10_000; t++) {
    await training.step(trainingInputs(batch, t));
    if (t % 1000 !== 0) continue;
    collect();
    resident.push(process.memoryUsage.rss() / MEGABYTE);
  }
  await training.dispose();
  console.log(JSON.stringify({ peak: peak(), early: resident[0], late: resident.at(-1) }));
}
