import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ConfigError } from "../../src/base/errors.ts";
import { SequenceStream, type SequenceStreamOptions, type StreamBatch } from "../../src/data/sequence-stream.ts";
import type { Track } from "../../src/data/sequence-windows.ts";

/** One number a step and one an observation that tell where they come from: 1000 · episode + place. */
function stream(lengths: readonly number[], options: Partial<SequenceStreamOptions<"step" | "seen">> = {}) {
  const track = (per: Track["per"]): Track => ({
    per,
    layout: { dtype: "int32", shape: [] },
    data: (e) => Int32Array.from({ length: lengths[e] + Number(per === "observation") }, (_, t) => 1000 * e + t),
  });
  const tracks = { step: track("step"), seen: track("observation") };
  return new SequenceStream({ tracks, lengths, size: 8, batchSize: 3, seed: 5, ...options });
}

/** Windows in the order of their rows: row, where it lies, and whether its state starts anew. */
function windowsOf(batch: StreamBatch<"step" | "seen">) {
  return batch.windows.map((window, row) => ({ ...window, row, restart: batch.restart.data[row] === 1 }));
}

const shapes = fc.record({
  lengths: fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 8 }),
  size: fc.integer({ min: 1, max: 12 }),
  batchSize: fc.integer({ min: 1, max: 5 }),
  seed: fc.nat(1000),
});

describe("SequenceStream", () => {
  it("walks every episode from its first step to its last in one row, and restarts exactly at the first", () => {
    fc.assert(
      fc.property(shapes, ({ lengths, ...options }) => {
        const source = stream(lengths, options);
        const at: { episode: number; next: number }[] = Array.from({ length: options.batchSize }, () => ({
          episode: -1,
          next: 0,
        }));
        for (let i = 0; i < 40; i++) {
          for (const { row, episode, start, length, restart } of windowsOf(source.next())) {
            const over = at[row].episode < 0 || at[row].next === lengths[at[row].episode];
            expect(restart).toBe(over); // a new episode begins only where the last one has been walked to its end
            expect(start).toBe(over ? 0 : at[row].next);
            if (!over) expect(episode).toBe(at[row].episode);
            expect(length).toBeGreaterThan(0);
            expect(length).toBeLessThanOrEqual(options.size);
            expect(start + length).toBeLessThanOrEqual(lengths[episode]);
            at[row] = { episode, next: start + length };
          }
        }
      }),
    );
  });

  it("begins every episode once an epoch, so that each step is seen once", () => {
    fc.assert(
      fc.property(shapes, ({ lengths, ...options }) => {
        const source = stream(lengths, options);
        const begun = lengths.map(() => 0);
        let total = 0;
        while (total < 3 * lengths.length) {
          for (const { episode, restart } of windowsOf(source.next())) {
            if (!restart) continue;
            begun[episode]++;
            total++;
          }
          // The rows of a batch draw one after the other, so that epochs overlap by a batch at most.
          const spread = Math.max(...begun) - Math.min(...begun);
          expect(spread).toBeLessThanOrEqual(1 + Math.ceil(options.batchSize / lengths.length));
        }
      }),
    );
    const steps = new Map<number, number>(); // one row: epochs follow each other exactly
    const lengths = [5, 17, 9];
    const source = stream(lengths, { batchSize: 1 });
    for (let begun = 0; ; ) {
      const batch = source.next();
      begun += batch.restart.data[0];
      if (begun > 3) break;
      for (let t = 0; t < batch.windows[0].length; t++) {
        const step = batch.tracks.step.data[t];
        steps.set(step, (steps.get(step) ?? 0) + 1);
      }
    }
    expect([...steps.keys()].sort((a, b) => a - b)).toEqual(
      lengths.flatMap((n, e) => Array.from({ length: n }, (_, t) => 1000 * e + t)),
    );
    expect(new Set(steps.values())).toEqual(new Set([1]));
  });

  it("puts step t beside observations t and t+1, and zeros behind the end", () => {
    const source = stream([20, 3, 11]);
    for (let i = 0; i < 10; i++) {
      const batch = source.next();
      expect(batch.tracks.step.shape).toEqual([3, 8]);
      expect(batch.tracks.seen.shape).toEqual([3, 9]);
      for (const { row, episode, start, length } of windowsOf(batch)) {
        for (let t = 0; t < 8; t++) {
          const real = t < length;
          expect(batch.mask.data[row * 8 + t]).toBe(Number(real));
          expect(batch.tracks.step.data[row * 8 + t]).toBe(real ? 1000 * episode + start + t : 0);
          if (real) expect(batch.tracks.seen.data[row * 9 + t + 1]).toBe(batch.tracks.step.data[row * 8 + t] + 1);
        }
      }
    }
  });

  it("cuts and orders each epoch otherwise", () => {
    const lengths = [40, 40, 40, 40];
    const source = stream(lengths, { batchSize: 1 });
    const firsts: string[][] = [[], [], [], []]; // of each epoch: episode and length of the first window
    for (let begun = 0; begun < 16; ) {
      const [{ episode, length, restart }] = windowsOf(source.next());
      if (restart) firsts[Math.floor(begun++ / 4)].push(`${episode}:${length}`);
    }
    expect(new Set(firsts.map(String)).size).toBe(4);
    expect(firsts.map((epoch) => epoch.map((first) => first[0]).sort())).toEqual(
      new Array(4).fill(["0", "1", "2", "3"]),
    );
  });

  it("goes on from its state, through JSON, exactly as it would have", () => {
    fc.assert(
      fc.property(shapes, fc.nat(30), ({ lengths, ...options }, before) => {
        const source = stream(lengths, options);
        for (let i = 0; i < before; i++) source.next();
        const state = JSON.parse(JSON.stringify(source.state()));
        const expected = Array.from({ length: 12 }, () => source.next());
        const other = stream(lengths, options);
        other.next();
        other.restore(state);
        expect(Array.from({ length: 12 }, () => other.next())).toEqual(expected);
      }),
      { numRuns: 40 },
    );
  });

  it("refuses another stream's state and impossible sizes", () => {
    const state = stream([5, 6]).state();
    expect(() => stream([5, 6], { seed: 6 }).restore(state)).toThrow(ConfigError);
    expect(() => stream([5, 6], { batchSize: 2 }).restore(state)).toThrow(/3/);
    expect(() => stream([])).toThrow(/at least one episode/);
    expect(() => stream([5], { size: 0 })).toThrow("Expected size to be an integer ≥ 1, got 0.");
  });

  it("estimates how many batches make an epoch", () => {
    const lengths = Array.from({ length: 60 }, (_, e) => 10 + 3 * e);
    const source = stream(lengths);
    let [steps, batches] = [0, 0];
    const total = lengths.reduce((sum, n) => sum + n, 0);
    while (steps < 4 * total) {
      steps += source.next().windows.reduce((sum, { length }) => sum + length, 0);
      batches++;
    }
    expect(Math.abs(source.batchesInEpoch / (batches / 4) - 1)).toBeLessThan(0.05);
  });
});
