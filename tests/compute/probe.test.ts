import { describe, expect, it } from "vitest";
import { ENGINES, preferredEngine } from "../../src/compute/engines.ts";
import { probeEngines } from "../../src/compute/probe.ts";

describe("probing engines", () => {
  it("reports every engine: a version and a figure, or a reason and a remedy", { timeout: 60_000 }, async () => {
    const reports = await probeEngines();
    expect(reports.map(({ name }) => name)).toEqual([...ENGINES]);
    for (const { works, version, product, reason, remedy } of reports) {
      if (works) {
        expect(version).toMatch(/^\S.* \d+\.\d+/);
        expect(product!.milliseconds).toBeGreaterThan(0);
        expect(product!.gflops).toBeCloseTo((2 * product!.size ** 3) / product!.milliseconds / 1e6);
      } else {
        expect(reason).toMatch(/^Expected .* got/);
        expect(remedy).toMatch(/^(Run|Use|Install|Update|With) .*\.$/);
      }
    }
    expect(reports.filter(({ works }) => works).map(({ name }) => name)).toEqual(
      expect.arrayContaining(["onnx", "wasm", "cpu"]),
    );
    expect(reports.filter(({ chosen }) => chosen).map(({ name }) => name)).toEqual([await preferredEngine()]);
  });
});
