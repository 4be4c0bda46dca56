import { type ChildProcess, spawn } from "node:child_process";
import type { Socket } from "node:net";
import { BridgeClient } from "./client.ts";
import { PythonDiedError, PythonEnvError, PythonMissingError } from "./errors.ts";
import type { Frame, Payload } from "./frame.ts";
import { pythonFile } from "./python-files.ts";

const STDERR_TAIL = 4096; // characters that an error shows of what Python said last
const PATIENCE = 5000; // ms that Python has to end by itself once it was asked to
const MISSING = 3; // gym_server.py's exit code for "a module is missing"

/** A Python process that serves one Gymnasium environment. It keeps Node.js alive only while it is asked something. */
export class PythonProcess {
  readonly #python: string;
  readonly #id: string;
  readonly #child: ChildProcess;
  readonly #client: BridgeClient;
  readonly #gone: Promise<Error | undefined>;
  #stderr = "";
  #closing: Promise<void> | undefined;

  /** `python`: the interpreter; default REVERIE_PYTHON, else python3. */
  constructor(id: string, python: string = process.env["REVERIE_PYTHON"] || "python3") {
    this.#python = python;
    this.#id = id;
    this.#child = spawn(python, ["-B", pythonFile("gym_server.py"), id], {
      stdio: ["pipe", "pipe", "pipe"],
      detached: process.platform !== "win32", // Ctrl-C is for this process; Python ends when its stdin does
    });
    this.#gone = new Promise((resolve) => {
      this.#child.once("error", resolve); // it could not be started
      this.#child.once("close", () => resolve(undefined));
    });
    this.#child.stderr!.on("data", (chunk: Buffer) => {
      process.stderr.write(chunk); // warnings, and what the environment prints
      this.#stderr = (this.#stderr + chunk.toString("utf8")).slice(-STDERR_TAIL);
    });
    this.#client = new BridgeClient(this.#child.stdout!, this.#child.stdin!, {
      failed: (failure, call) => new PythonEnvError(`${call} of ${this.#id}`, failure),
      lost: (call) => this.#lost(call),
    });
    const { stdin, stderr } = this.#child as unknown as Readonly<Record<string, Socket | null>>;
    for (const handle of [this.#child, stdin, stderr]) handle?.unref();
    this.#hold(false);
  }

  /** Asks Python; the frame in reply is valid until the next one. */
  async request(call: string, header?: Readonly<Record<string, unknown>>, payload?: Payload): Promise<Frame> {
    if (this.#closing)
      throw new PythonDiedError(`Expected ${this.#id} to be open before ${call}, got it closed. Make it anew.`);
    this.#hold(true);
    try {
      return await this.#client.request(call, header, payload);
    } finally {
      this.#hold(false);
    }
  }

  /** Lets Python close the environment and end; one that does not is killed. Twice is harmless. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#child.ref();
    const patience = setTimeout(() => this.#child.kill("SIGKILL"), PATIENCE);
    this.#client.request("close").catch(() => undefined); // it may have ended already
    this.#child.stdin!.end();
    await this.#gone;
    clearTimeout(patience);
  }

  /** What to tell when Python has ended though something was asked of it. */
  async #lost(call: string): Promise<Error> {
    const failure = await this.#gone;
    if (failure) {
      return new PythonMissingError(
        `Expected to start ${this.#python} for ${this.#id}, got ${failure.message}. ` +
          'Install Python 3 with "python3 -m pip install gymnasium", or name an interpreter: option python, or REVERIE_PYTHON.',
        { cause: failure },
      );
    }
    const said = this.#stderr.trim();
    if (this.#child.exitCode === MISSING) {
      return new PythonMissingError(
        `Expected ${this.#python} with gymnasium and numpy, got: ${said.split("\n").at(-1)}. ` +
          `Install them: ${this.#python} -m pip install gymnasium`,
      );
    }
    const { exitCode, signalCode } = this.#child;
    const how = signalCode === null ? `its end with exit code ${exitCode}` : `its end by ${signalCode}`;
    return new PythonDiedError(
      `Expected Python to answer ${call} of ${this.#id}, got ${how}. Make the environment anew.${said && `\n\n${said}\n`}`,
    );
  }

  /** Whether Node.js waits for an answer: one handle is enough, and holding costs a little every time. */
  #hold(held: boolean): void {
    const replies = this.#child.stdout as Socket | null;
    if (held) replies?.ref();
    else replies?.unref();
  }
}
