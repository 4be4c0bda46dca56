import { describe, expect, it } from "vitest";
import type { Level, Saw } from "../../envs/platformer/level.ts";
import { movePlayer, newPlayer } from "../../envs/platformer/player.ts";
import { sawX, sawY } from "../../envs/platformer/saw.ts";
import { Simulation } from "../../envs/platformer/simulation.ts";

const [NOOP, LEFT, RIGHT, JUMP, , JUMP_RIGHT] = [0, 1, 2, 3, 4, 5];
const LEGEND = ".#B-^~"; // nothing, ground, crate, platform, spikes, lava

/** A level drawn in characters, `S` where the player's feet are at first, `O` the coin. */
function levelOf(rows: readonly string[], saws: readonly Saw[] = []): Level {
  const width = rows[0].length;
  const find = (character: string) => {
    const row = rows.findIndex((line) => line.includes(character));
    return { column: rows[row]?.indexOf(character) ?? 0, row };
  };
  const start = find("S");
  const coin = find("O");
  const tiles = Uint8Array.from(rows.join(""), (character) => Math.max(0, LEGEND.indexOf(character)));
  return {
    number: 0,
    difficulty: 1,
    width,
    tiles,
    saws,
    start: { x: start.column * 8, y: (start.row + 1) * 8 - 10 },
    coin: { x: coin.column * 8, y: coin.row * 8 },
  };
}

const SKY = ["....................", "....................", "....................", "...................."];
const FLAT = levelOf([
  ...SKY,
  "....................",
  "....................",
  ".S................O.",
  "####################",
]);

/** Pixels, a step each. */
function path(level: Level, actions: readonly number[]) {
  const player = newPlayer(level);
  return actions.map((action) => {
    movePlayer(player, action, level);
    return { ...player, x: player.x / 16, y: player.y / 16, vx: player.vx / 16, vy: player.vy / 16 };
  });
}

const hold = (action: number, steps: number) => Array<number>(steps).fill(action);

