import { join } from "node:path";
import { expect, test } from "vitest";
import { defaultRunDirectory, envOfFolder } from "../../src/cli/run-directory.ts";

test.each([
  ["TakeCover-v0", "take-cover"],
  ["CartPole-v1", "cart-pole"],
  ["mazes/BigMaze2D-v12", "mazes-big-maze2-d"],
  ["Dream/TakeCover-v0", "dream-take-cover"],
])("%s runs in runs/%s", (env, name) => {
  expect(defaultRunDirectory(env)).toBe(join("runs", name));
});

test("an environment goes by its folder's name, too", () => {
  const ids = ["TakeCover-v0", "CarRacing-v2", "CarRacing-v3", "Dream/TakeCover-v0"];
  expect(envOfFolder("car-racing", ids)).toBe("CarRacing-v3");
  expect(envOfFolder("take-cover", ids)).toBe("TakeCover-v0");
  expect(envOfFolder("CarRacing-v2", ids)).toBe("CarRacing-v2");
  expect(envOfFolder("car-rac", ids)).toBe("car-rac"); // for the registry to answer
});
