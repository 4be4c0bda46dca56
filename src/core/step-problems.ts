import { describe } from "../base/errors.ts";
import type { Env, RenderFrame } from "./env.ts";

/** A way in which an environment's answer breaks the contract: what is wrong, and how to mend it. */
export interface Problem {
  readonly message: string;
  readonly fix: string;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);

/** What is wrong with an answer of `reset`. */
export function resetProblems(env: Env, answer: unknown): Problem[] {
  if (!isObject(answer)) {
    return [
      { message: `Expected { observation, info }, got ${describe(answer)}.`, fix: "Return that object from reset()." },
    ];
  }
  return [...observationProblems(env, answer["observation"]), ...infoProblems(answer["info"])];
}

/** What is wrong with an answer of `step`. */
export function stepProblems(env: Env, answer: unknown): Problem[] {
  if (!isObject(answer)) {
    const message = `Expected { observation, reward, terminated, truncated, info }, got ${describe(answer)}.`;
    return [{ message, fix: "Return that object from step()." }];
  }
  const problems = observationProblems(env, answer["observation"]);
  const { reward } = answer;
  if (typeof reward !== "number" || !Number.isFinite(reward)) {
    const fix = "Return a number; look for a division by zero or an undefined term in the reward.";
    problems.push({ message: `Expected a finite reward, got ${String(reward)}.`, fix });
  }
  for (const flag of ["terminated", "truncated"]) {
    if (typeof answer[flag] === "boolean") continue;
    problems.push({
      message: `Expected ${flag} to be a boolean, got ${describe(answer[flag])}.`,
      fix: "Return true or false.",
    });
  }
  return [...problems, ...infoProblems(answer["info"])];
}

/** What is wrong with an answer of `render` under the environment's render mode. */
export function renderProblems(env: Env, answer: unknown): Problem[] {
  const mode = env.renderMode;
  if (mode === "rgb_array_list" || mode === "ansi_list") {
    const single = { renderMode: mode === "ansi_list" ? "ansi" : "rgb_array" } as Env;
    if (Array.isArray(answer)) return answer.flatMap((item) => renderProblems(single, item)).slice(0, 1);
    return [{ message: `Expected a list in mode ${mode}, got ${describe(answer)}.`, fix: "Return an array." }];
  }
  if (mode === "rgb_array") return frameProblem(answer);
  if (mode === "ansi" && typeof answer !== "string") {
    return [
      { message: `Expected a string in mode ansi, got ${describe(answer)}.`, fix: "Return the drawing as text." },
    ];
  }
  if (mode !== "ansi" && answer !== undefined) {
    const message = `Expected nothing from render() in mode ${mode ?? "(none)"}, got ${describe(answer)}.`;
    return [{ message, fix: "Return undefined, or declare the render mode." }];
  }
  return [];
}

function observationProblems(env: Env, observation: unknown): Problem[] {
  if (env.observationSpace.contains(observation)) return [];
  const message = `Expected observation in ${env.observationSpace}, got ${describe(observation)}.`;
  return [{ message, fix: "Mend the observation's array class, length or values, or widen observationSpace." }];
}

function infoProblems(info: unknown): Problem[] {
  return isObject(info)
    ? []
    : [{ message: `Expected info to be an object, got ${describe(info)}.`, fix: "Return {} if there is none." }];
}

function frameProblem(answer: unknown): Problem[] {
  const frame = answer as Partial<RenderFrame> | undefined;
  const { width = 0, height = 0, data } = isObject(frame) ? frame : {};
  const sized = Number.isInteger(width) && Number.isInteger(height) && width > 0 && height > 0;
  if (sized && data instanceof Uint8Array && data.length === width * height * 3) return [];
  const message = `Expected a frame of width · height · 3 bytes in mode rgb_array, got ${describe(answer)}.`;
  return [{ message, fix: "Return { width, height, data: Uint8Array } with rows from the top, RGB." }];
}
