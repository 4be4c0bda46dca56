import { relative } from "node:path";
import { type Command, Option } from "commander";
import { formatDuration } from "../base/format.ts";
import { specOf } from "../core/registry.ts";
import { formatTable } from "../evaluation/table.ts";
import { silentProgress } from "../training/progress.ts";
import type { CliContext } from "./context.ts";
import { noteEngine } from "./engine-note.ts";
import { UsageError } from "./errors.ts";
import { directoryOption, seedOption, setOption } from "./options.ts";
import { defaultRunDirectory, envOfFolder } from "./run-directory.ts";
import { MODELS, type Model, PRESETS, type Preset, type Services } from "./services.ts";

interface TrainOptions {
  readonly model: Model;
  readonly preset: Preset;
  readonly seed: number;
  readonly run?: string;
  readonly set?: Record<string, unknown>;
  readonly quiet?: boolean;
}

const EXAMPLES = `
Examples:
  $ reverie train TakeCover-v0                        six to ten minutes on two cores
  $ reverie train TakeCover-v0 --preset full          twenty minutes, more episodes, longer training
  $ reverie train car-racing                          World Models' other game: a quarter of an hour
  $ reverie train platformer --model genie            Genie: tokens, latent actions, an agent inside; 25 minutes
  $ reverie train TakeCover-v0 --seed 1 --run runs/take-cover-1
  $ reverie train TakeCover-v0 --run runs/longer --set memory.steps=6000

Stopped with Ctrl-C, the same command goes on where it was and ends with the same controller.
The report is at <run>/report/index.html.
`;

/** `reverie train <env>`: collect, learn the world, evolve in its dream, play for real, report. */
export function addTrain(program: Command, context: CliContext, services: Services): void {
  program
    .command("train")
    .description("Learn a world from episodes, train an agent in its dream, play the real environment, report.")
    .argument("<env>", "id of a registered environment (see: reverie envs), or its short name: car-racing")
    .addOption(new Option("--model <family>", "which world model").choices([...MODELS]).default("world-models"))
    .addOption(new Option("--preset <name>", "how long and how large").choices([...PRESETS]).default("quick"))
    .option("--seed <n>", "of everything random in the run", seedOption, 0)
    .option("--run <dir>", "the run's folder (default: runs/<env>, e.g. runs/take-cover)", directoryOption)
    .option("--set <key=value>", "override a configuration key; repeatable, values are JSON", setOption)
    .option("--quiet", "no progress, only the table")
    .addHelpText("after", EXAMPLES)
    .action(async (typed: string, options: TrainOptions) => {
      const known = await services.environments();
      const { id } = specOf(
        envOfFolder(
          typed,
          known.map((spec) => spec.id),
        ),
      );
      if (id.startsWith("Dream/")) {
        throw new UsageError(
          `Expected a real environment to learn from, got ${id}. Train ${id.slice("Dream/".length)}.`,
        );
      }
      const own = defaultRunDirectory(id);
      const directory = options.run ?? (options.model === "genie" ? `${own}-genie` : own);
      const progress = options.quiet ? silentProgress : context.progress;
      progress.note(`${id} · ${options.model} · preset ${options.preset} · seed ${options.seed} → ${directory}`);
      await noteEngine(progress, services);
      const begin = performance.now();
      const report = await services.runPipeline({
        env: id,
        model: options.model,
        preset: options.preset,
        seed: options.seed,
        directory,
        overrides: options.set,
        progress,
        signal: context.interruptible(),
      });
      context.stdout.write(`${formatTable(report, { color: context.color })}\n`);
      progress.note(
        `Done in ${formatDuration((performance.now() - begin) / 1000)}. Report: ${relative(".", directory)}/report/index.html`,
      );
    });
}
