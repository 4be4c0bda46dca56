import "./registrations.ts"; // make() knows the package's own environments

// Errors

export { CheckpointError, ConfigError, ReverieError } from "./base/errors.ts";
export { WriteError } from "./base/write-file.ts";
export { ProtocolError, PythonDiedError, PythonEnvError, PythonMissingError } from "./bridge/errors.ts";
export { EnvCheckError } from "./core/check-env/findings.ts";
export {
  DeprecatedEnvError,
  EnvContractError,
  InvalidActionError,
  NameNotFoundError,
  NamespaceNotFoundError,
  RegistrationError,
  ResetNeededError,
  UnregisteredEnvError,
  VersionNotFoundError,
} from "./core/errors.ts";
export { MediaError } from "./media/errors.ts";

// Environments: the contract, making, checking

export { type CheckEnvOptions, checkEnv } from "./core/check-env/check-env.ts";
export type { LearnedCheckOptions } from "./core/check-env/check-learned.ts";
export type { MakeWithMode } from "./core/check-env/check-render.ts";
export { type Finding, printFindings } from "./core/check-env/findings.ts";
export type {
  Awaitable,
  Env,
  EnvMetadata,
  EnvSpec,
  EnvState,
  Info,
  Rendered,
  RenderFrame,
  RenderMode,
  Reset,
  ResetOptions,
  Step,
  WrapperSpec,
} from "./core/env.ts";
export { type PrettyPrintOptions, prettyPrintRegistry } from "./core/pretty-print-registry.ts";
export type { MakeOptions, Registration, VectorRequest } from "./core/registry.ts";
export { make, makeFromSpec, register, registry, specOf, unregister, withNamespace } from "./core/registry.ts";
export { specFromJSON, specToJSON } from "./core/spec.ts";
export { registerWrapper, type WrapperFactory } from "./core/wrapper-table.ts";

// Wrappers

export { ActionRepeat, type ActionRepeatOptions } from "./core/wrappers/action-repeat.ts";
export { ActionWrapper } from "./core/wrappers/action-wrapper.ts";
export { AddRenderObservation, type AddRenderObservationOptions } from "./core/wrappers/add-render-observation.ts";
export { Autoreset } from "./core/wrappers/autoreset.ts";
export { ClipAction } from "./core/wrappers/clip-action.ts";
export { ClipReward, type ClipRewardOptions } from "./core/wrappers/clip-reward.ts";
export { DelayObservation, type DelayObservationOptions } from "./core/wrappers/delay-observation.ts";
export { DiscretizeAction } from "./core/wrappers/discretize-action.ts";
export { type Binned, DiscretizeObservation, type DiscretizeOptions } from "./core/wrappers/discretize-observation.ts";
export { DtypeObservation, type DtypeObservationOptions } from "./core/wrappers/dtype-observation.ts";
export { FilterObservation, type FilterObservationOptions } from "./core/wrappers/filter-observation.ts";
export { FlattenObservation } from "./core/wrappers/flatten-observation.ts";
export {
  FrameStackObservation,
  type FrameStackObservationOptions,
  type Stacked,
} from "./core/wrappers/frame-stack-observation.ts";
export { GrayscaleObservation, type GrayscaleObservationOptions } from "./core/wrappers/grayscale-observation.ts";
export { HumanRendering, type HumanRenderingOptions, type Terminal } from "./core/wrappers/human-rendering.ts";
export { MaxAndSkipObservation, type MaxAndSkipObservationOptions } from "./core/wrappers/max-and-skip-observation.ts";
export { NormalizeObservation, type NormalizeObservationOptions } from "./core/wrappers/normalize-observation.ts";
export { NormalizeReward, type NormalizeRewardOptions } from "./core/wrappers/normalize-reward.ts";
export { ObservationWrapper } from "./core/wrappers/observation-wrapper.ts";
export { OrderEnforcing, type OrderEnforcingOptions } from "./core/wrappers/order-enforcing.ts";
export { PassiveEnvChecker } from "./core/wrappers/passive-env-checker.ts";
export {
  type EpisodeStatistics,
  RecordEpisodeStatistics,
  type RecordEpisodeStatisticsOptions,
} from "./core/wrappers/record-episode-statistics.ts";
export {
  cappedCubicVideoSchedule,
  RecordVideo,
  type RecordVideoOptions,
  type VideoFormat,
} from "./core/wrappers/record-video.ts";
export { RenderCollection, type RenderCollectionOptions } from "./core/wrappers/render-collection.ts";
export { RescaleAction, type RescaleActionOptions } from "./core/wrappers/rescale-action.ts";
export type { Bounds } from "./core/wrappers/rescale-box.ts";
export { RescaleObservation, type RescaleObservationOptions } from "./core/wrappers/rescale-observation.ts";
export { ReshapeObservation, type ReshapeObservationOptions } from "./core/wrappers/reshape-observation.ts";
export { ResizeObservation, type ResizeObservationOptions } from "./core/wrappers/resize-observation.ts";
export { RewardWrapper } from "./core/wrappers/reward-wrapper.ts";
export { RunningMeanStd } from "./core/wrappers/running-mean-std.ts";
export { StickyAction, type StickyActionOptions } from "./core/wrappers/sticky-action.ts";
export { TimeAwareObservation, type TimeAwareObservationOptions } from "./core/wrappers/time-aware-observation.ts";
export { TimeLimit, type TimeLimitOptions } from "./core/wrappers/time-limit.ts";
export { TransformAction, type TransformActionOptions } from "./core/wrappers/transform-action.ts";
export { TransformObservation, type TransformObservationOptions } from "./core/wrappers/transform-observation.ts";
export { TransformReward, type TransformRewardOptions } from "./core/wrappers/transform-reward.ts";
export { findLayer, unwrap, Wrapper, type WrapperParts } from "./core/wrappers/wrapper.ts";

