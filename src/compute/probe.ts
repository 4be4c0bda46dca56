import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { workerUrl } from "../base/worker-url.ts";
import { ENGINES, type EngineName, preferredEngine, requestedEngine } from "./engines.ts";
import { EngineError } from "./errors.ts";
import { type MatrixProduct, probeEngine } from "./probe-engine.ts";

/** What an engine can do on this machine. */
export interface EngineReport {
  readonly name: EngineName;
  readonly works: boolean;
  /** Whether functions run on this one unless they are told otherwise: REVERIE_ENGINE's, else the first that works. */
  readonly chosen: boolean;
  /** What it is and its version. */
  readonly version?: string;
  /** Why it does not work. */
  readonly reason?: string;
  /** What would change that, or what else is worth knowing. */
  readonly remedy?: string;
  /** How fast it multiplies. */
  readonly product?: MatrixProduct;
}

const PATIENCE = 60_000; // milliseconds for one engine to start and multiply
const WORTH_SAYING = 1.5; // times faster than the chosen engine

/** What a probe answers: the part of the report that one engine can know. */
export type ProbeResult = Pick<EngineReport, "version" | "product"> | Pick<EngineReport, "reason" | "remedy">;

/** Tries every engine, one after the other; a failure is a report, never an error. */
export async function probeEngines(): Promise<EngineReport[]> {
  const asked = requestedEngine(undefined);
  const preferred = asked === "auto" ? await preferredEngine() : asked;
  const reports: EngineReport[] = [];
  for (const name of ENGINES) {
    const result = await (name === "wasm" || name === "cpu" ? tried(probeEngine(name)) : probeApart(name));
    reports.push({ name, works: "version" in result, chosen: name === preferred, ...result });
  }
  const best = reports.find(({ chosen }) => chosen)?.product?.gflops ?? 0;
  return reports.map((report) =>
    (report.product?.gflops ?? 0) > WORTH_SAYING * best
      ? { ...report, remedy: `Faster here for large models: REVERIE_ENGINE=${report.name} chooses it.` }
      : report,
  );
}

/** The result, or the reason why there is none. */
export function tried(probe: Promise<ProbeResult>): Promise<ProbeResult> {
  return probe.catch(explain);
}

/** Native engines are tried in a process of their own: a driver that crashes takes only that one with it. */
function probeApart(name: EngineName): Promise<ProbeResult> {
  const script = fileURLToPath(workerUrl(import.meta.url, "probe-process"));
  return new Promise((resolve) => {
    execFile(process.execPath, [script, name], { timeout: PATIENCE }, (error, stdout) => {
      const answer = stdout.trimEnd().split("\n").at(-1) ?? "";
      if (answer.startsWith("{")) return resolve(JSON.parse(answer) as ProbeResult);
      const how = error?.killed
        ? `none within ${PATIENCE / 1000} s`
        : `a process that ended with ${error?.signal ?? `code ${error?.code}`}`;
      const remedy = "Update the driver or the package that it stands on, or leave this engine.";
      resolve(explain(new EngineError(`Expected engine "${name}" to answer, got ${how}. ${remedy}`)));
    });
  });
}

/** Splits "Expected …, got …. Do …." into what happened and what to do. */
function explain(error: unknown): Pick<EngineReport, "reason" | "remedy"> {
  const message = error instanceof Error ? error.message : String(error);
  const end = message.search(/\. (?=(Run|Use|Install|Update|With) )/);
  if (end < 0) return { reason: message };
  return { reason: message.slice(0, end + 1), remedy: message.slice(end + 2) };
}
