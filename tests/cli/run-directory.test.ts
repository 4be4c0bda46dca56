import { join } from "node:path";
import { expect, test } from "vitest";
import { defaultRunDirectory } from "../../src/cli/run-directory.ts";

test.each([
  ["TakeCover-v0", "take-cover"],
  ["CartPole-v1", "cart-pole"],
  ["mazes/BigMaze2D-v12", "mazes-big-maze2-d"],
  ["Dream/TakeCover-v0", "dream-take-cover"],
])("%s runs in runs/%s", (env, name) => {
  expect(defaultRunDirectory(env)).toBe(join("runs", name));
});
