import { Polygon, Transform, testOverlap } from "planck";
import { describe, expect, it } from "vitest";
import { Car } from "../../envs/car-racing/car.ts";
import { HULL_PARTS, WHEEL_PART } from "../../envs/car-racing/car-shape.ts";
import { STANDARD_COLOURS } from "../../envs/car-racing/colours.ts";
import { convexHull, withinSkin } from "../../envs/car-racing/convex-quad.ts";
import { Road } from "../../envs/car-racing/road.ts";
import { Simulation } from "../../envs/car-racing/simulation.ts";
import { generateTrack } from "../../envs/car-racing/track.ts";
import { Pcg64 } from "../../src/core/pcg64.ts";
import { RandomStream } from "../../src/core/random.ts";

const HERE = Transform.identity();
const SKIN = 0.02;
type Points = readonly (readonly [number, number])[];
const polygon = (points: Points) => new Polygon(points.map(([x, y]) => ({ x, y })));
const points = (flat: ArrayLike<number>, at: number): Points =>
  [0, 2, 4, 6].map((i) => [flat[at + i], flat[at + i + 1]] as const);
const placed = (part: Points, { x, y, angle }: { x: number; y: number; angle: number }) =>
  testPlace(part, x, y, Math.cos(angle), Math.sin(angle));
const testPlace = (part: Points, x: number, y: number, cos: number, sin: number): Points =>
  part.map(([px, py]) => [x + cos * px - sin * py, y + sin * px + cos * py] as const);
const overlap = (a: Points, b: Points) => testOverlap(polygon(a), 0, polygon(b), 0, HERE, HERE);

describe("what touches", () => {
  it("is what planck's distance says, skins included", () => {
    const random = new RandomStream(0, "quads");
    const counts = { touching: 0, apart: 0, within: 0 };
    for (let trial = 0; trial < 4000; trial++) {
      const quad = () => {
        const [w, h] = [random.uniform(0.5, 3), random.uniform(0.5, 3)];
        const angle = random.uniform(-Math.PI, Math.PI);
        return { w, h, angle };
      };
      const [a, b] = [quad(), quad()];
      const corners = ({ w, h, angle }: typeof a, x: number, y: number) =>
        placed([[-w, -h], [w, -h], [w, h], [-w, h]], { x, y, angle }); // biome-ignore format: four corners
      const far = random.uniform(0, 7);
      const towards = random.uniform(-Math.PI, Math.PI);
      const first = corners(a, 0, 0);
      const second = corners(b, far * Math.cos(towards), far * Math.sin(towards));
      const flat = (p: Points) => Float64Array.from(p.flat());
      const touches = withinSkin(flat(first), 0, 4, flat(second), 0, 4, SKIN);
      expect(touches, `trial ${trial}`).toBe(overlap(first, second));
      counts[touches ? "touching" : "apart"]++;
      if (touches && !withinSkin(flat(first), 0, 4, flat(second), 0, 4, 0)) counts.within++;
    }
    expect(Math.min(counts.touching, counts.apart)).toBeGreaterThan(500);
    expect(counts.within).toBeGreaterThan(5); // by their skins alone
  });

  it("a hull of four corners leaves out the one inside the others", () => {
    const hull = new Float64Array(8);
    expect(convexHull(Float64Array.of(0, 0, 4, 0, 1, 1, 0, 4), hull, 0)).toBe(3);
    expect([...hull.subarray(0, 6)]).toEqual([4, 0, 0, 4, 0, 0]);
    expect(convexHull(Float64Array.of(0, 0, 0, 4, 4, 4, 4, 0), hull, 0)).toBe(4); // given clockwise
    expect([...hull]).toEqual([4, 0, 4, 4, 0, 4, 0, 0]);
  });
});

describe("tiles under the car", () => {
  /** Wandering, and a slalom that ends in a spin, where the rear wing alone comes over tiles. */
  const drives = [
    { seed: 3, steps: 300, steer: wandering(), gas: 0.6, least: 5 },
    { seed: 101, steps: 220, steer: (step: number) => 0.6 * Math.sin(step / 20), gas: 0.4, least: 6 },
  ];

  // planck's own overlap test of each wheel and hull part with each tile, at the moment when Box2D looks.
  it.each(drives)(
    "are those of planck's overlap test at every step: track $seed",
    ({ seed, steps, steer, gas, least }) => {
      const track = generateTrack(new Pcg64(seed));
      const car = new Car();
      const rule = { lapComplete: "faithful", lapCompletePercent: 0.95 } as const;
      const simulation = new Simulation({ ...rule, track, car, colours: STANDARD_COLOURS, startTile: 0 });
      const { road, hull, wheels } = simulation.scene;
      const shades = new Road(track).picture.paint;
      const tileQuads = Array.from(shades.keys()).filter((quad) => shades[quad] < 3);
      const distance = (quad: number) =>
        Math.hypot(road.corners[8 * quad] - hull.x, road.corners[8 * quad + 1] - hull.y);
      const visited = new Set<number>();
      const touched = new Set(tileQuads.filter((quad) => shades[quad] !== road.paint[quad])); // by the reset's step
      let offRoad = 0;
      for (let step = 0; step < steps; step++) {
        const ground = car.wheels.map(() => false);
        for (const quad of tileQuads) {
          if (distance(quad) > 18) continue;
          const tile = points(road.corners, 8 * quad);
          for (const [i, wheel] of wheels.entries()) {
            if (!overlap(tile, placed(WHEEL_PART, wheel))) continue;
            ground[i] = true;
            visited.add(quad);
            touched.add(quad);
          }
          if (!touched.has(quad) && HULL_PARTS.some((part) => overlap(tile, placed(part, hull)))) touched.add(quad);
        }
        simulation.control(steer(step), gas, 0);
        simulation.advance();
        simulation.settle();
        expect(
          car.wheels.map(({ onRoad }) => onRoad),
          `step ${step}`,
        ).toEqual(ground);
        expect(simulation.tilesVisited, `step ${step}`).toBe(visited.size);
        const unshaded = tileQuads.filter((quad) => road.paint[quad] === 0);
        expect(unshaded, `step ${step}`).toEqual(tileQuads.filter((quad) => shades[quad] === 0 || touched.has(quad)));
        offRoad += ground.filter((on) => !on).length;
      }
      expect(offRoad).toBeGreaterThan(50);
      expect(visited.size).toBeGreaterThan(least);
    },
  );
});

describe("a touch that rounding decides", () => {
  it("is decided as by Box2D: a corner 1.8 µm outside the skin, where ten times float32's resolution is 1.2 µm", () => {
    const rule = { lapComplete: "faithful", lapCompletePercent: 0.95 } as const;
    const track = generateTrack(new Pcg64(120));
    const simulation = new Simulation({ ...rule, track, car: new Car(), colours: STANDARD_COLOURS, startTile: 0 });
    const visited = Array.from({ length: 67 }, () => {
      simulation.control(0, 1, 0);
      simulation.advance();
      simulation.settle();
      return simulation.tilesVisited;
    });
    expect(visited.slice(64)).toEqual([13, 14, 14]);
  });
});

function wandering(): (step: number) => number {
  const random = new RandomStream(0, "contacts");
  let steer = 0;
  return (step) => {
    if (step % 12 === 0) steer = random.uniform(-0.3, 0.3);
    return steer;
  };
}
