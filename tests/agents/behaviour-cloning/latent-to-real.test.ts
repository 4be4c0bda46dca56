import { describe, expect, it } from "vitest";
import { learnLatentToReal } from "../../../agents/behaviour-cloning/latent-to-real.ts";
import { ConfigError } from "../../../src/base/errors.ts";
import { Discrete } from "../../../src/core/spaces/discrete.ts";

const actionSpace = new Discrete(3, { start: 10 });
const learn = (pairs: readonly (readonly [number, number])[], limit?: number) =>
  learnLatentToReal({
    latents: pairs.map(([latent]) => latent),
    actions: pairs.map(([, action]) => action),
    ...{ codes: 4, actionSpace, limit },
  });

describe("learnLatentToReal", () => {
  it("gives each code the action it came with most, of equals the lowest, else the most frequent of all", () => {
    const dictionary = learn([
      ...[[0, 12] as const, [0, 12] as const, [0, 10] as const],
      ...[[1, 11] as const, [1, 10] as const],
      [3, 12],
    ]);
    expect(dictionary.actions).toEqual([12, 10, 12, 12]);
    expect(dictionary.counts).toEqual([
      [1, 0, 2],
      [1, 1, 0],
      [0, 0, 0],
      [0, 0, 1],
    ]);
    expect(dictionary.pairs).toBe(6);
    expect(JSON.parse(JSON.stringify(dictionary))).toEqual(dictionary);
  });

  it("looks at so many labels and no more", () => {
    const dictionary = learn([[0, 11] as const, ...Array.from({ length: 5 }, () => [0, 12] as const)], 1);
    expect([dictionary.actions[0], dictionary.pairs]).toEqual([11, 1]);
    const many = Array.from({ length: 500 }, (_, i) => [0, i < 200 ? 10 : 11] as const);
    expect(learn(many)).toMatchObject({ actions: [10, 10, 10, 10], pairs: 200 });
    expect(learn([]).actions).toEqual([10, 10, 10, 10]);
  });

  it("refuses codes and actions that are none", () => {
    expect(() => learn([[4, 10]])).toThrow(new ConfigError("Expected codes below 4, got 4."));
    expect(() => learn([[0, 2]])).toThrow(/actions in Discrete\(3, start=10\), got 2/);
    const uneven = { latents: [0, 1], actions: [10], codes: 4, actionSpace };
    expect(() => learnLatentToReal(uneven)).toThrow("Expected an action for each of 2 codes, got 1.");
  });
});
