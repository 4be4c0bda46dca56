import { join } from "node:path";
import type { Command } from "commander";
import type { CliContext } from "./context.ts";
import { directoryOption, wholeNumber } from "./options.ts";
import { findRunDirectory } from "./run-directory.ts";
import type { Services } from "./services.ts";

interface ExportOptions {
  readonly out?: string;
  readonly batch: number;
}

const EXAMPLES = `
Examples:
  $ reverie export take-cover
  $ reverie export runs/take-cover --out models/take-cover --batch 16

The folder's README.md shows how to run the models in Python and in JavaScript.
`;

/** `reverie export <run>`: V, M and C of a finished run as ONNX models for other programs. */
export function addExport(program: Command, context: CliContext, services: Services): void {
  program
    .command("export")
    .description("Write a finished run's V, M and C as standard ONNX models, with a sample of running them elsewhere.")
    .argument("<run>", "a run's folder, or its name inside runs/")
    .option("--out <dir>", "where the models go (default: <run>/export)", directoryOption)
    .option("--batch <n>", "how many dreams or frames a model takes at once", wholeNumber({ from: 1, to: 4096 }), 1)
    .addHelpText("after", EXAMPLES)
    .action(async (run: string, { out, batch }: ExportOptions) => {
      const directory = await findRunDirectory(run);
      const target = out ?? join(directory, "export");
      const files = await services.exportRun({ directory, out: target, batch });
      const width = Math.max(...files.map(({ file }) => file.length));
      const lines = files.map(({ file, bytes }) => `${file.padEnd(width)}  ${(bytes / 1e6).toFixed(1).padStart(5)} MB`);
      context.stdout.write(
        `${[...lines, `Written to ${target}; README.md there shows how to run them.`].join("\n")}\n`,
      );
    });
}
