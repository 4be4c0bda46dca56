import { describe, expect, it } from "vitest";
import { Taxi } from "../../../envs/toy-text/taxi.ts";
import { ConfigError } from "../../../src/base/errors.ts";
import type { RenderFrame } from "../../../src/core/env.ts";
import { RandomStream } from "../../../src/core/random.ts";

const STATES = Array.from({ length: 500 }, (_, state) => state);
const STOPS = [
  [0, 0],
  [0, 4],
  [4, 0],
  [4, 3],
];

describe("Taxi", () => {
  it("decodes every state and encodes it again", () => {
    const env = new Taxi();
    expect(STATES.map((state) => env.encode(env.decode(state)))).toEqual(STATES);
  });

  it.each([false, true])("masks exactly the actions that change nothing, rainy %s", (isRainy) => {
    const env = new Taxi({ isRainy });
    for (const state of STATES) {
      for (const [action, possible] of env.actionMask(state).entries()) {
        const outcomes = env.P[state][action];
        if (possible === 1) expect(outcomes[0].state).not.toBe(state);
        else expect(outcomes.every((outcome) => outcome.state === state)).toBe(true);
      }
    }
  });

  it.each([false, true])("passes through no wall, rainy %s", (isRainy) => {
    const env = new Taxi({ isRainy });
    const walls = new Set(["0,1-0,2", "1,1-1,2", "3,0-3,1", "3,2-3,3", "4,0-4,1", "4,2-4,3"]);
    for (const state of STATES) {
      const from = env.decode(state);
      for (const outcome of env.P[state].flat()) {
        const to = env.decode(outcome.state);
        const [west, east] = from.column < to.column ? [from, to] : [to, from];
        expect(walls.has(`${west.row},${west.column}-${east.row},${east.column}`)).toBe(false);
      }
    }
  });

  it.each([
    [{}, [1]],
    [{ isRainy: true }, [0.8, 0.1, 0.1]],
    [{ isRainy: true, rainyProbability: 0.5 }, [0.5, 0.25, 0.25]],
    [{ isRainy: true, rainyProbability: 1 }, [1, 0, 0]],
    [{ ficklePassenger: true }, [1]],
  ])("moves under %j with probabilities %j: ahead, left, right", (config, expected) => {
    for (const outcomes of new Taxi(config).P) {
      for (const [action, list] of outcomes.entries()) {
        const probabilities = list.map(({ probability }) => probability);
        expect(probabilities).toEqual((action < 4 ? expected : [1]).map((p) => expect.closeTo(p, 12)));
      }
    }
  });

  it.each([
    ["south", 1, 3, 0, [2, 3], [1, 4], [1, 2]],
    ["north", 1, 3, 1, [0, 3], [1, 2], [1, 4]],
    ["east", 1, 3, 2, [1, 4], [0, 3], [2, 3]],
    ["west", 1, 3, 3, [1, 2], [2, 3], [0, 3]],
    ["west from the eastern edge", 1, 4, 3, [1, 3], [2, 4], [0, 4]],
    ["east beside a wall further north", 2, 1, 2, [2, 2], [1, 1], [3, 1]],
    ["south at the edge: nowhere", 4, 3, 0, [4, 3], [4, 3], [4, 3]],
    ["north at the edge: nowhere", 0, 3, 1, [0, 3], [0, 3], [0, 3]],
    ["east at a wall: nowhere", 0, 1, 2, [0, 1], [0, 1], [0, 1]],
    ["west at a wall: nowhere", 0, 2, 3, [0, 2], [0, 2], [0, 2]],
    ["south with a wall on the right", 0, 2, 0, [1, 2], [0, 3], [0, 2]],
  ])("drives in the rain %s", (_, row, column, action, ...expected) => {
    const env = new Taxi({ isRainy: true });
    const state = env.encode({ row, column, passenger: 0, destination: 1 });
    const places = env.P[state][action].map((outcome) => env.decode(outcome.state));
    expect(places.map((place) => [place.row, place.column])).toEqual(expected);
  });

  it.each([
    [1, true],
    [0, false],
  ])("lets a passenger fickle with probability %i change destination: %s", (fickleProbability, changes) => {
    const env = new Taxi({ ficklePassenger: true, fickleProbability });
    const { observation } = env.reset({ seed: 0 });
    const { passenger, destination } = env.decode(observation);
    const [row, column] = STOPS[passenger];
    env.restore({ ...env.snapshot(), state: env.encode({ row, column, passenger, destination }) });
    expect(env.decode(env.step(4).observation).destination).toBe(destination);
    const moved = env.decode(env.step(row === 0 ? 0 : 1).observation);
    expect(moved.destination !== destination).toBe(changes);
    expect(env.decode(env.step(row === 0 ? 1 : 0).observation).destination).toBe(moved.destination); // once only
  });

  it("is solved by its model: value iteration brings every passenger home", () => {
    const env = new Taxi();
    const value = new Float64Array(500);
    const worth = (state: number, action: number) =>
      env.P[state][action].reduce(
        (sum, o) => sum + o.probability * (o.reward + (o.terminated ? 0 : value[o.state])),
        0,
      );
    for (let sweep = 0; sweep < 30; sweep++) {
      for (const state of STATES) value[state] = Math.max(...[0, 1, 2, 3, 4, 5].map((action) => worth(state, action)));
    }
    let sum = 0;
    for (let seed = 0; seed < 50; seed++) {
      let { observation } = env.reset({ seed });
      for (let terminated = false, steps = 0; !terminated && steps < 30; steps++) {
        const best = [0, 1, 2, 3, 4, 5].map((action) => worth(observation, action));
        const step = env.step(best.indexOf(Math.max(...best)));
        ({ observation, terminated } = step);
        sum += step.reward;
      }
    }
    expect(sum / 50).toBeGreaterThan(7);
  });

  it("gives a mask that actionSpace.sample takes, and that is the caller's", () => {
    const env = new Taxi();
    const random = new RandomStream(1, "taxi");
    let { info } = env.reset({ seed: 3 });
    for (let i = 0; i < 200; i++) {
      const mask = info["action_mask"] as Int8Array;
      const action = env.actionSpace.sample(random, { mask });
      expect(mask[action]).toBe(1);
      const step = env.step(action);
      expect(step.reward).not.toBe(-10);
      mask.fill(0);
      info = step.terminated ? env.reset().info : step.info;
    }
  });

  it("draws the city: 550 × 350, stops in their colours", () => {
    const env = new Taxi({ renderMode: "rgb_array" });
    env.reset({ seed: 0 });
    env.restore({ ...env.snapshot(), state: env.encode({ row: 2, column: 2, passenger: 4, destination: 1 }) });
    const { width, height, data } = env.render() as RenderFrame;
    expect([width, height]).toEqual([550, 350]);
    const [red, green, blue] = data.subarray((4 + 5 * 50 + 30) * width * 3 + 75 * 3); // in the yellow stop
    expect(Math.min(red, green) - blue).toBeGreaterThan(80);
  });

  it("refuses probabilities that are none", () => {
    expect(() => new Taxi({ isRainy: true, rainyProbability: 1.5 })).toThrow(ConfigError);
  });
});
