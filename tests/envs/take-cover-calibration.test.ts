import { expect, it } from "vitest";
import { calibrate } from "../benchmarks/take-cover-calibration.ts";

it.each([1, 2, 3])("TakeCover is survived as long as ViZDoom's take_cover, seed %i", (seed) => {
  for (const { policy, mean, sd, recordedMean, recordedSd } of calibrate({ episodes: 200, seed })) {
    expect(Math.abs(mean / recordedMean - 1), `${policy}: mean ${mean}`).toBeLessThan(0.1);
    expect(Math.abs(sd / recordedSd - 1), `${policy}: sd ${sd}`).toBeLessThan(0.15);
  }
});
