import type { CliContext } from "../../src/cli/context.ts";
import { createProgress } from "../../src/training/progress.ts";

/** A terminal without colours that keeps what is written to it; `controller` is its Ctrl-C. */
export function capturedContext(controller = new AbortController()) {
  const [out, err]: [string[], string[]] = [[], []];
  const stderr = { write: (text: string) => err.push(text) };
  const context: CliContext = {
    stdout: { write: (text: string) => out.push(text) },
    stderr,
    color: false,
    progress: createProgress({ stream: stderr }),
    interruptible: () => controller.signal,
    get interrupted() {
      return controller.signal.aborted;
    },
  };
  return { context, written: () => ({ out: out.join(""), err: err.join("") }) };
}
