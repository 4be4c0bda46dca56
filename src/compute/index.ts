export { type AdamState, type AdamUpdate, adamCorrections, adamInit, adamUpdate } from "./adam.ts";
export {
  type Arrays,
  type ArrayTree,
  type DType,
  type NdArray,
  type Parameters,
  scalar,
  sizeOf,
  type Tensors,
  type TensorTree,
  zeros,
} from "./array.ts";
export { type Checkpoint, loadCheckpoint, saveCheckpoint } from "./checkpoint.ts";
export { type Compiled, type CompileOptions, compile, compileStep, type Resident } from "./compile.ts";
export { ENGINES, type EngineName } from "./engines.ts";
export { EngineError, InputError, TraceError } from "./errors.ts";
export { type ExportedModel, type ExportedPort, type ExportOptions, exportOnnx } from "./export-onnx.ts";
export { clipByGlobalNorm, clipByValue, type Gradients, globalNorm, valueAndGradients } from "./gradients.ts";
export { type MuonState, type MuonUpdate, muonInit, muonUpdate } from "./muon.ts";
export { orthogonalize } from "./orthogonalize.ts";
export { countParameters } from "./parameters.ts";
export { type EngineReport, probeEngines } from "./probe.ts";
export { decodeSafetensors, encodeSafetensors, type SafetensorsFile } from "./safetensors.ts";
export { stopGradient, straightThrough } from "./stop-gradient.ts";
