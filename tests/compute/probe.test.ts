import { describe, expect, it } from "vitest";
import { ENGINES } from "../../src/compute/engines.ts";
import { probeEngines } from "../../src/compute/probe.ts";

describe("probing engines", () => {
  it("reports every engine: a version and a time, or a reason and a remedy", async () => {
    const reports = await probeEngines();
    expect(reports.map(({ name }) => name)).toEqual([...ENGINES]);
    for (const report of reports) {
      if (report.works) {
        expect(report.version).toMatch(/^\S+ \d+\.\d+/);
        expect(report.gemmMilliseconds).toBeGreaterThan(0);
      } else {
        expect(report.reason).toMatch(/^Expected .* got/);
        expect(report.remedy).toMatch(/npm install|engine/);
      }
    }
    expect(reports.find(({ name }) => name === "cpu")?.works).toBe(true);
    expect(reports.find(({ name }) => name === "wasm")?.works).toBe(true);
  });
});
