import { readFileSync } from "node:fs";
import { PNG } from "pngjs";
import {
  type CarRacingColours,
  type CarRacingScene,
  SKID_MARKS,
  SKID_POINTS,
} from "../../envs/car-racing/car-racing-state.ts";
import { STANDARD_COLOURS } from "../../envs/car-racing/colours.ts";
import { Road } from "../../envs/car-racing/road.ts";
import { generateTrack } from "../../envs/car-racing/track.ts";
import { Pcg64 } from "../../src/core/pcg64.ts";

const GOLDEN = new URL("../golden/car-racing-frames/", import.meta.url);

/** A line of scenes.json. */
interface Recorded {
  readonly name: string;
  readonly seed: number;
  readonly t: number;
  readonly score: number;
  readonly hull: CarRacingScene["hull"];
  readonly wheels: CarRacingScene["wheels"];
  readonly worn: readonly number[];
  readonly colours?: CarRacingColours;
  readonly size?: readonly [number, number];
  readonly skids?: readonly { readonly grass: number; readonly points: readonly number[] }[];
}

/** A scene and how the original draws it, RGB. */
export interface Golden {
  readonly name: string;
  readonly scene: CarRacingScene;
  readonly width: number;
  readonly height: number;
  readonly frame: Uint8Array;
  /** An observation of a recorded episode. */
  readonly recorded: boolean;
}

/** Every scene in tests/golden/car-racing-frames. */
export function goldenScenes(): Golden[] {
  const scenes: Recorded[] = JSON.parse(readFileSync(new URL("scenes.json", GOLDEN), "utf8"));
  return scenes.map((scene) => {
    const png = PNG.sync.read(readFileSync(new URL(`${scene.name}.png`, GOLDEN)));
    const frame = new Uint8Array(png.width * png.height * 3);
    for (let i = 0; i < frame.length; i++) frame[i] = png.data[Math.floor(i / 3) * 4 + (i % 3)];
    const recorded = /^\d-/.test(scene.name);
    return { name: scene.name, scene: sceneOf(scene), width: png.width, height: png.height, frame, recorded };
  });
}

function sceneOf({ seed, worn, colours = STANDARD_COLOURS, skids: marks = [], ...state }: Recorded): CarRacingScene {
  const road = new Road(generateTrack(new Pcg64(seed)));
  for (const tile of worn) road.unshade(tile);
  const skids = {
    total: marks.length,
    points: new Float64Array(SKID_MARKS * SKID_POINTS * 2),
    lengths: new Uint8Array(SKID_MARKS),
    grass: new Uint8Array(SKID_MARKS),
  };
  for (const [slot, { grass, points }] of marks.entries()) {
    skids.points.set(points, slot * SKID_POINTS * 2);
    skids.lengths[slot] = points.length / 2;
    skids.grass[slot] = grass;
  }
  return { ...state, road: road.picture, colours, skids };
}

/** Mean absolute difference of two pictures, 0–255. */
export function meanError(ours: Uint8Array, theirs: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < ours.length; i++) sum += Math.abs(ours[i] - theirs[i]);
  return sum / ours.length;
}

const RADIUS = 5;
const WEIGHTS = Array.from({ length: 2 * RADIUS + 1 }, (_, i) => Math.exp(-((i - RADIUS) ** 2) / (2 * 1.5 ** 2)));
const C1 = (0.01 * 255) ** 2;
const C2 = (0.03 * 255) ** 2;

/** Structural similarity (Wang et al., 2004): Gaussian windows of 11 × 11, σ 1.5, the mean over windows and channels. */
export function structuralSimilarity(ours: Uint8Array, theirs: Uint8Array, width: number, height: number): number {
  const [a, b] = [Float64Array.from(ours), Float64Array.from(theirs)];
  const smooth = (values: (i: number) => number): Float64Array => blur(values, width, height);
  const meanA = smooth((i) => a[i]);
  const meanB = smooth((i) => b[i]);
  const squareA = smooth((i) => a[i] * a[i]);
  const squareB = smooth((i) => b[i] * b[i]);
  const product = smooth((i) => a[i] * b[i]);
  let sum = 0;
  for (let i = 0; i < product.length; i++) {
    const both = meanA[i] * meanB[i];
    const squares = meanA[i] ** 2 + meanB[i] ** 2;
    const variances = squareA[i] + squareB[i] - squares;
    sum += ((2 * both + C1) * (2 * (product[i] - both) + C2)) / ((squares + C1) * (variances + C2));
  }
  return sum / product.length;
}

/** Weighted means of whole windows, (height − 10, width − 10, 3). */
function blur(values: (i: number) => number, width: number, height: number): Float64Array {
  const total = WEIGHTS.reduce((sum, weight) => sum + weight);
  const across = width - 2 * RADIUS;
  const rows = new Float64Array(height * across * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < across * 3; x++) {
      for (const [k, weight] of WEIGHTS.entries()) {
        rows[y * across * 3 + x] += (weight / total) * values(y * width * 3 + x + 3 * k);
      }
    }
  }
  const out = new Float64Array((height - 2 * RADIUS) * across * 3);
  for (let i = 0; i < out.length; i++) {
    for (const [k, weight] of WEIGHTS.entries()) out[i] += (weight / total) * rows[i + k * across * 3];
  }
  return out;
}