// Spaces

export { type BatchedSpace, type BatchedValue, batchDifferingSpaces, batchSpace } from "./core/spaces/batch-space.ts";
export { concatenate, createEmptyArray, iterate, readSlot, writeSlot } from "./core/spaces/batch-values.ts";
export { Box, type BoxOptions } from "./core/spaces/box.ts";
export { Dict, type DictValue } from "./core/spaces/dict.ts";
export { Discrete, type DiscreteOptions } from "./core/spaces/discrete.ts";
export type { SpaceDType, TypedArray, TypedArrays } from "./core/spaces/dtype.ts";
export { type FlatValue, flatdim, flatten, flattenSpace, unflatten } from "./core/spaces/flatten.ts";
export { Graph, type GraphInstance, type GraphOptions, type GraphSampleOptions } from "./core/spaces/graph.ts";
export { fromJsonable, toJsonable } from "./core/spaces/jsonable.ts";
export { MultiBinary } from "./core/spaces/multi-binary.ts";
export { MultiDiscrete, type MultiDiscreteOptions } from "./core/spaces/multi-discrete.ts";
export { OneOf, type OneOfValue } from "./core/spaces/one-of.ts";
export type { RandomSource } from "./core/spaces/random-source.ts";
export { seedSpace } from "./core/spaces/seed-space.ts";
export { Sequence, type SequenceOptions, type SequenceValue } from "./core/spaces/sequence.ts";
export {
  createSharedMemory,
  readFromSharedMemory,
  type SharedMemory,
  writeToSharedMemory,
} from "./core/spaces/shared-memory.ts";
export type { SampleOptions, Space, SpaceJson, SpaceValue } from "./core/spaces/space.ts";
export { isSpaceDtypeShapeEquiv } from "./core/spaces/space-equivalence.ts";
export { spaceFromJSON } from "./core/spaces/space-from-json.ts";
export { SpaceGenerator, type SpaceSeed } from "./core/spaces/space-generator.ts";
export { Text, type TextOptions } from "./core/spaces/text.ts";
export { Tuple, type TupleValue } from "./core/spaces/tuple.ts";

// Randomness

export { Pcg64 } from "./core/pcg64.ts";
export { type RandomState, RandomStream } from "./core/random.ts";

// Vector environments

