import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { CheckpointError, ConfigError } from "../../src/base/errors.ts";
import { InterruptedError } from "../../src/cli/errors.ts";
import { runCli } from "../../src/cli/program.ts";
import { type Services, services } from "../../src/cli/services.ts";
import type { EngineReport } from "../../src/compute/probe.ts";
import type { Report } from "../../src/evaluation/report.ts";
import { summarize } from "../../src/evaluation/statistics.ts";
import { formatTable } from "../../src/evaluation/table.ts";
import { capturedContext } from "./captured-context.ts";

const report: Report = {
  env: "TakeCover-v0",
  seed: 0,
  versions: {},
  settings: {},
  policies: [{ name: "random", dream: null, real: summarize([200, 240]) }],
  stages: [],
};

/** The command line on the real environments, with the hour-long and the machine-dependent parts replaced. */
async function cli(args: readonly string[], replaced: Partial<Services> = {}, controller = new AbortController()) {
  const { context, written } = capturedContext(controller);
  const runPipeline = vi.fn(async () => report);
  const comparePipelineRun = vi.fn(async () => report);
  const code = await runCli(args, context, { ...services, runPipeline, comparePipelineRun, ...replaced });
  return { code, ...written(), runPipeline, comparePipelineRun, signal: controller.signal };
}

let home: string;
let before: string;
beforeEach(async () => {
  before = process.cwd();
  home = await mkdtemp(join(tmpdir(), "cli-"));
  process.chdir(home);
});
afterEach(async () => {
  process.chdir(before);
  vi.unstubAllEnvs();
  await rm(home, { recursive: true });
});

describe("help", () => {
  test.each([[[]], [["--help"]], [["help"]], [["-h"]]])("%j prints the commands and exits 0", async (args) => {
    const { code, out, err } = await cli(args);
    expect([code, err]).toEqual([0, ""]);
    for (const command of ["train", "compare", "doctor", "envs"])
      expect(out).toMatch(new RegExp(`^ {2}${command} `, "m"));
    expect(out).toContain("Exit codes:");
  });

  test.each(["train", "compare", "doctor"])("%s --help has examples", async (command) => {
    const { code, out } = await cli([command, "--help"]);
    expect(code).toBe(0);
    expect(out).toContain(`  $ reverie ${command}`);
  });

  test("every example that trains or compares is a valid command line", async () => {
    const help = (await cli(["train", "--help"])).out + (await cli(["compare", "--help"])).out;
    await mkdir("runs/take-cover", { recursive: true });
    const lines = [...help.matchAll(/^ {2}\$ reverie (.*?)(?: {2,}.*| > .*)?$/gm)].map(([, line]) => line);
    expect(lines.length).toBeGreaterThanOrEqual(6);
    for (const line of lines) expect((await cli(line.split(" "))).code, line).toBe(0);
  });

  test("--version prints the package's version", async () => {
    expect(await cli(["--version"])).toMatchObject({ code: 0, out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
  });
});

describe("train", () => {
  test("hands over its defaults and prints the table to stdout, everything else to stderr", async () => {
    const { code, out, err, runPipeline, signal } = await cli(["train", "TakeCover-v0"]);
    expect(code).toBe(0);
    expect(out).toBe(`${formatTable(report)}\n`);
    expect(err).toContain("TakeCover-v0 · world-models · preset quick · seed 0 → runs/take-cover\n");
    expect(err).toContain("Report: runs/take-cover/report/index.html\n");
    const [[options]] = runPipeline.mock.calls as unknown as [[object]];
    expect(options).toMatchObject({
      env: "TakeCover-v0",
      model: "world-models",
      preset: "quick",
      seed: 0,
      directory: "runs/take-cover",
      signal,
    });
    expect(options).toHaveProperty("overrides", undefined);
  });

  test("hands over every option", async () => {
    const args = "train CartPole-v1 --preset full --seed 7 --run elsewhere/x --set a.b=1 --set c=word --quiet".split(
      " ",
    );
    const { code, err, runPipeline } = await cli(args);
    expect([code, err]).toEqual([0, ""]);
    expect(runPipeline).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({
        env: "CartPole-v1",
        preset: "full",
        seed: 7,
        directory: "elsewhere/x",
        overrides: { "a.b": 1, c: "word" },
      }),
    );
  });

  test("trains another family of world models, in a folder of its own, where asked to", async () => {
    const { code, err, runPipeline } = await cli(["train", "platformer", "--model", "genie"]);
    expect(code).toBe(0);
    expect(err).toContain("Platformer-v0 · genie · preset quick · seed 0 → runs/platformer-genie\n");
    expect(err).toContain("Report: runs/platformer-genie/report/index.html\n");
    expect(runPipeline).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ env: "Platformer-v0", model: "genie", directory: "runs/platformer-genie" }),
    );
    const elsewhere = await cli("train platformer --model genie --run runs/here --set dynamics.steps=5".split(" "));
    expect(elsewhere.runPipeline).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ model: "genie", directory: "runs/here", overrides: { "dynamics.steps": 5 } }),
    );
  });

  test.each([
    [["trian", "TakeCover-v0"], "unknown command 'trian'\n(Did you mean train?)"],
    [["train"], "missing required argument 'env'"],
    [["train", "TakeCover-v0", "extra"], "too many arguments"],
    [["train", "takecovr"], 'Expected a registered environment, got "takecovr". Did you mean "TakeCover-v0"?'],
    [["train", "Dream/TakeCover-v0"], "got Dream/TakeCover-v0. Train TakeCover-v0."],
    [["train", "TakeCover-v0", "--prest", "full"], "unknown option '--prest'\n(Did you mean --preset?)"],
    [["train", "TakeCover-v0", "--preset", "fast"], "Allowed choices are quick, full."],
    [["train", "TakeCover-v0", "--model", "gennie"], "Allowed choices are world-models, genie."],
    [["train", "Dream/Platformer-v0", "--model", "genie"], "got Dream/Platformer-v0. Train Platformer-v0."],
    [["train", "TakeCover-v0", "--seed", "one"], "argument 'one' is invalid. Expected a whole number from 0 to"],
    [["train", "TakeCover-v0", "--set", "steps"], "Expected key=value"],
    [["train", "TakeCover-v0", "--run", ""], "Expected a folder."],
  ])("%j is a usage error", async (args, message) => {
    const { code, out, err, runPipeline } = await cli(args);
    expect([code, out]).toEqual([2, ""]);
    expect(err).toContain(message);
    expect(err).toMatch(/^error: /);
    expect(err).not.toContain("    at ");
    expect(runPipeline).not.toHaveBeenCalled();
  });
});