describe("Platformer's physics", () => {
  it("runs up to two pixels a step in four steps, and stops in as many", () => {
    const run = path(FLAT, [...hold(RIGHT, 8), ...hold(NOOP, 6)]);
    expect(run.map(({ vx }) => vx)).toEqual([0.5, 1, 1.5, 2, 2, 2, 2, 2, 1.5, 1, 0.5, 0, 0, 0]);
    expect(run.every(({ onGround, y }) => onGround && y === 46)).toBe(true);
    expect(path(FLAT, hold(LEFT, 20)).at(-1)).toMatchObject({ x: 0, vx: 0, facing: -1 }); // the level's end is a wall
  });

  it("jumps 20.3 pixels high when held: two tiles, not three; less when let go; not again in the air", () => {
    const highest = (actions: readonly number[]) => 46 - Math.min(...path(FLAT, actions).map(({ y }) => y));
    // 4 pixels a step upwards, 7/16 less after every step: Σ (64 − 7 i) / 16 for i = 0 … 9
    const held = Array.from({ length: 10 }, (_, i) => (64 - 7 * i) / 16).reduce((sum, v) => sum + v);
    expect(highest(hold(JUMP, 19))).toBe(held);
    expect(held).toBe(20.3125);
    const tapped = highest([JUMP, ...hold(NOOP, 20)]);
    expect(tapped).toBeLessThan(11);
    expect(tapped).toBeGreaterThan(8); // still over a crate
    const twice = path(FLAT, [...hold(JUMP, 5), ...hold(NOOP, 3), ...hold(JUMP, 8)]);
    expect(Math.max(...twice.slice(8).map(({ vy }) => vy))).toBeGreaterThan(0); // falls on
  });

  it("carries 36 pixels and a little more in a running jump", () => {
    const jump = path(FLAT, [...hold(RIGHT, 6), ...hold(JUMP_RIGHT, 19)]);
    const airborne = jump.filter(({ onGround }) => !onGround);
    const carried = airborne[airborne.length - 1].x - jump[5].x;
    expect(carried).toBeGreaterThanOrEqual(36);
    expect(carried).toBeLessThan(42);
  });

  it("is stopped by walls and ceilings, climbs two crates but not three", () => {
    const walled = (tall: number) =>
      levelOf([
        ...SKY,
        tall > 2 ? ".....B.............." : "....................",
        tall > 1 ? ".....B.............." : "....................",
        ".S...B............O.",
        "####################",
      ]);
    const climb = [...hold(JUMP_RIGHT, 60)];
    expect(path(walled(2), climb).at(-1)!.x).toBeGreaterThan(48);
    expect(path(walled(3), climb).at(-1)!.x).toBe(40 - 6); // flush with the crates' side
    expect(path(walled(1), hold(RIGHT, 60)).at(-1)).toMatchObject({ x: 34, vx: 0, onGround: true });
    const cave = levelOf([
      ...SKY,
      "####################",
      "....................",
      ".S................O.",
      "####################",
    ]);
    const bumped = path(cave, hold(JUMP, 6));
    expect(Math.min(...bumped.map(({ y }) => y))).toBe(40);
    expect(bumped.some(({ vy, y }) => y === 40 && vy === 0)).toBe(true);
  });

  it("goes up through a platform and stands on it", () => {
    const level = levelOf([
      ...SKY,
      "....................",
      ".---................",
      ".S................O.",
      "####################",
    ]);
    expect(path(level, hold(JUMP, 15)).at(-1)!.y).toBeLessThan(40);
    expect(path(level, [...hold(JUMP, 10), ...hold(NOOP, 20)]).at(-1)).toMatchObject({ y: 30, onGround: true, vy: 0 });
  });

  it("saws run to and fro by the clock", () => {
    const saw: Saw = { x: 100, y: 50, axis: "x", reach: 4, speed: 16, phase: 0 };
    expect(Array.from({ length: 10 }, (_, step) => sawX(saw, step) / 16)).toEqual([
      100, 101, 102, 103, 104, 103, 102, 101, 100, 101,
    ]);
    expect(sawY(saw, 3)).toBe(50 * 16);
    expect(sawY({ ...saw, axis: "y", phase: 32 }, 1) / 16).toBe(53);
  });

  it("dies of spikes, lava, saws and falls; the coin ends it well", () => {
    const played = (level: Level, actions: readonly number[]) => {
      const simulation = new Simulation(level);
      for (const action of actions) if (simulation.outcome === "playing") simulation.advance(action);
      return simulation;
    };
    const ground = (row: string, below = "####################") =>
      levelOf([...SKY, "....................", "....................", row, below]);
    expect(played(FLAT, hold(RIGHT, 40)).outcome).toBe("playing");
    expect(played(FLAT, hold(RIGHT, 80)).outcome).toBe("coin");
    expect(played(ground(".S...^............O."), hold(RIGHT, 30)).outcome).toBe("dead");
    expect(played(ground(".S................O.", "####~~~#############"), hold(RIGHT, 30)).outcome).toBe("dead");
    const fallen = played(ground(".S................O.", "####...#############"), hold(RIGHT, 60));
    expect(fallen.outcome).toBe("dead");
    expect(fallen.player.y / 16).toBeGreaterThan(61);
    expect(fallen.player.y / 16).toBeLessThan(66); // still in the picture, or nearly
    const saw: Saw = { x: 60, y: 55, axis: "x", reach: 0, speed: 8, phase: 0 };
    const sawn = played({ ...FLAT, saws: [saw] }, hold(RIGHT, 40));
    expect(sawn.outcome).toBe("dead");
    expect(sawn.player.x / 16 + 6).toBeGreaterThan(56);
    expect(sawn.player.x / 16 + 6).toBeLessThanOrEqual(59);
  });
});
