import type { EnvSourceOptions } from "../bridge/env-source.ts";
import type { EnvSource } from "../bridge/session.ts";
import type { EngineNotice } from "../compute/engines.ts";
import type { EngineReport } from "../compute/probe.ts";
import type { CheckEnvOptions } from "../core/check-env/check-env.ts";
import type { Finding } from "../core/check-env/findings.ts";
import type { EnvSpec, RenderMode } from "../core/env.ts";
import { findScheme } from "../core/env-scheme.ts";
import { importPlugin, splitPlugin } from "../core/plugin.ts";
import { make, registry, specOf } from "../core/registry.ts";
import type { Report } from "../evaluation/report.ts";
import type { EvaluateRunOptions, RunEvaluation } from "../pipelines/evaluate-run.ts";
import type { ExportedFile, ExportRunOptions } from "../pipelines/export-run.ts";
import type { ImitateRunOptions } from "../pipelines/imitate-run.ts";
import type { ImitationReport } from "../pipelines/imitation/imitation-report.ts";
import type { Progress } from "../training/progress.ts";

/** Runs every stage from collecting to the report; what is already on disk is not done again. */
type RunPipeline = (options: {
  readonly env: string;
  readonly model: Model;
  readonly preset: Preset;
  readonly seed: number;
  readonly directory: string;
  readonly overrides?: Record<string, unknown>;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}) => Promise<Report>;

/** Plays a finished run's policies again, in its dream and for real. */
type ComparePipelineRun = (options: {
  readonly directory: string;
  readonly episodes: number;
  readonly seed: number;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}) => Promise<Report>;

export const PRESETS = ["quick", "full"] as const;
export type Preset = (typeof PRESETS)[number];

/** Families of world models that can be trained. */
export const MODELS = ["world-models", "genie"] as const;
export type Model = (typeof MODELS)[number];

/** What the commands stand on, loaded only when it is used: `--help` answers without waking an engine. */
export interface Services {
  environments(): Promise<readonly EnvSpec[]>;
  probeEngines(): Promise<readonly EngineReport[]>;
  /** Which engine long work will run on. */
  engineNotice(): Promise<EngineNotice>;
  /** Makes the environment of an id, without its wrappers, and checks it. */
  checkEnv(id: string, kwargs: Record<string, unknown>, options: CheckEnvOptions): Promise<readonly Finding[]>;
  runPipeline: RunPipeline;
  comparePipelineRun: ComparePipelineRun;
  /** Holds a run's world against episodes that it has not seen. */
  evaluateRun(options: EvaluateRunOptions): Promise<RunEvaluation>;
  /** Imitates an expert from videos without actions, by the latent actions of a run's world. */
  imitateRun(options: ImitateRunOptions): Promise<ImitationReport>;
  /** Writes a finished run's models as ONNX. */
  exportRun(options: ExportRunOptions): Promise<readonly ExportedFile[]>;
  /** A registered environment, ready to be made for each client. */
  envSource(id: string, options: EnvSourceOptions): Promise<EnvSource>;
  /** Serves the process at the other end of stdin and stdout until it leaves. */
  serveStdio(source: EnvSource, signal: AbortSignal): Promise<void>;
}

/** The real ones. */
export const services: Services = {
  environments: async () => {
    await import("../registrations.ts");
    return [...registry.keys()].map(specOf);
  },
  probeEngines: async () => (await import("../compute/probe.ts")).probeEngines(),
  engineNotice: async () => (await import("../compute/engines.ts")).engineNotice(),
  checkEnv: async (id, kwargs, options) => {
    await import("../registrations.ts");
    const { checkEnv } = await import("../core/check-env/check-env.ts");
    const { unwrap } = await import("../core/wrappers/wrapper.ts");
    const again = async (renderMode?: RenderMode) => unwrap(await make(id, { ...kwargs, renderMode }));
    return checkEnv(await again(), { ...options, liveResources: await tensorCount(), make: again });
  },
  runPipeline: async ({ model, ...options }) =>
    model === "genie"
      ? (await import("../pipelines/genie.ts")).runGeniePipeline(options)
      : (await import("../pipelines/recurrent.ts")).runPipeline(options),
  comparePipelineRun: async (options) => (await import("../pipelines/compare-run.ts")).comparePipelineRun(options),
  evaluateRun: async (options) => (await import("../pipelines/evaluate-run.ts")).evaluateRun(options),
  imitateRun: async (options) => (await import("../pipelines/imitate-run.ts")).imitateRun(options),
  exportRun: async (options) => (await import("../pipelines/export-run.ts")).exportRun(options),
  envSource: async (id, options) => {
    await import("../registrations.ts");
    const { envSource } = await import("../bridge/env-source.ts");
    const { plugin } = splitPlugin(id);
    if (plugin !== undefined && !findScheme(id)) await importPlugin(plugin);
    return envSource(id, options);
  },
  serveStdio: async (source, signal) => (await import("../bridge/serve-stdio.ts")).serveStdio(source, signal),
};

/** How many tensors are alive: a learned environment must leave none behind. */
async function tensorCount(): Promise<() => number> {
  const { memory } = await import("@tensorflow/tfjs");
  return () => memory().numTensors;
}
