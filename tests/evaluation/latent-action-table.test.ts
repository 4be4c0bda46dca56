import { describe, expect, it } from "vitest";
import { ConfigError } from "../../src/base/errors.ts";
import { latentActionNames, latentActionTable } from "../../src/evaluation/latent-action-table.ts";

describe("latentActionTable", () => {
  it("knows codes that are the actions under other numbers", () => {
    const table = latentActionTable({ latent: [2, 0, 1, 2], real: [0, 1, 2, 0], latentCount: 4, realCount: 3 });
    expect(table).toMatchObject({ purity: 1, base: 0.5, means: [1, 2, 0, null] });
    expect(table.mutualInformation).toBeCloseTo(table.entropy, 12);
    expect(table.entropy).toBeCloseTo(1.5 * Math.LN2, 12); // ½, ¼, ¼
    expect(table.counts[2]).toEqual([2, 0, 0]);
  });

  it("finds nothing in codes that come with every action alike", () => {
    const table = latentActionTable({ latent: [0, 0, 1, 1], real: [0, 1, 0, 1], latentCount: 2, realCount: 2 });
    expect(table).toMatchObject({ purity: 0.5, base: 0.5 });
    expect(table.mutualInformation).toBeCloseTo(0, 12);
  });

  it("measures what lies between", () => {
    // Code 0: three of action 0, one of action 1; code 1: four of action 1.
    const table = latentActionTable({
      latent: [0, 0, 0, 0, 1, 1, 1, 1],
      real: [0, 0, 0, 1, 1, 1, 1, 1],
      latentCount: 2,
      realCount: 2,
    });
    expect(table.purity).toBe(7 / 8);
    // H(real) − H(real | latent), with ¾ and ¼ under code 0 and nothing left under code 1.
    const conditional = 0.5 * -(0.75 * Math.log(0.75) + 0.25 * Math.log(0.25));
    expect(table.mutualInformation).toBeCloseTo(table.entropy - conditional, 12);
  });

  it("says in words what each code does", () => {
    const table = latentActionTable({ latent: [0, 0, 0, 2], real: [1, 1, 0, 0], latentCount: 3, realCount: 2 });
    expect(latentActionNames(table, ["stay", "jump"])).toEqual(["jump (67 %)", "never", "stay (100 %)"]);
    expect(latentActionNames(table)).toEqual(["action 1 (67 %)", "never", "action 0 (100 %)"]);
  });

  it("refuses steps that do not belong together", () => {
    const none = { latentCount: 2, realCount: 2 };
    expect(() => latentActionTable({ latent: [], real: [], ...none })).toThrow(ConfigError);
    expect(() => latentActionTable({ latent: [0], real: [0, 1], ...none })).toThrow(/got 2 for 1/);
  });
});
