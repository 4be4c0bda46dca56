// Record episodes to disk and read them back.   npx tsx examples/04-collect.ts
import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HeldRandomPolicy } from "../agents/index.ts";
import { collect, openDataset } from "../src/index.ts";

const directory = await mkdtemp(join(tmpdir(), "take-cover-"));
await collect({
  directory,
  env: { id: "TakeCover-v0", kwargs: { frameSkip: 3 } },
  behaviour: HeldRandomPolicy.behaviour({ maximum: 10 }),
  episodes: 16,
  seed: 1,
  workers: 2, // any number of them gives the same bytes
});

const dataset = await openDataset(directory);
const { episodes, steps, terminated } = dataset.counts;
console.log(`${episodes} episodes, ${steps} steps, ${terminated} deaths`);

// An episode of T steps has T+1 observations: (o_t, a_t) gave r_t and o_{t+1}.
const first = await dataset.episode(0);
const frame = dataset.observation.shape.reduce((product, extent) => product * extent, 1);
console.log(`episode 0: ${first.steps} actions, ${first.observations.length / frame} frames, return ${first.return}`);

let stored = 0;
for (const file of await readdir(directory)) stored += (await stat(join(directory, file))).size;
const raw = (steps + episodes) * frame;
console.log(`${(stored / 1e6).toFixed(1)} MB on disk, losslessly; ${(raw / 1e6).toFixed(1)} MB as raw frames`);
await rm(directory, { recursive: true });
