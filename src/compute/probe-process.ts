import type { EngineName } from "./engines.ts";
import { tried } from "./probe.ts";
import { probeEngine } from "./probe-engine.ts";

/* Tries the engine named by its argument and prints the result as one line of JSON: what probe.ts starts. */

const result = await tried(probeEngine(process.argv[2] as EngineName));
process.stdout.write(`\n${JSON.stringify(result)}\n`);
