import { describe, expect, it } from "vitest";
import { Car } from "../../envs/car-racing/car.ts";
import { STANDARD_COLOURS } from "../../envs/car-racing/colours.ts";
import { type CarInfo, CarRacing, CarRacingFrames } from "../../envs/car-racing/index.ts";
import { type LapRule, Simulation } from "../../envs/car-racing/simulation.ts";
import { generateTrack, PLAYFIELD } from "../../envs/car-racing/track.ts";
import { ConfigError } from "../../src/base/errors.ts";
import type { ResetOptions } from "../../src/core/env.ts";
import { InvalidActionError, ResetNeededError } from "../../src/core/errors.ts";
import { Pcg64 } from "../../src/core/pcg64.ts";
import { RandomStream } from "../../src/core/random.ts";
import { make } from "../../src/core/registry.ts";
import "../../src/registrations.ts";

const carOf = ({ info }: { info: Readonly<Record<string, unknown>> }) => info["car"] as CarInfo;
const act = (steer: number, gas: number, brake: number) => Float32Array.of(steer, gas, brake);
const track = generateTrack(new Pcg64(5));
const simulate = (rule: Partial<LapRule> = {}, startTile = 0) =>
  new Simulation({
    lapComplete: "faithful",
    lapCompletePercent: 0.95,
    ...rule,
    track,
    startTile,
    car: new Car(),
    colours: STANDARD_COLOURS,
  });

/** Steers for the point four tiles ahead at about 110 km/h. */
function follow(simulation: Simulation): void {
  const { hull } = simulation.scene;
  const { x, y, tiles } = simulation.track;
  let nearest = 0;
  const distance = (i: number) => Math.hypot(x[i] - hull.x, y[i] - hull.y);
  for (let i = 1; i < tiles; i++) if (distance(i) < distance(nearest)) nearest = i;
  const ahead = (nearest + 4) % tiles;
  const turn = Math.atan2(hull.x - x[ahead], y[ahead] - hull.y) - hull.angle;
  const left = Math.atan2(Math.sin(turn), Math.cos(turn));
  const gas = Math.hypot(hull.vx, hull.vy) < 30 ? 0.5 : 0;
  simulation.control(Math.max(-1, Math.min(1, -1.2 * left)), gas, 0);
}

/** Drives until the end, or so many steps. */
function lap(simulation: Simulation, limit: number) {
  let total = 0;
  let steps = 0;
  while (!simulation.terminated && steps < limit) {
    follow(simulation);
    simulation.advance();
    simulation.settle();
    total += simulation.reward;
    steps++;
  }
  return { total, steps };
}

