import type { NdArray } from "../array.ts";
import type { ValueInfo } from "../onnx/graph.ts";
import type { PortInfo } from "../trace/trace.ts";
import type { Provider } from "./provider.ts";

export type Data = NdArray["data"];

/** A model to open: its bytes and what crosses its border, in order. */
export interface SessionRequest {
  readonly model: Uint8Array;
  readonly inputs: readonly PortInfo[];
  readonly outputs: readonly PortInfo[];
  /** Which arrays of the resident state the first outputs replace. */
  readonly carried: readonly number[];
  /** What computes. */
  readonly provider: Provider;
  /** Threads inside an operator, where a CPU computes. */
  readonly threads: number;
  /** Where ONNX Runtime writes its times per kernel when the session closes: the beginning of a file name. */
  readonly profile?: string;
}

/** The shapes and types of a state's arrays, and what will compute with them. */
export interface HoldRequest {
  readonly parts: readonly ValueInfo[];
  readonly provider: Provider;
}

/**
 * Where sessions and resident states live: this thread or a worker. Callers choose the keys (unique in the process), so
 * nothing has to be awaited before the next call; calls are carried out in order.
 */
export interface Host {
  /** Why nothing can be run here any more; undefined while it works. */
  readonly dead: Error | undefined;
  open(session: number, request: SessionRequest): Promise<void>;
  close(session: number): Promise<void>;
  run(session: number, inputs: readonly Data[]): Promise<Data[]>;
  /** Makes or replaces a resident state, for sessions of the same provider. */
  hold(state: number, arrays: readonly Data[], request: HoldRequest): Promise<void>;
  /** Runs a session whose first inputs are the state and whose first outputs replace parts of it; gives the other outputs. */
  step(session: number, state: number, inputs: readonly Data[]): Promise<Data[]>;
  peek(state: number): Promise<Data[]>;
  drop(state: number): Promise<void>;
}

export type HostMethod = Exclude<keyof Host, "dead">;

let lastKey = 0;

/** A key for a session or a state that no other in this process has. */
export function nextKey(): number {
  return ++lastKey;
}
