import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { runCli } from "../../src/cli/program.ts";
import { services } from "../../src/cli/services.ts";
import { evaluateWorldModel } from "../../src/evaluation/world-model/evaluate-world-model.ts";
import { formatWorldModelReport } from "../../src/evaluation/world-model/format-world-model-report.ts";
import type { RunEvaluation } from "../../src/pipelines/evaluate-run.ts";
import { dotEpisode, dotWorld } from "../evaluation/world-model/dot-world.ts";
import { capturedContext } from "./captured-context.ts";

let directory: string;
let report: RunEvaluation;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "evaluate-command-"));
  await mkdir(join(directory, "x"));
  const figures = await evaluateWorldModel(dotWorld(), [dotEpisode(0)], { horizon: 2, windows: 2, driftSteps: 2 });
  report = { env: { id: "Dot-v0", kwargs: {} }, versions: {}, ...figures };
});
afterAll(() => rm(directory, { recursive: true }));

async function cli(...args: string[]) {
  const evaluateRun = vi.fn(async () => report);
  const { context, written } = capturedContext();
  const engineNotice = async () => ({ text: "engine: E" });
  const code = await runCli(["evaluate", ...args], context, { ...services, engineNotice, evaluateRun });
  return { code, ...written(), evaluateRun };
}

test("prints the table, and says where figures and picture are", async () => {
  const folder = join(directory, "x");
  const { code, out, err, evaluateRun } = await cli(folder);
  expect([code, out]).toEqual([0, `${formatWorldModelReport(report)}\n`]);
  expect(err).toContain("engine: E\n");
  expect(err).toContain(`Left at ${join(folder, "report")}: world-model.json, world-model.png\n`);
  expect(evaluateRun).toHaveBeenCalledExactlyOnceWith(
    expect.objectContaining({ directory: folder, episodes: 32, seed: 0 }),
  );
});

test("hands over its options; --json prints the whole report", async () => {
  const { out, err, evaluateRun } = await cli(
    ...[
      join(directory, "x"),
      "--episodes",
      "7",
      "--seed",
      "9",
      "--prompt",
      "4",
      "--temperature",
      "0.1",
      "--json",
      "--quiet",
    ],
  );
  expect(JSON.parse(out)).toEqual(JSON.parse(JSON.stringify(report)));
  expect(err).toBe("");
  expect(evaluateRun).toHaveBeenCalledExactlyOnceWith(
    expect.objectContaining({ episodes: 7, seed: 9, prompt: 4, temperature: 0.1 }),
  );
});

test("a run that is not there is a usage error", async () => {
  const { code, err, evaluateRun } = await cli(join(directory, "y"));
  expect(code).toBe(2);
  expect(err).toContain("Expected a run's folder");
  expect(evaluateRun).not.toHaveBeenCalled();
  for (const wrong of [
    ["--episodes", "0"],
    ["--temperature", "0"],
    ["--temperature", "warm"],
  ])
    expect((await cli(join(directory, "x"), ...wrong)).code).toBe(2);
});

test("every example of its help is a valid command line", async () => {
  const { out } = await cli("--help");
  const before = process.cwd();
  process.chdir(directory);
  try {
    for (const run of ["take-cover", "platformer-genie"]) await mkdir(`runs/${run}`, { recursive: true });
    const lines = [...out.matchAll(/^ {2}\$ reverie evaluate (.*?)(?: {2,}.*| > .*)?$/gm)].map(([, line]) => line);
    expect(lines.length).toBeGreaterThanOrEqual(3);
    for (const line of lines) expect((await cli(...line.split(" "))).code, line).toBe(0);
  } finally {
    process.chdir(before);
  }
});
