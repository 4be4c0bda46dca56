#!/usr/bin/env node
import { processContext } from "./context.ts";
import { runCli } from "./program.ts";
import { services } from "./services.ts";

process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error; // the reader (head, less) has left: nothing to tell anyone
});
process.exitCode = await runCli(process.argv.slice(2), processContext(), services);
