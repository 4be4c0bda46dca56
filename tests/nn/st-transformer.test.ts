import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import type { NdArray, Parameters } from "../../src/compute/array.ts";
import { compile, compileStep } from "../../src/compute/compile.ts";
import { adaptiveNorm, adaptiveNormParameters } from "../../src/nn/adaptive-norm.ts";
import { feedForward, feedForwardParameters } from "../../src/nn/feed-forward.ts";
import { normalize } from "../../src/nn/layer-norm.ts";
import { rotary } from "../../src/nn/rotary.ts";
import {
  emptyStMemory,
  type StMemoryArrays,
  type StTransformerShape,
  stTransformer,
  stTransformerParameters,
  stTransformerStep,
} from "../../src/nn/st-transformer.ts";
import { floats, noise, relativeError } from "../compute/fixtures.ts";

type Tensors = Readonly<Record<string, tf.Tensor>>;

const [BATCH, FRAMES, PLACES] = [2, 5, 6];
const PLAIN: StTransformerShape = { width: 8, heads: 2, blocks: 2 };
const CONDITIONED: StTransformerShape = { ...PLAIN, condition: 3, rotary: true };
const x = noise([BATCH, FRAMES, PLACES, 8], { seed: 5 });
const actions = noise([BATCH, FRAMES, 3], { seed: 6 });

/** Weights that differ from one another everywhere, biases and scales too. */
function parametersOf(shape: StTransformerShape): Parameters {
  const initial = stTransformerParameters("st", shape, () => 0);
  return Object.fromEntries(
    Object.entries(initial).map(([name, { shape, data }], i) => {
      const { data: added } = noise(shape, { scale: 0.4, seed: 100 + i });
      return [name, floats(shape, data.map((value, j) => value + added[j]) as Float32Array)];
    }),
  );
}

/** Runs a function of named arrays once. */
async function run(
  fn: (inputs: Tensors) => tf.Tensor | Record<string, tf.Tensor>,
  inputs: Record<string, NdArray>,
  engine: "cpu" | "onnx" = "onnx",
): Promise<Record<string, NdArray>> {
  const compiled = compile<Record<string, NdArray>, Record<string, tf.Tensor>, Record<string, never>>(
    (given) => {
      const result = fn(given);
      return result instanceof tf.Tensor ? { y: result } : result;
    },
    { name: "f", engine, offThread: false, threads: 1 },
  );
  const result = (await compiled.run(inputs)) as Record<string, NdArray>;
  await compiled.dispose();
  return result;
}

const whole = (shape: StTransformerShape) => (inputs: Tensors) =>
  stTransformer(inputs, "st", inputs.x, shape, shape.condition === undefined ? undefined : inputs.actions);

/** Frame t of an array (B, T, ...). */
function frame({ shape: [batch, frames, ...rest], data }: NdArray, t: number): NdArray {
  const size = rest.reduce((a, b) => a * b, 1);
  const rows = Array.from({ length: batch }, (_, b) =>
    data.slice((b * frames + t) * size, (b * frames + t + 1) * size),
  );
  return floats([batch, ...rest], Float32Array.from(rows.flatMap((row) => [...row])));
}

/** A copy with one element changed. */
function changed(array: NdArray, index: number): NdArray {
  const data = Float32Array.from(array.data);
  data[index] += 1;
  return { ...array, data };
}

