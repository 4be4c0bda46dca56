import { Car } from "../../envs/car-racing/car.ts";
import type { CarRacingScene } from "../../envs/car-racing/car-racing-state.ts";
import { STANDARD_COLOURS } from "../../envs/car-racing/colours.ts";
import { CarRacingPainter, OBSERVATION_SIZE } from "../../envs/car-racing/drawing/painter.ts";
import { Simulation } from "../../envs/car-racing/simulation.ts";
import { generateTrack } from "../../envs/car-racing/track.ts";
import { Pcg64 } from "../../src/core/pcg64.ts";
import type { Section } from "./sections.ts";
import { figure, type TextTable } from "./text-table.ts";

const SEEDS = [0, 1, 2, 3];
const RUNS = 20;
const GAS = 0.3;

interface DrawingSpeed {
  readonly name: string;
  /** Microseconds a frame. */
  readonly microseconds: number;
}

/** CarRacing's pictures: what a frame costs, without the physics. */
export async function carRacingDrawingSection(): Promise<Section> {
  const figures = drawingSpeeds();
  const table: TextTable = {
    title: `CarRacing: drawing a frame, ${SEEDS.length} tracks`,
    head: ["", "µs", "frames/s"],
    rows: figures.map(({ name, microseconds }) => [name, figure(microseconds), figure(1e6 / microseconds)]),
  };
  return { table, figures };
}

function drawingSpeeds(): DrawingSpeed[] {
  const painter = new CarRacingPainter();
  const out = new Uint8Array(OBSERVATION_SIZE * OBSERVATION_SIZE * 3);
  const observe = (scene: CarRacingScene): void => painter.draw(scene, out);
  const laps = SEEDS.map(lap);
  return [
    { name: "observation, once round the lap", microseconds: best(laps, observe) },
    { name: "observation, beside the road", microseconds: best(SEEDS.map(offRoad), observe) },
    { name: "observation, zooming in (first second)", microseconds: best(SEEDS.map(firstSecond), observe) },
    {
      name: "600 × 400",
      microseconds: best([laps[0].slice(0, 40)], (scene) => painter.drawLarge(scene, 600, 400)),
    },
  ];
}

/** Microseconds a moment, the mean over episodes of the fastest of several runs. */
function best(episodes: readonly (readonly CarRacingScene[])[], draw: (scene: CarRacingScene) => void): number {
  const live = simulation(0, 0).scene; // one object that changes, as in an episode
  const times = episodes.map((moments) => {
    let least = Number.POSITIVE_INFINITY;
    for (let run = 0; run < RUNS; run++) {
      const start = performance.now();
      for (const moment of moments) {
        become(live, moment);
        draw(live);
      }
      least = Math.min(least, performance.now() - start);
    }
    return (1000 * least) / moments.length;
  });
  return times.reduce((sum, time) => sum + time) / times.length;
}

function become(live: CarRacingScene, { road, hull, wheels, t, score }: CarRacingScene): void {
  live.road = road;
  live.hull.x = hull.x;
  live.hull.y = hull.y;
  live.hull.angle = hull.angle;
  live.hull.vx = hull.vx;
  live.hull.vy = hull.vy;
  live.hull.angularVelocity = hull.angularVelocity;
  for (let i = 0; i < 4; i++) {
    const [wheel, next] = [live.wheels[i], wheels[i]];
    wheel.x = next.x;
    wheel.y = next.y;
    wheel.angle = next.angle;
    wheel.phase = next.phase;
    wheel.omega = next.omega;
    wheel.jointAngle = next.jointAngle;
  }
  live.t = t;
  live.score = score;
}

function simulation(seed: number, startTile: number): Simulation {
  const track = generateTrack(new Pcg64(seed));
  const rule = { lapComplete: "faithful", lapCompletePercent: 0.95 } as const;
  return new Simulation({ track, colours: STANDARD_COLOURS, car: new Car(), startTile, ...rule });
}

/** The car standing on each tile, all of whose shades are still to be seen. */
function lap(seed: number): CarRacingScene[] {
  const { road, skids } = simulation(seed, 0).scene;
  const { tiles } = generateTrack(new Pcg64(seed));
  return Array.from({ length: tiles }, (_, tile) => {
    const { hull, wheels, colours } = copy(simulation(seed, tile).scene);
    return { road, skids, hull, wheels, colours, t: 5, score: Math.floor(tile / 5) * 3.3 };
  });
}

/** Fifty steps straight on, zooming in. */
const firstSecond = (seed: number): CarRacingScene[] => drive(simulation(seed, 0), 50, 0);

/** Steps after the car has turned off the road, with gas. */
const offRoad = (seed: number): CarRacingScene[] => drive(simulation(seed, 0), 300, 0.3).slice(150);

function drive(one: Simulation, steps: number, steer: number): CarRacingScene[] {
  return Array.from({ length: steps }, () => {
    one.control(steer, GAS, 0);
    one.advance();
    return copy(one.scene);
  });
}

/** What moves is copied: a simulation changes its scene in place. */
function copy(scene: CarRacingScene): CarRacingScene {
  const [frontLeft, frontRight, rearLeft, rearRight] = scene.wheels;
  return {
    ...scene,
    hull: { ...scene.hull },
    wheels: [{ ...frontLeft }, { ...frontRight }, { ...rearLeft }, { ...rearRight }],
  };
}
