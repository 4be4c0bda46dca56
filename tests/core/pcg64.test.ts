import { describe, expect, it } from "vitest";
import { Pcg64 } from "../../src/core/pcg64.ts";
import { seedSequence } from "../../src/core/seed-sequence.ts";

// Golden numbers: numpy 2.4.6.

describe("seedSequence", () => {
  it("is numpy's SeedSequence(entropy).generate_state(n)", () => {
    // np.random.SeedSequence(12345678901234567890123).generate_state(6)
    expect([...seedSequence(12345678901234567890123n, 6)]).toEqual([
      4106647574, 1363576052, 1996307323, 1531959144, 643329912, 2997814509,
    ]);
    // np.random.SeedSequence(3**90).generate_state(4): more words of entropy than the pool holds
    expect([...seedSequence(3n ** 90n, 4)]).toEqual([1082795418, 4043641361, 3584144567, 1034558300]);
  });

  it.each([-1, 0.5, Number.NaN, 2 ** 53, -1n])("refuses the seed %s", (seed) => {
    expect(() => seedSequence(seed, 1)).toThrow(/Expected seed to be an integer ≥ 0/);
  });
});

describe("Pcg64", () => {
  // np.random.default_rng(seed).random(3)
  it.each([
    [0, 0.6369616873214543, 0.2697867137638703, 0.04097352393619469],
    [1, 0.5118216247002567, 0.9504636963259353, 0.14415961271963373],
    [42, 0.7739560485559633, 0.4388784397520523, 0.8585979199113825],
    [123, 0.6823518632481435, 0.053821018802222675, 0.22035987277261138],
    [2 ** 32 + 5, 0.7742041803738812, 0.47072268318809307, 0.6958803443421149],
    [2 ** 53 - 1, 0.7862681066761149, 0.6063032385025929, 0.5376094823800641],
    [3n ** 90n, 0.9568540638090706, 0.12577356108543913, 0.48111563922437106],
  ])("random() with seed %s", (seed, ...expected) => {
    const generator = new Pcg64(seed);
    expect([generator.random(), generator.random(), generator.random()]).toEqual(expected);
  });

  it("stays with numpy over a long run", () => {
    // r = np.random.default_rng(5); r.random(99999); r.random()
    const generator = new Pcg64(5);
    for (let i = 0; i < 99_999; i++) generator.random();
    expect(generator.random()).toBe(0.8565829265318053);
  });

  it("uniform(low, high)", () => {
    // np.random.default_rng(9).uniform(-0.05, 0.05, 4)
    const generator = new Pcg64(9);
    expect([0, 1, 2, 3].map(() => generator.uniform(-0.05, 0.05))).toEqual([
      0.03702492039700847, -0.021318279091244466, 0.010314815005156186, 0.027753408292017875,
    ]);
  });

  it("integers(low, high) of every width, between other draws", () => {
    // r = np.random.default_rng(7); the calls in order, scalar each
    const r = new Pcg64(7);
    const many = (n: number, low: number, high: number) => Array.from({ length: n }, () => r.integers(low, high));
    expect(many(8, 0, 10)).toEqual([9, 6, 6, 8, 5, 7, 8, 2]);
    expect(r.random()).toBe(0.30016628491122543);
    expect(many(3, -5, 3)).toEqual([-3, 1, 2]);
    expect(r.random()).toBe(0.8212284183827663); // the half left over from the draw before stays for the next
    expect(r.integers(0, 2 ** 32)).toBe(22614310);
    expect(r.integers(0, 3 * 2 ** 30)).toBe(423400198);
    expect(r.integers(-(2 ** 40), 2 ** 50)).toBe(526262908109071);
    expect(r.integers(0, 2 ** 53 - 1)).toBe(2729473449009275);
    expect(r.integers(0, 2 ** 32 + 1)).toBe(1195828898);
    expect(r.integers(3, 4)).toBe(3);
  });

  it("integers rejects the uneven rest", () => {
    // r = np.random.default_rng(7); r.integers(0, 3*2**30), eight times: a quarter of the 32-bit draws is thrown away
    const r = new Pcg64(7);
    expect(Array.from({ length: 8 }, () => r.integers(0, 3 * 2 ** 30))).toEqual([
      3043751912, 2013573438, 2203897839, 1862810377, 2498658503, 2685377905, 725443136, 178879731,
    ]);
    expect(() => r.integers(3, 3)).toThrow(/low < high/);
  });

  it("goes on from a saved state, the buffered half included", () => {
    const generator = new Pcg64(11);
    generator.integers(0, 10);
    const saved = JSON.parse(JSON.stringify(generator.state()));
    const ahead = [generator.integers(0, 10), generator.random(), generator.integers(0, 99)];
    const again = Pcg64.from(saved);
    expect([again.integers(0, 10), again.random(), again.integers(0, 99)]).toEqual(ahead);
    const copy = again.clone();
    copy.random();
    expect(again.random()).toBe(generator.random());
  });

  it("unseeded generators differ", () => {
    expect(new Pcg64().random()).not.toBe(new Pcg64().random());
  });
});