describe("the stack", () => {
  it.each([
    ["plain", PLAIN],
    ["conditioned", CONDITIONED],
  ])(
    "%s: the future never changes the past, a change reaches all places of its frame and of later ones",
    async (_, shape) => {
      const inputs = { ...parametersOf(shape), x, actions };
      const before = (await run(whole(shape), inputs)).y;
      const at = 2;
      const place = (at * PLACES + 3) * 8; // batch row 0, frame 2, place 3
      const after = (await run(whole(shape), { ...inputs, x: changed(x, place) })).y;
      for (let t = 0; t < FRAMES; t++) {
        const [old, now] = [frame(before, t), frame(after, t)];
        const half = old.data.length / 2; // the other row of the batch
        expect(now.data.slice(half)).toEqual(old.data.slice(half));
        if (t < at) expect(now.data).toEqual(old.data);
      else for (let i = 0; i < PLACES; i++) expect(now.data.slice(i * 8, i * 8 + 8)).not.toEqual(old.data.slice(i * 8, i * 8 + 8)); // biome-ignore format: one line
      }
    },
  );

  it("an action changes its own frame and later ones only", async () => {
    const inputs = { ...parametersOf(CONDITIONED), x, actions };
    const before = (await run(whole(CONDITIONED), inputs)).y;
    const after = (await run(whole(CONDITIONED), { ...inputs, actions: changed(actions, 3 * 3) })).y; // row 0, frame 3
    for (const t of [0, 1, 2]) expect(frame(after, t).data).toEqual(frame(before, t).data);
    for (const t of [3, 4]) expect(relativeError(frame(after, t), frame(before, t))).toBeGreaterThan(1e-3);
  });

  it("training: engines agree on the loss and every gradient", async () => {
    const parameters = parametersOf(CONDITIONED);
    const names = Object.keys(parameters);
    const slopes = (inputs: Tensors) => {
      const loss = (...values: tf.Tensor[]): tf.Scalar =>
        tf.mean(
          tf.square(whole(CONDITIONED)({ ...inputs, ...Object.fromEntries(names.map((n, i) => [n, values[i]])) })),
        );
      const gradients = tf.grads(loss)(names.map((name) => inputs[name]));
      return Object.fromEntries(names.map((name, i) => [name, gradients[i]]));
    };
    const inputs = { ...parameters, x, actions };
    const [onnx, cpu] = [await run(slopes, inputs), await run(slopes, inputs, "cpu")];
    for (const name of names) expect(relativeError(onnx[name], cpu[name]), name).toBeLessThan(1e-4);
  });

  it("its slope along a direction is the difference quotient's", async () => {
    const parameters = parametersOf(CONDITIONED);
    const names = Object.keys(parameters);
    const at = (step: number): Record<string, NdArray> =>
      Object.fromEntries(
        names.map((name, i) => {
          const { shape, data } = parameters[name];
          const { data: way } = noise(shape, { seed: 300 + i });
          return [name, floats(shape, data.map((value, j) => value + step * way[j]) as Float32Array)];
        }),
      );
    const loss = (inputs: Tensors): tf.Scalar => tf.mean(tf.square(tf.sub(whole(CONDITIONED)(inputs), inputs.target)));
    const target = noise(x.shape, { seed: 7 });
    const step = 2e-3;
    const [up, down] = [await run(loss, { ...at(step), x, actions, target }), await run(loss, { ...at(-step), x, actions, target })]; // biome-ignore format: one line
    const quotient = (up.y.data[0] - down.y.data[0]) / (2 * step);
    const gradients = await run(
      (inputs) => {
        const of = (...values: tf.Tensor[]) =>
          loss({ ...inputs, ...Object.fromEntries(names.map((n, i) => [n, values[i]])) });
        const slopes = tf.grads(of)(names.map((name) => inputs[name]));
        return Object.fromEntries(names.map((name, i) => [name, slopes[i]]));
      },
      { ...parameters, x, actions, target },
    );
    let slope = 0;
    for (const [i, name] of names.entries()) {
      const { data: way } = noise(parameters[name].shape, { seed: 300 + i });
      for (let j = 0; j < way.length; j++) slope += gradients[name].data[j] * way[j];
    }
    expect(Math.abs(slope - quotient)).toBeLessThan(2e-3 * Math.abs(slope));
  });
});

describe("one frame at a time", () => {
  /** Feeds frames 0..T−1 one by one and gives the output of each. */
  async function stepped(shape: StTransformerShape, room: number, engine: "onnx" | "cpu"): Promise<NdArray[]> {
    const parameters = parametersOf(shape);
    type Inputs = { x: NdArray; actions: NdArray };
    const open = compileStep<StMemoryArrays, Inputs, tf.Tensor, { weights: Parameters }>(
      (memory, inputs, { weights }) => {
        const condition = shape.condition === undefined ? undefined : inputs.actions;
        const { output, memory: next } = stTransformerStep(weights, "st", inputs.x, shape, memory, condition);
        return { state: next, outputs: output };
      },
      { name: "step", engine, offThread: false, threads: 1, constants: { weights: parameters } },
    );
    const program = await open(emptyStMemory(shape, { batch: BATCH, frames: room, places: PLACES }));
    const outputs: NdArray[] = [];
    for (let t = 0; t < FRAMES; t++) outputs.push(await program.step({ x: frame(x, t), actions: frame(actions, t) }));
    await program.dispose();
    return outputs;
  }

  it.each(["onnx", "cpu"] as const)("equals the whole window, %s", async (engine) => {
    for (const shape of [PLAIN, CONDITIONED]) {
      const { y } = await run(whole(shape), { ...parametersOf(shape), x, actions });
      const outputs = await stepped(shape, FRAMES - 1, engine);
      for (const [t, output] of outputs.entries()) expect(relativeError(output, frame(y, t)), `frame ${t}`).toBeLessThan(1e-5); // biome-ignore format: one line
    }
  });

  it("a memory too short forgets the oldest frames: with one block, as a window over the last ones", async () => {
    const shape = { ...CONDITIONED, blocks: 1 };
    const outputs = await stepped(shape, 2, "onnx"); // two frames beside the new one
    const tail = (array: NdArray): NdArray => {
      const frames = [2, 3, 4].map((t) => frame(array, t));
      const [, , ...rest] = array.shape;
      const size = rest.reduce((a, b) => a * b, 1);
      const rows = Array.from({ length: BATCH }, (_, b) => frames.flatMap(({ data }) => [...data.slice(b * size, (b + 1) * size)])); // biome-ignore format: one line
      return floats([BATCH, 3, ...rest], rows.flat());
    };
    const { y } = await run(whole(shape), { ...parametersOf(shape), x: tail(x), actions: tail(actions) });
    expect(relativeError(outputs[4], frame(y, 2))).toBeLessThan(1e-5); // rotary: only distances count
    const { y: all } = await run(whole(shape), { ...parametersOf(shape), x, actions });
    expect(relativeError(outputs[4], frame(all, 4))).toBeGreaterThan(1e-4);
  });

  it("rows of a batch may have seen different numbers of frames", async () => {
    const parameters = parametersOf(PLAIN);
    const memory = emptyStMemory(PLAIN, { batch: BATCH, frames: 3, places: PLACES });
    const filled: StMemoryArrays = {
      past: memory.past.map(({ keys, values }, i) => ({
        keys: noise(keys.shape, { seed: 40 + i }),
        values: noise(values.shape, { seed: 50 + i }),
      })),
      count: floats([BATCH], [0, 3]),
      position: floats([BATCH], [0, 3]),
    };
    const ask = async (from: StMemoryArrays): Promise<NdArray> => {
      const program = compile<
        { memory: StMemoryArrays; x: NdArray; weights: Parameters },
        tf.Tensor,
        Record<string, never>
      >((inputs) => stTransformerStep(inputs.weights, "st", inputs.x, PLAIN, inputs.memory).output, {
        name: "step",
        engine: "onnx",
        offThread: false,
        threads: 1,
      });
      const output = await program.run({ memory: from, x: frame(x, 0), weights: parameters });
      await program.dispose();
      return output;
    };
    const [mixed, none] = [await ask(filled), await ask({ ...filled, count: floats([BATCH], [0, 0]) })];
    const half = mixed.data.length / 2;
    expect(mixed.data.slice(0, half)).toEqual(none.data.slice(0, half));
    expect(mixed.data.slice(half)).not.toEqual(none.data.slice(half));
  });
});

