import { mkdirSync, writeFileSync } from "node:fs";
import { PNG } from "pngjs";
import { afterAll, describe, expect, it } from "vitest";
import type { CarRacingScene } from "../../envs/car-racing/car-racing-state.ts";
import { CarRacingPainter, OBSERVATION_SIZE } from "../../envs/car-racing/drawing/painter.ts";
import { formatScore } from "../../envs/car-racing/drawing/score.ts";
import { CarRacing } from "../../envs/car-racing/index.ts";
import { RandomStream } from "../../src/core/random.ts";
import { type Golden, goldenScenes, meanError, structuralSimilarity } from "./car-racing-drawing-scenes.ts";
import { recordedDrives } from "./car-racing-recordings.ts";

const SIZE = OBSERVATION_SIZE;
const BYTES = SIZE * SIZE * 3;
const VIEW_ROWS = 84;
const VIEW_BYTES = VIEW_ROWS * SIZE * 3;
const OUTPUT = new URL("../output/", import.meta.url);

const golden = goldenScenes();
const observations = golden.filter(({ width }) => width === SIZE);
const large = golden.filter(({ width }) => width !== SIZE);
const painter = new CarRacingPainter();

function draw(scene: CarRacingScene, by = painter): Uint8Array {
  const out = new Uint8Array(BYTES);
  by.draw(scene, out);
  return out;
}

const same = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

const named = (name: string): Golden => golden.find((scene) => scene.name === name)!;

/** Pixels of the upper left corner at (x, y). */
function pixel(frame: Uint8Array, x: number, y: number): number[] {
  const at = (y * SIZE + x) * 3;
  return [...frame.subarray(at, at + 3)];
}

/** Ours above theirs, the difference, four times as bright, below. */
function sheetOf(pictures: readonly { ours: Uint8Array; theirs: Uint8Array; width: number; height: number }[]): PNG {
  const gap = 2;
  const width = pictures.reduce((sum, picture) => sum + picture.width + gap, 0);
  const sheet = new PNG({ width, height: 3 * (pictures[0].height + gap) });
  sheet.data.fill(255);
  let left = 0;
  for (const { ours, theirs, ...picture } of pictures) {
    for (let i = 0; i < ours.length; i++) {
      const x = left + (Math.floor(i / 3) % picture.width);
      const y = Math.floor(i / 3 / picture.width);
      for (const [row, value] of [ours[i], theirs[i], Math.min(255, 4 * Math.abs(ours[i] - theirs[i]))].entries()) {
        sheet.data[((row * (picture.height + gap) + y) * width + x) * 4 + (i % 3)] = value;
      }
    }
    left += picture.width + gap;
  }
  return sheet;
}

describe("CarRacing's observation beside Gymnasium's", () => {
  const figures = ["CarRacing's frames beside Gymnasium's: mean absolute error of 255, structural similarity"];

  afterAll(() => {
    console.log(figures.join("\n"));
    mkdirSync(OUTPUT, { recursive: true });
    const pair = ({ scene, frame, width, height }: Golden) => ({ ours: draw(scene), theirs: frame, width, height });
    writeFileSync(new URL("car-racing-frames.png", OUTPUT), PNG.sync.write(sheetOf(observations.map(pair))));
    const pairs = large.map(({ scene, frame, width, height }) => {
      return { ours: painter.drawLarge(scene, width, height).data, theirs: frame, width, height };
    });
    writeFileSync(new URL("car-racing-large-frames.png", OUTPUT), PNG.sync.write(sheetOf(pairs)));
  });

  it.each(observations)("$name: within 0.3 of 255 on average, structural similarity above 0.995", (one) => {
    const ours = draw(one.scene);
    const error = meanError(ours, one.frame);
    const similarity = structuralSimilarity(ours, one.frame, SIZE, SIZE);
    figures.push(`${one.name.padEnd(18)}  ${error.toFixed(3)}  ${similarity.toFixed(4)}`);
    expect(error).toBeLessThan(0.3);
    expect(similarity).toBeGreaterThan(0.995);
    const worst = { view: 0, bars: 0 };
    for (let i = 0; i < BYTES; i++) {
      const x = Math.floor(i / 3) % SIZE;
      const difference = Math.abs(ours[i] - one.frame[i]);
      if (i < VIEW_BYTES) worst.view = Math.max(worst.view, difference);
      else if (x >= 12) worst.bars = Math.max(worst.bars, difference); // right of the digits
    }
    expect(worst.view).toBeLessThanOrEqual(50);
    expect(worst.bars).toBeLessThanOrEqual(25); // a tenth: one canvas pixel, where a bar ends on a whole number
  });

  it("most pixels of a recorded frame are the same to the byte", () => {
    for (const { scene, frame } of observations.filter(({ scene, recorded }) => recorded && scene.t > 1)) {
      const ours = draw(scene);
      const equal = ours.reduce((sum, value, i) => sum + (value === frame[i] ? 1 : 0), 0);
      expect(equal / BYTES).toBeGreaterThan(0.93);
    }
  });
});

