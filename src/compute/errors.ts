import { ReverieError } from "../base/errors.ts";

/** A function that cannot be compiled: an op without a lowering, a value read while tracing, noise drawn inside. */
export class TraceError extends ReverieError {}

/** An input of a compiled function that is missing, superfluous, or of the wrong shape or element type. */
export class InputError extends ReverieError {}

/** An engine that is not installed, does not start, or died. */
export class EngineError extends ReverieError {}
