import { expect, test } from "vitest";
import { ConfigError } from "../../../src/base/errors.ts";
import type { RenderFrame } from "../../../src/core/env.ts";
import { blank } from "../../../src/evaluation/canvas.ts";
import { drawPredictions } from "../../../src/evaluation/world-model/draw-predictions.ts";
import { evaluateWorldModel } from "../../../src/evaluation/world-model/evaluate-world-model.ts";
import { formatWorldModelReport } from "../../../src/evaluation/world-model/format-world-model-report.ts";
import { dotEpisode, dotWorld } from "./dot-world.ts";

const plain = (level: number): RenderFrame => blank({ width: 8, height: 8 }, [level, level, level]);

test("draws a window as rows of truth, dream and difference, and marks the prompt", () => {
  const prediction = { prompt: [plain(10), plain(20)], truth: [plain(30), plain(40)], dream: [plain(31), plain(240)] };
  const picture = drawPredictions([prediction]);
  const { width, data } = picture;
  expect(data.length).toBe(3 * width * picture.height);
  const greys = new Set<number>();
  let green = 0;
  for (let i = 0; i < data.length; i += 3) {
    const [r, g, b] = data.subarray(i, i + 3);
    if (r === g && g === b) greys.add(r);
    if (r === 110 && g === 200 && b === 130) green++;
  }
  // Twice the difference, cut off at white: 2 and 255.
  expect([...greys].sort((a, b) => a - b)).toEqual([2, 10, 20, 30, 31, 40, 240, 255]);
  expect(green).toBeGreaterThan(4 * 4 * 8);
  expect(width).toBeLessThanOrEqual(1600);
  expect(drawPredictions([prediction, prediction]).height).toBeGreaterThan(1.9 * (picture.height - 18));
  expect(() => drawPredictions([])).toThrow(ConfigError);
});

test("the table has every section and no control codes without colour", async () => {
  const episodes = Array.from({ length: 4 }, (_, index) => dotEpisode(index));
  const report = await evaluateWorldModel(dotWorld(), episodes, { horizon: 3, windows: 4, driftSteps: 3 });
  const text = formatWorldModelReport(report);
  expect(text).toMatch(
    /^dot · 4 held-out episodes \(\d+ steps\) · 4 windows of 2 \+ 3 frames · recorded actions · temperature 1\n/,
  );
  for (const title of [
    "reconstruction",
    "dream against truth",
    "actions",
    "reward, one step ahead",
    "long dreams",
    "tokens",
  ])
    expect(text).toContain(`\n${title}\n`);
  expect(text).toMatch(/^ {2}PSNR +60\.00 ± 0\.00 dB$/m);
  expect(text).toMatch(/^ {2}right action best +100\.0 ± 0\.0 % +chance 33\.3 %$/m);
  expect(text).toMatch(/^ {2}correlation with error +–$/m);
  expect(text).not.toContain("\u001b");
  expect(formatWorldModelReport(report, { color: true })).toContain("\u001b[1mactions\u001b[22m");
});
