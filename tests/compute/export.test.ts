import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import ort from "onnxruntime-node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { NdArray, Parameters } from "../../src/compute/array.ts";
import { compile } from "../../src/compute/compile.ts";
import { InputError, TraceError } from "../../src/compute/errors.ts";
import { type ExportedModel, exportOnnx } from "../../src/compute/export-onnx.ts";
import { valueAndGradients } from "../../src/compute/gradients.ts";
import { isNdArray, leavesOf } from "../../src/compute/tree.ts";
import { floats, noise } from "./fixtures.ts";
import { SMALL_MODELS } from "./small-models.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "export-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** Runs an exported file with nothing of this package, by the names of its inputs and outputs. */
async function runFile(path: string, { inputs }: ExportedModel, values: unknown): Promise<Record<string, ort.Tensor>> {
  const session = await ort.InferenceSession.create(path, { intraOpNumThreads: 1 });
  expect(session.inputNames).toEqual(inputs.map(({ name }) => name));
  const leaves = leavesOf(values, isNdArray, (at) => new Error(at));
  const results = await session.run(
    Object.fromEntries(
      leaves.map(({ value }, i) => [
        inputs[i].name,
        new ort.Tensor(value.dtype, value.data as Float32Array, value.shape),
      ]),
    ),
  );
  await session.release();
  return results as Record<string, ort.Tensor>;
}

describe("an exported function", () => {
  it("has inputs and outputs called after their paths, each name once, with honest types", async () => {
    const path = join(folder, "names.onnx");
    type I = {
      frame: NdArray;
      flags: NdArray;
      state: { h: NdArray; "0/k": NdArray };
      v0: NdArray;
      list: readonly NdArray[];
    };
    const examples: I = {
      frame: { shape: [2], dtype: "uint8", data: Uint8Array.of(3, 255) },
      flags: { shape: [2], dtype: "bool", data: Uint8Array.of(1, 0) },
      state: { h: floats([2], [1, 2]), "0/k": floats([1], [5]) },
      v0: { shape: [1], dtype: "int32", data: Int32Array.of(4) },
      list: [floats([], [6]), floats([], [7])],
    };
    const model = await exportOnnx<I, Record<string, unknown>, Record<string, never>>(
      ({ frame, flags, state, v0, list }) => ({
        frame: tf.add(frame, tf.scalar(1, "int32")),
        flags: tf.logicalNot(flags),
        state: { h: tf.mul(state.h, list[1]), next_state_h: tf.neg(state.h), "0/k": state["0/k"] },
        v0: tf.add(v0, tf.scalar(1, "int32")),
        constant: tf.scalar(9),
      }),
      examples,
      { path, name: "names" },
    );
    expect(model.inputs.map(({ name, dtype }) => `${name} ${dtype}`)).toEqual([
      "flags bool",
      "frame uint8",
      "list_0 float32",
      "list_1 float32",
      "state_0_k float32",
      "state_h float32",
      "v0 int32",
    ]);
    expect(model.outputs.map(({ name, path: from, dtype }) => `${from} ${name} ${dtype}`)).toEqual([
      "constant constant float32",
      "flags next_flags bool",
      "frame next_frame int32",
      "state.0/k next_state_0_k float32",
      "state.h next_state_h float32",
      "state.next_state_h state_next_state_h float32",
      "v0 next_v0 int32",
    ]);
    const results = await runFile(path, model, examples);
    expect(Object.keys(results).sort()).toEqual(model.outputs.map(({ name }) => name).sort());
    expect([...(results["next_frame"].data as Int32Array)]).toEqual([4, 256]);
    expect([...(results["next_flags"].data as Uint8Array)]).toEqual([0, 1]);
    expect([...(results["next_state_h"].data as Float32Array)]).toEqual([7, 14]);
    expect([...(results["next_v0"].data as Int32Array)]).toEqual([5]);
    expect(results["constant"].data[0]).toBe(9);
  });

  it("of one unnamed array has an input and an output", async () => {
    const path = join(folder, "unnamed.onnx");
    const model = await exportOnnx<NdArray, tf.Tensor, Record<string, never>>((x) => tf.exp(x), noise([3]), {
      path,
      name: "unnamed",
    });
    expect([model.inputs, model.outputs].map(([{ name }]) => name)).toEqual(["input", "output"]);
    const x = noise([3]);
    const { output } = await runFile(path, model, x);
    expect(output.data).toEqual(Float32Array.from(x.data, Math.exp));
  });

  it.each(SMALL_MODELS.map((make) => [make().name, make] as const))(
    "that is a %s's loss and gradients gives elsewhere what it gives here",
    async (_, make) => {
      const { name, parameters, batch, loss } = make();
      const examples = batch(3);
      const fn = (given: Readonly<Record<string, tf.Tensor>>, weights: Readonly<Record<string, tf.Tensor>>) =>
        valueAndGradients(weights, (w) => loss(w, given));
      const path = join(folder, `${name}.onnx`);
      const model = await exportOnnx<typeof examples, ReturnType<typeof fn>, Parameters>(fn, examples, {
        path,
        name,
        constants: parameters,
      });
      const compiled = compile<typeof examples, ReturnType<typeof fn>, Parameters>(fn, {
        name,
        constants: parameters,
        engine: "onnx",
        threads: 1,
        offThread: false,
      });
      const expected = leavesOf(await compiled.run(examples), isNdArray, (at) => new Error(at));
      const results = await runFile(path, model, examples);
      for (const [i, { path: at, value }] of expected.entries()) {
        expect(model.outputs[i].path).toBe(at);
        expect(results[model.outputs[i].name].data, at).toEqual(value.data);
      }
      await compiled.dispose();
    },
  );

  it("that cannot be traced, and a file that is no .onnx, are refused and leave nothing", async () => {
    const path = join(folder, "refused.onnx");
    const refused = exportOnnx<{ x: NdArray }, tf.Tensor, Record<string, never>>(
      ({ x }) => tf.mul(x, x.dataSync()[0]),
      { x: noise([2]) },
      { path, name: "refused" },
    );
    await expect(refused).rejects.toThrow(TraceError);
    await expect(ort.InferenceSession.create(path)).rejects.toThrow(/refused\.onnx/);
    await expect(
      exportOnnx<{ x: NdArray }, tf.Tensor, Record<string, never>>(
        ({ x }) => x,
        { x: noise([2]) },
        { path: "x.pb", name: "x" },
      ),
    ).rejects.toThrow(InputError);
  });
});
