import { describe, expect, it } from "vitest";
import { TakeCover } from "../../envs/take-cover/index.ts";
import { Simulation } from "../../envs/take-cover/simulation.ts";
import { ConfigError } from "../../src/base/errors.ts";
import { InvalidActionError, ResetNeededError } from "../../src/core/errors.ts";
import { RandomStream } from "../../src/core/random.ts";

const LEFT = 0;
const STAY = 1;
const RIGHT = 2;

/** Plays until the end with a policy of its own stream; returns what came of it. */
function play(env: TakeCover, seed: number) {
  const random = new RandomStream(seed, "actions");
  env.reset({ seed });
  let steps = 0;
  let total = 0;
  for (;;) {
    const step = env.step(env.actionSpace.sample(random));
    steps++;
    total += step.reward;
    if (step.terminated || step.truncated) return { steps, total, ...step };
  }
}

describe("TakeCover", () => {
  it("gives observations in its space and one reward for each tic survived", () => {
    const env = new TakeCover();
    const { observation, info } = env.reset({ seed: 1 });
    expect(env.observationSpace.contains(observation)).toBe(true);
    expect(env.observationSpace.shape).toEqual([64, 64, 3]);
    expect(info).toEqual({ health: 100, y: 384, tic: 0 });
    const end = play(env, 1);
    expect(end.terminated).toBe(true);
    expect(end.truncated).toBe(false);
    expect(end.info).toMatchObject({ health: 0, tic: end.steps });
    expect(end.total).toBe(end.steps);
  });

  it("strafes left towards +y and right towards −y, to 16 units from the walls", () => {
    // Nobody survives long enough to get there and wait, so the player is put beyond dying.
    for (const [direction, wall] of [
      [1, 752],
      [-1, 16],
    ]) {
      const simulation = new Simulation(new RandomStream(0));
      simulation.imps = [];
      while (simulation.tic < 59) simulation.advance(direction);
      expect(Math.abs(simulation.player.y - 384)).toBeGreaterThan(200);
      for (let i = 0; i < 300; i++) {
        simulation.imps = [];
        simulation.advance(direction);
      }
      expect(Math.abs(simulation.player.y - wall)).toBeLessThan(0.1);
      expect(Math.abs(simulation.player.y - 384)).toBeLessThanOrEqual(368);
    }
    const env = new TakeCover({ frameSkip: 20 });
    env.reset({ seed: 0 });
    expect(env.step(LEFT).info["y"]).toBeGreaterThan(390);
    env.reset({ seed: 0 });
    expect(env.step(RIGHT).info["y"]).toBeLessThan(378);
    env.reset({ seed: 0 });
    expect(env.step(STAY).info["y"]).toBe(384);
  });

  it("a place taken by an imp stays empty, and no imp overlaps another", () => {
    let appeared = 0;
    for (let seed = 0; seed < 20; seed++) {
      const simulation = new Simulation(new RandomStream(seed));
      while (simulation.tic < 2100) {
        simulation.player.health = 100;
        simulation.advance(0);
      }
      const ys = simulation.imps.map(({ y }) => y).sort((a, b) => a - b);
      appeared += ys.length;
      expect(ys.length).toBeLessThan(3 + 35);
      for (const [i, y] of ys.slice(1).entries()) expect(y - ys[i]).toBeGreaterThanOrEqual(40);
      expect(ys[0]).toBeGreaterThanOrEqual(20);
      expect(ys[ys.length - 1]).toBeLessThanOrEqual(652);
    }
    expect(appeared / 20).toBeGreaterThan(9);
  });

  it("the same seed gives the same bytes, another seed another episode", () => {
    const [a, b, c] = [play(new TakeCover(), 5), play(new TakeCover(), 5), play(new TakeCover(), 6)];
    expect(b).toEqual(a);
    expect(c).not.toEqual(a);
  });

  it("goes on with its own generator when no seed is given", () => {
    const env = new TakeCover();
    const first = play(env, 7).steps;
    env.reset();
    let steps = 0;
    const random = new RandomStream(7, "actions");
    for (let over = false; !over; steps++) {
      const step = env.step(env.actionSpace.sample(random));
      over = step.terminated || step.truncated;
    }
    expect(steps).not.toBe(first);
    expect(new TakeCover().reset().observation.length).toBe(64 * 64 * 3);
  });

  it("never changes an observation that it has handed out", () => {
    const env = new TakeCover();
    const { observation } = env.reset({ seed: 2 });
    const copy = observation.slice();
    const next = env.step(STAY).observation;
    observation.fill(7);
    for (let i = 0; i < 60; i++) env.step(LEFT);
    expect(next).toEqual(copy); // nothing moves in the first tic
    expect(env.reset({ seed: 2 }).observation).toEqual(copy);
  });

  it("resumes from a snapshot to the bit, in another instance too", () => {
    const env = new TakeCover({ renderMode: "rgb_array" });
    env.reset({ seed: 3 });
    for (let i = 0; i < 75; i++) env.step(i % 3);
    const saved = structuredClone(env.snapshot());
    const rest = () =>
      Array.from({ length: 30 }, (_, i) => {
        const { observation, ...step } = env.step((i * 7) % 3);
        return { ...step, observation: Buffer.from(observation).toString("base64") };
      });
    const frame = Buffer.from(env.render()!.data);
    const expected = rest();
    env.restore(saved);
    expect(frame.equals(env.render()!.data)).toBe(true);
    expect(rest()).toEqual(expected);
    const other = new TakeCover();
    other.restore(saved);
    expect(Buffer.from(other.step(0).observation).toString("base64")).toBe(expected[0].observation);
  });

  it("holds the action for frameSkip tics and cuts off at maxTics", () => {
    const skipping = new TakeCover({ frameSkip: 4, maxTics: 42 });
    const plain = new TakeCover({ maxTics: 42 });
    skipping.reset({ seed: 4 });
    plain.reset({ seed: 4 });
    const rewards: number[] = [];
    for (let decision = 0; decision < 11; decision++) {
      const step = skipping.step(decision % 3);
      rewards.push(step.reward);
      let last = plain.step(decision % 3);
      for (let tic = 1; tic < step.reward; tic++) last = plain.step(decision % 3);
      expect(step.observation).toEqual(last.observation);
      expect([step.terminated, step.truncated]).toEqual([false, decision === 10]);
      expect([last.terminated, last.truncated]).toEqual([false, decision === 10]);
    }
    expect(rewards).toEqual([4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 2]);
    expect(() => skipping.step(STAY)).toThrow(ResetNeededError);
    expect(new TakeCover().config).toEqual({ frameSkip: 1, observationSize: [64, 64], maxTics: 2100 });
  });

  it("counts only the tics lived in the step that kills", () => {
    const ends = Array.from({ length: 12 }, (_, seed) => {
      const env = new TakeCover({ frameSkip: 5 });
      env.reset({ seed });
      for (let total = 0; ; ) {
        const step = env.step(STAY);
        total += step.reward;
        if (step.terminated) return { last: step.reward, total, tic: step.info["tic"] };
      }
    });
    for (const { total, tic } of ends) expect(total).toBe(tic);
    expect(ends.some(({ last }) => last < 5)).toBe(true);
  });

  it("refuses what it cannot do", () => {
    const env = new TakeCover();
    expect(() => env.step(STAY)).toThrow(ResetNeededError);
    env.reset({ seed: 1 });
    for (const action of [3, -1, 0.5, Number.NaN]) expect(() => env.step(action)).toThrow(InvalidActionError);
    for (const seed of [-1, 0.5]) expect(() => env.reset({ seed })).toThrow(/integer ≥ 0/);
    expect(() => new TakeCover({ frameSkip: 0 })).toThrow(ConfigError);
    expect(() => new TakeCover({ colour: "red" } as object)).toThrow(ConfigError);
    expect(() => new TakeCover({ renderMode: "rgb_array" }).render()).toThrow(ResetNeededError);
    expect(env.render()).toBeUndefined();
  });
});