describe("CarRacing's rewards and ends", () => {
  it("gives the start's tiles with the first action, then −0.1 a step", () => {
    const env = new CarRacing();
    const { tilesVisited, tiles } = carOf(env.reset({ seed: 0 }));
    expect(tilesVisited).toBe(2);
    const idle = act(0, 0, 0);
    expect(env.step(idle).reward).toBeCloseTo((2 * 1000) / tiles - 0.1, 10);
    for (let i = 0; i < 5; i++) expect(env.step(idle).reward).toBeCloseTo(-0.1, 10);
  });

  it("ends a lap with the last tile: 1000 less 0.1 a step", () => {
    const simulation = simulate();
    const { total, steps } = lap(simulation, 3000);
    expect(simulation.terminated).toBe(true);
    expect(simulation.lapFinished).toBe(true);
    expect(simulation.tilesVisited).toBe(track.tiles);
    expect(total).toBeCloseTo(1000 - 0.1 * steps, 6);
  });

  it("ends off the field with −100, whatever the step was worth", () => {
    const env = new CarRacing();
    env.reset({ seed: 100 }); // at full gas, straight off
    let step = env.step(act(0, 1, 0));
    let steps = 1;
    while (!step.terminated && steps < 400) {
      step = env.step(act(0, 1, 0));
      steps++;
    }
    expect(steps).toBe(167); // as Box2D has it
    expect(step).toMatchObject({ reward: -100, terminated: true, truncated: false });
    expect(step.info["lapFinished"]).toBe(false);
    expect(Math.max(Math.abs(carOf(step).x), Math.abs(carOf(step).y))).toBeGreaterThan(PLAYFIELD);
    expect(() => env.step(act(0, 0, 0))).toThrow(ResetNeededError);
  });

  it("faithful: passing the start with most tiles does not end the lap; fixed: it does", () => {
    // From halfway round, so that half of the track is seen at the start line, and all but a half at the next return.
    const rule = { lapCompletePercent: 0.3 };
    const faithful = simulate(rule);
    const whole = lap(faithful, 3000);
    expect(faithful.tilesVisited).toBe(track.tiles);

    const fixed = simulate({ ...rule, lapComplete: "fixed" });
    const back = lap(fixed, 3000);
    expect(fixed.lapFinished).toBe(true);
    expect(back.steps).toBeLessThanOrEqual(whole.steps);

    const halfway = simulate({ ...rule, lapComplete: "fixed" }, Math.floor(track.tiles / 2));
    lap(halfway, 3000);
    expect(halfway.lapFinished).toBe(true);
    expect(halfway.tilesVisited).toBeLessThan(0.6 * track.tiles);
  });

  it("faithful: the first visit of tile 0 ends the lap if enough tiles were seen before, as for a car that starts elsewhere", () => {
    const halfway = Math.floor(track.tiles / 2);
    const early = simulate({ lapCompletePercent: 0.3 }, halfway);
    lap(early, 3000);
    expect(early.lapFinished).toBe(true);
    expect(early.tilesVisited).toBeLessThan(0.6 * track.tiles);
    const late = simulate({ lapCompletePercent: 0.95 }, halfway);
    lap(late, 3000);
    expect(late.tilesVisited).toBe(track.tiles);
  });
});

