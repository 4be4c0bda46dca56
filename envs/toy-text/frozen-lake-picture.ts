import type { RenderFrame } from "../../src/core/env.ts";
import { Canvas, type Color, type Point } from "../canvas.ts";
import type { LakeMap } from "./frozen-lake-map.ts";
import { TileBrush } from "./tile-brush.ts";
import { drawWalker, type Facing } from "./walker.ts";

const TILE = 64; // pixels, less where the map would be larger than
const LARGEST = 512;
const FACING: readonly Facing[] = ["left", "down", "right", "up"];

const SNOW: Color = [238, 245, 255];
const SHADE: Color = [214, 228, 250];
const BORDER: Color = [180, 200, 230];
const WATER: Color = [52, 176, 240];
const SHORE: Color = [24, 120, 204];
const GLINT: Color = [150, 226, 255];
const DEEP: Color = [10, 56, 104];

export interface LakePlayer {
  readonly row: number;
  readonly column: number;
  /** The latest action: 0 left, 1 down, 2 right, 3 up. */
  readonly facing: number;
}

/** The lake from above with the player on it, who has vanished in a cracked hole where there is one. */
export function drawFrozenLake(map: LakeMap, player: LakePlayer): RenderFrame {
  const columns = map[0].length;
  const canvas = new Canvas(Math.min(TILE * columns, LARGEST), Math.min(TILE * map.length, LARGEST), SNOW);
  const width = Math.floor(canvas.width / columns);
  const height = Math.floor(canvas.height / map.length);
  const brushAt = (row: number, column: number) =>
    new TileBrush(canvas, { left: column * width, top: row * height, width, height });
  for (const [row, line] of map.entries()) {
    for (const [column, tile] of [...line].entries()) {
      const brush = brushAt(row, column);
      drawSnow(brush, (row * 7 + column * 3) % 4);
      if (tile === "H") drawHole(brush);
      if (tile === "G") drawGift(brush);
      if (tile === "S") drawStool(brush);
      drawBorder(brush, 1 / width, 1 / height);
    }
  }
  const brush = brushAt(player.row, player.column);
  if (map[player.row][player.column] === "H") drawCrack(brush);
  else drawWalker(brush, FACING[player.facing]);
  return canvas.frame();
}

function drawSnow(brush: TileBrush, variant: number): void {
  const shift = variant * 0.07;
  brush.line([0.1 + shift, 0.3], [0.34 + shift, 0.2], 0.07, SHADE);
  brush.line([0.5, 0.52 + shift], [0.86, 0.38 + shift], 0.07, SHADE);
  brush.line([0.16, 0.86 - shift], [0.42, 0.76 - shift], 0.07, SHADE);
}

function drawBorder(brush: TileBrush, x: number, y: number): void {
  brush.rectangle(0, 0, 1, y, BORDER);
  brush.rectangle(0, 1 - y, 1, 1, BORDER);
  brush.rectangle(0, 0, x, 1, BORDER);
  brush.rectangle(1 - x, 0, 1, 1, BORDER);
}

function drawHole(brush: TileBrush): void {
  brush.ellipse(0.5, 0.53, 0.43, 0.38, SHORE);
  brush.ellipse(0.5, 0.55, 0.39, 0.34, WATER);
  brush.line([0.26, 0.58], [0.52, 0.36], 0.045, GLINT);
  brush.line([0.36, 0.7], [0.74, 0.4], 0.045, GLINT);
  brush.line([0.54, 0.76], [0.76, 0.58], 0.045, GLINT);
}

/** A dark hole with rays. */
function drawCrack(brush: TileBrush): void {
  const center: Point = [0.5, 0.55];
  brush.ellipse(...center, 0.17, 0.16, DEEP);
  for (let ray = 0; ray < 9; ray++) {
    const angle = (ray * 2 * Math.PI) / 9 + 0.3;
    const length = ray % 2 === 0 ? 0.33 : 0.25;
    const at = (turn: number, far: number): Point => [
      center[0] + far * Math.cos(angle + turn),
      center[1] + far * 0.9 * Math.sin(angle + turn),
    ];
    brush.polygon([at(-0.3, 0.15), at(0, length), at(0.3, 0.15)], DEEP);
  }
}

function drawGift(brush: TileBrush): void {
  const ribbon: Color = [238, 148, 44];
  brush.ellipse(0.5, 0.88, 0.36, 0.05, [90, 120, 160, 0.35]); // shadow
  brush.rounded(0.18, 0.4, 0.82, 0.88, 0.04, [24, 40, 58]);
  brush.rectangle(0.21, 0.43, 0.79, 0.85, [48, 96, 122]);
  brush.rounded(0.14, 0.28, 0.86, 0.46, 0.04, [24, 40, 58]);
  brush.rectangle(0.17, 0.31, 0.83, 0.43, [66, 122, 148]);
  brush.rectangle(0.43, 0.31, 0.57, 0.85, ribbon);
  brush.rectangle(0.21, 0.6, 0.79, 0.68, ribbon);
  for (const side of [-1, 1]) {
    brush.ellipse(0.5 + 0.14 * side, 0.22, 0.14, 0.09, [150, 78, 30]);
    brush.ellipse(0.5 + 0.14 * side, 0.22, 0.11, 0.065, ribbon);
  }
  brush.ellipse(0.5, 0.25, 0.06, 0.06, [250, 186, 90]);
}

function drawStool(brush: TileBrush): void {
  brush.ellipse(0.5, 0.69, 0.16, 0.04, [90, 120, 160, 0.35]); // shadow
  for (const x of [0.4, 0.6]) brush.rectangle(x - 0.03, 0.55, x + 0.03, 0.69, [78, 46, 48]);
  brush.rounded(0.35, 0.38, 0.65, 0.62, 0.05, [78, 46, 48]);
  brush.rounded(0.375, 0.4, 0.625, 0.54, 0.04, [150, 84, 78]);
}
