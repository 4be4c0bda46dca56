import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { ConfigError, describe, ReverieError } from "../../src/base/errors.ts";
import { formatDuration } from "../../src/base/format.ts";
import { writeFileAtomic } from "../../src/base/write-file.ts";
import { bridgeSection } from "./bridge-steps.ts";
import { carRacingDrawingSection } from "./car-racing-drawing.ts";
import { carRacingSection } from "./car-racing-steps.ts";
import { genieSection } from "./genie-steps.ts";
import { memorySection } from "./memory.ts";
import { foresightSection } from "./platformer-foresight.ts";
import { platformerSection } from "./platformer-steps.ts";
import { profileSection } from "./profile.ts";
import {
  calibrationSection,
  computeSection,
  dreamSection,
  environmentSection,
  type Section,
  type Yardsticks,
  yardsticks,
} from "./sections.ts";
import { formatTextTable } from "./text-table.ts";
import { vectorSection } from "./vector-steps.ts";

/* npm run bench -- [--only compute,dream,profile,memory,envs,vector,bridge,car-racing,car-racing-drawing,platformer,foresight,genie,calibration] [--json file] */

const SECTIONS = [
  "compute",
  "dream",
  "profile",
  "memory",
  "envs",
  "vector",
  "bridge",
  "car-racing",
  "car-racing-drawing",
  "platformer",
  "foresight",
  "genie",
  "calibration",
] as const;
type SectionName = (typeof SECTIONS)[number];

async function run(): Promise<void> {
  const { only, json } = options();
  const started = performance.now();
  const machine = { node: process.version, cpu: cpus()[0].model, cores: cpus().length };
  console.log(
    `Node ${machine.node}, ${machine.cores} × ${machine.cpu}. Best of several runs each, one after another.\n`,
  );

  const wanted = SECTIONS.filter((name) => only.includes(name));
  const yards = only.includes("compute") || only.includes("dream") ? await during("GEMM unit", yardsticks) : undefined;
  const measure: Record<SectionName, () => Promise<Section>> = {
    compute: () => computeSection(yards as Yardsticks),
    dream: () => dreamSection(yards as Yardsticks),
    profile: profileSection,
    memory: memorySection,
    envs: environmentSection,
    vector: vectorSection,
    bridge: bridgeSection,
    "car-racing": carRacingSection,
    "car-racing-drawing": carRacingDrawingSection,
    platformer: platformerSection,
    foresight: foresightSection,
    genie: genieSection,
    calibration: calibrationSection,
  };
  const results: Record<string, unknown> = { machine, ...(yards && { gemmUnit: yards.unit, torch: yards.torch }) };
  for (const name of wanted) {
    const { table, figures } = await during(name, measure[name]);
    console.log(`${formatTextTable(table)}\n`);
    results[name] = figures;
  }
  if (json) await writeFileAtomic(json, `${JSON.stringify(results, null, 2)}\n`);
  console.log(`${formatDuration((performance.now() - started) / 1000)} in all${json ? `; figures in ${json}` : ""}.`);
}

function options(): { only: readonly SectionName[]; json: string | undefined } {
  const { values } = parseArgs({ options: { only: { type: "string" }, json: { type: "string" } } });
  const only = values.only?.split(",") ?? SECTIONS;
  const unknown = only.find((name) => !SECTIONS.includes(name as SectionName));
  if (unknown !== undefined) {
    throw new ConfigError(`Expected --only of ${SECTIONS.join(", ")}, got ${describe(unknown)}. Separate with commas.`);
  }
  return { only: only as readonly SectionName[], json: values.json };
}

/** Says on a terminal what is being measured, until it is. */
async function during<T>(name: string, body: () => Promise<T>): Promise<T> {
  if (process.stderr.isTTY) process.stderr.write(`measuring: ${name} …`);
  try {
    return await body();
  } finally {
    if (process.stderr.isTTY) process.stderr.write("\r\u001b[K");
  }
}

try {
  await run();
} catch (error) {
  const known = error instanceof ReverieError || (error as NodeJS.ErrnoException).code?.startsWith("ERR_PARSE_ARGS");
  if (!known) throw error;
  console.error((error as Error).message);
  process.exitCode = 2;
}
