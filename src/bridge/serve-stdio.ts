import { Console } from "node:console";
import { serveConnection } from "./connection.ts";
import type { EnvSource } from "./session.ts";

/** Serves the process at the other end of stdin and stdout. What environments print goes to stderr: stdout carries frames only. */
export async function serveStdio(source: EnvSource, signal: AbortSignal): Promise<void> {
  globalThis.console = new Console(process.stderr);
  if (process.stdin.isTTY) {
    console.error("Waiting for a client's frames on stdin; with --port <n>, clients connect over TCP instead.");
  }
  const refusal = await serveConnection(process.stdin, process.stdout, source, { signal });
  if (refusal) throw refusal;
}
