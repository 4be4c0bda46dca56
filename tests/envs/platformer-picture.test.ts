import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { Painter } from "../../envs/platformer/drawing/painter.ts";
import { THEMES } from "../../envs/platformer/drawing/theme.ts";
import { generateLevel, PLATFORMER_ACTIONS, Platformer, solveLevel } from "../../envs/platformer/index.ts";
import type { Level } from "../../envs/platformer/level.ts";
import { Simulation } from "../../envs/platformer/simulation.ts";

const SIZE = 64;
const LEVEL = generateLevel(0, 1);
const expert = solveLevel(LEVEL)!;

function momentAfter(actions: readonly number[], level = LEVEL): Simulation {
  const simulation = new Simulation(level);
  for (const action of actions) simulation.advance(action);
  return simulation;
}

function colourAt(pixels: Uint8Array, x: number, y: number): string {
  return `#${Buffer.from(pixels.subarray((y * SIZE + x) * 3, (y * SIZE + x) * 3 + 3)).toString("hex")}`;
}

/** Where pixels of a colour lie. */
function places(pixels: Uint8Array, colour: string): { x: number; y: number }[] {
  return Array.from({ length: SIZE * SIZE }, (_, i) => ({ x: i % SIZE, y: Math.floor(i / SIZE) })).filter(
    ({ x, y }) => colourAt(pixels, x, y) === colour,
  );
}

describe("Platformer's picture", () => {
  const painter = new Painter(LEVEL, "meadow");

  it("draws the player where its box is, looking where it goes", () => {
    const suit = "#e8453c";
    const moment = momentAfter([...Array<number>(12).fill(2), ...Array<number>(4).fill(1)]);
    const { player, cameraX } = moment;
    const seen = places(painter.draw(moment), suit);
    const left = Math.floor(player.x / 16) - cameraX;
    expect(Math.min(...seen.map(({ x }) => x))).toBeGreaterThanOrEqual(left);
    expect(Math.max(...seen.map(({ x }) => x))).toBeLessThan(left + 6);
    expect(Math.min(...seen.map(({ y }) => y))).toBe(player.y / 16 + 1);
    const middle = (facing: number) => {
      const face = places(painter.draw(Object.assign(momentAfter([]), { player: { ...player, facing } })), "#ffe3c4");
      return face.reduce((sum, { x }) => sum + x, 0) / face.length;
    };
    expect(middle(1)).toBeGreaterThan(middle(-1) + 1.5);
  });

  it("shows every action in the frame after it, on the ground and in the air", () => {
    for (const before of [[], [5, 5, 5, 5, 5]]) {
      const frames = PLATFORMER_ACTIONS.map((_, action) =>
        Buffer.from(painter.draw(momentAfter([2, 2, 2, ...before, action]))).toString("base64"),
      );
      expect(new Set(frames).size).toBe(PLATFORMER_ACTIONS.length);
    }
  });

  it("scrolls the ground with the camera, the hills at a half and a quarter of it and the sky at an eighth", () => {
    const bare: Level = { ...LEVEL, tiles: new Uint8Array(LEVEL.tiles.length), saws: [] };
    const drawnAt = (x: number, level = bare) => {
      const moment = momentAfter([], level);
      Object.assign(moment.player, { x: x * 16, y: -800 }); // out of sight
      return new Painter(level, "meadow").draw(moment);
    };
    const [here, further] = [drawnAt(100), drawnAt(116)]; // the camera moves 16 pixels
    const shiftOf = (row: number, look = (colour: string) => colour) =>
      Array.from({ length: 20 }, (_, shift) => shift).filter((shift) =>
        Array.from({ length: SIZE - 20 }, (_, x) => x).every(
          (x) => look(colourAt(further, x, row)) === look(colourAt(here, x + shift, row)),
        ),
      );
    const near = ["#74bd97", "#8bcfa6", "#5aa683"];
    expect(shiftOf(12)).toEqual([2]); // clouds
    expect(shiftOf(28)).toEqual([4]); // far hills
    expect(shiftOf(42, (colour) => String(near.includes(colour)))).toEqual([8]);
    const ground = [drawnAt(100, LEVEL), drawnAt(116, LEVEL)];
    for (let x = 0; x < SIZE - 16; x++) expect(colourAt(ground[1], x, 63)).toBe(colourAt(ground[0], x + 16, 63));
  });

  it("whitens the player that dies, and turns the coin to sparks where it is taken", () => {
    const won = momentAfter(expert);
    expect(won.outcome).toBe("coin");
    const takenLast = painter.draw(won);
    const before = painter.draw(momentAfter(expert.slice(0, -1)));
    expect(places(before, "#ffc928").length).toBeGreaterThan(10);
    expect(places(takenLast, "#ffc928").length).toBeLessThan(10);
    const dead = new Simulation(LEVEL);
    while (dead.outcome === "playing") dead.advance(2);
    expect(places(painter.draw(dead), "#e8453c")).toEqual([]);
  });

  it("gives each theme its own colours and the same shapes; a varied environment uses them all", () => {
    const moment = momentAfter(expert.slice(0, 50));
    const drawn = THEMES.map((theme) => new Painter(LEVEL, theme).draw(moment));
    expect(new Set(drawn.map((pixels) => Buffer.from(pixels).toString("base64"))).size).toBe(THEMES.length);
    const env = new Platformer({ theme: "varied" });
    const skies = Array.from({ length: 30 }, (_, level) =>
      colourAt(env.reset({ options: { level } }).observation, 0, 0),
    );
    expect(new Set(skies)).toEqual(new Set(drawn.map((pixels) => colourAt(pixels, 0, 0))));
  });

  it("is the same on every machine", () => {
    const hash = createHash("sha256");
    const simulation = new Simulation(LEVEL);
    for (const action of expert) {
      simulation.advance(action);
      hash.update(painter.draw(simulation));
    }
    expect(hash.digest("hex")).toBe("2ed194a921780fbc024eb19f95cfa5e893eb7eefeb7ad8254143a49c496577af");
  });

  it("renders for people five times as large, pixel by pixel", () => {
    const env = new Platformer({ renderMode: "rgb_array" });
    const { observation } = env.reset({ seed: 1 });
    const { width, height, data } = env.render()!;
    expect([width, height, data.length]).toEqual([320, 320, 320 * 320 * 3]);
    for (let i = 0; i < 320; i++) {
      const at = (i * 320 + i) * 3;
      const from = (Math.floor(i / 5) * SIZE + Math.floor(i / 5)) * 3;
      expect(data.subarray(at, at + 3)).toEqual(observation.subarray(from, from + 3));
    }
  });
});
