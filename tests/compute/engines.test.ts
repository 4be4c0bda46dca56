import util from "node:util";
import * as tf from "@tensorflow/tfjs";
import { afterAll, afterEach, describe, expect, it, vi } from "vitest";
import { adamCorrections } from "../../src/compute/adam.ts";
import type { NdArray, Parameters } from "../../src/compute/array.ts";
import { compile, compileStep } from "../../src/compute/compile.ts";
import { prepareBackend } from "../../src/compute/eager/backends.ts";
import { engineNotice, preferredEngine, requestedEngine } from "../../src/compute/engines.ts";
import { hostFor } from "../../src/compute/runtime/hosts.ts";
import { requireProvider } from "../../src/compute/runtime/providers-here.ts";
import type { RemoteHost } from "../../src/compute/runtime/remote-host.ts";
import { type OptimizerState, optimizerInit, optimizerUpdate } from "../../src/training/optimizer.ts";
import { floats, noise, relativeError } from "./fixtures.ts";
import { startTraining, trainingInputs } from "./models.ts";
import { SMALL_MODELS } from "./small-models.ts";

const reasonAgainst = async (provider: "cuda" | "webgpu"): Promise<string | undefined> =>
  requireProvider(provider).then(
    () => undefined,
    (error: Error) => error.message,
  );

describe("the choice of an engine", () => {
  afterEach(() => vi.unstubAllEnvs());

  it("is the option, else REVERIE_ENGINE, else automatic", () => {
    vi.stubEnv("REVERIE_ENGINE", "wasm");
    expect(requestedEngine("onnx")).toBe("onnx");
    expect(requestedEngine("auto")).toBe("wasm");
    expect(requestedEngine(undefined)).toBe("wasm");
    vi.stubEnv("REVERIE_ENGINE", "");
    expect(requestedEngine(undefined)).toBe("auto");
    expect(() => requestedEngine("gpu")).toThrow("Expected engine to be one of auto, cuda, webgpu");
  });

  it("falls on CUDA where that loads, else on ONNX Runtime on the CPU; never on WebGPU by itself", async () => {
    expect(await preferredEngine()).toBe((await reasonAgainst("cuda")) === undefined ? "cuda" : "onnx");
  });

  it("is told in one line, with a warning where training would be slow", async () => {
    expect(await engineNotice({ engine: "onnx", threads: 2 })).toEqual({
      text: expect.stringMatching(/^engine: ONNX Runtime \d+\.\d+\.\d+ on 2 threads$/),
    });
    expect(await engineNotice({ engine: "wasm" })).toEqual({
      text: expect.stringMatching(/^engine: @tensorflow\/tfjs-backend-wasm \d/),
      warning: expect.stringContaining("reverie doctor"),
    });
  });

  it("of one that does not work here says what would help", async () => {
    const reason = await reasonAgainst("cuda");
    if (reason === undefined) return;
    const compiled = compile<{ x: NdArray }, tf.Tensor, Record<string, never>>(({ x }) => tf.neg(x), {
      name: "far",
      engine: "cuda",
    });
    await expect(compiled.run({ x: noise([2]) })).rejects.toThrow(/^Expected .* got .*(npm rebuild|webgpu|CUDA 12)/);
  });
});

describe("tfjs-node", () => {
  it("finds the util functions that Node 23 dropped, whether or not it is installed", async () => {
    const functions = util as unknown as Record<string, unknown>;
    const before = functions["isNullOrUndefined"];
    functions["isNullOrUndefined"] = undefined;
    await prepareBackend("node").catch((error: Error) => expect(error.message).toContain("npm install"));
    const isNullOrUndefined = functions["isNullOrUndefined"] as unknown as (value: unknown) => boolean;
    expect([null, undefined, 0, ""].map(isNullOrUndefined)).toEqual([true, true, false, false]);
    functions["isNullOrUndefined"] = before;
  });
});

const noGpu = await reasonAgainst("webgpu");
if (noGpu !== undefined) process.stdout.write(`WebGPU is not tested here: ${noGpu}\n`);

