import { readMetrics } from "../training/metrics-log.ts";
import type { Curve } from "../viewer/curve-plot.ts";

/** Stages whose steps are not an optimizer's, and what they count. */
const COUNTED: readonly { stages: RegExp; unit: string }[] = [
  { stages: /^(controller|z-only|untrained)/, unit: "generation" },
  { stages: /-trained$/, unit: "environment step" },
];

/** What the page draws of metrics.jsonl: one chart per stage and metric, validation beside training. */
export async function learningCurves(path: string): Promise<Curve[]> {
  const curves = new Map<string, { points: { x: number; y: number }[]; chart: string; name: string; xLabel: string }>();
  for (const { stage, step, ...metrics } of await readMetrics(path)) {
    const unit = COUNTED.find(({ stages }) => stages.test(stage))?.unit;
    for (const [metric, value] of Object.entries(metrics)) {
      const key = `${stage} ${metric}`;
      const chart = `${stage}: ${metric.replace("validation.", "")}`;
      const name = metric.startsWith("validation.") ? "validation" : unit ? metric : "training";
      if (!curves.has(key)) curves.set(key, { points: [], chart, name, xLabel: unit ?? "step" });
      curves.get(key)?.points.push({ x: step, y: Number(value) });
    }
  }
  return [...curves.values()];
}
