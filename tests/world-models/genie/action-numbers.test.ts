import { describe, expect, it } from "vitest";
import type { NdArray } from "../../../src/compute/array.ts";
import { Box } from "../../../src/core/spaces/box.ts";
import { Discrete } from "../../../src/core/spaces/discrete.ts";
import { actionNumbers } from "../../../src/world-models/genie/genie-world-model.ts";
import { floats, ints } from "../../compute/fixtures.ts";
import { run } from "./running.ts";

describe("actions as numbers", () => {
  const numbers = async (kind: "real" | "latent", real: Discrete | Box, actions: NdArray) => {
    const out = await run((inputs) => ({ numbers: actionNumbers(kind, { real, latent: 3 }, inputs.actions) }), {
      actions,
    });
    const width = out.numbers.shape[1];
    expect(width).toBe(real.flatSize + 3);
    return Array.from({ length: out.numbers.shape[0] }, (_, b) =>
      Array.from(out.numbers.data.subarray(b * width, (b + 1) * width)),
    );
  };

  it("discrete ones are one-hot, counted from where their space begins, latent ones behind them", async () => {
    expect(await numbers("real", new Discrete(2), ints([2], [1, 0]))).toEqual([
      [0, 1, 0, 0, 0],
      [1, 0, 0, 0, 0],
    ]);
    expect(await numbers("real", new Discrete(2, { start: 5 }), ints([2], [6, 5]))).toEqual([
      [0, 1, 0, 0, 0],
      [1, 0, 0, 0, 0],
    ]);
    expect(await numbers("latent", new Discrete(2, { start: 5 }), ints([2], [2, 0]))).toEqual([
      [0, 0, 0, 0, 1],
      [0, 0, 1, 0, 0],
    ]);
  });

  it("continuous ones are themselves", async () => {
    const space = new Box({ low: -1, high: 1, shape: [2] });
    expect(await numbers("real", space, floats([1, 2], [0.25, -1]))).toEqual([[0.25, -1, 0, 0, 0]]);
    expect(await numbers("latent", space, ints([1], [1]))).toEqual([[0, 0, 0, 1, 0]]);
  });
});
