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

function listen(progress: Progress, note: string): AbortController {
  const controller = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => {
      if (controller.signal.aborted) {
        progress.close();
        dieOf(signal);
      } else {
        progress.note(note);
        controller.abort(new InterruptedError());
      }
    });
  }
  return controller;
}

/**
 * Ends the process at once, as the signal does to those who do not listen: `process.exit` would wait for the compute worker,
 * and whoever started this process should see that a signal ended it (a shell says 130 of SIGINT).
 */
function dieOf(signal: "SIGINT" | "SIGTERM"): void {
  process.removeAllListeners(signal); // without listeners Node gives the signal its default action back
  process.kill(process.pid, signal);
}
