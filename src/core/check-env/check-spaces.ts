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
  if (action)
    for (const { where, space } of boxesIn("actionSpace", env.actionSpace)) checkActionBox(where, space, findings);
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
      const flat = space.flatten(value);
      if (flat.length !== space.flatSize || !isDeepStrictEqual(space.unflatten(flat), value)) {
        const message = `Expected flatten to give ${space.flatSize} numbers that unflatten turns back, got ${describe(flat)}.`;
        findings.error("spaces", where, { message, fix: "Make flatten, unflatten and flatSize agree." });
      }
    }
  });
}

function checkActionBox(where: string, box: Box<"float32">, findings: Findings): void {
  if (box.boundedBelow.includes(0) || box.boundedAbove.includes(0)) {
    const message = `Expected a bounded action space, got ${box}.`;
    findings.warning("spaces", where, { message, fix: "Give finite bounds: many algorithms draw from them." });
  } else if (box.dtype.startsWith("float") && !(box.low.every((x) => x === -1) && box.high.every((x) => x === 1))) {
    const message = `Expected a normalised action space (−1 to 1), got ${box}.`;
    findings.warning("spaces", where, { message, fix: "Take −1 to 1 and rescale inside: most algorithms expect it." });
  }
}

/** All the boxes in a space, composed spaces searched through. */
function boxesIn(where: string, space: Space<unknown>): { where: string; space: Box<"float32"> }[] {
  if (space instanceof Box) return [{ where, space }];
  if (!(space instanceof Tuple || space instanceof Dict)) return [];
  const parts = Object.entries(space.spaces as Record<string, Space<unknown>>);
  return parts.flatMap(([name, part]) => boxesIn(`${where}.${name}`, part));
}
