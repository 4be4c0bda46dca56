import { Command, CommanderError } from "commander";
import { packageVersion } from "../evaluation/versions.ts";
import { addCheck } from "./check.ts";
import { addCompare } from "./compare.ts";
import type { CliContext } from "./context.ts";
import { addDoctor } from "./doctor.ts";
import { addEnvs } from "./envs.ts";
import { EXIT, explain, InterruptedError } from "./errors.ts";
import { addEvaluate } from "./evaluate.ts";
import { addExport } from "./export.ts";
import { addImitate } from "./imitate.ts";
import { addPythonClient, addServe } from "./serve.ts";
import type { Services } from "./services.ts";
import { addTrain } from "./train.ts";

const HELP = `
Start here:
  $ reverie train TakeCover-v0     a dream, an agent trained in it, and the proof
  $ reverie doctor                 what this machine computes with

Exit codes: 0 done, 1 failed, 2 wrong usage, 130 stopped by Ctrl-C.
`;

/** Runs the command line `args` (without node and script) and answers the exit code. */
export async function runCli(args: readonly string[], context: CliContext, services: Services): Promise<number> {
  const program = new Command("reverie");
  program
    .description("Learned worlds as Gymnasium environments: train in a dream, play for real, compare.")
    .version(packageVersion(), "-V, --version", "print the version")
    .helpOption("-h, --help", "print help")
    .helpCommand("help [command]", "print help for a command")
    .option("--verbose", "print the stack of an error (also: DEBUG=1)")
    .addHelpText("after", HELP)
    .configureOutput({
      writeOut: (text) => context.stdout.write(text),
      writeErr: (text) => context.stderr.write(text),
      getOutHelpWidth: () => context.stdout.columns ?? 100,
      getErrHelpWidth: () => context.stderr.columns ?? 100,
    })
    .configureHelp({ styleTitle: (title) => (context.color ? `\u001b[1m${title}\u001b[22m` : title) })
    .showHelpAfterError("Try --help.")
    .exitOverride();
  addTrain(program, context, services);
  addCompare(program, context, services);
  addEvaluate(program, context, services);
  addImitate(program, context, services);
  addDoctor(program, context, services);
  addExport(program, context, services);
  addEnvs(program, context, services);
  addCheck(program, context, services);
  addServe(program, context, services);
  addPythonClient(program, context);

  if (args.length === 0) {
    program.outputHelp();
    return EXIT.ok;
  }
  try {
    await program.parseAsync(args, { from: "user" });
    return EXIT.ok;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    context.progress.close();
    if (context.interrupted && isAbort(error)) return EXIT.interrupted;
    const verbose = program.opts<{ verbose?: boolean }>().verbose === true || Boolean(process.env["DEBUG"]);
    const { message, code } = explain(error, { verbose });
    context.stderr.write(`${message}\n`);
    return code;
  }
}

function isAbort(error: unknown): boolean {
  return error instanceof InterruptedError || (error instanceof Error && error.name === "AbortError");
}
