import { describe, expect, it } from "vitest";
import { RED_BORDER, WHITE_BORDER } from "../../envs/car-racing/car-racing-state.ts";
import { randomColours } from "../../envs/car-racing/colours.ts";
import { Road } from "../../envs/car-racing/road.ts";
import { generateTrack } from "../../envs/car-racing/track.ts";
import { Pcg64 } from "../../src/core/pcg64.ts";
import { recordedRoads, recordedTracks } from "./car-racing-recordings.ts";

const sum = (numbers: Float64Array) => numbers.reduce((total, x) => total + x, 0);

describe("CarRacing's tracks are Gymnasium's", () => {
  it.each(Object.entries(recordedTracks()))("seed %s, within 1e-6", (seed, points) => {
    const track = generateTrack(new Pcg64(Number(seed)));
    expect(track.tiles).toBe(points.length);
    let farthest = 0;
    for (const [i, [x, y]] of points.entries()) {
      farthest = Math.max(farthest, Math.abs(track.x[i] - x), Math.abs(track.y[i] - y));
    }
    expect(farthest).toBeLessThan(1e-6);
  });

  const { roads, colours } = recordedRoads();

  it("a hundred seeds, the roads' quads and the generator's next draw", () => {
    expect(roads).toHaveLength(100);
    for (const road of roads) {
      const generator = new Pcg64(road.seed);
      const track = generateTrack(generator);
      const { quads, corners } = new Road(track).picture;
      const label = `seed ${road.seed}`;
      expect([track.tiles, quads, generator.random()], label).toEqual([road.tiles, road.quads, road.next]);
      expect(sum(track.x), label).toBeCloseTo(road.x, 4);
      expect(sum(track.y), label).toBeCloseTo(road.y, 4);
      expect(sum(track.beta), label).toBeCloseTo(road.beta, 5);
      expect(sum(corners.map((corner, i) => corner * Math.cos(i))), label).toBeCloseTo(road.corners, 4);
    }
  });

  it("draws again where a track does not close", () => {
    const again = roads.filter(({ tries }) => tries > 1);
    expect(again.map(({ seed }) => seed)).toEqual([36]); // passed above: its quads are those of the second try
    const generator = new Pcg64(36);
    generateTrack(generator);
    const skipped = new Pcg64(36);
    for (let draw = 0; draw < 2 * 24; draw++) skipped.random(); // two for each of twelve checkpoints, twice
    expect(generator.random()).toBe(skipped.random());
  });

  it("shades and borders, in drawing order", () => {
    const painted = roads.filter(({ paint }) => paint);
    expect(painted).toHaveLength(20);
    for (const { seed, paint } of painted) {
      const { picture } = new Road(generateTrack(new Pcg64(seed)));
      const seen = Array.from(picture.paint, (p) => (p === WHITE_BORDER ? "w" : p === RED_BORDER ? "r" : String(p)));
      expect(seen.join(""), `seed ${seed}`).toBe(paint);
    }
  });

  it("colours of domainRandomize", () => {
    for (const { seed, road, background, grass } of colours) {
      expect(randomColours(new Pcg64(seed))).toEqual({ road, background, grass });
    }
  });
});

describe("a road", () => {
  const track = generateTrack(new Pcg64(0));

  it("has convex tiles, counter-clockwise, that hold their own middle", () => {
    const { hulls, hullCounts, tiles } = new Road(track);
    for (let tile = 0; tile < tiles; tile++) {
      const count = hullCounts[tile];
      const corner = (i: number) => [hulls[8 * tile + 2 * (i % count)], hulls[8 * tile + 2 * (i % count) + 1]];
      const j = tile === 0 ? tiles - 1 : tile - 1;
      const middle = [(track.x[tile] + track.x[j]) / 2, (track.y[tile] + track.y[j]) / 2];
      for (let i = 0; i < count; i++) {
        const [ax, ay] = corner(i);
        const [bx, by] = corner(i + 1);
        const [cx, cy] = corner(i + 2);
        expect((bx - ax) * (cy - by) - (by - ay) * (cx - bx)).toBeGreaterThan(0);
        expect((bx - ax) * (middle[1] - ay) - (by - ay) * (middle[0] - ax)).toBeGreaterThan(0);
      }
    }
  });
});