describe("errors", () => {
  const failing = (error: unknown): Partial<Services> => ({ runPipeline: () => Promise.reject(error) });
  const train = ["train", "TakeCover-v0", "--quiet"];

  test("the package's own errors are a message, and exit 1, or 2 where the configuration is at fault", async () => {
    const broken = await cli(train, failing(new CheckpointError("Expected a model, got a poem. Train again.")));
    expect(broken).toMatchObject({ code: 1, err: "error: Expected a model, got a poem. Train again.\n" });
    expect((await cli(train, failing(new ConfigError("Expected x.")))).code).toBe(2);
  });

  test("so are those of the operating system", async () => {
    const denied = Object.assign(new Error("EACCES: permission denied, mkdir 'runs'"), {
      code: "EACCES",
      syscall: "mkdir",
    });
    expect(await cli(train, failing(denied))).toMatchObject({ code: 1, err: `error: ${denied.message}\n` });
  });

  test("anything else shows where it came from", async () => {
    const { code, err } = await cli(train, failing(new TypeError("x is undefined")));
    expect(code).toBe(1);
    expect(err).toMatch(/^error: TypeError: x is undefined\n {4}at /);
  });

  test("--verbose and DEBUG show stacks and causes", async () => {
    const error = new CheckpointError("Expected a model.", { cause: new Error("the deeper reason") });
    const verbose = await cli([...train, "--verbose"], failing(error));
    expect(verbose.err).toMatch(/Expected a model\.\n {4}at .*caused by: Error: the deeper reason\n {4}at /s);
    vi.stubEnv("DEBUG", "1");
    expect((await cli(train, failing(error))).err).toBe(verbose.err);
  });

  test("Ctrl-C ends with 130 and no error; a failure while stopping is still told", async () => {
    const stopped = new AbortController();
    stopped.abort(new InterruptedError());
    const gentle = await cli(train, failing(stopped.signal.reason), stopped);
    expect(gentle).toMatchObject({ code: 130, err: "" });
    const full = await cli(train, failing(new CheckpointError("Expected room on the disk.")), stopped);
    expect(full).toMatchObject({ code: 1, err: "error: Expected room on the disk.\n" });
  });

  test("an abort that nobody asked for is a failure", async () => {
    expect((await cli(train, failing(new DOMException("timed out", "AbortError")))).code).toBe(1);
  });
});

