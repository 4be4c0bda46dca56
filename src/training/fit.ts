import type * as tf from "@tensorflow/tfjs";
import { ReverieError } from "../base/errors.ts";
import { adamCorrections } from "../compute/adam.ts";
import { type ArrayTree, type NdArray, type Parameters, scalar, type Tensors } from "../compute/array.ts";
import { type CompileOptions, compileStep } from "../compute/compile.ts";
import { clipByGlobalNorm, clipByValue, valueAndGradients } from "../compute/gradients.ts";
import type { Weights } from "../nn/weights.ts";
import { MetricsLog } from "./metrics-log.ts";
import { type OptimizerState, optimizerInit, optimizerUpdate } from "./optimizer.ts";
import type { ProgressStage } from "./progress.ts";
import type { Schedule } from "./schedule.ts";
import type { BatchSource, Carry, Trainable } from "./trainable.ts";
import { type BestWeights, readSnapshot, type Snapshot, writeSnapshot } from "./training-snapshot.ts";
import { validator } from "./validator.ts";

export interface Validation<Batch> {
  /** Held-out batches, in the order in which their carry goes on. */
  readonly batches: readonly Batch[];
  /** Steps between two looks. */
  readonly every: number;
  /** Stop after this many looks without a better loss; default: never. */
  readonly patience?: number;
}

export interface FitOptions<Batch extends ArrayTree, C extends Carry> {
  readonly trainable: Trainable<Batch, C>;
  readonly batches: BatchSource<Batch>;
  /** Optimizer steps at most. */
  readonly steps: number;
  readonly learningRate: Schedule;
  /** Bounds each gradient's elements, or the length of all of them together. */
  readonly clip?: { readonly value: number } | { readonly norm: number };
  readonly validation?: Validation<Batch>;
  /** Where training is saved as it goes, to go on from; removed by whoever no longer needs it. */
  readonly snapshot: string;
  /** `metrics.jsonl`. */
  readonly metrics: string;
  /** Called once it is known at which step training goes on. */
  readonly progress: (resumedAt: number) => ProgressStage;
  readonly signal?: AbortSignal;
  readonly engine?: CompileOptions["engine"];
  /** Seconds between two snapshots; default 45. They change when training is saved, never what it gives. */
  readonly saveEvery?: number;
}

export interface FitResult {
  /** The best by validation loss, else the last. */
  readonly parameters: Parameters;
  readonly step: number;
  readonly validation?: Readonly<Record<string, number>>;
}

/** The loss or the weights became NaN or infinite; what was saved before stays on disk. */
export class NonFiniteLossError extends ReverieError {}

/** Steps whose metrics make one line of the log. */
const LOG_EVERY = 20;
/** Steps that run in one call of the engine where nothing has to happen in between. */
const STEPS_PER_CALL = 4;

export type TrainState<C> = { weights: Parameters; optimizer: OptimizerState; carry: C };
export type StepInputs<Batch> = {
  batch: Batch;
  learningRate: NdArray;
  corrections: { first: NdArray; second: NdArray };
};

/**
 * Trains any model: Adam, or Muon where the model asks for it, with clipped gradients, validation with early stop, metrics, and snapshots. After an interrupt the
 * same call goes on where it stopped and ends with the same weights, to the bit, as if it had never been interrupted.
 */
