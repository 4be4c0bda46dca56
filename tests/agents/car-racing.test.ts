import { describe, expect, it } from "vitest";
import { ExploringDriver, type ExploringDriverConfig, RoadFollower } from "../../agents/index.ts";
import type { Policy } from "../../agents/policy.ts";
import { type CarInfo, CarRacing } from "../../envs/car-racing/index.ts";

function drive(policy: Policy<Uint8Array, Float32Array>, { seed = 0, steps = 1000 } = {}) {
  const env = new CarRacing();
  const actor = policy.begin(seed);
  let { observation } = env.reset({ seed });
  let total = 0;
  let info: Readonly<Record<string, unknown>> = {};
  for (let step = 0; step < steps; step++) {
    const taken = env.step(actor.act(observation)); // refuses actions outside its space
    observation = taken.observation;
    total += taken.reward;
    info = taken.info;
    if (taken.terminated) break;
  }
  return { total, car: info["car"] as CarInfo };
}

describe("RoadFollower", () => {
  it("gets round most of an unseen track by its pixels", () => {
    for (const seed of [1000, 1001]) expect(drive(new RoadFollower(), { seed }).total).toBeGreaterThan(750);
  });
});

describe("ExploringDriver", () => {
  const actions = (config: ExploringDriverConfig, count = 400) => {
    const actor = new ExploringDriver({}, config).begin(3);
    return Array.from({ length: count }, () => actor.act(undefined));
  };

  it("gets away from the start, which independent pedals do not", () => {
    const gone = [0, 1, 2].map((seed) => drive(new ExploringDriver(), { seed, steps: 200 }).car.tilesVisited);
    expect(Math.max(...gone)).toBeGreaterThan(8);
  });

  it("holds controls for as long as it is told to", () => {
    const held = actions({ motion: "held", hold: [7, 7] });
    for (const [i, action] of held.entries()) {
      if (i % 7 !== 0) expect(action).toEqual(held[i - 1]);
      else if (i > 0) expect(action).not.toEqual(held[i - 1]);
    }
  });

  it("wanders within its bounds, and never on both pedals", () => {
    const wandering = actions({ motion: "brownian", steering: 0.5, pedals: [-0.3, 0.4], rate: 0.2 });
    for (const [i, [steer, gas, brake]] of wandering.entries()) {
      expect(Math.abs(steer)).toBeLessThanOrEqual(0.5);
      expect(gas * brake).toBe(0);
      expect(gas).toBeLessThanOrEqual(Math.fround(0.4));
      expect(brake).toBeLessThanOrEqual(Math.fround(0.3));
      if (i > 0) expect(Math.abs(steer - wandering[i - 1][0])).toBeLessThan(1);
    }
    expect(Math.max(...wandering.map(([steer]) => steer))).toBeCloseTo(0.5, 5);
    expect(Math.min(...wandering.map(([steer]) => steer))).toBeCloseTo(-0.5, 5);
  });

  it("does the same for the same seed, and other things for another", () => {
    expect(actions({})).toEqual(actions({}));
    const other = new ExploringDriver().begin(4);
    expect(other.act(undefined)).not.toEqual(actions({})[0]);
    expect(ExploringDriver.behaviour({ motion: "held" })).toMatchObject({ export: "ExploringDriver" });
  });
});
