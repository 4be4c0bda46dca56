import { describe, expect, it } from "vitest";
import { Acrobot } from "../../../envs/classic-control/acrobot.ts";
import { CartPole } from "../../../envs/classic-control/cart-pole.ts";
import { MountainCar } from "../../../envs/classic-control/mountain-car.ts";
import { MountainCarContinuous } from "../../../envs/classic-control/mountain-car-continuous.ts";
import { Pendulum } from "../../../envs/classic-control/pendulum.ts";
import { ConfigError } from "../../../src/base/errors.ts";
import type { RenderFrame } from "../../../src/core/env.ts";
import { InvalidActionError, ResetNeededError } from "../../../src/core/errors.ts";
import { make, specOf } from "../../../src/core/registry.ts";
import "../../../src/registrations.ts";

const BOUNDED = { Acrobot, CartPole, MountainCar, MountainCarContinuous };
const force = (value: number) => Float32Array.of(value);

describe.each(Object.entries(BOUNDED))("%s's reset bounds", (_, Environment) => {
  it.each([
    ["x", "y"],
    [10, 8],
    [
      [-1, -1],
      [1, 1],
    ],
    [Number.NaN, 1],
    [0, Number.POSITIVE_INFINITY],
  ])("refuse low %s, high %s", (low, high) => {
    expect(() => new Environment().reset({ options: { low, high } })).toThrow(ConfigError);
  });

  it("hold the whole initial state, and each alone leaves the other as it was", () => {
    const state = (options: Record<string, unknown>) => {
      const env = new Environment();
      env.reset({ seed: 3, options });
      return env.snapshot()["state"] as number[];
    };
    expect(state({ low: -0.4, high: 0.4 }).every((x) => x >= -0.4 && x <= 0.4)).toBe(true);
    expect(state({})).toEqual(state({ low: undefined, high: undefined }));
    expect(state({ high: 0.4 })).not.toEqual(state({}));
    expect(state({ low: 0.25, high: 0.25 })[0]).toBe(0.25);
  });
});

describe("MountainCar", () => {
  it("ends at the flag, fast enough for goalVelocity", () => {
    const passing = (goalVelocity: number) => {
      const env = new MountainCar({ goalVelocity });
      env.reset({ seed: 1 });
      env.restore({ ...env.snapshot(), state: [0.49, 0.03] });
      return env.step(2).terminated;
    };
    expect([passing(0), passing(0.06)]).toEqual([true, false]);
  });

  it("stops at the wall on the left", () => {
    const env = new MountainCar();
    env.reset({ seed: 1 });
    env.restore({ ...env.snapshot(), state: [-1.19, -0.07] });
    expect([...env.step(0).observation]).toEqual([Math.fround(-1.2), 0]);
  });

  it("refuses actions it does not have", () => {
    const env = new MountainCar();
    env.reset({ seed: 1 });
    for (const action of [3, -1, 0.5]) expect(() => env.step(action)).toThrow(InvalidActionError);
  });
});

// Gymnasium's own environments clip such actions in step().
describe.each([
  ["MountainCarContinuous", () => new MountainCarContinuous(), 1],
  ["MountainCarContinuous, numpy 2", () => new MountainCarContinuous({ numpy: 2 }), 1],
  ["Pendulum", () => new Pendulum(), 2],
] as const)("%s's action", (_, create, bound) => {
  it.each([1, -1])("beyond the bound acts as the bound, on side %i", (side) => {
    const within = create();
    const beyond = create();
    within.reset({ seed: 42 });
    beyond.reset({ seed: 42 });
    for (let i = 0; i < 10; i++) {
      const expected = within.step(force(side * bound)).observation;
      const given = force(side * (bound + 100));
      expect(beyond.step(given).observation).toEqual(expected);
      expect(given[0]).toBe(side * (bound + 100));
    }
  });

  it("is one float32 number", () => {
    const env = create();
    env.reset({ seed: 1 });
    for (const action of [0.5, [0.5], new Float32Array(2), force(Number.NaN), Float64Array.of(0.5)]) {
      expect(() => env.step(action as Float32Array)).toThrow(InvalidActionError);
    }
  });
});

