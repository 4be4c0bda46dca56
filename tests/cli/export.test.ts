import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import ort from "onnxruntime-node";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { LinearController } from "../../agents/linear-controller.ts";
import { ConfigError } from "../../src/base/errors.ts";
import { runCli } from "../../src/cli/program.ts";
import { services } from "../../src/cli/services.ts";
import type { NdArray } from "../../src/compute/array.ts";
import { RandomStream } from "../../src/core/random.ts";
import { Box } from "../../src/core/spaces/box.ts";
import { packActions } from "../../src/imagination/actions.ts";
import { dreamFunctions, type StateRows } from "../../src/imagination/dream-functions.ts";
import { drawNoise } from "../../src/imagination/noise.ts";
import { gatherRows } from "../../src/imagination/rows.ts";
import { exportRun } from "../../src/pipelines/export-run.ts";
import { saveController } from "../../src/pipelines/recurrent/controller-stage.ts";
import { Run } from "../../src/pipelines/run.ts";
import { createProgress } from "../../src/training/progress.ts";
import { saveWorld } from "../../src/world-models/world-checkpoint.ts";
import { savedTinyWorld, type TinyWorldOptions, tinyWorld } from "../world-models/tiny-world.ts";

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "export-"));
});
afterEach(() => rm(directory, { recursive: true }));

/** A finished run of a tiny world with a controller of random weights. */
async function finishedRun(options: TinyWorldOptions = {}) {
  const world = savedTinyWorld(tinyWorld(options));
  const { featureSize, actionSpace } = world.model;
  await Run.open(directory, { env: world.env.id, pipeline: "recurrent", preset: "quick", seed: 0, config: {} });
  await saveWorld(join(directory, "models", "world.safetensors"), world);
  const random = new RandomStream(3, "controller");
  const zero = new LinearController({ featureSize, actionSpace });
  const policy = zero.with(Float32Array.from(zero.weights, () => random.normal()));
  await saveController(directory, policy);
  return { world, policy };
}

/** The arrays as an exported model takes and gives them. */
const feed = ({ dtype, data, shape }: NdArray) => new ort.Tensor(dtype, data as Float32Array, shape);
const open = (file: string) => ort.InferenceSession.create(join(directory, "out", file), { intraOpNumThreads: 1 });

const close = (got: ort.Tensor, expected: NdArray, what: string) => {
  expect(got.dims, what).toEqual(expected.shape);
  for (const [i, value] of expected.data.entries()) expect(got.data[i], what).toBeCloseTo(value, 5);
};

describe.each<[string, TinyWorldOptions, number]>([
  ["discrete actions", {}, 1],
  ["everything the original's TakeCover had", { cellFeature: true, restartInput: true, actionEncoding: "scalar" }, 3],
  ["continuous actions", { actionSpace: new Box({ low: [-1, 0], high: [1, 4] }), rewardScale: 20 }, 2],
])("an exported run with %s", (_, options, batch) => {
  it("dreams and plays elsewhere as it does here", async () => {
    const { world, policy } = await finishedRun(options);
    const { model } = world;
    await exportRun({ directory, out: join(directory, "out"), batch });
    const [encoder, decoder, memory, controller] = await Promise.all(
      ["vision-encoder", "vision-decoder", "memory-step", "controller"].map((name) => open(`${name}.onnx`)),
    );
    const here = dreamFunctions(model, "onnx");
    const rows = Array.from({ length: batch }, (_, b) => b);
    const contexts = gatherRows(world.contexts.frames, rows);
    const frames: NdArray = { ...contexts, shape: [batch, 64, 64, 3] };
    const started = await here.perceive({ frames });
    let state: StateRows = started.state;
    let features = started.features;

    const { mean } = await encoder.run({ frames: feed(frames) });
    close(mean, state["latent"], "latent");
    let elsewhere: Record<string, ort.Tensor> = {};
    for (const [name, array] of Object.entries(state)) elsewhere[`state_${name}`] = feed(array);
    elsewhere["state_latent"] = mean;

    const streams = rows.map((b) => new RandomStream(b, "dream"));
    for (let step = 0; step < 5; step++) {
      const seen = Object.fromEntries(controller.inputNames.map((name) => [name, elsewhere[name]]));
      const { action } = await controller.run(seen);
      const width = model.featureSize;
      const actions = rows.map((b) => policy.act(features.data.slice(b * width, (b + 1) * width) as Float32Array));
      const packed = packActions(model.actionSpace, actions);
      close(action, packed, `action ${step}`);

      const { normal, uniform, termination } = drawNoise(model.noise, streams);
      const temperature: NdArray = { shape: [], dtype: "float32", data: Float32Array.of(1.2) };
      const next = await here.step({ state, actions: packed, normal, uniform, termination, temperature });
      const out = await memory.run({
        ...elsewhere,
        action,
        normal: feed(normal),
        uniform: feed(uniform),
        temperature: feed(temperature),
      });
      close(out["reward"], next.reward, "reward");
      close(out["termination_probability"], next.terminationProbability, "termination");
      close(out["uncertainty"], next.uncertainty, "uncertainty");
      elsewhere = {};
      for (const [name, array] of Object.entries(next.state)) {
        elsewhere[`state_${name}`] = out[`next_state_${name}`];
        close(out[`next_state_${name}`], array, name);
      }
      ({ state, features } = next);
    }
    const pictures = await decoder.run({ latent: elsewhere["state_latent"] });
    close(pictures["frames"], await here.decode(state), "picture");
    await here.dispose();
  });
});

describe("reverie export", () => {
  it("writes the models and a README whose JavaScript sample runs as it stands", async () => {
    await finishedRun();
    const out = join(directory, "out");
    const written: string[] = [];
    const stdout = { write: (text: string) => written.push(text) };
    const code = await runCli(
      ["export", directory, "--out", out],
      {
        stdout,
        stderr: stdout,
        color: false,
        progress: createProgress({ stream: stdout }),
        interruptible: () => new AbortController().signal,
        interrupted: false,
      },
      services,
    );
    expect([code, written.join("").split("\n").at(-2)]).toEqual([
      0,
      `Written to ${out}; README.md there shows how to run them.`,
    ]);
    expect((await readdir(out)).sort()).toEqual([
      "README.md",
      "controller.onnx",
      "memory-step.onnx",
      "vision-decoder.onnx",
      "vision-encoder.onnx",
    ]);
    const guide = await readFile(join(out, "README.md"), "utf8");
    expect(guide).toContain("| `memory-step.onnx` | `action` int32 (1)<br>`normal` float32 (1, 4)<br>");
    const sample = /```js\n(.*?)```/s.exec(guide)![1].replaceAll("./$", `${out}/$`); // packages are found from here, models there
    const { stdout: printed } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", sample]);
    expect(
      printed.match(/Int32Array\(1\) \[ [012] \] Float32Array\(1\) \[ .* \] Float32Array\(1\) \[ .* \]/g),
    ).toHaveLength(10);
  });

  it("refuses what is no finished run, and a batch of nothing", async () => {
    await expect(exportRun({ directory, out: join(directory, "out") })).rejects.toThrow(/Expected a run in/);
    await expect(exportRun({ directory, out: join(directory, "out"), batch: 0 })).rejects.toThrow(ConfigError);
    expect(await readdir(directory)).toEqual([]);
  });
});