export type { VectorWrapping } from "./core/vector/env-wrapping.ts";
export { PendingCallError, VectorEnvClosedError, VectorEnvError, type VectorFailure } from "./core/vector/errors.ts";
export { type MakeVecOptions, makeVec } from "./core/vector/make-vec.ts";
export { SyncVectorEnv, type SyncVectorOptions } from "./core/vector/sync-vector-env.ts";
export type {
  AutoresetMode,
  Batch,
  VectorEnv,
  VectorMetadata,
  VectorOfEnvs,
  VectorReset,
  VectorResetOptions,
  VectorStep,
} from "./core/vector/vector-env.ts";
export { splitInfos, type VectorInfo } from "./core/vector/vector-info.ts";
export type { VectorOptions } from "./core/vector/vector-options.ts";
export type { ObservationMode } from "./core/vector/vector-spaces.ts";
export { WorkerVectorEnv, type WorkerVectorOptions } from "./core/vector/worker-vector-env.ts";
export { DictInfoToList } from "./core/vector/wrappers/dict-info-to-list.ts";
export {
  VectorNormalizeObservation,
  type VectorNormalizeObservationOptions,
} from "./core/vector/wrappers/vector-normalize-observation.ts";
export {
  VectorNormalizeReward,
  type VectorNormalizeRewardOptions,
} from "./core/vector/wrappers/vector-normalize-reward.ts";
export {
  VectorRecordEpisodeStatistics,
  type VectorRecordEpisodeStatisticsOptions,
} from "./core/vector/wrappers/vector-record-episode-statistics.ts";
export {
  VectorTransformAction,
  type VectorTransformActionOptions,
  VectorTransformObservation,
  type VectorTransformObservationOptions,
  VectorTransformReward,
  type VectorTransformRewardOptions,
} from "./core/vector/wrappers/vector-transforms.ts";
export { VectorWrapper } from "./core/vector/wrappers/vector-wrapper.ts";
export {
  VectorizeTransformAction,
  VectorizeTransformObservation,
  VectorizeTransformReward,
} from "./core/vector/wrappers/vectorize-transforms.ts";

// Data: episodes on disk, and batches of them

export { type CollectOptions, type CollectProgress, collect } from "./data/collect.ts";
export { BehaviourSource, CollectConfig } from "./data/collect-config.ts";
export { Dataset, openDataset } from "./data/dataset.ts";
export type { Episode, EpisodeInfo, EpisodeStore } from "./data/episode.ts";
export { EpisodeWriter, type EpisodeWriterOptions } from "./data/episode-writer.ts";
export { CollectError, DatasetError } from "./data/errors.ts";
export { FrameSampler, type FrameSamplerOptions } from "./data/frame-sampler.ts";
export { MemoryEpisodes } from "./data/memory-episodes.ts";
export { type RecordOptions, recordEpisode } from "./data/record-episode.ts";
export { SequenceSampler, type SequenceSamplerOptions } from "./data/sequence-sampler.ts";
export { SequenceStream, type SequenceStreamOptions, type StreamBatch } from "./data/sequence-stream.ts";
export { episodeTracks, type SequenceBatch, type SequenceWindow, type Track } from "./data/sequence-windows.ts";
export { type EpisodeSplit, splitEpisodes } from "./data/split-episodes.ts";

// Compute: functions of tensors, compiled or eager; weights on disk

export {
  type Checkpoint,
  type Compiled,
  type CompileOptions,
  clipByGlobalNorm,
  clipByValue,
  compile,
  compileStep,
  EngineError,
  type EngineReport,
  type ExportedModel,
  exportOnnx,
  InputError,
  loadCheckpoint,
  type NdArray,
  type Parameters,
  probeEngines,
  type Resident,
  saveCheckpoint,
  TraceError,
  valueAndGradients,
} from "./compute/index.ts";

// Training

export { type FitOptions, type FitResult, fit, NonFiniteLossError, type Validation } from "./training/fit.ts";
export { type MetricsRow, readMetrics } from "./training/metrics-log.ts";
export { createProgress, type Progress, type ProgressStage, silentProgress } from "./training/progress.ts";
export { cosine, type Schedule } from "./training/schedule.ts";
export type { BatchSource, Carry, Trainable } from "./training/trainable.ts";

// Evolution

export { type Candidate, CmaEs, type Evaluation, EvaluationError, type StopReason } from "./evolution/cma-es.ts";
export { CmaEsConfig, CmaEsState } from "./evolution/cma-es-config.ts";

// World models

