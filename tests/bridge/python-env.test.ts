import { execFile } from "node:child_process";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { ConfigError, ReverieError } from "../../src/base/errors.ts";
import { PythonDiedError, PythonEnvError, PythonMissingError } from "../../src/bridge/errors.ts";
import { checkEnv } from "../../src/core/check-env/check-env.ts";
import type { Env, RenderFrame } from "../../src/core/env.ts";
import { InvalidActionError, ResetNeededError } from "../../src/core/errors.ts";
import { RandomStream } from "../../src/core/random.ts";
import { make, makeFromSpec } from "../../src/core/registry.ts";
import { specToJSON } from "../../src/core/spec.ts";
import { NUMPY, PYTHON, WITHOUT_GYMNASIUM } from "./python.ts";
import "../../src/registrations.ts";

const FOLDER = fileURLToPath(new URL("./python", import.meta.url));

describe("without Python", () => {
  it("says what to install where the interpreter is missing", async () => {
    const failing = make("python:CartPole-v1", { python: "no-such-python" });
    await expect(failing).rejects.toBeInstanceOf(PythonMissingError);
    await expect(failing).rejects.toThrow(/no-such-python .*ENOENT.* pip install gymnasium.* REVERIE_PYTHON/);
  });

  it("says what to install where Gymnasium is missing", async () => {
    const folder = await mkdtemp(join(tmpdir(), "python-"));
    const bare = join(folder, "python"); // an interpreter that ends as gym_server.py does without gymnasium
    await writeFile(bare, "#!/bin/sh\necho \"No module named 'gymnasium'\" >&2\nexit 3\n");
    await chmod(bare, 0o755);
    const failing = make("python:CartPole-v1", { python: bare });
    await expect(failing).rejects.toBeInstanceOf(PythonMissingError);
    await expect(failing).rejects.toThrow(
      /got: No module named 'gymnasium'\. Install .*python -m pip install gymnasium/,
    );
    await rm(folder, { recursive: true });
  });

  it("says so where the process speaks something else", async () => {
    const failing = make("python:CartPole-v1", { python: "echo" });
    await expect(failing).rejects.toThrow(ReverieError);
    await expect(failing).rejects.toThrow(/greeting "REVERIE" .*got "-B /);
  });
});

describe.skipIf(WITHOUT_GYMNASIUM)(`make("python:…") (${WITHOUT_GYMNASIUM ?? PYTHON})`, () => {
  const opened: Env[] = [];
  const open = async <O = unknown, A = unknown>(id: string, options: Record<string, unknown> = {}) => {
    const env = await make<O, A>(id, { python: PYTHON, ...options });
    opened.push(env as unknown as Env);
    return env;
  };
  const odd = <O = unknown, A = O>(options: Record<string, unknown> = {}) =>
    open<O, A>("python:odd_envs:Echo-v0", options);

  beforeAll(() => {
    vi.stubEnv("PYTHONPATH", FOLDER);
    vi.spyOn(process.stderr, "write").mockImplementation(() => true); // what the environments print
    return () => {
      vi.unstubAllEnvs();
      vi.restoreAllMocks();
    };
  });
  afterEach(async () => {
    for (const env of opened.splice(0)) await env.close();
  });

  it("plays CartPole as we do", async () => {
    const theirs = await open<Float32Array, number>("python:CartPole-v1");
    const ours = await make<Float32Array, number>("CartPole-v1", { numpy: NUMPY });
    expect(theirs.observationSpace.equals(ours.observationSpace)).toBe(true);
    expect(theirs.actionSpace.equals(ours.actionSpace)).toBe(true);
    expect(theirs.metadata).toEqual({ renderModes: ["rgb_array"], renderFps: 50 });
    const random = new RandomStream(0, "actions");
    for (const seed of [0, 1, 123, undefined, undefined]) {
      let [a, b] = [await theirs.reset({ seed }), await ours.reset({ seed })];
      expect(a).toEqual(b);
      for (let over = false; !over; ) {
        const action = ours.actionSpace.sample(random);
        const steps = [await theirs.step(action), await ours.step(action)];
        [a, b] = steps as unknown as [typeof a, typeof b];
        expect(a).toEqual(b);
        over = steps[1].terminated || steps[1].truncated;
      }
    }
    const bounds = { seed: 1, options: { low: -0.01, high: 0.02 } };
    expect(await theirs.reset(bounds)).toEqual(await ours.reset(bounds));
  });

  it("passes checkEnv", async () => {
    const env = await open("python:CartPole-v1");
    const findings = await checkEnv(env, { steps: 60 }); // throws on an error
    expect(findings.filter(({ check }) => !["wrapping", "spaces", "render"].includes(check))).toEqual([]);
  });

  it("keeps the order, checks actions and seeds before Python does, and limits the steps", async () => {
    const env = await open<Float32Array, number>("python:CartPole-v1", { maxEpisodeSteps: 4 });
    await expect(async () => env.step(0)).rejects.toThrow(ResetNeededError);
    await expect(async () => env.reset({ seed: -1 })).rejects.toThrow(ConfigError);
    await env.reset({ seed: 1 });
    await expect(async () => env.step(2)).rejects.toThrow(InvalidActionError);
    const truncations = [];
    for (let t = 0; t < 4; t++) truncations.push((await env.step(t % 2)).truncated);
    expect(truncations).toEqual([false, false, false, true]);
    const endless = await open<Float32Array, number>("python:MountainCar-v0", { maxEpisodeSteps: -1 });
    await endless.reset({ seed: 1 });
    for (let t = 0; t < 250; t++) expect((await endless.step(0)).truncated).toBe(false);
    expect(endless.spec).not.toHaveProperty("maxEpisodeSteps");
  });

  it("is made again from its spec", async () => {
    const env = await odd({ space: "Dict", maxEpisodeSteps: 2 });
    expect(env.spec).toMatchObject({
      id: "python:odd_envs:Echo-v0",
      kwargs: { space: "Dict", python: PYTHON },
      maxEpisodeSteps: 2,
      rewardThreshold: 1.5,
      nondeterministic: true,
    });
    const again = await makeFromSpec(specToJSON(env.spec!));
    opened.push(again);
    expect(again.spec).toEqual(env.spec);
    expect(again.observationSpace.equals(env.observationSpace)).toBe(true);
  });

  const NAMES = {
    Box: "Box([-1.0 -inf], [1.0 inf], (2,), float32)",
    Bytes: "Box(0, 255, (4, 3, 3), uint8)",
    Int64: "Box(-5, 5, (2, 2), int64)",
    WideInt64: "Box(-1099511627776, 1099511627776, (2,), int64)",
    Bool: "Box(False, True, (3,), bool)",
    Float16: "Box(-1.0, 1.0, (3,), float32)",
    Scalar: "Box(-1.0, 1.0, (), float64)",
    Discrete: "Discrete(5, start=-2)",
    MultiDiscrete: "MultiDiscrete([",
    MultiBinary: "MultiBinary((2, 3))",
    Text: "Text(0, 6, charset=abé)",
    Tuple: "Tuple(Discrete(3), Box(0.0, 1.0, (2,), float32))",
    Dict: "Dict('a': Tuple(MultiBinary(2)), 'b': Discrete(2))",
    Sequence: "Sequence(Box(0.0, 1.0, (2,), float32), stack=False)",
    StackedSequence: "Sequence(Discrete(9), stack=True)",
    OneOf: "OneOf(Discrete(3), Box(0.0, 1.0, (2,), float32))",
    Graph: "Graph(Box(0.0, 1.0, (2,), float32), Discrete(3))",
  };
  it.each([
    ["Discrete", []],
    ["Fixed", Object.keys(NAMES).filter((name) => !/Text|Sequence|OneOf|Graph/.test(name))],
    ["Trees", ["Text", "Sequence", "StackedSequence", "OneOf", "Graph", "Int64", "MultiDiscrete"]],
  ])("carries spaces over, both ways: %s", async (space, kinds) => {
    const env = await odd<Record<string, unknown>>({ space });
    const parts = (env.observationSpace as unknown as { spaces: Record<string, unknown> }).spaces;
    for (const kind of kinds) expect(String(parts[kind])).toContain(NAMES[kind as keyof typeof NAMES]);
    const random = new RandomStream(1, "spaces");
    for (let seed = 0; seed < 5; seed++) {
      const begun = await env.reset({ seed });
      expect(env.observationSpace.contains(begun.observation)).toBe(true);
      expect((await env.reset({ seed })).observation).toEqual(begun.observation);
      const action = env.actionSpace.sample(random);
      const { observation } = await env.step(action);
      const rounded = { Float16: expect.anything() }; // three digits
      expect(observation).toEqual(space === "Fixed" ? { ...action, ...rounded } : action);
      if (space === "Fixed")
        expect((observation["Float16"] as Float32Array)[0]).toBeCloseTo((action["Float16"] as Float32Array)[0], 3);
    }
  });

  it("carries infos and options over", async () => {
    const env = await odd();
    const { info } = await env.reset({ seed: 3, options: { mask: Uint8Array.of(1, 0), deep: { x: [1, null] } } });
    expect(info).toEqual({
      seed: 3,
      options: { mask: Uint8Array.of(1, 0), deep: { x: [1, null] } },
      array: Float64Array.of(0, 1, 2, 3, 4, 5),
      scalar: 0.5,
      flag: true,
      nested: { tuple: [1, "two"], nan: Number.NaN },
    });
    expect(await env.step(env.actionSpace.sample(new RandomStream(1, "a")))).toMatchObject({ reward: 0.25, info: {} });
  });

  it("carries pictures over", async () => {
    const env = await odd({ renderMode: "rgb_array" });
    expect(env.renderMode).toBe("rgb_array");
    expect(env.metadata).toEqual({ renderModes: ["rgb_array", "ansi"], renderFps: 7 });
    await env.reset({ seed: 1 });
    const { width, height, data } = (await env.render()) as RenderFrame;
    expect([width, height, ...data]).toEqual([3, 2, ...Array.from({ length: 18 }, (_, i) => i)]);
    const words = await odd({ renderMode: "ansi" });
    await words.reset();
    expect(await words.render()).toBe("a picture in words");
  });

  it("tells what Python raised, with its traceback, and goes on", async () => {
    const unknown = open("python:CartPoel-v1");
    await expect(unknown).rejects.toBeInstanceOf(PythonEnvError);
    await expect(unknown).rejects.toThrow(/open of CartPoel-v1 .*NameNotFound.*CartPole/);
    await expect(open("python:CartPole-v1", { bogus: 1 })).rejects.toThrow(/TypeError: .*bogus/);
    await expect(open("python:odd_envs:Strange-v0")).rejects.toThrow(/a space that can be carried over/);
    const env = await odd({ fail: "reset" });
    const error = await Promise.resolve(env.reset({ seed: 1 })).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(PythonEnvError);
    expect(error).toMatchObject({ exception: "ValueError", traceback: expect.stringContaining("odd_envs.py") });
    expect(String(error)).toContain("ValueError: no reset today");
    await expect(async () => env.reset({ seed: 2 })).rejects.toThrow("no reset today");
  });

  it("tells that Python has ended, and how", async () => {
    const env = await odd({ fail: "exit" });
    await env.reset({ seed: 1 });
    const action = env.actionSpace.sample(new RandomStream(1, "a"));
    const error = await Promise.resolve(env.step(action)).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(PythonDiedError);
    expect(String(error)).toMatch(/answer step of odd_envs:Echo-v0, got its end with exit code 17/);
    expect(String(error)).toContain("this goes to standard error");
    await expect(async () => env.step(action)).rejects.toThrow(PythonDiedError);
    await env.close();
  });

  it("ends with close, twice too, whatever Python says to it; then it is closed", async () => {
    const env = await odd({ fail: "close" });
    await env.reset({ seed: 1 });
    await env.close();
    await env.close();
    await expect(async () => env.reset()).rejects.toThrow(/to be open before reset/);
  });

  it("does not keep Node.js from ending", async () => {
    const script = `
      import { make } from ${JSON.stringify(new URL("../../src/index.ts", import.meta.url).href)};
      const env = await make("python:CartPole-v1");
      await env.reset({ seed: 1 });
      console.log((await env.step(1)).reward);`;
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ["--import", "tsx", "--input-type=module", "-e", script],
      { env: { ...process.env, REVERIE_PYTHON: PYTHON }, timeout: 50_000 },
    );
    expect(stdout).toBe("1\n");
  });
});