describe("CarRacing-v3 under the recorded actions", () => {
  it.each(recordedDrives())(
    "$seed, $policy: observations as Gymnasium's after the same steps",
    ({ seed, policy, actions }) => {
      const env = new CarRacing();
      env.reset({ seed });
      let compared = 0;
      for (const [step, action] of actions.entries()) {
        const { observation } = env.step(Float32Array.from(action));
        const theirs = observations.find(({ name }) => name === `${seed}-${policy}-${step}`);
        if (!theirs) continue;
        compared++;
        expect(meanError(observation, theirs.frame)).toBeLessThan(0.3);
        expect(structuralSimilarity(observation, theirs.frame, SIZE, SIZE)).toBeGreaterThan(0.995);
      }
      expect(compared).toBe(5);
    },
  );
});

describe("CarRacing's picture for people", () => {
  it.each(large)("$name: within 1 of 255 on average, with skid marks and kerbs", ({ scene, width, height, frame }) => {
    const ours = painter.drawLarge(scene, width, height);
    expect([ours.width, ours.height, ours.data.length]).toEqual([600, 400, 600 * 400 * 3]);
    expect(meanError(ours.data, frame)).toBeLessThan(1);
  });

  it("shows skid marks, which the observation does not", () => {
    const { scene } = named("skids");
    const clean = { ...scene, skids: { ...scene.skids, total: 0 } };
    expect(same(draw(scene), draw(clean))).toBe(true);
    const [marked, bare] = [painter.drawLarge(scene, 600, 400).data, painter.drawLarge(clean, 600, 400).data];
    expect(meanError(marked, bare)).toBeGreaterThan(0.05);
  });

  it("follows another size", () => {
    const { scene, frame } = named("kerbs-large");
    expect(meanError(painter.drawLarge(scene, 600, 400).data, frame)).toBeLessThan(1);
    const small = painter.drawLarge(scene, 150, 100);
    expect(small.data.length).toBe(150 * 100 * 3);
    expect(meanError(small.data, shrink(frame, 600, 400, 4))).toBeLessThan(2);
  });
});

/** Means over squares of `by` pixels. */
function shrink(frame: Uint8Array, width: number, height: number, by: number): Uint8Array {
  const out = new Float64Array((frame.length / by) * (1 / by));
  for (let i = 0; i < width * height * 3; i++) {
    const x = Math.floor((Math.floor(i / 3) % width) / by);
    const y = Math.floor(i / 3 / width / by);
    out[(y * (width / by) + x) * 3 + (i % 3)] += frame[i] / by ** 2;
  }
  return Uint8Array.from(out);
}

