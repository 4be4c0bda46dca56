import type { MessagePort } from "node:worker_threads";
import type { EnvMetadata, EnvSpec, Info, RenderMode } from "../env.ts";
import type { SpaceJson } from "../spaces/space.ts";
import type { Column } from "./batch-layout.ts";
import type { VectorWrapping } from "./env-wrapping.ts";
import type { ResetRequest } from "./reset-request.ts";
import type { AutoresetMode } from "./vector-env.ts";

/*
 * A vector's thread and its workers. Numbers (actions, observations, rewards, flags) lie in shared memory; what has no fixed
 * size goes by message. A worker sleeps in Atomics.wait until it is given a call; the caller's thread is told by one message
 * of the last worker to answer (Atomics.waitAsync takes as long, and blocking the thread no less). Words of the shared control
 * array:
 *
 *   BUSY                workers that have not answered the call yet
 *   WORDS · (w + 1) + … of worker w: CALL counts the calls it was given (it sleeps until it changes), BY_MESSAGE says whether
 *                       the order is in its port (else: step, actions in shared memory), ANSWERED whether an answer is,
 *                       CLOSE asks it to end
 *
 * A worker's words are 64 bytes apart, so that writing one does not take another's cache line.
 */
export const BUSY = 0;
export const WORDS = 16;
export const CALL = 0;
export const BY_MESSAGE = 1;
export const ANSWERED = 2;
export const CLOSE = 3;

/** Where worker w's words begin. */
export const wordsOf = (worker: number): number => WORDS * (worker + 1);

/** What a worker is started with. */
export interface EnvWorkerData {
  readonly worker: number;
  /** Its slots: `first`, …, `first` + `count` − 1 of `slots`. */
  readonly first: number;
  readonly count: number;
  readonly slots: number;
  /** What `make` takes. */
  readonly id: string | EnvSpec;
  readonly options: Readonly<Record<string, unknown>>;
  /** URLs of modules to import first, beside the one that registers the package's own environments. */
  readonly modules: readonly string[];
  /** Wrappers for each environment, from the inside out; none is a function. */
  readonly wrappers: readonly VectorWrapping[];
  readonly autoreset: AutoresetMode;
  readonly control: Int32Array;
  readonly port: MessagePort;
}

/** What a worker's environments are, by slot. */
export interface EnvDescription {
  readonly observationSpace: SpaceJson;
  readonly actionSpace: SpaceJson;
  readonly metadata?: EnvMetadata;
  readonly renderMode?: RenderMode;
  readonly spec?: EnvSpec;
}

/** The first order: the memory to work in. */
export interface BeginOrder {
  readonly observationSpace: SpaceJson;
  readonly actionSpace: SpaceJson;
  /** Undefined: observations go by message. */
  readonly columns: readonly Column[] | undefined;
  readonly rewards: Float64Array;
  readonly terminated: Uint8Array;
  readonly truncated: Uint8Array;
  /** Undefined: actions come by message. */
  readonly actions: readonly Column[] | undefined;
}

/** What a worker is asked for by message. */
export type Order =
  | ({ readonly kind: "begin" } & BeginOrder)
  | { readonly kind: "reset"; readonly request: ResetRequest }
  /** Actions by slot of the whole vector. */
  | { readonly kind: "step"; readonly actions: readonly unknown[] }
  | { readonly kind: "call"; readonly name: string; readonly args: readonly unknown[] }
  | { readonly kind: "get"; readonly name: string }
  /** Values by slot of the whole vector. */
  | { readonly kind: "set"; readonly name: string; readonly values: readonly unknown[] };

/** What a worker answers by message, in its port. */
export type Answer =
  | {
      readonly kind: "slots";
      /** By environment of the worker; undefined: none of them has any. */
      readonly infos: readonly (Info | undefined)[] | undefined;
      /** By environment of the worker; undefined: they are in shared memory. */
      readonly observations: readonly unknown[] | undefined;
    }
  | { readonly kind: "values"; readonly values: readonly unknown[] }
  | { readonly kind: "failed"; readonly slot: number; readonly error: PlainError };

/** What a worker says of itself, to its parent. */
export type WorkerMessage =
  | { readonly kind: "ready"; readonly envs: readonly EnvDescription[] }
  /** All workers have answered; it was the last. */
  | { readonly kind: "answered" }
  | { readonly kind: "failed"; readonly slot: number | undefined; readonly error: PlainError }
  | { readonly kind: "closed" };

/** An error on its way between threads. */
export interface PlainError {
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
}

export function toPlainError(thrown: unknown): PlainError {
  const { name, message, stack } = thrown instanceof Error ? thrown : new Error(String(thrown));
  return { name, message, stack };
}

export function fromPlainError({ name, message, stack }: PlainError): Error {
  const error = new Error(message);
  error.name = name;
  if (stack !== undefined) error.stack = stack;
  return error;
}
