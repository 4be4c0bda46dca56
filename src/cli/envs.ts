import type { Command } from "commander";
import type { EnvSpec } from "../core/env.ts";
import type { CliContext } from "./context.ts";
import type { Services } from "./services.ts";

/** `reverie envs`: the registered environments. */
export function addEnvs(program: Command, context: CliContext, services: Services): void {
  program
    .command("envs")
    .description("List the registered environments.")
    .option("--json", "print their specs as JSON")
    .action(async ({ json }: { json?: boolean }) => {
      const environments = await services.environments();
      context.stdout.write(json ? `${JSON.stringify(environments, null, 2)}\n` : formatEnvs(environments));
    });
}

function formatEnvs(environments: readonly EnvSpec[]): string {
  const width = Math.max(0, ...environments.map(({ id }) => id.length));
  return environments
    .map(({ id, maxEpisodeSteps, rewardThreshold }) => {
      const facts = [
        maxEpisodeSteps === undefined ? undefined : `at most ${maxEpisodeSteps} steps`,
        rewardThreshold === undefined ? undefined : `solved at a mean return of ${rewardThreshold}`,
      ].filter((fact) => fact !== undefined);
      return `${`${id.padEnd(width)}  ${facts.join(", ")}`.trimEnd()}\n`;
    })
    .join("");
}
