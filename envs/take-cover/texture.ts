import { RandomStream } from "../../src/core/random.ts";

/** A square picture that repeats; `levels[n]` is it averaged down n times, RGB from 0 to 255, row-major. */
export interface Texture {
  readonly size: number; // texels a side, a power of two; one texel a map unit
  readonly levels: readonly Float32Array[];
}

type Rgb = readonly [red: number, green: number, blue: number];

const SIZE = 64;

/** Bricks of 32 by 8 units in running bond, each its own shade of brown, lit along the upper edge. */
export function brickTexture(): Texture {
  const random = new RandomStream(0, "bricks");
  const shades = Array.from({ length: 16 }, () => random.uniform(0.9, 1.1));
  const brick: Rgb = [124, 98, 77];
  const mortar: Rgb = [70, 50, 34];
  return paint((x, y) => {
    const course = y >> 3;
    const along = (x + (course & 1) * 16) % SIZE;
    const joint = y % 8 === 7 || along % 32 === 0;
    const edge = y % 8 === 0 ? 1.12 : 1;
    const grain = random.uniform(0.9, 1.1);
    const shade = joint ? grain : shades[(course * 2 + (along >> 5)) % 16] * edge * grain;
    return scaled(joint ? mortar : brick, shade);
  });
}

/** Grey stone with a fine grain and larger blotches, for floor and ceiling. */
export function stoneTexture(): Texture {
  const random = new RandomStream(0, "stone");
  const blotches = Array.from({ length: 64 }, () => random.uniform(-1, 1));
  return paint((x, y) => {
    const blotch = blend(blotches, x / 8, y / 8);
    return scaled([82, 82, 83], 1 + 0.1 * blotch + random.uniform(-0.09, 0.09));
  });
}

/** The texture's level at which one texel covers about `footprint` units. */
export function levelFor(texture: Texture, footprint: number): number {
  if (footprint <= 1) return 0;
  return Math.min(texture.levels.length - 1, Math.floor(Math.log2(footprint) + 0.2));
}

function paint(colour: (x: number, y: number) => Rgb): Texture {
  const finest = new Float32Array(SIZE * SIZE * 3);
  for (let y = 0; y < SIZE; y++) {
    for (let x = 0; x < SIZE; x++) finest.set(colour(x, y), (y * SIZE + x) * 3);
  }
  const levels: Float32Array[] = [finest];
  for (let side = SIZE / 2; side >= 1; side /= 2) levels.push(halved(levels[levels.length - 1], side));
  return { size: SIZE, levels };
}

/** Averages of 2 × 2 texels; `side` is the result's. */
function halved(finer: Float32Array, side: number): Float32Array {
  const coarser = new Float32Array(side * side * 3);
  const row = side * 2 * 3;
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      for (let c = 0; c < 3; c++) {
        const at = y * 2 * row + x * 6 + c;
        coarser[(y * side + x) * 3 + c] = (finer[at] + finer[at + 3] + finer[at + row] + finer[at + row + 3]) / 4;
      }
    }
  }
  return coarser;
}

/** Bilinear blend of an 8 × 8 grid that repeats. */
function blend(grid: readonly number[], x: number, y: number): number {
  const column = Math.floor(x);
  const row = Math.floor(y);
  const at = (i: number, j: number) => grid[((row + j) & 7) * 8 + ((column + i) & 7)];
  const top = at(0, 0) + (at(1, 0) - at(0, 0)) * (x - column);
  const bottom = at(0, 1) + (at(1, 1) - at(0, 1)) * (x - column);
  return top + (bottom - top) * (y - row);
}

function scaled([red, green, blue]: Rgb, factor: number): Rgb {
  return [red * factor, green * factor, blue * factor];
}
