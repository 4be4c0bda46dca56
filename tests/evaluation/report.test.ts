import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { CheckpointError } from "../../src/base/errors.ts";
import { type Report, readReport, saveReport } from "../../src/evaluation/report.ts";
import { summarize } from "../../src/evaluation/statistics.ts";

const report: Report = {
  env: "TakeCover-v0",
  seed: 3,
  versions: { "reverie-gym": "0.1.0" },
  settings: { preset: "quick", vae: { epochs: 2.5 } },
  policies: [
    { name: "random", dream: null, real: summarize([219, 180]) },
    { name: "dream-trained", dream: summarize([653]), real: summarize([827, 900, 410]) },
  ],
  stages: [{ name: "collect", seconds: 50.1, episodes: 1660 }],
};

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "report-"));
});
afterEach(() => rm(directory, { recursive: true }));

describe("report.json", () => {
  test("comes back as it was written, stage figures included", async () => {
    await saveReport(directory, report);
    expect(await readReport(directory)).toEqual(report);
    expect(await readdir(directory)).toEqual(["report.json"]);
  });

  test("a report that does not fit is refused, and the old one stays", async () => {
    await saveReport(directory, report);
    const before = await readFile(join(directory, "report.json"), "utf8");
    const broken = { ...report, policies: [{ ...report.policies[0], real: { ...summarize([1]), mean: Number.NaN } }] };
    await expect(saveReport(directory, broken)).rejects.toThrow(/policies\[0\]\.real\.mean/);
    const short = { ...report, policies: [{ ...report.policies[0], real: { ...summarize([1]), episodes: 2 } }] };
    await expect(saveReport(directory, short)).rejects.toThrow("Expected as many returns as episodes.");
    expect(await readFile(join(directory, "report.json"), "utf8")).toBe(before);
  });

  test("a missing, a truncated and a foreign file each say what they are and what to do", async () => {
    const missing = readReport(join(directory, "nowhere"));
    await expect(missing).rejects.toThrow(/Expected a report at .*nowhere.*ENOENT.*Run `reverie train`/);
    await saveReport(directory, report);
    await truncate(join(directory, "report.json"), 100);
    const truncated = readReport(directory);
    await expect(truncated).rejects.toThrow(/Expected JSON in .*got 100 characters that break off/);
    await writeFile(join(directory, "report.json"), '{"name":"something else"}');
    const foreign = readReport(directory);
    await expect(foreign).rejects.toThrow(/Expected a report in .*Unrecognized key: "name"/s);
    for (const read of [missing, truncated, foreign]) await expect(read).rejects.toBeInstanceOf(CheckpointError);
  });
});
