import type { Command } from "commander";
import type { EngineReport } from "../compute/probe.ts";
import type { CliContext } from "./context.ts";
import type { Services } from "./services.ts";

const EXAMPLES = `
Examples:
  $ reverie doctor
  $ REVERIE_ENGINE=webgpu reverie train TakeCover-v0    choose an engine by hand
`;

/** `reverie doctor`: which engines work here, which do not, why, and what would change that. */
export function addDoctor(program: Command, context: CliContext, services: Services): void {
  program
    .command("doctor")
    .description("Say which compute engines work here, which do not, why, and what would change that.")
    .option("--json", "print the findings as JSON")
    .addHelpText("after", EXAMPLES)
    .action(async ({ json }: { json?: boolean }) => {
      const engines = await services.probeEngines();
      context.stdout.write(json ? `${JSON.stringify(engines, null, 2)}\n` : formatEngines(engines, context));
    });
}

/** One line per engine, and below it the reason and the remedy where there are any. */
function formatEngines(engines: readonly EngineReport[], { color }: { color: boolean }): string {
  const paint = (code: number, text: string): string => (color ? `\u001b[${code}m${text}\u001b[39m` : text);
  const names = Math.max(0, ...engines.map(({ name }) => name.length));
  const versions = Math.max(0, ...engines.map(({ version }) => version?.length ?? 0));
  const lines = engines.flatMap(({ name, works, version = "", reason, remedy, product }) => {
    const mark = works ? paint(32, "✔") : paint(31, "✘");
    const speed = product
      ? `${product.size}³ matrix product ${product.milliseconds.toFixed(1)} ms, ${product.gflops.toFixed(product.gflops < 10 ? 1 : 0)} GFLOP/s`
      : "";
    const head = [mark, name.padEnd(names), version.padEnd(versions), works ? speed : "not available"];
    const more = [reason, remedy && `→ ${remedy}`].filter((text) => text !== undefined);
    return [head.join("  ").trimEnd(), ...more.flatMap((text) => text.split("\n").map((line) => `     ${line}`))];
  });
  const working = engines.filter(({ works }) => works).length;
  const chosen = engines.find((engine) => engine.chosen)?.name;
  const ends = [
    `${working} of ${engines.length} engines work here.`,
    ...(chosen === undefined ? [] : [`${chosen} is used; REVERIE_ENGINE chooses another.`]),
  ];
  return `${[...lines, "", ends.join(" ")].join("\n")}\n`;
}
