import { describe, expect, it } from "vitest";
import { RandomStream } from "../../src/core/random.ts";

const take = (stream: RandomStream, n: number) => Array.from({ length: n }, () => stream.uniform());

describe("RandomStream", () => {
  it("repeats with seed and name, and differs in either", () => {
    expect(take(new RandomStream(1, "a"), 5)).toEqual(take(new RandomStream(1, "a"), 5));
    expect(take(new RandomStream(1, "a"), 5)).not.toEqual(take(new RandomStream(2, "a"), 5));
    expect(take(new RandomStream(1, "a"), 5)).not.toEqual(take(new RandomStream(1, "b"), 5));
  });

  it("splits without drawing: neither stream feels the other", () => {
    const parent = new RandomStream(3);
    const child = parent.split("child");
    take(child, 10);
    expect(take(parent, 5)).toEqual(take(new RandomStream(3), 5));
    expect(take(new RandomStream(3).split("child"), 12).slice(10)).toEqual(take(child, 2));
    expect(take(parent.split(0), 3)).not.toEqual(take(parent.split(1), 3));
  });

  it("goes on from a state that went through JSON, a spare normal included", () => {
    const stream = new RandomStream(4, "x");
    stream.normal(); // leaves the second of the pair
    const saved = JSON.parse(JSON.stringify(stream.state()));
    const ahead = [stream.normal(), stream.uniform(), stream.integer(0, 100)];
    const again = RandomStream.from(saved);
    expect([again.normal(), again.uniform(), again.integer(0, 100)]).toEqual(ahead);
    expect(take(again.split("y"), 3)).toEqual(take(stream.split("y"), 3));
  });

  it("keeps to its ranges and reaches all integers", () => {
    const stream = new RandomStream(5);
    expect(take(stream, 1000).every((u) => u >= 0 && u < 1)).toBe(true);
    const drawn = new Set(Array.from({ length: 200 }, () => stream.integer(-2, 3)));
    expect([...drawn].sort((a, b) => a - b)).toEqual([-2, -1, 0, 1, 2]);
    expect(stream.uniform(4, 4)).toBe(4);
  });

  it("has standard normals: mean 0, variance 1, kurtosis 3", () => {
    const stream = new RandomStream(6);
    const n = 40_000;
    const moment = (power: number) => draws.reduce((sum, x) => sum + x ** power, 0) / n;
    const draws = Array.from({ length: n }, () => stream.normal());
    expect(Math.abs(moment(1))).toBeLessThan(4 / Math.sqrt(n)); // four standard errors each
    expect(Math.abs(moment(2) - 1)).toBeLessThan(4 * Math.sqrt(2 / n));
    expect(Math.abs(moment(4) - 3)).toBeLessThan(4 * Math.sqrt(96 / n));
  });

  it("permutes evenly: each of the six orders of three comes up as often", () => {
    const stream = new RandomStream(7);
    const counts = new Map<string, number>();
    for (let i = 0; i < 6000; i++) {
      const order = String(stream.permutation(3));
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(6);
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(4 * Math.sqrt(1000 * (5 / 6)));
    expect([...stream.permutation(50)].sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, i) => i));
  });
});
