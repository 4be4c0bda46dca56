import { ConfigError, ReverieError } from "../base/errors.ts";
import { UnregisteredEnvError } from "../core/errors.ts";

/** What was typed cannot be meant: exit code 2. */
export class UsageError extends ConfigError {}

/** Ctrl-C: the reason that commands find in their abort signal. */
export class InterruptedError extends ReverieError {
  constructor() {
    super("Stopped by Ctrl-C. Run the same command to go on.");
  }
}

/** Exit codes of the command. */
export const EXIT = { ok: 0, failure: 1, usage: 2, interrupted: 130 } as const;

/** How an error ends the command: what to print, and the exit code. */
export function explain(error: unknown, { verbose }: { verbose: boolean }): { message: string; code: number } {
  if (!(error instanceof Error)) return { message: `error: ${String(error)}`, code: EXIT.failure };
  const code = error instanceof ConfigError || error instanceof UnregisteredEnvError ? EXIT.usage : EXIT.failure;
  const expected = error instanceof ReverieError || isSystemError(error);
  if (verbose || !expected) return { message: `error: ${withCauses(error)}`, code };
  return { message: `error: ${error.message}`, code };
}

/** What the operating system refuses (a full disk, a folder that may not be written): its message says enough. */
function isSystemError(error: Error): boolean {
  return "syscall" in error && "code" in error;
}

function withCauses(error: Error): string {
  const own = error.stack ?? error.message;
  return error.cause instanceof Error ? `${own}\ncaused by: ${withCauses(error.cause)}` : own;
}