describe("MountainCarContinuous", () => {
  it("pays 100 at the goal, less the force", () => {
    const env = new MountainCarContinuous();
    env.reset({ seed: 1 });
    env.restore({ ...env.snapshot(), state: [0.44, 0.05] });
    const { reward, terminated } = env.step(force(0.5));
    expect(terminated).toBe(true);
    expect(reward).toBeCloseTo(100 - 0.025, 12);
  });

  it("compares velocity and goalVelocity in the precision that numpy has them in", () => {
    const passing = (numpy: 1 | 2, goalVelocity: number) => {
      const env = new MountainCarContinuous({ numpy, goalVelocity });
      env.reset({ seed: 1 });
      env.restore({ ...env.snapshot(), fresh: false, state: [Math.fround(0.43), Math.fround(0.0699)] });
      return env.step(force(1)).terminated;
    };
    expect([passing(1, 0.07), passing(2, 0.07), passing(1, 0.0701), passing(2, 0.0701)]).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });
});

describe("Pendulum", () => {
  it("never terminates and pays most at rest upright", () => {
    const env = new Pendulum();
    env.reset({ seed: 1, options: { x_init: 0, y_init: 0 } });
    const { observation, reward, terminated } = env.step(force(0));
    expect([[...observation], terminated]).toEqual([[1, 0, 0], false]);
    expect(reward).toBeCloseTo(0, 15);
  });

  it("takes gravity", () => {
    const speed = (g: number) => {
      const env = new Pendulum({ g });
      env.reset({ seed: 1 });
      return env.step(force(0)).observation[2];
    };
    expect(speed(0)).not.toBe(speed(10));
  });

  it.each([{ x_init: -1 }, { y_init: "a" }, { x_init: Number.POSITIVE_INFINITY }])(
    "refuses the bounds %j",
    (options) => {
      expect(() => new Pendulum().reset({ options })).toThrow(/_init/);
    },
  );
});

describe("Acrobot", () => {
  it("ends with 0 when the free end is high enough, else pays −1", () => {
    const env = new Acrobot();
    env.reset({ seed: 1 });
    expect(env.step(1)).toMatchObject({ reward: -1, terminated: false });
    env.restore({ ...env.snapshot(), state: [Math.PI, 0, 0, 0] });
    expect(env.step(1)).toMatchObject({ reward: 0, terminated: true });
    expect(() => env.step(1)).toThrow(ResetNeededError);
  });

  it("knows the equations of the paper, and noise on the torque", () => {
    const play = (config: ConstructorParameters<typeof Acrobot>[0]) => {
      const env = new Acrobot(config);
      env.reset({ seed: 5 });
      env.step(2);
      return [...env.step(2).observation];
    };
    expect(play({ bookOrNips: "nips" })).not.toEqual(play({}));
    expect(play({ torqueNoiseMax: 0.5 })).not.toEqual(play({}));
    expect(play({ torqueNoiseMax: 0.5 })).toEqual(play({ torqueNoiseMax: 0.5 }));
  });
});

describe("the registry", () => {
  it.each([
    ["MountainCar-v0", 200, -110],
    ["MountainCarContinuous-v0", 999, 90],
    ["Pendulum-v1", 200, undefined],
    ["Acrobot-v1", 500, -100],
    ["CartPole-v1", 500, 475],
  ])("has %s with Gymnasium's limit and threshold", (id, maxEpisodeSteps, rewardThreshold) => {
    expect(specOf(id)).toMatchObject({
      id,
      maxEpisodeSteps,
      ...(rewardThreshold !== undefined && { rewardThreshold }),
    });
    expect(specOf(id).rewardThreshold).toBe(rewardThreshold);
  });

  it("cuts a Pendulum off after 200 steps", async () => {
    const env = await make<Float32Array, Float32Array>("Pendulum-v1");
    await env.reset({ seed: 1 });
    const flags: boolean[] = [];
    for (let i = 0; i < 200; i++) flags.push((await env.step(force(0))).truncated);
    expect(flags.indexOf(true)).toBe(199);
  });
});