describe("CarRacingPainter", () => {
  it("gives the same bytes whatever was drawn before", () => {
    const fresh = observations.map(({ scene }) => draw(scene, new CarRacingPainter()));
    const used = new CarRacingPainter();
    for (const [i, { scene }] of observations.entries()) expect(same(draw(scene, used), fresh[i])).toBe(true);
    for (const [i, { scene }] of [...observations.entries()].reverse())
      expect(same(draw(scene, used), fresh[i])).toBe(true);
  });

  it("writes all of its bytes and none beside them", () => {
    for (const { scene } of observations) {
      const padded = new Uint8Array(BYTES + 2 * SIZE * 3).fill(171);
      const out = padded.subarray(SIZE * 3, SIZE * 3 + BYTES);
      painter.draw(scene, out);
      expect(same(out, draw(scene))).toBe(true);
      expect(padded.subarray(0, SIZE * 3).every((byte) => byte === 171)).toBe(true);
      expect(padded.subarray(SIZE * 3 + BYTES).every((byte) => byte === 171)).toBe(true);
    }
  });

  it("agrees with itself drawn ten times as large and scaled down, anywhere on and beside the road", () => {
    const random = new RandomStream(0, "poses");
    const { scene } = named("kerbs");
    const { corners, quads } = scene.road;
    for (let i = 0; i < 12; i++) {
      const at = random.integer(0, quads) * 8;
      const x = corners[at] + 30 * (random.uniform() - 0.5);
      const y = corners[at + 1] + 30 * (random.uniform() - 0.5);
      const angle = 7 * random.uniform();
      const wheels = scene.wheels.map((wheel, k) => {
        const [right, ahead] = [k % 2 === 0 ? -1.1 : 1.1, k < 2 ? 1.6 : -1.64];
        const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
        return { ...wheel, x: x + cos * right - sin * ahead, y: y + sin * right + cos * ahead, angle, phase: i + k };
      }) as unknown as CarRacingScene["wheels"];
      const pose = { ...scene, hull: { ...scene.hull, x, y, angle }, wheels, t: 0.3 + i / 8, score: 87 * i - 100 };
      const { data } = painter.drawLarge(pose, 10 * SIZE, 10 * SIZE);
      const error = meanError(draw(pose), shrink(data, 10 * SIZE, 10 * SIZE, 10));
      expect(error).toBeLessThan(0.3); // means are cut to whole numbers on either way
    }
  });

  it("zooms in over the first second", () => {
    const { scene } = named("0-gas-0");
    const beyond = (t: number) => {
      const frame = draw({ ...scene, t });
      let black = 0;
      for (let i = 0; i < VIEW_BYTES; i += 3) if (frame[i] + frame[i + 1] + frame[i + 2] === 0) black++;
      return black;
    };
    const seen = [0.02, 0.1, 0.4, 1].map(beyond);
    expect(seen[0]).toBeGreaterThan(3000);
    expect(seen[1]).toBeGreaterThan(1000);
    expect(seen[1]).toBeLessThan(seen[0] - 1000);
    expect(Math.max(seen[2], seen[3])).toBeLessThan(15); // the wheels
    expect(same(draw({ ...scene, t: 1 }), draw({ ...scene, t: 20 }))).toBe(true);
  });

  it("shows nothing but black from far off the field, and the car still", () => {
    const { scene } = named("0-gas-99");
    const far = draw({ ...scene, hull: { ...scene.hull, x: 5000, y: -4000 }, wheels: scene.wheels });
    expect(pixel(far, 5, 5)).toEqual([0, 0, 0]);
    expect(pixel(far, 47, 72)).toEqual(pixel(draw(scene), 47, 72));
  });

  it("a track's shades vanish where the car has been, at once", () => {
    const { scene } = named("kerbs");
    const before = draw(scene);
    const paint = scene.road.paint.map((shade) => (shade < 3 ? 0 : shade));
    const shadesBefore = new Set(Array.from({ length: VIEW_ROWS }, (_, y) => pixel(before, 46, y)[0]));
    const worn = { ...scene, road: { ...scene.road, paint } };
    const after = draw(worn);
    const greys = (frame: Uint8Array) => {
      let count = 0;
      for (let i = 0; i < VIEW_BYTES; i += 3) if (frame[i] > 100 && frame[i] < 107) count++;
      return count;
    };
    expect(shadesBefore.size).toBeGreaterThan(2);
    expect(greys(after)).toBeLessThan(greys(before) / 4);
    scene.road.paint.set(paint); // in place, as the simulation does
    expect(same(draw(scene), after)).toBe(true);
  });

  it("lays a later piece of road over an earlier one, kerbs included", () => {
    // Two straight roads that cross at right angles; the first has kerbs all along.
    const quads: number[][] = [];
    const paint: number[] = [];
    for (let i = 0; i < 40; i++) {
      const [y0, y1] = [3.5 * (i + 1), 3.5 * i];
      quads.push([-6.6, y0, 6.6, y0, 6.6, y1, -6.6, y1], [6.6, y0, 8, y0, 8, y1, 6.6, y1]);
      paint.push(i % 3, 3 + (i % 2));
    }
    for (let i = 0; i < 40; i++) {
      const [x0, x1] = [-70 + 3.5 * (i + 1), -70 + 3.5 * i];
      quads.push([x0, 76.6, x0, 63.4, x1, 63.4, x1, 76.6]);
      paint.push(i % 3);
    }
    const { scene } = named("0-gas-99");
    const road = { quads: quads.length, corners: Float64Array.from(quads.flat()), paint: Uint8Array.from(paint) };
    const frame = draw({ ...scene, road, hull: { ...scene.hull, x: 0, y: 50, angle: 0 } });
    const kerb = 48 + Math.floor(7.3 * 16.2 * 0.096);
    const row = (y: number) => Math.floor((800 - 200 - (y - 50) * 16.2) * 0.12);
    expect(pixel(frame, kerb, row(60))[0]).toBeGreaterThan(200);
    expect(pixel(frame, kerb, row(82))[0]).toBeGreaterThan(200);
    for (let y = 64; y < 76; y += 0.5) {
      const [red, green, blue] = pixel(frame, kerb, row(y));
      expect([red === green, green === blue, red > 98 && red < 107], `${y}: ${red}, ${green}, ${blue}`).toEqual([
        true,
        true,
        true,
      ]);
    }
  });

  it("the road has no gaps: between its edges every pixel is grey", () => {
    const { scene } = named("kerbs");
    const track = scene.road.corners;
    const frame = new Uint8Array(BYTES);
    for (let quad = 0; quad < scene.road.quads; quad++) {
      if (scene.road.paint[quad] > 2) continue;
      const at = quad * 8;
      const x = (track[at] + track[at + 2]) / 2;
      const y = (track[at + 1] + track[at + 3]) / 2;
      const angle = Math.atan2(track[at + 3] - track[at + 1], track[at + 2] - track[at]);
      painter.draw({ ...scene, t: 5, hull: { ...scene.hull, x, y, angle } }, frame);
      for (const [px, py] of [
        [47, 64],
        [48, 62],
        [40, 72],
        [55, 72],
      ]) {
        const [red, green] = pixel(frame, px, py);
        expect(Math.abs(red - green), `quad ${quad} at ${px}, ${py}`).toBeLessThanOrEqual(1);
      }
    }
  });
});

describe("the score's four digits", () => {
  it("are rounded and filled as Python's 04.0f", () => {
    // [f"{x:04.0f}" for x in (0, 6.27, 0.5, 1.5, 2.5, 999.5, 12345.6, -0.1, -0.5, -1.5, -100)]
    const scores = [0, 6.27, 0.5, 1.5, 2.5, 999.5, 12345.6, -0.1, -0.5, -1.5, -100];
    const texts = ["0000", "0006", "0000", "0002", "0002", "1000", "12346", "-000", "-000", "-002", "-100"];
    expect(scores.map(formatScore)).toEqual(texts);
  });

  it("all look different", () => {
    const { scene } = named("0-gas-99");
    const looks = Array.from({ length: 10 }, (_, digit) => {
      return draw({ ...scene, score: digit }).slice(VIEW_BYTES);
    });
    for (let a = 0; a < 10; a++) {
      for (let b = 0; b < a; b++) expect(meanError(looks[a], looks[b]), `${b} and ${a}`).toBeGreaterThan(0.05);
    }
  });
});
