import { ReverieError } from "../../base/errors.ts";
import type { Problem } from "../step-problems.ts";

/** One thing that `checkEnv` found. */
export interface Finding extends Problem {
  readonly severity: "error" | "warning";
  /** What was looked at, e.g. "seeding". */
  readonly check: string;
  /** The call or the member that showed it, e.g. `step() number 17`. */
  readonly where: string;
}

/** The errors that `checkEnv` found, printed one by one: what is wrong, where, and how to mend it. */
export class EnvCheckError extends ReverieError {
  /** Warnings included. */
  readonly findings: readonly Finding[];

  constructor(env: string, findings: readonly Finding[]) {
    const errors = findings.filter(({ severity }) => severity === "error");
    super(
      `Expected ${env} to keep the environment contract, got ${errors.length} breach(es).\n${printFindings(errors)}`,
    );
    this.findings = findings;
  }
}

/** Findings as text, a block each. */
export function printFindings(findings: readonly Finding[]): string {
  return findings
    .map(({ severity, check, where, message, fix }) => `${severity} [${check}] ${where}: ${message}\n  → ${fix}`)
    .join("\n");
}

/** Collects findings; the same breach of the same check is noted once, where it first showed. */
export class Findings {
  readonly all: Finding[] = [];

  error(check: string, where: string, { message, fix }: Problem): void {
    this.#add({ severity: "error", check, where, message, fix });
  }

  warning(check: string, where: string, { message, fix }: Problem): void {
    this.#add({ severity: "warning", check, where, message, fix });
  }

  /** Runs a part of the check; what it throws becomes a finding. Answers whether it came through. */
  async attempt(check: string, where: string, part: () => Promise<void>): Promise<boolean> {
    try {
      await part();
      return true;
    } catch (error) {
      const message = `Expected an answer, got the error: ${error instanceof Error ? error.message : String(error)}`;
      this.error(check, where, { message, fix: "Mend what throws; the rest of this check was left out." });
      return false;
    }
  }

  #add(finding: Finding): void {
    const same = (other: Finding) => other.check === finding.check && other.fix === finding.fix;
    if (!this.all.some(same)) this.all.push(finding);
  }
}
