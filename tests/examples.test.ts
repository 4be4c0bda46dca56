import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { LinearController } from "../agents/linear-controller.ts";
import { saveController } from "../src/pipelines/recurrent/controller-stage.ts";
import { Run } from "../src/pipelines/run.ts";
import { saveWorld } from "../src/world-models/world-checkpoint.ts";
import { savedTinyWorld } from "./world-models/tiny-world.ts";

const folder = new URL("../examples/", import.meta.url);

async function run(name: string, ...rest: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [
    "--import",
    "tsx",
    new URL(name, folder).pathname,
    ...rest,
  ]);
  return stdout;
}

/** The numbers at the first place after a label. */
const numberAfter = (output: string, label: string) => Number(output.split(label)[1]?.match(/-?[\d.]+/)?.[0]);

describe("examples", () => {
  it("are numbered without a gap, under 40 lines each, and say how they are run", async () => {
    const files = (await readdir(folder)).filter((name) => name.endsWith(".ts")).sort();
    expect(files.map((file) => Number(file.slice(0, 2)))).toEqual(files.map((_, i) => i + 1));
    for (const file of files) {
      const text = await readFile(new URL(file, folder), "utf8");
      expect(text.split("\n").length, file).toBeLessThan(40);
      expect(text.split("\n")[0]).toContain(`npx tsx examples/${file}`);
    }
  });

  it("01: leaning beats chance", async () => {
    const output = await run("01-cart-pole.ts");
    expect(numberAfter(output, "push under it")).toBeGreaterThan(5 * numberAfter(output, "random actions"));
  });

  it("02: running from wall to wall beats chance", async () => {
    const output = await run("02-own-policy.ts");
    expect(numberAfter(output, "wall to wall")).toBeGreaterThan(1.3 * numberAfter(output, "random"));
  });

  it("03: plays the player of a run that is there, and says what to do where none is", async () => {
    const directory = await mkdtemp(join(tmpdir(), "example-"));
    expect(await run("03-dream.ts", join(directory, "none"))).toMatch(/Expected a run in .*none.*\n.*npm start/);
    const world = savedTinyWorld();
    const { featureSize, actionSpace } = world.model;
    await Run.open(directory, { env: world.env.id, pipeline: "recurrent", preset: "quick", seed: 0, config: {} });
    await saveWorld(join(directory, "models", "world.safetensors"), world);
    const controller = new LinearController({ featureSize, actionSpace, config: { name: "dream-trained" } });
    await saveController(directory, controller);
    const output = await run("03-dream.ts", directory);
    expect(output).toMatch(/random +-?\d+ +\d+\ndream-trained +-?\d+ +\d+/);
    await rm(directory, { recursive: true });
  });

  it("04: what was recorded is read back", async () => {
    const output = await run("04-collect.ts");
    expect(output).toMatch(/^16 episodes, \d+ steps/);
    const actions = numberAfter(output, "episode 0:");
    expect(numberAfter(output, " actions,")).toBe(actions + 1); // frames
  });

  it("05: the evolved controller balances", async () => {
    expect(numberAfter(await run("05-cma-es.ts"), "generations")).toBeGreaterThan(400);
  });
});