describe("CarRacing's options", () => {
  it("continuous: false: five actions, each one of the continuous ones", () => {
    const pairs = [act(0, 0, 0), act(0.6, 0, 0), act(-0.6, 0, 0), act(0, 0.2, 0), act(0, 0, 0.8)];
    const discrete = new CarRacing({ continuous: false });
    const continuous = new CarRacing();
    discrete.reset({ seed: 2 });
    continuous.reset({ seed: 2 });
    for (const action of [3, 3, 3, 3, 3, 1, 1, 1, 3, 2, 2, 2, 0, 4, 4]) {
      const ours = carOf(discrete.step(action));
      const theirs = carOf(continuous.step(pairs[action])); // float32 controls: nearly the same
      expect(ours.steering).toBeCloseTo(theirs.steering, 5);
      expect(ours.wheelSpeeds[2]).toBeCloseTo(theirs.wheelSpeeds[2], 4);
    }
    expect(() => discrete.step(5)).toThrow(InvalidActionError);
    expect(() => continuous.step(act(0, 1.5, 0))).toThrow(InvalidActionError);
    expect(() => continuous.step(act(0, -0.5, 0))).toThrow(InvalidActionError);
  });

  it("domainRandomize: new colours at every reset unless it is told not to", () => {
    const env = new CarRacing({ domainRandomize: true });
    const coloursAfter = (options: ResetOptions) => {
      env.reset(options);
      return env.snapshot()["colours"];
    };
    const seeded = coloursAfter({ seed: 7 });
    expect(seeded).not.toEqual(STANDARD_COLOURS);
    expect(coloursAfter({ seed: 7 })).toEqual(seeded);
    expect(coloursAfter({ seed: 8, options: { randomize: false } })).toEqual(seeded);
    expect(coloursAfter({ seed: 8 })).not.toEqual(seeded);
    const picture = env.reset({ seed: 9 }).observation;
    expect(env.reset({ seed: 9, options: { randomize: false } }).observation).not.toEqual(picture);
    expect(() => env.reset({ options: { randomize: "yes" } })).toThrow(ConfigError);
  });

  it("randomize: false draws the standard track of the seed", () => {
    const plain = carOf(new CarRacing().reset({ seed: 9 }));
    const env = new CarRacing({ domainRandomize: true });
    expect(carOf(env.reset({ seed: 9, options: { randomize: false } }))).toEqual(plain);
    expect(carOf(env.reset({ seed: 9 }))).not.toEqual(plain); // colours are drawn before the track
  });

  it("startTile: a tile of choice or chance, facing along the road", () => {
    const env = new CarRacing();
    const { tiles } = carOf(env.reset({ seed: 5 }));
    const at = (startTile: unknown) => carOf(env.reset({ seed: 5, options: { startTile } }));
    for (const tile of [0, 40, 200]) {
      const car = at(tile);
      expect(Math.hypot(car.x - track.x[tile], car.y - track.y[tile])).toBeLessThan(0.5);
      expect(Math.abs(car.angle - track.beta[tile])).toBeLessThan(0.05);
      expect(car.tilesVisited).toBeGreaterThan(0);
    }
    expect(at(tiles + 40)).toEqual(at(40));
    const random = new CarRacing({ startTile: "random" });
    const places = [1, 2, 3, 4].map((seed) => carOf(random.reset({ seed })));
    expect(new Set(places.map(({ x }) => Math.round(x))).size).toBe(4);
    expect(carOf(random.reset({ seed: 4 }))).toEqual(places[3]);
    expect(() => env.reset({ options: { startTile: -1 } })).toThrow(ConfigError);
  });

  it("refuses options that it does not know", () => {
    expect(() => new CarRacing({ lapCompletePercent: 2 })).toThrow(ConfigError);
    expect(() => new CarRacing({ speed: 3 } as object)).toThrow("CarRacing");
  });

  it("is registered with a limit of 1000 steps", async () => {
    const env = await make<Uint8Array, Float32Array>("CarRacing-v3");
    expect(env.spec).toMatchObject({ maxEpisodeSteps: 1000, rewardThreshold: 900 });
    await expect(make("CarRacing-v3", { colour: "red" })).rejects.toThrow(ConfigError);
    await env.close();
  });
});

describe("frames of World Models", () => {
  it("are the means of the areas that they cover, above the instruments", () => {
    const env = new CarRacing();
    const frames = new CarRacingFrames(new CarRacing());
    expect(frames.observationSpace.shape).toEqual([64, 64, 3]);
    const { observation } = env.reset({ seed: 1 });
    const { observation: frame } = frames.reset({ seed: 1 }) as { observation: Uint8Array };
    // Each source pixel split into 16 × 2 equal parts: 21 × 3 of those to an output pixel.
    const random = new RandomStream(0, "pixels");
    for (let trial = 0; trial < 300; trial++) {
      const [x, y, channel] = [random.integer(0, 64), random.integer(0, 64), random.integer(0, 3)];
      let sum = 0;
      for (let i = 21 * y; i < 21 * (y + 1); i++) {
        for (let j = 3 * x; j < 3 * (x + 1); j++) {
          sum += observation[((i >> 4) * 96 + (j >> 1)) * 3 + channel];
        }
      }
      expect(frame[(y * 64 + x) * 3 + channel]).toBe(Math.round(sum / 63));
    }
  });

  it("come from make as an option, with the same rewards", async () => {
    const env = await make<Uint8Array, Float32Array>("CarRacing-v3", { frames: "world-models" });
    const plain = new CarRacing();
    await env.reset({ seed: 3 });
    plain.reset({ seed: 3 });
    const step = await env.step(act(0, 0.5, 0));
    expect(step.observation).toHaveLength(64 * 64 * 3);
    expect(step.reward).toBe(plain.step(act(0, 0.5, 0)).reward);
  });
});