describe("compare", () => {
  test("finds a run by its path or its name and hands over its options", async () => {
    await mkdir("runs/take-cover", { recursive: true });
    const { code, out, comparePipelineRun } = await cli(["compare", "take-cover", "--episodes", "20", "--seed", "9"]);
    expect([code, out]).toEqual([0, `${formatTable(report)}\n`]);
    expect(comparePipelineRun).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ directory: "runs/take-cover", episodes: 20, seed: 9 }),
    );
    const byPath = await cli(["compare", "runs/take-cover", "--json"]);
    expect(JSON.parse(byPath.out)).toEqual(report);
  });

  test("a run that is not there is a usage error that names what is", async () => {
    expect(await cli(["compare", "take-covr"])).toMatchObject({
      code: 2,
      err: expect.stringContaining("Train one first: reverie train TakeCover-v0."),
    });
    await mkdir("runs/take-cover", { recursive: true });
    expect((await cli(["compare", "take-covr"])).err).toContain(`Did you mean ${join("runs", "take-cover")}?`);
    expect((await cli(["compare", "something-else"])).err).toContain(`Runs here: ${join("runs", "take-cover")}.`);
    expect((await cli(["compare", "take-cover", "--episodes", "0"])).code).toBe(2);
  });
});

describe("envs and doctor", () => {
  test("envs lists the registered environments", async () => {
    expect((await cli(["envs"])).out).toMatch(/^CartPole-v1 +at most 500 steps, solved at a mean return of 475\n/);
    const specs = JSON.parse((await cli(["envs", "--json"])).out) as { id: string }[];
    expect(specs.map(({ id }) => id)).toContain("TakeCover-v0");
  });

  test("doctor says what works, and of the rest why not and what would help", async () => {
    const engines: EngineReport[] = [
      {
        name: "webgpu",
        works: true,
        chosen: false,
        version: "ONNX Runtime 1.30.0 (WebGPU)",
        product: { size: 1024, milliseconds: 940.36, gflops: 2.284 },
      },
      {
        name: "onnx",
        works: true,
        chosen: true,
        version: "ONNX Runtime 1.30.0",
        product: { size: 1024, milliseconds: 12.34, gflops: 174.03 },
      },
      { name: "node", works: false, chosen: false, reason: "not installed", remedy: "npm install it" },
    ];
    const { code, out } = await cli(["doctor"], { probeEngines: async () => engines });
    expect(code).toBe(0);
    expect(out).toBe(
      [
        "✔  webgpu  ONNX Runtime 1.30.0 (WebGPU)  1024³ matrix product 940.4 ms, 2.3 GFLOP/s",
        "✔  onnx    ONNX Runtime 1.30.0           1024³ matrix product 12.3 ms, 174 GFLOP/s",
        "✘  node                                  not available",
        "     not installed",
        "     → npm install it",
        "",
        "2 of 3 engines work here. onnx is used; REVERIE_ENGINE chooses another.",
        "",
      ].join("\n"),
    );
    expect(JSON.parse((await cli(["doctor", "--json"], { probeEngines: async () => engines })).out)).toEqual(engines);
  });
});

describe("the engine", () => {
  test("is named once before long work, with a warning where it is slow", async () => {
    const fast = await cli(["train", "CartPole-v1"], {
      engineNotice: async () => ({ text: "engine: E 1 on 2 threads" }),
    });
    expect(fast.err.match(/engine:/g)).toHaveLength(1);
    expect(fast.err).not.toContain("warning");
    const slow = await cli(["train", "CartPole-v1"], {
      engineNotice: async () => ({ text: "engine: W", warning: "slow" }),
    });
    expect(slow.err).toContain("warning: slow\n");
    const quiet = await cli(["train", "CartPole-v1", "--quiet"], { engineNotice: async () => ({ text: "engine: E" }) });
    expect(quiet.err).toBe("");
  });

  test("that REVERIE_ENGINE misspells is a usage error before anything is done", async () => {
    vi.stubEnv("REVERIE_ENGINE", "onxx");
    const { code, err, runPipeline } = await cli(["train", "CartPole-v1"]);
    expect(code).toBe(2);
    expect(err).toContain(
      'Expected REVERIE_ENGINE to be one of auto, cuda, webgpu, onnx, node, wasm, cpu, got "onxx".',
    );
    expect(runPipeline).not.toHaveBeenCalled();
  });
});
