import { join } from "node:path";
import type { Command } from "commander";
import { formatImitationReport } from "../pipelines/imitation/format-imitation-report.ts";
import { silentProgress } from "../training/progress.ts";
import type { CliContext } from "./context.ts";
import { noteEngine } from "./engine-note.ts";
import { seedOption, wholeNumber } from "./options.ts";
import { findRunDirectory } from "./run-directory.ts";
import type { Services } from "./services.ts";

interface ImitateOptions {
  readonly experts: number;
  readonly episodes: number;
  readonly labels: number;
  readonly seed: number;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

const EXAMPLES = `
Examples:
  $ reverie imitate platformer
  $ reverie imitate runs/platformer --experts 200 --seed 1
  $ reverie imitate platformer --labels 50               a dictionary from fewer labelled steps
  $ reverie imitate platformer --json > imitation.json

Only the dictionary looks at real actions of the expert. Figures are left at <run>/report/imitation.json.
`;

/** `reverie imitate <run>`: a policy from videos without actions, by the latent actions of a run's world. */
export function addImitate(program: Command, context: CliContext, services: Services): void {
  program
    .command("imitate")
    .description(
      "Imitate an expert from videos without actions, by the latent actions of a Genie run, and play for real.",
    )
    .argument("<run>", "a run's folder, or its name inside runs/")
    .option("--experts <n>", "episodes of the expert to watch", wholeNumber({ from: 2, to: 10_000 }), 80)
    .option("--episodes <n>", "per policy, for real", wholeNumber({ from: 1, to: 100_000 }), 100)
    .option("--labels <n>", "steps whose real action is told", wholeNumber({ from: 1, to: 1_000_000 }), 200)
    .option("--seed <n>", "of all that is random; no run trains on its episodes", seedOption, 0)
    .option("--json", "print the whole report as JSON")
    .option("--quiet", "no progress")
    .addHelpText("after", EXAMPLES)
    .action(async (run: string, { json, quiet, ...options }: ImitateOptions) => {
      const directory = await findRunDirectory(run);
      const progress = quiet ? silentProgress : context.progress;
      await noteEngine(progress, services);
      const report = await services.imitateRun({
        ...options,
        directory,
        progress,
        signal: context.interruptible("Stopping after this step. (Ctrl-C again stops at once.)"),
      });
      const { color } = context;
      context.stdout.write(`${json ? JSON.stringify(report, null, 2) : formatImitationReport(report, { color })}\n`);
      progress.note(`Left at ${join(directory, "report", "imitation.json")}`);
    });
}
