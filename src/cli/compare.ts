import type { Command } from "commander";
import { formatTable } from "../evaluation/table.ts";
import { silentProgress } from "../training/progress.ts";
import type { CliContext } from "./context.ts";
import { noteEngine } from "./engine-note.ts";
import { seedOption, wholeNumber } from "./options.ts";
import { findRunDirectory } from "./run-directory.ts";
import type { Services } from "./services.ts";

interface CompareOptions {
  readonly episodes: number;
  readonly seed: number;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** Far from the seeds that a run trains and reports with. */
const FRESH_SEED = 1_000_000;

const EXAMPLES = `
Examples:
  $ reverie compare runs/take-cover
  $ reverie compare take-cover --episodes 20 --seed 7
  $ reverie compare take-cover --json > comparison.json
`;

/** `reverie compare <run>`: a finished run's policies on fresh seeds, in the dream and for real. */
export function addCompare(program: Command, context: CliContext, services: Services): void {
  program
    .command("compare")
    .description("Play a finished run's policies again on fresh seeds: in its dream and for real.")
    .argument("<run>", "a run's folder, or its name inside runs/")
    .option("--episodes <n>", "per policy and side", wholeNumber({ from: 1, to: 100_000 }), 100)
    .option("--seed <n>", "of the first episode; the others count on", seedOption, FRESH_SEED)
    .option("--json", "print the whole report as JSON")
    .option("--quiet", "no progress")
    .addHelpText("after", EXAMPLES)
    .action(async (run: string, options: CompareOptions) => {
      const directory = await findRunDirectory(run);
      const progress = options.quiet ? silentProgress : context.progress;
      await noteEngine(progress, services);
      const report = await services.comparePipelineRun({
        directory,
        episodes: options.episodes,
        seed: options.seed,
        progress,
        signal: context.interruptible(),
      });
      const text = options.json ? JSON.stringify(report, null, 2) : formatTable(report, { color: context.color });
      context.stdout.write(`${text}\n`);
    });
}
