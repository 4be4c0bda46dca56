import { Car } from "../../envs/car-racing/car.ts";
import { STANDARD_COLOURS } from "../../envs/car-racing/colours.ts";
import { CarRacing, CarRacingFrames } from "../../envs/car-racing/index.ts";
import { Simulation } from "../../envs/car-racing/simulation.ts";
import { generateTrack } from "../../envs/car-racing/track.ts";
import { Pcg64 } from "../../src/core/pcg64.ts";
import { RandomStream } from "../../src/core/random.ts";
import { type Env, make } from "../../src/index.ts";
import { pythonBaseline } from "./python-baseline.ts";
import type { Section } from "./sections.ts";
import { figure, NOTHING } from "./text-table.ts";

interface GymnasiumFigures {
  readonly version: string;
  /** Steps a second with the observation, and without drawing it. */
  readonly observed: number;
  readonly physics: number;
  /** Milliseconds a reset. */
  readonly reset: number;
}

/** Gymnasium 1.4 with Box2D 2.3.8 on one core of the machine on which the recordings were made. */
const RECORDED: GymnasiumFigures = { version: "1.4", observed: 205, physics: 15_400, reset: 12 };
const STEPS = 1000; // an episode
const RUNS = 6;
const RESETS = 40;

/** CarRacing's steps and resets on one core, the runs of all kinds taken in turn and the best of each kept. */
export async function carRacingSection(): Promise<Section> {
  const car = new Car();
  const bare = new CarRacing();
  const frames = new CarRacingFrames(new CarRacing());
  const made = await make<Uint8Array, Float32Array>("CarRacing-v3", { maxEpisodeSteps: -1 });
  const best = { physics: 0, observed: 0, frames: 0, made: 0, reset: Number.POSITIVE_INFINITY };
  const keep = (name: "physics" | "observed" | "frames" | "made", steps: number) => {
    best[name] = Math.max(best[name], steps);
  };
  for (let run = 0; run < RUNS; run++) {
    const actions = drivenActions(run);
    keep("physics", physicsSteps(car, actions, run));
    keep("observed", await envSteps(bare, actions, run));
    keep("frames", await envSteps(frames, actions, run));
    keep("made", await envSteps(made, actions, run));
    for (let seed = 0; seed < RESETS; seed++) best.reset = Math.min(best.reset, resetMilliseconds(bare, seed));
  }

  const baseline = await pythonBaseline<GymnasiumFigures>("car_racing_baseline.py", { module: "Box2D", label: "" });
  const theirs = "figures" in baseline ? baseline.figures : RECORDED;
  const row = (name: string, ours: number, gymnasium?: number) => [
    name,
    figure(ours),
    figure(gymnasium),
    gymnasium === undefined ? NOTHING : `${figure(ours / gymnasium)}×`,
  ];
  return {
    table: {
      title: "CarRacing-v3 on one core: steps a second, wandering at half gas",
      head: ["", "ours", "Gymnasium", "ours / Gymnasium"],
      rows: [
        row("physics alone", best.physics, theirs.physics),
        row("class, observation included", best.observed, theirs.observed),
        row("class, World Models' 64 × 64", best.frames),
        row("make()", best.made, theirs.observed),
        ["reset, ms", figure(best.reset), figure(theirs.reset), `${figure(best.reset / theirs.reset)}×`],
      ],
      notes: [
        "figures" in baseline
          ? `Gymnasium ${theirs.version}, measured here.`
          : `Gymnasium ${theirs.version}, recorded.`,
      ],
    },
    figures: { ...best, gymnasium: theirs, measured: "figures" in baseline },
  };
}

/** Controls that wander, so that the car stays near the road and its wheels slip now and then. */
function drivenActions(seed: number): Float32Array[] {
  const random = new RandomStream(seed, "benchmark/car-racing");
  let steer = 0;
  return Array.from({ length: STEPS }, () => {
    steer = Math.max(-0.5, Math.min(0.5, 0.95 * steer + 0.1 * random.normal()));
    return Float32Array.of(steer, 0.5, 0);
  });
}

function physicsSteps(car: Car, actions: readonly Float32Array[], seed: number): number {
  const track = generateTrack(new Pcg64(seed));
  const rule = { lapComplete: "faithful", lapCompletePercent: 0.95 } as const;
  const simulation = new Simulation({ ...rule, track, car, colours: STANDARD_COLOURS, startTile: 0 });
  const start = performance.now();
  let steps = 0;
  for (const action of actions) {
    simulation.control(action[0], action[1], action[2]);
    simulation.advance();
    simulation.settle();
    steps++;
    if (simulation.terminated) break;
  }
  return (1000 * steps) / (performance.now() - start);
}

async function envSteps(env: Env<Uint8Array, Float32Array>, actions: readonly Float32Array[], seed: number) {
  await env.reset({ seed });
  const start = performance.now();
  let steps = 0;
  for (const action of actions) {
    const outcome = env.step(action);
    const { terminated } = outcome instanceof Promise ? await outcome : outcome;
    steps++;
    if (terminated) break;
  }
  return (1000 * steps) / (performance.now() - start);
}

function resetMilliseconds(env: CarRacing, seed: number): number {
  const start = performance.now();
  env.reset({ seed });
  return performance.now() - start;
}
