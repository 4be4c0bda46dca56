import { ConfigError } from "../../base/errors.ts";
import type { Env } from "../env.ts";
import { unwrap, Wrapper } from "../wrappers/wrapper.ts";
import {
  checkDeterminism,
  checkInvalidAction,
  checkReset,
  checkSeeding,
  checkSnapshot,
  checkSteps,
  type EpisodeCheckOptions,
} from "./check-episodes.ts";
import { checkLearned, type LearnedCheckOptions } from "./check-learned.ts";
import { checkMetadata } from "./check-metadata.ts";
import { checkRender, type MakeWithMode } from "./check-render.ts";
import { checkSpaces } from "./check-spaces.ts";
import { EnvCheckError, type Finding, Findings } from "./findings.ts";

export interface CheckEnvOptions {
  /** Steps of each trial run; default 200. */
  readonly steps?: number;
  /** Default 123. */
  readonly seed?: number;
  /** Makes the environment in another render mode; default: from its spec, where that is registered. */
  readonly make?: MakeWithMode;
  /** How many things that must be freed are alive (tensors, say): the count must not grow over a run. */
  readonly liveResources?: () => number;
  /** For a learned environment: also its horizon, its seeds in a new instance, and how it answers to actions. */
  readonly learned?: boolean | LearnedCheckOptions;
  /** Leaves rendering out: it may need a screen. */
  readonly skipRenderCheck?: boolean;
  /** Leaves the environment open: it may be shared. */
  readonly skipCloseCheck?: boolean;
}

const METHODS = ["reset", "step", "render", "close"] as const;

/**
 * Checks an environment against the whole contract and closes it (Gymnasium's `check_env`, and more). Throws an EnvCheckError that lists every breach;
 * answers with the warnings where there is none.
 */
export async function checkEnv(env: Env, options: CheckEnvOptions = {}): Promise<readonly Finding[]> {
  const { steps = 200, seed = 123 } = options;
  if (!Number.isInteger(steps) || steps < 1)
    throw new ConfigError(`Expected steps to be an integer ≥ 1, got ${steps}.`);
  const findings = new Findings();
  if (isEnv(env, findings)) {
    if (env instanceof Wrapper) {
      const message = `Expected the environment itself, got it within ${env.constructor.name}.`;
      findings.warning("wrapping", "the environment", {
        message,
        fix: "Give unwrap(env): a wrapper may hide breaches.",
      });
    }
    checkMetadata(env, findings);
    if (await checkSpaces(env, findings)) await checkBehaviour(env, { ...options, steps, seed }, findings);
    if (!options.skipRenderCheck) {
      await findings.attempt("render", "render()", () => checkRender(env, options.make, findings));
    }
    if (!options.skipCloseCheck) {
      await findings.attempt("close", "close() twice", async () => {
        await env.close();
        await env.close();
      });
    }
  }
  const name = env ? unwrap(env).constructor.name : String(env);
  if (findings.all.some(({ severity }) => severity === "error")) throw new EnvCheckError(name, findings.all);
  return findings.all;
}

function isEnv(env: Env, findings: Findings): boolean {
  const missing = METHODS.filter((name) => typeof env?.[name] !== "function");
  if (missing.length === 0) return true;
  const message = `Expected an environment, got something without ${missing.join(", ")}.`;
  findings.error("interface", "the environment", { message, fix: "Implement Env." });
  return false;
}

async function checkBehaviour(
  env: Env,
  options: CheckEnvOptions & EpisodeCheckOptions,
  findings: Findings,
): Promise<void> {
  if (!(await findings.attempt("reset", "reset()", () => checkReset(env, options, findings)))) return;
  await findings.attempt("step", "step()", () => checkSteps(env, options, findings));
  if (findings.all.some(({ check, severity }) => check === "step" && severity === "error")) return; // the rest builds on it
  await findings.attempt("seeding", "reset({ seed })", () => checkSeeding(env, options, findings));
  const { liveResources, learned, make } = options;
  const before = liveResources?.() ?? 0; // after a first run, so that caches are filled
  await findings.attempt("determinism", "a run", () => checkDeterminism(env, options, findings));
  const after = liveResources?.() ?? 0;
  if (after > before) {
    findings.error("leaks", `two runs of ${options.steps} steps`, {
      message: `Expected ${before} live resources as before, got ${after}.`,
      fix: "Free what a step makes and does not return.",
    });
  }
  await findings.attempt("actions", "step(undefined)", () => checkInvalidAction(env, options, findings));
  await findings.attempt("snapshot", "snapshot(), restore()", () => checkSnapshot(env, options, findings));
  if (!learned) return;
  const remake = make && (() => make(env.renderMode));
  const asked = { remake, ...(learned === true ? {} : learned) };
  await findings.attempt("learned", "a run", () => checkLearned(env, options, asked, findings));
}
