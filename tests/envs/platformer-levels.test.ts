import { describe, expect, it } from "vitest";
import { type Difficulty, generateLevel, levelRange, solveLevel } from "../../envs/platformer/index.ts";
import { TILES } from "../../envs/platformer/level.ts";
import { Simulation } from "../../envs/platformer/simulation.ts";

const DIFFICULTIES: readonly Difficulty[] = [1, 2, 3];
const numbers = (count: number) =>
  [levelRange("train"), levelRange("test")].flatMap(({ start }) => Array.from({ length: count }, (_, i) => start + i));

describe("Platformer's levels", () => {
  it.each(DIFFICULTIES)("can be solved: a search over the game finds the coin, difficulty %i", (difficulty) => {
    for (const number of numbers(12)) {
      const level = generateLevel(number, difficulty);
      const actions = solveLevel(level);
      expect(actions, `level ${number}`).toBeDefined();
      const simulation = new Simulation(level);
      for (const action of actions!) {
        expect(simulation.outcome).toBe("playing");
        simulation.advance(action);
      }
      expect(simulation.outcome, `level ${number}`).toBe("coin");
      expect(simulation.step).toBeLessThanOrEqual(500);
    }
  });

  it("the search finds nothing where there is nothing: a gap beyond any jump", () => {
    const level = generateLevel(0, 1);
    const tiles = level.tiles.slice();
    for (let row = 0; row < 8; row++) tiles.fill(TILES.empty, row * level.width + 8, row * level.width + 16);
    expect(solveLevel({ ...level, tiles, saws: [] }, 100)).toBeUndefined();
  });

  it("are the same for the same number and difficulty, and differ otherwise", () => {
    expect(generateLevel(7, 2)).toEqual(generateLevel(7, 2));
    for (const difficulty of DIFFICULTIES) {
      const shapes = numbers(100).map((number) => {
        const { width, tiles, saws } = generateLevel(number, difficulty);
        return JSON.stringify({ width, tiles: [...tiles], saws });
      });
      expect(new Set(shapes).size).toBe(shapes.length);
    }
    expect(generateLevel(7, 1).tiles).not.toEqual(generateLevel(7, 2).tiles);
  });

  it("get longer, with wider gaps and faster saws, as the difficulty grows", () => {
    const measures = DIFFICULTIES.map((difficulty) => {
      const levels = numbers(50).map((number) => generateLevel(number, difficulty));
      return {
        width: mean(levels.map(({ width }) => width)),
        hazards: mean(levels.map(({ tiles }) => tiles.filter((t) => t === TILES.spikes || t === TILES.lava).length)),
        sawSpeed: mean(levels.flatMap(({ saws }) => saws.map(({ speed }) => speed))),
        widestGap: Math.max(...levels.map(widestGap)),
      };
    });
    for (const [easier, harder] of [measures.slice(0, 2), measures.slice(1)]) {
      expect(harder.width).toBeGreaterThan(easier.width * 1.15);
      expect(harder.hazards).toBeGreaterThan(easier.hazards);
      expect(harder.sawSpeed).toBeGreaterThan(easier.sawSpeed * 1.15);
      expect(harder.widestGap).toBe(easier.widestGap + 1);
    }
  });

  it("use every kind of tile and both kinds of saws, and begin and end on plain ground", () => {
    const levels = numbers(40).flatMap((number) => DIFFICULTIES.map((difficulty) => generateLevel(number, difficulty)));
    const kinds = new Set(levels.flatMap(({ tiles }) => [...tiles]));
    expect([...kinds].sort()).toEqual(Object.values(TILES).sort());
    expect(new Set(levels.flatMap(({ saws }) => saws.map(({ axis }) => axis)))).toEqual(new Set(["x", "y"]));
    for (const { width, tiles, start, coin } of levels) {
      for (const column of [0, 1, 2, 3, 4, 5, width - 4, width - 3, width - 2, width - 1]) {
        const kindsInColumn = new Set(Array.from({ length: 8 }, (_, row) => tiles[row * width + column]));
        expect(kindsInColumn).toEqual(new Set([TILES.empty, TILES.ground]));
      }
      expect(start.x).toBe(16);
      expect(coin.x).toBe((width - 2) * 8);
    }
  });

  it("of the train and test sets are apart", () => {
    const train = levelRange("train");
    const test = levelRange("test");
    expect(train.start + train.count).toBeLessThanOrEqual(test.start);
    expect(levelRange({ start: 3, count: 2 })).toEqual({ start: 3, count: 2 });
  });
});

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** The longest run of columns in which there is nothing at all to stand on. */
function widestGap({ width, tiles }: { width: number; tiles: Uint8Array }): number {
  let widest = 0;
  let run = 0;
  for (let column = 0; column < width; column++) {
    const standable = Array.from({ length: 8 }, (_, row) => tiles[row * width + column]).some(
      (tile) => tile === TILES.ground || tile === TILES.platform,
    );
    run = standable ? 0 : run + 1;
    widest = Math.max(widest, run);
  }
  return widest;
}