describe("adaptive norm", () => {
  it("all but ignores its condition at first", async () => {
    let seed = 0;
    const parameters = adaptiveNormParameters("m", { width: 8, condition: 3 }, () => noise([1], { seed: ++seed }).data[0] * Math.sqrt(3)); // biome-ignore format: one line
    const { conditioned, plain } = await run(
      (inputs) => ({ conditioned: adaptiveNorm(inputs, "m", inputs.x, inputs.actions), plain: normalize(inputs.x) }),
      { ...parameters, x, actions },
    );
    const error = relativeError(conditioned, plain);
    expect(error).toBeLessThan(0.05);
    expect(error).toBeGreaterThan(1e-4);
  });
});

describe("the feed-forward", () => {
  it("of many rows, taken a chunk at a time, is that of each row", async () => {
    let seed = 0;
    const draw = () => noise([1], { seed: ++seed }).data[0] * Math.sqrt(3);
    const parameters = feedForwardParameters("f", { width: 4, hidden: 8 }, draw);
    const [rows, tail] = [2500, 60]; // two whole chunks and a shorter one
    const many = noise([rows, 4], { seed: 70 });
    const outcome = await run(
      (inputs) => ({
        all: tf.slice(feedForward(inputs, "f", inputs.many), [rows - tail, 0], [tail, 4]),
        some: feedForward(inputs, "f", tf.slice(inputs.many, [rows - tail, 0], [tail, 4])),
        slope: tf.grad((k) => tf.sum(feedForward({ ...inputs, "f.up.kernel": k }, "f", inputs.many)))(
          inputs["f.up.kernel"],
        ),
        parts: tf.addN(
          [0, 1250].map((from) =>
            tf.grad((k) =>
              tf.sum(feedForward({ ...inputs, "f.up.kernel": k }, "f", tf.slice(inputs.many, [from, 0], [1250, 4]))),
            )(inputs["f.up.kernel"]),
          ),
        ),
      }),
      { ...parameters, many },
    );
    expect(relativeError(outcome["all"], outcome["some"])).toBeLessThan(1e-6);
    expect(relativeError(outcome["slope"], outcome["parts"])).toBeLessThan(1e-5);
  });
});

describe("rotary", () => {
  it("makes products depend on distances alone, and leaves lengths as they are", async () => {
    const [q, k] = [noise([1, 6], { seed: 8 }), noise([1, 6], { seed: 9 })];
    const { near, far, length, whole } = await run(
      (inputs) => {
        const at = (row: tf.Tensor, position: number): tf.Tensor => rotary(row, tf.tensor1d([position]));
        return {
          near: tf.matMul(at(inputs.q, 5), at(inputs.k, 3), false, true),
          far: tf.matMul(at(inputs.q, 29), at(inputs.k, 27), false, true),
          length: tf.norm(at(inputs.q, 11)),
          whole: tf.norm(inputs.q),
        };
      },
      { q, k },
    );
    expect(far.data[0]).toBeCloseTo(near.data[0], 5);
    expect(length.data[0]).toBeCloseTo(whole.data[0], 5);
    // By hand, the pair (0, 3) at position 1 turns by one radian.
    const turned = (await run((inputs) => rotary(inputs.q, tf.tensor1d([1])), { q })).y;
    expect(turned.data[0]).toBeCloseTo(q.data[0] * Math.cos(1) - q.data[3] * Math.sin(1), 5);
  });
});
