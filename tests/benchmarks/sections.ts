import { setTimeout } from "node:timers/promises";
import { dreamGraph, dreamStep, populationRollout } from "./dream-steps.ts";
import { environmentSpeeds } from "./environment-steps.ts";
import { product } from "./product.ts";
import { pythonBaseline } from "./python-baseline.ts";
import { calibrate } from "./take-cover-calibration.ts";
import { deviation, figure, NOTHING, ratio, type TextTable } from "./text-table.ts";
import { rnnTrainStep, type TrainStepOptions, transformerTrainStep, vaeTrainStep } from "./train-steps.ts";

/* The parts of the benchmark: each measures, and gives what to print and what to write. */

export interface Section {
  readonly table: TextTable;
  /** JSON-able. */
  readonly figures: unknown;
}

/** What every section may compare with. */
export interface Yardsticks {
  /** Milliseconds of the fastest product of two 1024×1024 matrices in ONNX Runtime on two threads: the GEMM unit. */
  readonly unit: number;
  readonly torch: TorchFigures | undefined;
  /** Why there is nothing of PyTorch, or which it is. */
  readonly torchNote: string;
}

interface TorchFigures {
  readonly version: string;
  readonly product: number;
  readonly vae32: number;
  readonly vae100: number;
  readonly rnn: number;
  readonly transformer: number;
  readonly dream: Readonly<Record<string, number>>;
}

const CALIBRATION_EPISODES = 2000;
const GEMM_GFLOP = 2 * 1024 ** 3 * 1e-9;

const UNIT_ROUNDS = 6;
const UNIT_PAUSE = 500; // milliseconds: a neighbour on the host that slows the cores seldom does so for all rounds

/** Measured first: train and dream steps are told in it. */
export async function yardsticks(): Promise<Yardsticks> {
  let unit = Number.POSITIVE_INFINITY;
  for (let round = 0; round < UNIT_ROUNDS; round++) {
    unit = Math.min(unit, await product(1024));
    await setTimeout(UNIT_PAUSE);
  }
  const baseline = await pythonBaseline<TorchFigures>("torch_baseline.py", { module: "torch", label: "PyTorch" });
  if ("skipped" in baseline) return { unit, torch: undefined, torchNote: baseline.skipped };
  const torch = baseline.figures;
  const note = `PyTorch ${torch.version}, two threads; its 1024³ product: ${figure(torch.product)} ms.`;
  return { unit, torch, torchNote: note };
}

/** Train steps: compiled, eagerly on wasm, and in PyTorch. */
export async function computeSection({ unit, torch, torchNote }: Yardsticks): Promise<Section> {
  const compiled = { engine: "onnx", warmup: 2 } as const;
  const eager = { engine: "wasm", warmup: 0 } as const; // seconds a step: nothing to warm up beside that
  type Step = (options: TrainStepOptions) => Promise<number>;
  const measure = async (name: string, step: Step, runs: [number, number], torchMs: number | undefined) => {
    const milliseconds = await step({ ...compiled, runs: runs[0] });
    const wasmMilliseconds = runs[1] > 0 ? await step({ ...eager, runs: runs[1] }) : undefined;
    return { name, milliseconds, units: milliseconds / unit, wasmMilliseconds, torchMilliseconds: torchMs };
  };
  const steps = [
    await measure("VAE, batch 32", (options) => vaeTrainStep(32, options), [12, 2], torch?.vae32),
    await measure("VAE, batch 100", (options) => vaeTrainStep(100, options), [8, 1], torch?.vae100),
    await measure(
      "MDN-RNN, batch 100 × 32",
      (options) => rnnTrainStep({ batchSize: 100, steps: 32 }, options),
      [16, 2],
      torch?.rnn,
    ),
    await measure(
      "ST-transformer, batch 4 × 8 × 256",
      (options) => transformerTrainStep(4, options),
      [6, 0], // eagerly it takes minutes
      torch?.transformer,
    ),
  ];
  return {
    table: {
      title: "Train step: forward, backward, Adam",
      head: [
        "",
        "compiled, ms",
        "GEMM units",
        "eager wasm, ms",
        "wasm / compiled",
        "PyTorch, ms",
        "PyTorch / compiled",
      ],
      rows: steps.map((step) => [
        step.name,
        figure(step.milliseconds),
        figure(step.units),
        figure(step.wasmMilliseconds),
        ratio(over(step.wasmMilliseconds, step.milliseconds)),
        figure(step.torchMilliseconds),
        ratio(over(step.torchMilliseconds, step.milliseconds)),
      ]),
      notes: [
        `GEMM unit: ${figure(unit)} ms, one product of 1024×1024 matrices (${figure((1000 * GEMM_GFLOP) / unit)} GFLOP/s).`,
        torchNote,
      ],
    },
    figures: steps,
  };
}

