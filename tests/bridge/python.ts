import { execFileSync } from "node:child_process";

/** The Python of the tests: what REVERIE_PYTHON names, else python3. */
export const PYTHON = process.env["REVERIE_PYTHON"] || "python3";

const { skipped, numpy = 2 } = probe();

/** Why nothing that needs Gymnasium can be tested here; undefined where it can. */
export const WITHOUT_GYMNASIUM: string | undefined = skipped;

/** The arithmetic of its numpy, as the option `numpy` of our environments names it. */
export const NUMPY: 1 | 2 = numpy;

function probe(): { skipped?: string; numpy?: 1 | 2 } {
  try {
    const version = execFileSync(PYTHON, ["-c", "import gymnasium, numpy; print(numpy.__version__)"], {
      stdio: "pipe",
    });
    return { numpy: version.toString().startsWith("1.") ? 1 : 2 };
  } catch (error) {
    const { stderr, message } = error as { stderr?: Buffer; message: string };
    const why = stderr?.toString().trim().split("\n").at(-1) || message;
    const skipped = `skipped, ${PYTHON}: ${why}; REVERIE_PYTHON may name another interpreter`;
    console.warn(`Tests with Python's Gymnasium: ${skipped}`);
    return { skipped };
  }
}
