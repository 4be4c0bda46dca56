import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { BehaviourCloningConfig } from "../../agents/behaviour-cloning/clone-behaviour.ts";
import { runCli } from "../../src/cli/program.ts";
import { services } from "../../src/cli/services.ts";
import { summarize } from "../../src/evaluation/statistics.ts";
import { ImitationError } from "../../src/pipelines/imitation/imitable-world.ts";
import type { ImitationReport } from "../../src/pipelines/imitation/imitation-report.ts";
import { capturedContext } from "./captured-context.ts";

const report: ImitationReport = {
  env: { id: "Platformer-v0", kwargs: { levels: "test" } },
  versions: {},
  settings: {
    ...{ seed: 3, experts: 80, episodes: 4, firstSeed: 500_012, labels: 200 },
    cloning: BehaviourCloningConfig.parse({}),
  },
  experts: { episodes: 80, steps: 12_345, heldOut: { episodes: 16, steps: 2400 } },
  accuracy: {
    latent: { training: 0.81, heldOut: 0.7512, majority: 0.4 },
    oracle: { training: 0.95, heldOut: 0.9, majority: 0.6 },
  },
  dictionary: {
    ...{ actions: [2, 5], counts: [[20, 0, 180, 0, 0, 0], new Array(6).fill(0)], pairs: 200 },
    names: ["right (90 %)", "never, played as right"],
  },
  translated: 0.875,
  policies: ["random", "blind", "imitator", "oracle", "expert"].map((name, i) => ({
    name,
    real: summarize([10 * i, 10 * i + 2, 10 * i + 4, 10 * i + 6]),
  })),
};

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "imitate-command-"));
  await mkdir(join(directory, "x"));
});
afterAll(() => rm(directory, { recursive: true }));

async function cli(args: readonly string[], imitateRun = vi.fn(async () => report)) {
  const { context, written } = capturedContext();
  const engineNotice = async () => ({ text: "engine: E" });
  const code = await runCli(["imitate", ...args], context, { ...services, engineNotice, imitateRun });
  return { code, ...written(), imitateRun };
}

test("prints who was paid what and the dictionary in words, and says where the figures are", async () => {
  const folder = join(directory, "x");
  const { code, out, err, imitateRun } = await cli([folder]);
  expect(code).toBe(0);
  expect(out).toBe(`\
Platformer-v0 · 80 expert episodes (12,345 steps), 16 of them held out · 200 labelled steps · seed 3

for real, where nothing was learned
  policy          return   episodes
  random     3.00 ± 2.58          4
  blind       13.0 ± 2.6          4
  imitator    23.0 ± 2.6          4
  oracle      33.0 ± 2.6          4
  expert      43.0 ± 2.6          4

labels that the clones get right
                          training   held out   commonest label
  latent actions            81.0 %     75.1 %            40.0 %
  real actions (oracle)     95.0 %     90.0 %            60.0 %

dictionary: right for 87.5 % of the held-out steps
  0  right (90 %)             200 labelled steps
  1  never, played as right     0 labelled steps
`);
  expect(err).toContain("engine: E\n");
  expect(err).toContain(`Left at ${join(folder, "report", "imitation.json")}\n`);
  expect(imitateRun).toHaveBeenCalledExactlyOnceWith(
    expect.objectContaining({ directory: folder, experts: 80, episodes: 100, labels: 200, seed: 0 }),
  );
});

test("hands over its options; --json prints the whole report", async () => {
  const line = "--experts 7 --episodes 3 --labels 50 --seed 9 --json --quiet";
  const { out, err, imitateRun } = await cli([join(directory, "x"), ...line.split(" ")]);
  expect(JSON.parse(out)).toEqual(report);
  expect(err).toBe("");
  expect(imitateRun).toHaveBeenCalledExactlyOnceWith(
    expect.objectContaining({ experts: 7, episodes: 3, labels: 50, seed: 9 }),
  );
});

test("a run that is not there or cannot be imitated through, and counts out of range, are usage errors", async () => {
  const { code, err, imitateRun } = await cli([join(directory, "y")]);
  expect(code).toBe(2);
  expect(err).toContain("Expected a run's folder");
  expect(imitateRun).not.toHaveBeenCalled();
  const refusing = vi.fn(() => Promise.reject(new ImitationError("Expected a world that has learned latent actions.")));
  const refused = await cli([join(directory, "x")], refusing);
  expect([refused.code, refused.err]).toEqual([2, expect.stringContaining("error: Expected a world")]);
  for (const wrong of [
    ["--experts", "1"],
    ["--episodes", "0"],
    ["--labels", "0"],
    ["--seed", "-1"],
  ])
    expect((await cli([join(directory, "x"), ...wrong])).code).toBe(2);
});

test("every example of its help is a valid command line", async () => {
  const { out } = await cli(["--help"]);
  const before = process.cwd();
  process.chdir(directory);
  try {
    await mkdir("runs/platformer", { recursive: true });
    const lines = [...out.matchAll(/^ {2}\$ reverie imitate (.*?)(?: {2,}.*| > .*)?$/gm)].map(([, line]) => line);
    expect(lines.length).toBeGreaterThanOrEqual(3);
    for (const line of lines) expect((await cli(line.split(" "))).code, line).toBe(0);
  } finally {
    process.chdir(before);
  }
});
