import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Section } from "./sections.ts";
import { figure } from "./text-table.ts";
import { rnnTrainStep, transformerTrainStep, vaeTrainStep } from "./train-steps.ts";

/* What bounds a train step: ONNX Runtime's own times per kernel, the fastest run of each. */

/** An event of ONNX Runtime's trace; times in microseconds. */
interface TraceEvent {
  readonly cat: string;
  readonly name: string;
  readonly dur: number;
  readonly args?: {
    readonly op_name?: string;
    readonly output_type_shape?: readonly Record<string, number[]>[];
    readonly input_type_shape?: readonly Record<string, number[]>[];
  };
}

interface KernelShare {
  readonly kernel: string;
  readonly milliseconds: number;
  readonly count: number;
  readonly gflop: number;
}

const PRODUCTS = new Set(["MatMul", "Gemm", "FusedMatMul", "FusedGemm"]);
const LAST = ".safe";

/** Times per kernel of the train steps, products first. */
export async function profileSection(): Promise<Section> {
  const options = { engine: "onnx", warmup: 1, runs: 4 } as const;
  const works: readonly [string, () => Promise<number>][] = [
    ["VAE, batch 32", () => vaeTrainStep(32, options)],
    ["VAE, batch 100", () => vaeTrainStep(100, options)],
    ["MDN-RNN, 100 × 32", () => rnnTrainStep({ batchSize: 100, steps: 32 }, options)],
    ["ST-transformer", () => transformerTrainStep(4, options)],
  ];
  const rows: string[][] = [];
  const figures: Record<string, readonly KernelShare[]> = {};
  for (const [name, work] of works) {
    const shares = await kernelsOf(work);
    const whole = shares.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
    figures[name] = shares;
    for (const [i, { kernel, milliseconds, count, gflop }] of shares.slice(0, 8).entries()) {
      const rate = gflop > 0 ? figure((1000 * gflop) / milliseconds) : "";
      rows.push([
        i === 0 ? name : "",
        kernel,
        String(count),
        figure(milliseconds),
        `${((100 * milliseconds) / whole).toFixed(0)} %`,
        rate,
      ]);
    }
  }
  return {
    table: {
      title: "What a train step is made of: kernels of one call of four steps, fastest of each",
      head: ["", "kernel", "nodes", "ms", "share", "GFLOP/s"],
      rows,
    },
    figures,
  };
}

/** Runs some work with ONNX Runtime's profiler on and adds up its kernels. */
async function kernelsOf(work: () => Promise<number>): Promise<KernelShare[]> {
  const folder = await mkdtemp(join(tmpdir(), "reverie-profile-"));
  process.env["REVERIE_PROFILE"] = folder;
  try {
    await work();
    const files = (await readdir(folder)).filter((file) => !file.endsWith(LAST));
    const events = (await Promise.all(files.map((file) => readFile(join(folder, file), "utf8")))).flatMap(
      (text) => JSON.parse(text) as TraceEvent[],
    );
    return summarize(events);
  } finally {
    delete process.env["REVERIE_PROFILE"];
    await rm(folder, { recursive: true, force: true });
  }
}

function summarize(events: readonly TraceEvent[]): KernelShare[] {
  const nodes = new Map<string, { op: string; best: number; gflop: number }>();
  for (const { cat, name, dur, args } of events) {
    if (cat !== "Node" || !name.endsWith("_kernel_time") || !args?.op_name) continue;
    const known = nodes.get(name);
    if (known) known.best = Math.min(known.best, dur);
    else nodes.set(name, { op: args.op_name, best: dur, gflop: PRODUCTS.has(args.op_name) ? gflopOf(args) : 0 });
  }
  const shares = new Map<string, KernelShare>();
  for (const { op, best, gflop } of nodes.values()) {
    const kernel = PRODUCTS.has(op) ? "matrix products" : op;
    const sum = shares.get(kernel) ?? { kernel, milliseconds: 0, count: 0, gflop: 0 };
    shares.set(kernel, {
      kernel,
      milliseconds: sum.milliseconds + best / 1000,
      count: sum.count + 1,
      gflop: sum.gflop + gflop,
    });
  }
  return [...shares.values()].sort((a, b) => b.milliseconds - a.milliseconds);
}

/** 2 · (elements of the result) · (length of the axis that is summed), which follows from the three sizes. */
function gflopOf({ input_type_shape: inputs, output_type_shape: outputs }: NonNullable<TraceEvent["args"]>): number {
  const shapes = [inputs?.[0], inputs?.[1], outputs?.[0]].map((shape) => Object.values(shape ?? {})[0]);
  const [left, right, out] = shapes;
  if (!left || !right || !out) return 0; // a constant's shape is not told
  const size = (shape: readonly number[]) => shape.reduce((product, length) => product * length, 1);
  const batches = size(out.slice(0, -2));
  const summed = Math.sqrt(((size(left) / batches) * (size(right) / size(right.slice(0, -2)))) / (size(out) / batches));
  return (2 * size(out) * summed) / 1e9;
}
