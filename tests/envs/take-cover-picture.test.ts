import { readFileSync } from "node:fs";
import { PNG } from "pngjs";
import { describe, expect, it } from "vitest";
import { observationCamera, screenCamera } from "../../envs/take-cover/camera.ts";
import { newImp } from "../../envs/take-cover/imp.ts";
import { TakeCover } from "../../envs/take-cover/index.ts";
import { Painter } from "../../envs/take-cover/painter.ts";
import { newPlayer } from "../../envs/take-cover/player.ts";
import type { Scene } from "../../envs/take-cover/simulation.ts";

const SIZE = 64;
const painter = new Painter({ camera: observationCamera(SIZE, SIZE), samples: 3, keepBackgrounds: true });
const empty: Scene = { tic: 0, player: newPlayer(), imps: [], fireballs: [] };

function ballAt(x: number, y: number): Scene {
  return { ...empty, fireballs: [{ id: 0, thrower: 0, x, y, vx: -10, vy: 0, burst: 0 }] };
}

/** By how much a scene is brighter than the empty room, by pixel. */
function light(scene: Scene): number[] {
  const background = painter.draw({ ...empty, player: scene.player });
  const pixels = painter.draw(scene);
  return Array.from({ length: SIZE * SIZE }, (_, i) => {
    const at = i * 3;
    return pixels[at] + pixels[at + 1] + pixels[at + 2] - background[at] - background[at + 1] - background[at + 2];
  });
}

function centre(values: readonly number[]): { x: number; y: number; total: number } {
  let [x, y, total] = [0, 0, 0];
  for (const [i, value] of values.entries()) {
    x += value * ((i % SIZE) + 0.5);
    y += value * (Math.floor(i / SIZE) + 0.5);
    total += value;
  }
  return { x: x / total, y: y / total, total };
}

describe("TakeCover's picture", () => {
  it("shows the room of ViZDoom's first frame: colours of far wall, side walls, floor and ceiling", () => {
    const original = PNG.sync.read(readFileSync(new URL("../golden/take-cover-held-0.png", import.meta.url)));
    const camera = screenCamera(original.width, original.height);
    const imps = [652, 278, 20].map(newImp);
    const ours = new Painter({ camera, samples: 2, keepBackgrounds: false }).draw({ ...empty, imps });
    const mean = (data: Uint8Array, channels: number, [x0, x1, y0, y1]: number[]) => {
      const sums = [0, 0, 0];
      for (let y = y0; y < y1; y++) {
        for (let x = x0; x < x1; x++) {
          for (let c = 0; c < 3; c++) sums[c] += data[(y * original.width + x) * channels + c];
        }
      }
      return sums.map((sum) => sum / ((x1 - x0) * (y1 - y0)));
    };
    const places = {
      farWall: [44, 90, 50, 66],
      leftWall: [2, 20, 50, 66],
      rightWall: [146, 158, 50, 64],
      imp: [32, 38, 58, 67],
      ceiling: [0, 160, 0, 30],
      farCeiling: [30, 130, 40, 47],
      floor: [0, 160, 90, 120],
      farFloor: [30, 130, 70, 76],
    };
    for (const [name, place] of Object.entries(places)) {
      const theirs = mean(original.data, 4, place);
      for (const [c, value] of mean(ours, 3, place).entries()) {
        expect(Math.abs(value - theirs[c]), `${name}, channel ${c}: ${value} for ${theirs[c]}`).toBeLessThan(12);
      }
    }
  });

  it("shows a far fireball as a bright spot of a few pixels, and lets it grow as it comes", () => {
    const far = light(ballAt(50, 384));
    expect(Math.max(...far)).toBeGreaterThan(150);
    const lit = [400, 300, 200, 100, 50].map((depth) => light(ballAt(-416 + depth, 384)).filter((value) => value > 60));
    const sizes = lit.map(({ length }) => length);
    expect(far.filter((value) => value > 60).length).toBeGreaterThanOrEqual(2);
    expect(sizes).toEqual([...sizes].sort((a, b) => a - b));
    expect(sizes[4]).toBeGreaterThan(100);
  });

  it("moves a fireball by fractions of a pixel, to where perspective puts it", () => {
    for (let y = 380; y < 400; y += 0.7) {
      const depth = 300;
      const { x } = centre(light(ballAt(-416 + depth, y)));
      expect(Math.abs(x - (SIZE / 2 + ((384 - y) / depth) * (SIZE / 2)))).toBeLessThan(0.12);
    }
  });

  it("moves an imp by fractions of a pixel too", () => {
    const place = (y: number) => {
      const pixels = painter.draw({ ...empty, imps: [newImp(y)] });
      const background = painter.draw(empty);
      return centre(Array.from({ length: SIZE * SIZE }, (_, i) => Math.abs(pixels[i * 3] - background[i * 3]))).x;
    };
    for (let y = 300; y < 320; y += 1.3) {
      expect(Math.abs(place(y) - (SIZE / 2 + ((384 - y) / 480) * (SIZE / 2)))).toBeLessThan(0.25);
    }
  });

  it("an imp's pose shows that it is about to throw", () => {
    const brightest = (action: "chase" | "aim" | "throw") =>
      Math.max(...light({ ...empty, imps: [{ ...newImp(384), action }] }));
    expect(brightest("aim")).toBeGreaterThan(brightest("chase") + 30);
    expect(brightest("throw")).toBeGreaterThan(brightest("chase") + 100);
  });

  it("turns red after a hit, and back", () => {
    const redness = (flash: number) => {
      const pixels = painter.draw({ ...empty, player: { ...newPlayer(), flash } });
      return pixels[0] - pixels[2];
    };
    expect(redness(84)).toBeGreaterThan(redness(42));
    expect(redness(42)).toBeGreaterThan(30);
    expect(Math.abs(redness(0))).toBeLessThan(5);
  });

  it("does not depend on what was drawn before", () => {
    const scene = { ...ballAt(-200, 400), imps: [newImp(300)], player: { ...newPlayer(), x: -427.3, y: 391.2 } };
    const warm = painter.draw(scene);
    const fresh = new Painter({ camera: observationCamera(SIZE, SIZE), samples: 3, keepBackgrounds: true });
    expect(warm).toEqual(fresh.draw(scene));
    expect(painter.draw(scene)).toEqual(warm);
  });

  it("draws any size, and the whole screen for people", () => {
    const env = new TakeCover({ observationSize: [40, 96], renderMode: "rgb_array" });
    const { observation } = env.reset({ seed: 1 });
    expect(observation.length).toBe(40 * 96 * 3);
    const frame = env.render()!;
    expect([frame.width, frame.height, frame.data.length]).toEqual([320, 240, 320 * 240 * 3]);
    expect(Buffer.from(frame.data).equals(env.render()!.data)).toBe(true);
  });
});
