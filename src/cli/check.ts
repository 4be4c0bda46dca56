import type { Command } from "commander";
import { EnvCheckError, type Finding, printFindings } from "../core/check-env/findings.ts";
import type { CliContext } from "./context.ts";
import { directoryOption, setOption, wholeNumber } from "./options.ts";
import type { Services } from "./services.ts";

interface CheckOptions {
  readonly checkpoint?: string;
  readonly set?: Record<string, unknown>;
  readonly steps?: number;
  readonly seed?: number;
  readonly learned?: boolean;
  readonly horizon?: number;
  readonly json?: boolean;
}

const EXAMPLES = `
Examples:
  $ reverie check CartPole-v1
  $ reverie check ./my-envs.js:Maze/Small-v0 --set size=9      a module that registers it, imported first
  $ reverie check Dream/TakeCover-v0 --checkpoint runs/take-cover --learned --horizon 2100
`;

/** `reverie check <env>`: whether an environment keeps the contract; each breach with its place and its cure. */
export function addCheck(program: Command, context: CliContext, services: Services): void {
  program
    .command("check")
    .description("Check an environment against the whole environment contract.")
    .argument("<env>", "id of a registered environment, or module:id")
    .option("--checkpoint <run>", "of a learned world: a run's folder, or the world's file", directoryOption)
    .option("--set <key=value>", "a keyword argument of the environment; repeatable, values are JSON", setOption)
    .option("--steps <n>", "steps of each trial run (default: 200)", wholeNumber({ from: 1, to: 1_000_000 }))
    .option("--seed <n>", "what the runs are drawn from (default: 123)", wholeNumber({ from: 0, to: 2 ** 31 }))
    .option("--learned", "a learned environment: also its horizon, replay and answers to actions")
    .option("--horizon <n>", "the step that truncates a learned environment", wholeNumber({ from: 1, to: 1_000_000 }))
    .option("--json", "print the findings as JSON")
    .addHelpText("after", EXAMPLES)
    .action(async (id: string, { checkpoint, set = {}, learned, horizon, json, ...run }: CheckOptions) => {
      const kwargs = checkpoint === undefined ? set : { ...set, checkpoint };
      const asked = learned || horizon !== undefined ? { horizon } : undefined;
      let findings: readonly Finding[];
      let breach: EnvCheckError | undefined;
      try {
        findings = await services.checkEnv(id, kwargs, { ...run, learned: asked });
      } catch (error) {
        if (!(error instanceof EnvCheckError)) throw error;
        breach = error;
        findings = error.findings;
      }
      if (json) context.stdout.write(`${JSON.stringify(findings, null, 2)}\n`);
      else {
        const warnings = findings.filter(({ severity }) => severity === "warning"); // the errors are in the breach
        if (warnings.length > 0) context.stdout.write(`${printFindings(warnings)}\n`);
        if (!breach) context.stdout.write(`${id} keeps the contract.\n`);
      }
      if (breach) throw breach;
    });
}
