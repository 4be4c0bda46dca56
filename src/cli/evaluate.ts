import { join } from "node:path";
import { type Command, Option } from "commander";
import { formatWorldModelReport } from "../evaluation/world-model/format-world-model-report.ts";
import { evaluationName } from "../pipelines/evaluation-name.ts";
import { silentProgress } from "../training/progress.ts";
import type { ActionKind } from "../world-models/world-model.ts";
import type { CliContext } from "./context.ts";
import { noteEngine } from "./engine-note.ts";
import { positiveNumber, seedOption, wholeNumber } from "./options.ts";
import { findRunDirectory } from "./run-directory.ts";
import type { Services } from "./services.ts";

interface EvaluateOptions {
  readonly episodes: number;
  readonly seed: number;
  readonly prompt?: number;
  readonly temperature?: number;
  readonly actions?: ActionKind;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

const EXAMPLES = `
Examples:
  $ reverie evaluate take-cover
  $ reverie evaluate runs/take-cover --episodes 64 --seed 1 --prompt 4
  $ reverie evaluate take-cover --temperature 0.1       what it holds most likely
  $ reverie evaluate platformer-genie --actions latent  as if its own latent actions were played
  $ reverie evaluate take-cover --json > world-model.json

Figures and a picture are left at <run>/report/world-model.json and world-model.png; with other actions or another
temperature at world-model-latent, world-model-0.1, world-model-latent-0.1.
`;

/** `reverie evaluate <run>`: a run's world against real episodes that it has not seen. */
export function addEvaluate(program: Command, context: CliContext, services: Services): void {
  program
    .command("evaluate")
    .description("Hold a run's learned world against fresh real episodes: pictures, actions, rewards, ends, drift.")
    .argument("<run>", "a run's folder, or its name inside runs/")
    .option("--episodes <n>", "real episodes to collect", wholeNumber({ from: 1, to: 10_000 }), 32)
    .option("--seed <n>", "of the episodes and the dreams; no run trains on any of them", seedOption, 0)
    .option("--prompt <n>", "frames that it is shown before it dreams", wholeNumber({ from: 1, to: 1000 }))
    .option("--temperature <t>", "of the dreams (default: as the run's agents were trained in them)", positiveNumber)
    .addOption(new Option("--actions <kind>", "whose actions, in a world that knows both").choices(["real", "latent"]))
    .option("--json", "print the whole report as JSON")
    .option("--quiet", "no progress")
    .addHelpText("after", EXAMPLES)
    .action(async (run: string, options: EvaluateOptions) => {
      const directory = await findRunDirectory(run);
      const progress = options.quiet ? silentProgress : context.progress;
      await noteEngine(progress, services);
      const report = await services.evaluateRun({
        directory,
        episodes: options.episodes,
        seed: options.seed,
        prompt: options.prompt,
        temperature: options.temperature,
        actions: options.actions,
        progress,
        signal: context.interruptible("Stopping after this step. (Ctrl-C again stops at once.)"),
      });
      const { color } = context;
      const text = options.json ? JSON.stringify(report, null, 2) : formatWorldModelReport(report, { color });
      context.stdout.write(`${text}\n`);
      const name = evaluationName(options);
      progress.note(`Left at ${join(directory, "report")}: ${name}.json, ${name}.png`);
    });
}