export async function fit<Batch extends ArrayTree, C extends Carry>(options: FitOptions<Batch, C>): Promise<FitResult> {
  const { trainable, batches, validation, signal } = options;
  const saved = await readSnapshot(options.snapshot, trainable);
  if (saved) batches.restore(saved.source);
  let step = saved?.step ?? 0;
  let best: BestWeights | undefined = saved?.best;
  let stale = saved?.stale ?? 0;
  let savedStep = saved?.step;
  const patience = validation?.patience ?? Number.POSITIVE_INFINITY;
  const log = await MetricsLog.open(options.metrics, { stage: trainable.name, step });
  const progress = options.progress(step);
  const evaluate = validation && validator(trainable, options.engine);

  const open = compileStep<TrainState<C>, StepInputs<Batch>, StepOutputs, Record<string, never>>(
    (state, inputs) => trainStep(trainable, options.clip, state, inputs),
    { name: `training of ${trainable.name}`, engine: options.engine },
  );
  const resident = await open(
    saved
      ? { weights: saved.weights, optimizer: saved.optimizer, carry: saved.carry as C }
      : { weights: trainable.parameters, optimizer: optimizerInit(trainable), carry: trainable.carry },
  );

  const broken = (found: Readonly<Record<string, number>>, where = "at") =>
    nonFinite({ name: trainable.name, where: `${where} step ${step}`, found, snapshot: options.snapshot, savedStep });
  const save = async (source: unknown) => {
    const { weights, optimizer, carry } = await resident.read();
    // A finite loss can have an infinite gradient: such weights must not replace good ones.
    const bad = Object.entries(weights).find(([, { data }]) => !data.every(Number.isFinite));
    if (bad) throw broken({ [`an element of ${bad[0]}`]: bad[1].data.find((value) => !Number.isFinite(value))! });
    const snapshot: Snapshot = { weights, optimizer, carry, step, source, best, stale };
    await writeSnapshot(options.snapshot, trainable.name, snapshot);
    savedStep = step;
    return weights;
  };

  const look = validation?.every ?? options.steps;
  /** The inputs of the next call, which ends at the latest where there is something to log or to validate. */
  const draw = (from: number): StepInputs<Batch>[] => {
    const room = Math.min(options.steps - from, look - (from % look), LOG_EVERY - (from % LOG_EVERY));
    const count = room >= STEPS_PER_CALL ? STEPS_PER_CALL : Math.min(1, room); // one or many: two graphs at most
    return Array.from({ length: count }, (_, i) => ({
      batch: batches.next(),
      learningRate: scalar(options.learningRate(from + i)),
      corrections: adamCorrections(from + i + 1),
    }));
  };

  try {
    let savedAt = performance.now();
    let window = new MetricsWindow();
    let source = batches.state();
    let inputs = draw(step);
    while (inputs.length > 0 && stale < patience) {
      const running = resident.steps(inputs);
      // While the engine computes, the next batches are made; `source` is where to go on if these steps are the last kept.
      source = batches.state();
      inputs = draw(step + inputs.length);
      for (const outputs of await running) {
        const figures = numbers(outputs);
        if (!Number.isFinite(figures.loss)) throw broken(figures);
        step++;
        window.add(figures);
        if (step % LOG_EVERY !== 0 && step !== options.steps) continue;
        const mean = window.mean();
        await log.write(step, mean);
        progress.update(step, mean);
        window = new MetricsWindow();
      }
      if (evaluate && validation && (step % validation.every === 0 || step === options.steps)) {
        const { weights } = await resident.read();
        const figures = await evaluate.run(weights, validation.batches);
        if (!Number.isFinite(figures.loss)) throw broken(figures, "in the validation after");
        await log.write(
          step,
          Object.fromEntries(Object.entries(figures).map(([name, x]) => [`validation.${name}`, x])),
        );
        stale = best && figures.loss >= best.figures.loss ? stale + 1 : 0;
        if (stale === 0) best = { step, figures, weights };
      }
      const seconds = (performance.now() - savedAt) / 1000;
      if (signal?.aborted || seconds > (options.saveEvery ?? 45)) {
        await save(source);
        savedAt = performance.now();
        signal?.throwIfAborted();
      }
    }
    const weights = await save(source);
    progress.done({ summary: summary(best) });
    return { parameters: best?.weights ?? weights, step: best?.step ?? step, validation: best?.figures };
  } finally {
    await resident.dispose();
    await evaluate?.dispose();
  }
}

export type StepOutputs = { loss: tf.Tensor; metrics: Readonly<Record<string, tf.Tensor>> };

/** One optimizer step as a pure function: loss, gradients, clipping, Adam or Muon. */
export function trainStep<Batch extends ArrayTree, C extends Carry>(
  trainable: Trainable<Batch, C>,
  clip: FitOptions<Batch, C>["clip"],
  state: Tensors<TrainState<C>>,
  inputs: Tensors<StepInputs<Batch>>,
): { state: Tensors<TrainState<C>>; outputs: StepOutputs } {
  const parameters = state.weights as Weights;
  const { value, gradients } = valueAndGradients(parameters, (weights) =>
    trainable.loss(weights, inputs.batch as Tensors<Batch>, state.carry as Tensors<C>),
  );
  const clipped =
    clip === undefined
      ? gradients
      : "value" in clip
        ? clipByValue(gradients, clip.value)
        : clipByGlobalNorm(gradients, clip.norm);
  const next = optimizerUpdate(trainable, {
    parameters,
    gradients: clipped,
    state: state.optimizer,
    learningRate: inputs.learningRate as tf.Scalar,
    corrections: inputs.corrections,
  });
  return {
    state: { weights: next.parameters, optimizer: next.state, carry: value.carry } as unknown as Tensors<TrainState<C>>,
    outputs: { loss: value.loss, metrics: value.metrics },
  };
}

function numbers(outputs: { loss: NdArray; metrics: Readonly<Record<string, NdArray>> }): Record<string, number> & {
  loss: number;
} {
  const metrics = Object.entries(outputs.metrics).map(([name, { data }]) => [name, data[0]]);
  return { loss: outputs.loss.data[0], ...Object.fromEntries(metrics) };
}

function nonFinite(options: {
  name: string;
  where: string;
  found: Readonly<Record<string, number>>;
  snapshot: string;
  savedStep: number | undefined;
}): NonFiniteLossError {
  const { name, where, found, snapshot, savedStep } = options;
  const figures = Object.entries(found).map(([figure, value]) => `${figure} ${value}`);
  const kept =
    savedStep === undefined
      ? "Nothing had been saved yet."
      : `The last good weights, of step ${savedStep}, are kept in ${snapshot}.`;
  return new NonFiniteLossError(
    `Expected a finite loss, got ${figures.join(", ")} ${where} of training ${name}. ${kept} ` +
      "Begin anew with a lower learning rate or harder clipping.",
  );
}

function summary(best: BestWeights | undefined): string | undefined {
  if (!best) return undefined;
  const figures = Object.entries(best.figures).map(([name, value]) => `${name} ${value.toPrecision(4)}`);
  return `best validation at step ${best.step}: ${figures.join(", ")}`;
}

/** Averages of metrics over a few steps. */
class MetricsWindow {
  readonly #sums = new Map<string, number>();
  #count = 0;

  add(figures: Readonly<Record<string, number>>): void {
    for (const [name, value] of Object.entries(figures)) this.#sums.set(name, (this.#sums.get(name) ?? 0) + value);
    this.#count++;
  }

  mean(): Record<string, number> {
    return Object.fromEntries([...this.#sums].map(([name, sum]) => [name, sum / this.#count]));
  }
}
