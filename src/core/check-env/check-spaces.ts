import { isDeepStrictEqual } from "node:util";
import { describe } from "../../base/errors.ts";
import type { Env } from "../env.ts";
import { RandomStream } from "../random.ts";
import { Box } from "../spaces/box.ts";
import { Dict } from "../spaces/dict.ts";
import type { Space } from "../spaces/space.ts";
import { Tuple } from "../spaces/tuple.ts";
import type { Findings } from "./findings.ts";

const SAMPLES = 10;
const METHODS = ["sample", "contains", "equals", "flatten", "unflatten", "toJSON"];

/** Both spaces are there and hold what they draw; answers whether the rest of the check can rely on them. */
export async function checkSpaces(env: Env, findings: Findings): Promise<boolean> {
  const observation = await checkSpace("observationSpace", env.observationSpace, findings);
  const action = await checkSpace("actionSpace", env.actionSpace, findings);
  if (observation) {
    for (const { where, space } of boxesIn("observationSpace", env.observationSpace)) checkBox(where, space, findings);
  }
  if (action) {
    for (const { where, space } of boxesIn("actionSpace", env.actionSpace)) {
      checkBox(where, space, findings);
      checkNormalised(where, space, findings);
    }
  }
  return observation && action;
}

async function checkSpace(where: string, space: Space<unknown>, findings: Findings): Promise<boolean> {
  const missing = METHODS.filter((name) => typeof space?.[name as keyof Space<unknown>] !== "function");
  if (missing.length > 0) {
    const message = `Expected a space, got ${describe(space)} without ${missing.join(", ")}.`;
    findings.error("spaces", where, { message, fix: "Use one of the spaces (Box, Discrete, …) or implement Space." });
    return false;
  }
  return findings.attempt("spaces", where, async () => {
    const random = new RandomStream(0, `checkEnv/${where}`);
    for (let i = 0; i < SAMPLES; i++) {
      const value = space.sample(random);
      if (!space.contains(value) || !space.schema.safeParse(value).success) {
        const message = `Expected ${space} to contain its own sample, got ${describe(value)}.`;
        findings.error("spaces", where, { message, fix: "Make sample, contains and schema agree." });
      }
      if (space.isFlattenable === false) continue; // values have no vector of one length
      const flat = space.flatten(value);
      if (flat.length !== space.flatSize || !isDeepStrictEqual(space.unflatten(flat), value)) {
        const message = `Expected flatten to give ${space.flatSize} numbers that unflatten turns back, got ${describe(flat)}.`;
        findings.error("spaces", where, { message, fix: "Make flatten, unflatten and flatSize agree." });
      }
    }
  });
}

/** What is allowed in a Box and seldom meant: no bounds, or no room between them. */
function checkBox(where: string, box: Box<"float32">, findings: Findings): void {
  if (box.boundedBelow.includes(0) || box.boundedAbove.includes(0)) {
    const message = `Expected finite bounds, got ${box}.`;
    findings.warning("spaces", where, {
      message,
      fix: "Give the bounds if there are any: samplers, scalers and many algorithms work from them.",
    });
  }
  if (box.low.some((bound, i) => bound === box.high[i])) {
    const message = `Expected low < high in every element, got ${box}.`;
    findings.warning("spaces", where, { message, fix: "Leave out what never changes." });
  }
}

/** Most algorithms expect actions that are symmetric within −1 to 1, or run from 0 to 1. */
function checkNormalised(where: string, box: Box<"float32">, findings: Findings): void {
  if (!box.dtype.startsWith("float")) return;
  const fits = box.low.every((low, i) => {
    const high = box.high[i];
    return low >= -1 && high <= 1 && (low === 0 || low === -high);
  });
  if (fits) return;
  const message = `Expected a normalised action space (−1 to 1, or 0 to 1), got ${box}.`;
  findings.warning("spaces", where, {
    message,
    fix: "Rescale inside the environment, or put RescaleAction around it.",
  });
}

/** All the boxes in a space, composed spaces searched through. */
function boxesIn(where: string, space: Space<unknown>): { where: string; space: Box<"float32"> }[] {
  if (space instanceof Box) return [{ where, space }];
  if (!(space instanceof Tuple || space instanceof Dict)) return [];
  const parts = Object.entries(space.spaces as Record<string, Space<unknown>>);
  return parts.flatMap(([name, part]) => boxesIn(`${where}.${name}`, part));
}
