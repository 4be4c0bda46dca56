import { ReverieError } from "../../base/errors.ts";

export interface VectorFailure {
  /** The slots concerned: one where an environment threw, all of a worker's where the worker died. */
  readonly envs: readonly number[];
  /** The worker thread, counted from 0; absent where there are none. */
  readonly worker?: number;
  /** What the slots were asked for. */
  readonly doing: string;
  readonly what: string;
  /** Whether the environments have been closed for it; default true. */
  readonly closed?: boolean;
  /** What was thrown; its stack follows in this error's stack. */
  readonly cause?: Error;
}

/** An environment of a vector threw, or the worker it lives in died; after a failed step or reset the others are closed. */
export class VectorEnvError extends ReverieError {
  readonly envs: readonly number[];
  readonly worker: number | undefined;

  constructor({ envs, worker, doing, what, closed = true, cause }: VectorFailure) {
    const [first] = envs;
    const which = envs.length === 1 ? `environment ${first}` : `environments ${first} to ${envs[envs.length - 1]}`;
    const where = worker === undefined ? "" : ` (worker ${worker})`;
    const why = /[.!?]$/.test(what) ? what : `${what}.`;
    const next = closed ? " All environments are closed: make new ones." : "";
    super(`Expected ${which}${where} to go on with ${doing}, got: ${why}${next}`, { cause });
    this.envs = envs;
    this.worker = worker;
    if (cause?.stack) this.stack = `${this.stack}\nCaused by: ${cause.stack}`;
  }
}

/** A call to a vector environment that was closed, by its user or after a failure. */
export class VectorEnvClosedError extends ReverieError {
  constructor(what: string, cause?: Error) {
    const why = cause ? "closed by an earlier failure" : "closed";
    super(`Expected a vector environment that is open before ${what}, got one that is ${why}. Make a new one.`, {
      cause,
    });
  }
}

/** A call to a vector environment that is still busy with another one. */
export class PendingCallError extends ReverieError {
  constructor(what: string, pending: string) {
    super(`Expected ${pending} to be done before ${what}, got it still running. Await it first.`);
  }
}