describe.skipIf(noGpu !== undefined)("WebGPU", () => {
  it.each(SMALL_MODELS.map((make) => [make().name, make] as const))("trains a %s as the CPU does", async (_, make) => {
    const losses = async (engine: "onnx" | "webgpu") => {
      const training = await startTraining(make(), { engine, offThread: false });
      const batch = make().batch(5);
      const list: number[] = [];
      for (let t = 1; t <= 4; t++) {
        const outputs = await training.step(trainingInputs(batch, t));
        list.push((outputs as unknown as { loss: NdArray }).loss.data[0]);
      }
      const { weights } = await training.read();
      await training.dispose();
      return { list, weights };
    };
    const expected = await losses("onnx");
    const got = await losses("webgpu");
    for (const [t, loss] of expected.list.entries()) {
      expect(Math.abs(got.list[t] - loss) / Math.abs(loss), `step ${t}`).toBeLessThan(1e-3);
    }
    for (const [name, weight] of Object.entries(expected.weights)) {
      expect(relativeError(got.weights[name], weight), name).toBeLessThan(2e-2); // Adam's first steps are signs of gradients
    }
  });

  it("takes steps of Adam and Muon for more parameters than a kernel binds buffers, as the CPU does", async () => {
    const shapes = Array.from({ length: 36 }, (_, i) => (i % 2 === 0 ? [4 + (i % 3), 4] : [3 + i]));
    const named = (seed: number): Parameters =>
      Object.fromEntries(shapes.map((shape, i) => [`p${i}`, noise(shape, { seed: seed + i })]));
    const model = { name: "many", parameters: named(0), muon: (name: string) => Number(name.slice(1)) % 2 === 0 };
    type State = { parameters: Parameters; optimizer: OptimizerState };
    type Inputs = { gradients: Parameters; learningRate: NdArray; corrections: { first: NdArray; second: NdArray } };
    const stepped = async (engine: "onnx" | "webgpu") => {
      const resident = await compileStep<State, Inputs, Record<string, never>, Record<string, never>>(
        ({ parameters, optimizer: state }, { gradients, corrections, learningRate }) => {
          const given = { parameters, gradients, state, corrections, learningRate: learningRate as tf.Scalar };
          const next = optimizerUpdate(model, given);
          return { state: { parameters: next.parameters, optimizer: next.state }, outputs: {} };
        },
        { name: "many", engine, offThread: false },
      )({ parameters: model.parameters, optimizer: optimizerInit(model) });
      for (let t = 1; t <= 2; t++)
        await resident.step({
          gradients: named(100 * t),
          learningRate: floats([], [0.1]),
          corrections: adamCorrections(t),
        });
      const { parameters } = await resident.read();
      await resident.dispose();
      return parameters;
    };
    const expected = await stepped("onnx");
    const got = await stepped("webgpu");
    for (const [name, weights] of Object.entries(expected))
      expect(relativeError(got[name], weights), name).toBeLessThan(1e-3);
  });

  it("keeps states of every type, changed or not, through other sessions that come and go", async () => {
    type S = { moving: NdArray; fixed: NdArray; count: NdArray; bytes: NdArray; flags: NdArray };
    const state: S = {
      moving: floats([2], [1, 2]),
      fixed: floats([2], [10, 20]),
      count: { shape: [1], dtype: "int32", data: Int32Array.of(7) },
      bytes: { shape: [2], dtype: "uint8", data: Uint8Array.of(1, 255) },
      flags: { shape: [2], dtype: "bool", data: Uint8Array.of(1, 0) },
    };
    const resident = await compileStep<S, { x: NdArray }, { sum: tf.Tensor }, Record<string, never>>(
      ({ moving, fixed, count, bytes, flags }, { x }) => ({
        state: {
          moving: tf.add(moving, tf.mean(x)),
          fixed,
          count: tf.add(count, tf.scalar(1, "int32")),
          bytes,
          flags: tf.logicalNot(flags),
        },
        outputs: { sum: tf.sum(tf.add(moving, fixed)) },
      }),
      { name: "parts", engine: "webgpu" },
    )(state);
    const sums: number[] = [];
    for (let size = 1; size <= 12; size++)
      sums.push((await resident.step({ x: floats([size], new Array(size).fill(1)) })).sum.data[0]);
    expect(sums).toEqual(sums.map((_, i) => 33 + 2 * i)); // twelve shapes: the sessions that made the first buffers are closed
    expect(await resident.read()).toEqual({
      ...state,
      moving: floats([2], [13, 14]),
      count: { shape: [1], dtype: "int32", data: Int32Array.of(19) },
    });
    await resident.write(state);
    await resident.step({ x: floats([1], [1]) });
    expect((await resident.read()).moving).toEqual(floats([2], [2, 3]));
    await resident.dispose();
  });
});

afterAll(async () => {
  await (hostFor({ offThread: true, provider: "cpu" }) as RemoteHost).end();
});
