import type { RenderFrame } from "../../src/core/env.ts";
import { Canvas, type Color } from "../canvas.ts";
import { TileBrush } from "./tile-brush.ts";
import { drawWalker, type Facing } from "./walker.ts";

export const CLIFF_ROWS = 4;
export const CLIFF_COLUMNS = 12;

const TILE = 60; // pixels
const FACING: readonly Facing[] = ["up", "right", "down", "left"];

const GRASS: readonly Color[] = [
  [118, 186, 106],
  [112, 202, 78],
];
const BLADES: readonly Color[] = [
  [100, 166, 96],
  [92, 178, 66],
];
const ROCK: Color = [124, 62, 66];
const ROCK_SHADE: Color = [92, 44, 54];
const ABYSS: Color = [48, 22, 34];

/** The tiles of the lowest row between its ends. */
export function isCliff(row: number, column: number): boolean {
  return row === CLIFF_ROWS - 1 && column > 0 && column < CLIFF_COLUMNS - 1;
}

export interface CliffWalker {
  readonly row: number;
  readonly column: number;
  /** The latest action: 0 up, 1 right, 2 down, 3 left. */
  readonly facing: number;
}

/** Meadow and cliff from above, a stool at the start, a cookie at the goal: 720 × 240. */
export function drawCliffWalking(walker: CliffWalker): RenderFrame {
  const canvas = new Canvas(CLIFF_COLUMNS * TILE, CLIFF_ROWS * TILE, ABYSS);
  const brushAt = (row: number, column: number, lift = 0) =>
    new TileBrush(canvas, { left: column * TILE, top: row * TILE - lift, width: TILE, height: TILE });
  for (let row = 0; row < CLIFF_ROWS; row++) {
    for (let column = 0; column < CLIFF_COLUMNS; column++) {
      const brush = brushAt(row, column);
      if (isCliff(row, column)) drawAbyss(brush);
      else drawMeadow(brush, (row + column) % 2, (row * 5 + column * 3) % 7);
      if (isCliff(row + 1, column)) drawEdge(brush);
    }
  }
  drawStool(brushAt(CLIFF_ROWS - 1, 0));
  drawCookie(brushAt(CLIFF_ROWS - 1, CLIFF_COLUMNS - 1));
  drawWalker(brushAt(walker.row, walker.column, 0.1 * TILE), FACING[walker.facing]);
  return canvas.frame();
}

function drawMeadow(brush: TileBrush, shade: number, variant: number): void {
  brush.rectangle(0, 0, 1, 1, GRASS[shade]);
  for (let blade = 0; blade < 6; blade++) {
    const x = ((blade * 37 + variant * 23) % 83) / 100 + 0.08;
    const y = ((blade * 53 + variant * 41) % 79) / 100 + 0.12;
    brush.line([x, y], [x + 0.03, y - 0.05], 0.03, BLADES[shade]);
  }
  if (variant > 2) return;
  const x = 0.25 + 0.2 * variant;
  const y = 0.75 - 0.22 * variant;
  brush.ellipse(x, y, 0.045, 0.045, variant === 1 ? [236, 132, 60] : [250, 246, 232]);
  brush.ellipse(x, y, 0.02, 0.02, [240, 196, 60]);
}

/** The brink: rock below the grass. */
function drawEdge(brush: TileBrush): void {
  brush.rectangle(0, 0.74, 1, 1, ROCK);
  brush.rectangle(0, 0.72, 1, 0.77, [84, 132, 74]);
  for (let crack = 0; crack < 5; crack++) {
    const x = 0.1 + 0.2 * crack;
    brush.line([x, 0.82], [x + 0.02, 0.98], 0.04, ROCK_SHADE);
  }
}

function drawAbyss(brush: TileBrush): void {
  brush.rectangle(0, 0, 1, 0.12, ROCK_SHADE);
  for (let tooth = 0; tooth < 5; tooth++) {
    const x = 0.2 * tooth;
    brush.polygon(
      [
        [x, 0.11],
        [x + 0.2, 0.11],
        [x + 0.1, 0.2 + 0.06 * (tooth % 2)],
      ],
      ROCK_SHADE,
    );
  }
}

function drawStool(brush: TileBrush): void {
  brush.ellipse(0.5, 0.69, 0.16, 0.04, [30, 60, 30, 0.35]); // shadow
  for (const x of [0.4, 0.6]) brush.rectangle(x - 0.03, 0.55, x + 0.03, 0.69, [78, 46, 48]);
  brush.rounded(0.35, 0.38, 0.65, 0.62, 0.05, [78, 46, 48]);
  brush.rounded(0.375, 0.4, 0.625, 0.54, 0.04, [150, 84, 78]);
}

function drawCookie(brush: TileBrush): void {
  brush.ellipse(0.5, 0.55, 0.24, 0.24, [112, 62, 34]);
  brush.ellipse(0.5, 0.53, 0.22, 0.22, [206, 142, 84]);
  for (const [x, y] of [
    [0.42, 0.44],
    [0.58, 0.46],
    [0.5, 0.56],
    [0.4, 0.62],
    [0.61, 0.61],
  ]) {
    brush.ellipse(x, y, 0.035, 0.035, [110, 58, 34]);
  }
}
