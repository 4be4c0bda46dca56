import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CheckpointError } from "../../src/base/errors.ts";
import type { NdArray } from "../../src/compute/array.ts";
import { loadCheckpoint } from "../../src/compute/checkpoint.ts";
import { RandomStream } from "../../src/core/random.ts";
import { type FitOptions, fit, NonFiniteLossError } from "../../src/training/fit.ts";
import { MetricsLog, readMetrics } from "../../src/training/metrics-log.ts";
import type { ProgressStage } from "../../src/training/progress.ts";
import { cosine } from "../../src/training/schedule.ts";
import type { BatchSource, Trainable } from "../../src/training/trainable.ts";
import { floats } from "../compute/fixtures.ts";

type Batch = { x: NdArray; y: NdArray };
type Memory = { memory: NdArray };

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "fit-"));
});
afterEach(() => rm(folder, { recursive: true }));

/** y = 3x₀ − 2x₁ + 0.5 with noise; the source's place is how many batches it has given. */
class Lines implements BatchSource<Batch> {
  #drawn = 0;
  readonly #spoilt: number;

  /** @param spoilt the batch that holds a NaN */
  constructor(spoilt = Number.POSITIVE_INFINITY) {
    this.#spoilt = spoilt;
  }

  next(): Batch {
    const random = new RandomStream(this.#drawn, "lines");
    const x = Array.from({ length: 16 }, () => random.normal());
    const y = Array.from({ length: 8 }, (_, i) => 3 * x[2 * i] - 2 * x[2 * i + 1] + 0.5 + 0.1 * random.normal());
    if (this.#drawn++ === this.#spoilt) y[0] = Number.NaN;
    return { x: floats([8, 2], x), y: floats([8], y) };
  }

  state = () => this.#drawn;
  restore(state: unknown): void {
    this.#drawn = state as number;
  }
}

/** A linear model whose prediction leans on a memory of earlier batches, so that a lost carry would show. */
const linear: Trainable<Batch, Memory> = {
  name: "linear",
  parameters: { "line.kernel": floats([2, 1], [0.1, 0.2]), "line.bias": floats([1], [0]) },
  carry: { memory: floats([], [0]) },
  loss(weights, { x, y }, { memory }) {
    const line = tf.add(tf.matMul(x as tf.Tensor2D, weights["line.kernel"] as tf.Tensor2D), weights["line.bias"]);
    const error = tf.sub(tf.add(tf.squeeze(line, [1]), tf.mul(memory, 0.1)), y);
    const loss = tf.mean(tf.square(error)) as tf.Scalar;
    return { loss, metrics: { bias: tf.mean(error) }, carry: { memory: tf.add(tf.mul(memory, 0.5), tf.mean(y)) } };
  },
};

const quiet = (): ProgressStage => ({ update: () => {}, done: () => {} });

function options(run: string, given: Partial<FitOptions<Batch, Memory>> = {}): FitOptions<Batch, Memory> {
  return {
    trainable: linear,
    batches: new Lines(),
    steps: 50,
    learningRate: cosine({ rate: 0.1, steps: 50, warmup: 3 }),
    clip: { value: 1 },
    snapshot: join(folder, run, "snapshot.safetensors"),
    metrics: join(folder, run, "metrics.jsonl"),
    progress: quiet,
    engine: "cpu",
    ...given,
  };
}

/** Aborts when the log says so: progress is told after every twentieth step. */
function abortAt(step: number): Pick<FitOptions<Batch, Memory>, "signal" | "progress"> {
  const controller = new AbortController();
  const update = (done: number) => done >= step && controller.abort(new Error("interrupted"));
  return { signal: controller.signal, progress: () => ({ update, done: () => {} }) };
}

const held = () => {
  const source = new Lines();
  source.restore(1000);
  return [source.next(), source.next()];
};

describe("fit", () => {
  it("learns, and logs the mean of every twenty steps", async () => {
    const { parameters, step } = await fit(options("plain", { steps: 300, learningRate: () => 0.05 }));
    expect(step).toBe(300);
    expect(Array.from(parameters["line.kernel"].data)).toEqual([expect.closeTo(3, 0), expect.closeTo(-2, 0)]);
    const rows = await readMetrics(join(folder, "plain", "metrics.jsonl"));
    expect(rows.map((row) => row.step)).toEqual(Array.from({ length: 15 }, (_, i) => 20 * (i + 1)));
    expect(rows[14].loss).toBeLessThan(0.3 * Number(rows[0].loss));
    expect(Object.keys(rows[0])).toEqual(["stage", "step", "loss", "bias"]);
  });

  it.each(["cpu", "onnx"] as const)("resumes to the bit after an interrupt, on %s", async (engine) => {
    const validation = { batches: held(), every: 15 };
    const whole = await fit(options("whole", { engine, validation }));
    const given = { engine, validation, batches: new Lines() };
    await expect(fit(options("cut", { ...given, ...abortAt(20) }))).rejects.toThrow("interrupted");
    const resumedAt: number[] = [];
    const progress = (done: number) => {
      resumedAt.push(done);
      return quiet();
    };
    const resumed = await fit(options("cut", { ...given, batches: new Lines(), progress }));
    expect(resumedAt).toEqual([20]);
    expect(resumed).toEqual(whole);
    const rows = (run: string) => readFile(join(folder, run, "metrics.jsonl"), "utf8");
    expect(await rows("cut")).toBe(await rows("whole"));
    const last = async (run: string) => (await loadCheckpoint(join(folder, run, "snapshot.safetensors"))).parameters;
    expect(await last("cut")).toEqual(await last("whole"));
  });

  it("does the work since the last snapshot again after a crash, and its log rows replace the old ones", async () => {
    const whole = await fit(options("whole"));
    await expect(fit(options("crash", abortAt(20)))).rejects.toThrow("interrupted");
    const metrics = join(folder, "crash", "metrics.jsonl");
    const kept = await readFile(metrics, "utf8");
    // What a run that died later has left behind its snapshot: rows of later steps, another stage's, and half a line.
    const other = '{"stage":"vision","step":900,"loss":1}\n';
    await writeFile(metrics, `${kept}{"stage":"linear","step":40,"loss":-1}\n${other}{"stage":"lin`);
    expect(await fit(options("crash"))).toEqual(whole);
    expect(await readMetrics(metrics)).toEqual([
      ...(await readMetrics(join(folder, "whole", "metrics.jsonl"))).slice(0, 1),
      JSON.parse(other),
      ...(await readMetrics(join(folder, "whole", "metrics.jsonl"))).slice(1),
    ]);
  });

  it("stops when validation no longer improves and gives the best weights, also when it is called again", async () => {
    // From step 21 on the learning rate drives the weights away.
    const learningRate = (step: number) => (step < 20 ? 0.1 : -0.1);
    const validation = { batches: held(), every: 5, patience: 2 };
    const given = { learningRate, steps: 500, validation };
    const early = await fit(options("early", given));
    expect(early.step).toBe(20);
    const upToThere = await fit(options("to-20", { learningRate, steps: 20, validation }));
    expect(early.parameters).toEqual(upToThere.parameters);
    expect(early.validation).toEqual(upToThere.validation);
    const rows = await readMetrics(join(folder, "early", "metrics.jsonl"));
    expect(rows.filter((row) => "validation.loss" in row).map((row) => row.step)).toEqual([5, 10, 15, 20, 25, 30]);

    expect(await fit(options("early", { ...given, batches: new Lines() }))).toEqual(early);
    expect(await readMetrics(join(folder, "early", "metrics.jsonl"))).toEqual(rows); // nothing was trained on
  });

  it("stops at a loss that is not finite and says that nothing was saved yet", async () => {
    const spoilt = fit(options("nan", { batches: new Lines(7) }));
    await expect(spoilt).rejects.toBeInstanceOf(NonFiniteLossError);
    await expect(spoilt).rejects.toThrow(
      /got loss NaN, bias NaN at step 7 of training linear\. Nothing had been saved yet\./,
    );
  });

  it("keeps the last good snapshot when the loss is no longer finite, and names it", async () => {
    await expect(fit(options("nan", { ...abortAt(20), batches: new Lines(30) }))).rejects.toThrow("interrupted");
    const snapshot = join(folder, "nan", "snapshot.safetensors");
    const good = await readFile(snapshot);
    const failing = fit(options("nan", { batches: new Lines(30) }));
    await expect(failing).rejects.toThrow(`The last good weights, of step 20, are kept in ${snapshot}.`);
    expect((await readFile(snapshot)).equals(good)).toBe(true);
  });

  it("saves no weights that a finite loss has made infinite", async () => {
    const trainable: typeof linear = {
      ...linear,
      // √0: a finite loss with an infinite gradient
      loss: (weights, { x, y }, carry) => {
        const touch = tf.mul(tf.sum(tf.sqrt(tf.mul(weights["line.bias"], 0))), tf.mul(tf.sum(x), tf.sum(y)));
        const { loss, metrics } = linear.loss(weights, { x, y }, carry);
        return { loss: tf.add(loss, touch), metrics, carry };
      },
    };
    const failing = fit(options("inf", { trainable, steps: 1 }));
    await expect(failing).rejects.toThrow(/an element of line\.bias NaN at step 1 .* Nothing had been saved yet/);
    await expect(readFile(join(folder, "inf", "snapshot.safetensors"))).rejects.toThrow("ENOENT");
  });

  it("takes no validation that is not finite for the best", async () => {
    const spoilt = new Lines(0).next();
    const failing = fit(options("nan", { validation: { batches: [spoilt], every: 5 } }));
    await expect(failing).rejects.toThrow(/loss NaN, bias NaN in the validation after step 5/);
  });

  it("refuses the snapshot of another training", async () => {
    await fit(options("one", { steps: 2 }));
    const renamed = { ...linear, name: "other" };
    await expect(fit(options("one", { trainable: renamed }))).rejects.toThrow(CheckpointError);
    const larger = { ...linear, parameters: { ...linear.parameters, "line.bias": floats([2], [0, 0]) } };
    await expect(fit(options("one", { trainable: larger }))).rejects.toThrow(
      /to hold the training of linear with the configured sizes/,
    );
    const path = join(folder, "one", "snapshot.safetensors");
    await writeFile(path, (await readFile(path)).subarray(0, -9));
    await expect(fit(options("one"))).rejects.toThrow(CheckpointError);
  });

  it("clips by value or by norm", async () => {
    // One Adam step moves each weight by the learning rate whatever the gradient's size; two steps tell clipping apart.
    const trained = async (run: string, clip?: FitOptions<Batch, Memory>["clip"]) =>
      (await fit(options(run, { steps: 3, clip, learningRate: () => 0.1 }))).parameters["line.kernel"].data;
    const [none, value, norm] = [
      await trained("none"),
      await trained("value", { value: 0.5 }),
      await trained("norm", { norm: 0.5 }),
    ];
    expect(none).not.toEqual(value);
    expect(value).not.toEqual(norm);
    expect(await trained("wide", { value: 1e6 })).toEqual(none);
  });
});

describe("MetricsLog", () => {
  it("drops what its stage had logged after the step at which it opens, and nothing else", async () => {
    const path = join(folder, "deep", "metrics.jsonl");
    const vision = await MetricsLog.open(path, { stage: "vision", step: 0 });
    for (const step of [20, 40, 60]) await vision.write(step, { loss: step });
    await (await MetricsLog.open(path, { stage: "memory", step: 0 })).write(20, { loss: 1 });
    await (await MetricsLog.open(path, { stage: "vision", step: 40 })).write(60, { loss: 6 });
    const rows = await readMetrics(path);
    expect(rows.map(({ stage, step, loss }) => [stage, step, loss])).toEqual([
      ["vision", 20, 20],
      ["vision", 40, 40],
      ["memory", 20, 1],
      ["vision", 60, 6],
    ]);
    expect(await readMetrics(join(folder, "none.jsonl"))).toEqual([]);
  });
});

describe("cosine", () => {
  it("rises over the warm-up, then falls along half a cosine to its floor", () => {
    const rate = cosine({ rate: 2, steps: 110, warmup: 10, floor: 0.1 });
    expect([0, 4, 9, 10].map(rate)).toEqual([0.2, 1, 2, 2]);
    expect(rate(60)).toBeCloseTo(2 * 0.55, 12);
    expect(rate(110)).toBeCloseTo(0.2, 12);
    expect(rate(1000)).toBeCloseTo(0.2, 12);
  });
});
