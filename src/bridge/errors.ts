import { ReverieError } from "../base/errors.ts";

/** Bytes that are no frame of the bridge's protocol, or a frame that asks for what there is not. */
export class ProtocolError extends ReverieError {}

/** No Python, or a Python without Gymnasium. */
export class PythonMissingError extends ReverieError {}

/** The Python process ended while it was needed. */
export class PythonDiedError extends ReverieError {}

/** A Python environment raised; the message ends with its traceback. */
export class PythonEnvError extends ReverieError {
  /** The exception's class, such as "ValueError". */
  readonly exception: string;
  /** Python's own account of where it was raised; empty where there is none. */
  readonly traceback: string;

  constructor(what: string, { name, message, traceback = "" }: RemoteFailure) {
    super(
      `Expected ${what} to succeed in Python, got ${name}: ${message}${traceback && `\n\n${traceback.trimEnd()}\n`}`,
    );
    this.exception = name;
    this.traceback = traceback;
  }
}

/** An error as a reply carries it. */
export interface RemoteFailure {
  readonly name: string;
  readonly message: string;
  readonly traceback?: string;
}