/** Dreams: environments that an agent steps, and populations with their controllers in the graph. */
export async function dreamSection({ unit, torch, torchNote }: Yardsticks): Promise<Section> {
  const steps = [];
  for (const batch of [1, 16, 64, 256]) {
    const milliseconds = await dreamGraph(batch, { runs: 6 });
    steps.push({ name: `network and sampling alone, batch ${batch}`, batch, milliseconds, torch: torch?.dream[batch] });
  }
  for (const batch of [1, 16, 64, 256]) {
    const milliseconds = await dreamStep(batch, { runs: 6 });
    steps.push({ name: `VectorDreamEnv, batch ${batch}`, batch, milliseconds, torch: torch?.dream[batch] });
  }
  for (const batch of [1, 16, 64, 256]) {
    const figures = await populationRollout({ population: 1, dreams: batch, unroll: 16 }, { runs: 6 });
    const name = `rollout with a controller in the graph, batch ${batch}`;
    steps.push({ name, batch, ...figures, torch: torch?.dream[batch] });
  }
  for (const [population, dreams] of [
    [32, 8],
    [64, 8],
  ]) {
    const figures = await populationRollout({ population, dreams }, { runs: 4 });
    steps.push({ name: `population rollout, ${population} × ${dreams}`, batch: population * dreams, ...figures });
  }
  const figures = steps.map((step) => ({
    ...step,
    units: step.milliseconds / unit,
    stepsPerSecond: (1000 * step.batch) / step.milliseconds,
  }));
  return {
    table: {
      title: "Dream step with sampling: LSTM 256, z 32, 5 mixtures (what npm start dreams with)",
      head: ["", "ms", "dream steps/s", "GEMM units", "of products' rate", "PyTorch, ms", "PyTorch / ours"],
      rows: figures.map((step) => {
        const products = "productMilliseconds" in step ? step.productMilliseconds : undefined;
        const torchMilliseconds = "torch" in step ? step.torch : undefined;
        return [
          step.name,
          figure(step.milliseconds),
          figure(step.stepsPerSecond),
          figure(step.units),
          products === undefined ? NOTHING : `${((100 * products) / step.milliseconds).toFixed(0)} %`,
          figure(torchMilliseconds),
          ratio(over(torchMilliseconds, step.milliseconds)),
        ];
      }),
      notes: [
        "Products' rate: the same step with nothing in it but its matrix products.",
        "PyTorch does what the first rows do, and draws its noise in it; VectorDreamEnv and rollouts count noise, rewards and observations, too.",
        torchNote,
      ],
    },
    figures,
  };
}

/** Environments on one core. */
export async function environmentSection(): Promise<Section> {
  const speeds = await environmentSpeeds();
  const baseline = await pythonBaseline<{ version: string; steps: Record<string, number> }>("gymnasium_baseline.py", {
    module: "gymnasium",
    label: "Python Gymnasium",
  });
  const python = "figures" in baseline ? baseline.figures : undefined;
  return {
    table: {
      title: "Environment steps a second on one core, random actions",
      head: ["", "class", "make()", "Gymnasium make()", "make() / Gymnasium"],
      rows: speeds.map(({ name, bare, made }) => {
        const theirs = python?.steps[name];
        return [name, figure(bare), figure(made), figure(theirs), ratio(over(made, theirs))];
      }),
      notes: ["skipped" in baseline ? baseline.skipped : `Python Gymnasium ${baseline.figures.version}.`],
    },
    figures: { environments: speeds, gymnasium: python },
  };
}

/** TakeCover beside the recordings of the original. */
export async function calibrationSection(): Promise<Section> {
  const rows = calibrate({ episodes: CALIBRATION_EPISODES, seed: 0 });
  return {
    table: {
      title: `TakeCover: tics survived over ${CALIBRATION_EPISODES} episodes, beside 200 of ViZDoom 1.2.5`,
      head: ["policy", "mean", "ViZDoom", "", "sd", "ViZDoom", ""],
      rows: rows.map(({ policy, mean, sd, recordedMean, recordedSd }) => [
        policy,
        mean.toFixed(1),
        recordedMean.toFixed(1),
        deviation(mean, recordedMean),
        sd.toFixed(1),
        recordedSd.toFixed(1),
        deviation(sd, recordedSd),
      ]),
    },
    figures: rows,
  };
}

const over = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined || b === undefined ? undefined : a / b;
