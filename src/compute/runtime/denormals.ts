import { Graph } from "../onnx/graph.ts";
import { writeModel } from "../onnx/protobuf.ts";
import type { OnnxRuntime } from "./onnx-runtime.ts";

/*
 * Numbers too small for a full mantissa (below 1.2e-38 in float32) cost Intel's cores some hundred cycles each, and a model in
 * training makes them: a momentum that gets no gradient any more shrinks until it is one, and stays one. Genie's tokenizer
 * began with 41 steps a second on two Intel Xeon cores and was down to 9 after half of its training; with zeros it kept 40. AMD's
 * Zen 4 does not mind.
 *
 * A thread can be told to take them for zero, and its child threads inherit that on Linux. It then does so in JavaScript too,
 * where Number.MIN_VALUE > 0 would be false, which is for no library to decide: so only our own worker is told, and sessions
 * elsewhere keep them. The threads of a session must agree, else it were chance which of them computes what.
 */

/** What tells the threads of a session; the thread that calls it is told by the first session of the process, and by no other. */
export const FLUSH = "set_denormal_as_zero";

const SMALLEST_NORMAL = new Float64Array([2 ** -1022]); // in an array, lest the compiler computes with it

/** Whether this thread takes denormals for zero. */
export const flushesDenormals = (): boolean => SMALLEST_NORMAL[0] / 2 === 0;

/** Asks that this thread takes denormals for zero from now on; in vain where it is not the first to open a session. */
export async function flushDenormals({ InferenceSession }: OnnxRuntime): Promise<void> {
  const session = await InferenceSession.create(nothing(), { extra: { session: { [FLUSH]: "1" } } });
  await session.release();
}

/** The smallest model. */
export function nothing(): Uint8Array {
  const graph = new Graph();
  graph.output(graph.input({ shape: [1], dtype: "float32" }));
  return writeModel(graph, "nothing");
}
