import { execFileSync } from "node:child_process";

/** The Python of the tests: what REVERIE_PYTHON names, else python3. */
export const PYTHON = process.env["REVERIE_PYTHON"] || "python3";

/** Why nothing that needs Gymnasium can be tested here; undefined where it can. */
export const WITHOUT_GYMNASIUM: string | undefined = reason();

function reason(): string | undefined {
  try {
    execFileSync(PYTHON, ["-c", "import gymnasium, numpy"], { stdio: "pipe" });
    return undefined;
  } catch (error) {
    const { stderr, message } = error as { stderr?: Buffer; message: string };
    const why = stderr?.toString().trim().split("\n").at(-1) || message;
    const skipped = `skipped, ${PYTHON}: ${why}; REVERIE_PYTHON may name another interpreter`;
    console.warn(`Tests with Python's Gymnasium: ${skipped}`);
    return skipped;
  }
}