export { DynamicsConfig } from "./world-models/genie/dynamics.ts";
export { GenieConfig, GenieWorldModel } from "./world-models/genie/genie-world-model.ts";
export { LatentActionConfig } from "./world-models/genie/latent-action-model.ts";
export { VideoTokenizerConfig } from "./world-models/genie/video-tokenizer.ts";
export { MdnRnnConfig, mdnRnnLoss, mdnRnnParameters } from "./world-models/recurrent/mdn-rnn.ts";
export {
  REFERENCE_CONFIGS,
  RecurrentConfig,
  RecurrentWorldModel,
} from "./world-models/recurrent/recurrent-world-model.ts";
export { VaeConfig, vaeLoss, vaeParameters } from "./world-models/recurrent/vae.ts";
export { loadWorld, type SavedWorld, saveWorld } from "./world-models/world-checkpoint.ts";
export type {
  ActionKind,
  Context,
  DreamStep,
  ModelState,
  Noise,
  NoiseSize,
  WorldModel,
} from "./world-models/world-model.ts";

// Imagination: learned worlds as environments

export type { Contexts, Dream } from "./imagination/dream.ts";
export { DreamEnv, type DreamEnvOptions } from "./imagination/dream-env.ts";
export { dreamReturns } from "./imagination/dream-returns.ts";
export { PerceivedEnv, type PerceiveOptions, perceive } from "./imagination/perceived-env.ts";
export { playedWith } from "./imagination/played-with.ts";
export type { Population } from "./imagination/population.ts";
export { type GraphController, type PopulationOptions, PopulationRollout } from "./imagination/population-rollout.ts";
export { RealPopulation, type RealPopulationOptions } from "./imagination/real-population.ts";
export { replayInDream } from "./imagination/replay.ts";
export { VectorDreamEnv, type VectorDreamOptions } from "./imagination/vector-dream-env.ts";
export { VectorPerceivedEnv, type VectorPerceiveOptions } from "./imagination/vector-perceived-env.ts";
export { LearnedDreamConfig } from "./learned-dream.ts";

// Evaluation: the dream beside the real environment

export {
  type BatchPlayer,
  type CompareOptions,
  type CompareProgress,
  type ComparisonReport,
  compare,
  type PolicyResult,
} from "./evaluation/compare.ts";
export { type LatentActionTable, latentActionNames, latentActionTable } from "./evaluation/latent-action-table.ts";
export { type Played, type Player, play } from "./evaluation/play.ts";
export { Report, readReport, saveReport } from "./evaluation/report.ts";
export { type Summary, summarize } from "./evaluation/statistics.ts";
export { formatTable } from "./evaluation/table.ts";
export { drawPredictions } from "./evaluation/world-model/draw-predictions.ts";
export { type EvaluateWorldModelOptions, evaluateWorldModel } from "./evaluation/world-model/evaluate-world-model.ts";
export { formatWorldModelReport } from "./evaluation/world-model/format-world-model-report.ts";
export type { HeldOut } from "./evaluation/world-model/held-out.ts";
export type { Prediction } from "./evaluation/world-model/prediction.ts";
export type { Spread } from "./evaluation/world-model/spread.ts";
export type { WorldModelReport } from "./evaluation/world-model/world-model-report.ts";

// Pipelines: from nothing to a report

export { type CompareRunOptions, comparePipelineRun } from "./pipelines/compare-run.ts";
export { type EvaluateRunOptions, evaluateRun, type RunEvaluation } from "./pipelines/evaluate-run.ts";
export { runGeniePipeline } from "./pipelines/genie.ts";
export { type ImitateRunOptions, imitateRun } from "./pipelines/imitate-run.ts";
export { formatImitationReport } from "./pipelines/imitation/format-imitation-report.ts";
export { ImitationError } from "./pipelines/imitation/imitable-world.ts";
export type { CloneAccuracy, ImitationDictionary, ImitationReport } from "./pipelines/imitation/imitation-report.ts";
export { type OpenedRun, openRun } from "./pipelines/open-run.ts";

export { PRESETS, type Preset, RecurrentPipelineConfig, resolveConfig } from "./pipelines/recurrent/config.ts";
export { type PipelineOptions, runPipeline } from "./pipelines/recurrent.ts";
export { Run, type RunIdentity, type StageRecord } from "./pipelines/run.ts";

// Bridge: environments for other processes, and from them (`make("python:CartPole-v1")`)

export { type EnvSourceOptions, envSource } from "./bridge/env-source.ts";
export { type ServeTcpOptions, serveTcp, type TcpServer } from "./bridge/serve-tcp.ts";
export type { EnvSource } from "./bridge/session.ts";
export { registerScheme, type SchemeFactory } from "./core/env-scheme.ts";