describe("pictures", () => {
  const pixelsOf =
    ({ width, data }: RenderFrame) =>
    (x: number, y: number) => [...data.subarray((y * width + x) * 3, (y * width + x) * 3 + 3)];
  const white = [255, 255, 255];

  it("show the car in the valley and the flag", () => {
    const env = new MountainCar({ renderMode: "rgb_array" });
    env.reset({ seed: 1, options: { low: -Math.PI / 6, high: -Math.PI / 6 } }); // the bottom
    const frame = env.render()!;
    const at = pixelsOf(frame);
    expect([frame.width, frame.height]).toEqual([600, 400]);
    const x = Math.round((1.2 - Math.PI / 6) * (600 / 1.8));
    expect(at(x, 400 - 60)).toEqual([0, 0, 0]); // the car: 10 above the ground, which is 33 up, tilted by cos(−π/2) = 0
    expect(at(x - 10, 400 - 40)).toEqual([128, 128, 128]); // a wheel
    expect(at(x, 400 - 80)).toEqual(white);
    const flag = Math.trunc((0.5 + 1.2) * (600 / 1.8));
    expect(at(flag + 5, 400 - Math.trunc((Math.sin(1.5) * 0.45 + 0.55) * (600 / 1.8)) - 45)).toEqual([204, 204, 0]);
  });

  it("show the pendulum, and its torque only after a step", () => {
    const env = new Pendulum({ renderMode: "rgb_array" });
    env.reset({ seed: 1, options: { x_init: 0, y_init: 0 } });
    const frame = env.render()!;
    expect([frame.width, frame.height]).toEqual([500, 500]);
    expect(pixelsOf(frame)(250, 250 - 60)).toEqual([204, 77, 77]); // upright
    expect(pixelsOf(frame)(250, 250)).toEqual([0, 0, 0]); // axle
    expect(pixelsOf(frame)(250 + 52, 250)).toEqual(white);
    env.step(force(-2));
    expect(pixelsOf(env.render()!)(250 + 52, 250)).toEqual([0, 0, 0]); // the arrow's arc
    env.reset({ seed: 1 });
    expect(pixelsOf(env.render()!)(250 + 52, 250 + 3)).not.toEqual([0, 0, 0]);
  });

  it("show the acrobot's links, joints and goal", () => {
    const env = new Acrobot({ renderMode: "rgb_array" });
    env.reset({ seed: 1 });
    env.restore({ ...env.snapshot(), state: [0, Math.PI / 2, 0, 0] });
    const at = pixelsOf(env.render()!);
    const scale = 500 / 4.4;
    expect(at(250, 250)).toEqual([204, 204, 0]);
    expect(at(250, 250 + Math.round(scale / 2))).toEqual([0, 204, 204]); // down
    expect(at(250 + Math.round(scale * 0.9), 250 + Math.round(scale))).toEqual([0, 204, 204]); // then right
    expect(at(5, 500 - 1 - Math.floor(250 + scale))).toEqual([0, 0, 0]); // the height to reach
  });

  it.each([MountainCar, MountainCarContinuous, Pendulum, Acrobot])(
    "come after reset, and only in their mode",
    (Environment) => {
      expect(() => new Environment({ renderMode: "rgb_array" }).render()).toThrow(ResetNeededError);
      const env = new Environment();
      env.reset({ seed: 1 });
      expect(env.render()).toBeUndefined();
      expect(() => new Environment({ renderMode: "ansi" as "rgb_array" })).toThrow(ConfigError);
    },
  );
});
