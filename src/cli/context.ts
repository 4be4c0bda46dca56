import { createProgress, type Progress } from "../training/progress.ts";
import { InterruptedError } from "./errors.ts";

/** Where a command writes. */
interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** What every command works with. */
export interface CliContext {
  readonly stdout: Output;
  readonly stderr: Output;
  readonly color: boolean;
  readonly progress: Progress;
  /** From now on Ctrl-C stops gently: `note` is printed, the signal aborts, and a second press ends the process at once. */
  interruptible(note?: string): AbortSignal;
  /** Ctrl-C was pressed. */
  readonly interrupted: boolean;
}

/** The context of a real process. */
export function processContext(): CliContext {
  const progress = createProgress();
  let controller: AbortController | undefined;
  return {
    stdout: process.stdout,
    stderr: process.stderr,
    color: process.stdout.isTTY === true && !process.env["NO_COLOR"],
    progress,
    interruptible(note = "Stopping after this step; run the same command to go on. (Ctrl-C again stops at once.)") {
      controller ??= listen(progress, note);
      return controller.signal;
    },
    get interrupted() {
      return controller?.signal.aborted ?? false;
    },
  };
}

const EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const;

function listen(progress: Progress, note: string): AbortController {
  const controller = new AbortController();
  for (const [name, code] of Object.entries(EXIT_CODES)) {
    process.on(name, () => {
      if (controller.signal.aborted) {
        progress.close();
        process.exit(code);
      }
      progress.note(note);
      controller.abort(new InterruptedError());
    });
  }
  return controller;
}
