import { describe, expect, it } from "vitest";
import { NoiseTable } from "../../src/core/noise-table.ts";
import { RandomStream } from "../../src/core/random.ts";

const table = new NoiseTable(1, 4096);

describe("NoiseTable", () => {
  it("gives the same rows for the same seeds, and others for others", () => {
    const rows = (seed: number) => table.rows({ rows: 3, width: 5 }, new RandomStream(seed));
    expect(rows(7)).toEqual(rows(7));
    expect(rows(8)).not.toEqual(rows(7));
    expect(new NoiseTable(2, 4096).rows({ rows: 3, width: 5 }, new RandomStream(7))).not.toEqual(rows(7));
  });

  it("holds standard normals", () => {
    const values = table.rows({ rows: 200, width: 100 }, new RandomStream(3));
    const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
    const variance = values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length;
    expect(Math.abs(mean)).toBeLessThan(0.06); // 4 standard errors of a table of 4096
    expect(Math.abs(variance - 1)).toBeLessThan(0.09);
  });

  it("fills rows longer than the table", () => {
    const values = new NoiseTable(1, 8).rows({ rows: 1, width: 50 }, new RandomStream(3));
    expect(values).toHaveLength(50);
    expect(values.every((x) => x !== 0)).toBe(true);
  });
});
