import type { RenderFrame } from "../../src/core/env.ts";
import { Canvas, type Color } from "../canvas.ts";
import { TAXI_MAP, TAXI_STOPS, type TaxiState } from "./taxi-model.ts";
import { TileBrush } from "./tile-brush.ts";

const WIDTH = 550;
const HEIGHT = 350;
const TILE = { width: WIDTH / TAXI_MAP[0].length, height: HEIGHT / TAXI_MAP.length };
const STOP_COLORS: readonly Color[] = [
  [255, 0, 0, 0.5],
  [0, 255, 0, 0.5],
  [255, 255, 0, 0.5],
  [0, 0, 255, 0.5],
];

const ASPHALT: Color = [122, 122, 122];
const HEDGE: Color = [66, 124, 40];
const LEAVES: Color = [96, 160, 56];
const KERB: Color = [196, 190, 162];
const YELLOW: Color = [250, 200, 30];
const DARK: Color = [52, 44, 40];
const GLASS: Color = [58, 62, 74];

type BrushAt = (mapRow: number, mapColumn: number, drop?: number) => TileBrush;

/** The city from above: hedges between the ways, coloured stops, the passenger, the hotel to go to, the taxi: 550 × 350. */
export function drawTaxi({ row, column, passenger, destination }: TaxiState, heading: number): RenderFrame {
  const canvas = new Canvas(WIDTH, HEIGHT, ASPHALT);
  const brushAt: BrushAt = (mapRow, mapColumn, drop = 0) =>
    new TileBrush(canvas, { left: mapColumn * TILE.width, top: mapRow * TILE.height + drop, ...TILE });
  drawStreets(brushAt);
  for (const [stop, place] of TAXI_STOPS.entries()) {
    brushAt(1 + place.row, 2 * place.column + 1, 10).rectangle(0, 0, 1, 1, STOP_COLORS[stop]);
  }
  if (passenger < TAXI_STOPS.length) {
    const { row: stopRow, column: stopColumn } = TAXI_STOPS[passenger];
    drawPassenger(brushAt(1 + stopRow, 2 * stopColumn + 1));
  }
  const goal = TAXI_STOPS[destination];
  const taxi = () => drawCar(brushAt(1 + row, 2 * column + 1), heading);
  const hotel = () => drawHotel(brushAt(1 + goal.row, 2 * goal.column + 1, -TILE.height / 2));
  for (const draw of goal.row <= row ? [hotel, taxi] : [taxi, hotel]) draw(); // what is nearer comes last
  return canvas.frame();
}

/** Roads first, then the kerbs of all hedges, then the hedges, so that parts of one hedge grow together. */
function drawStreets(brushAt: BrushAt): void {
  for (const draw of [drawRoad, drawKerb, drawHedge]) {
    for (const [row, line] of TAXI_MAP.entries()) {
      for (const [column, mark] of [...line].entries()) {
        const begins = TAXI_MAP[row - 1]?.[column] !== "|";
        const ends = TAXI_MAP[row + 1]?.[column] !== "|";
        draw(brushAt(row, column), { mark, begins, ends, left: column === 0, variant: row * 3 + column });
      }
    }
  }
}

/** One place of the map: what stands there, and for a wall from north to south whether it begins and ends there. */
interface Place {
  readonly mark: string;
  readonly begins: boolean;
  readonly ends: boolean;
  /** At the city's western edge. */
  readonly left: boolean;
  readonly variant: number;
}

function drawRoad(brush: TileBrush, { variant }: Place): void {
  for (let grain = 0; grain < 7; grain++) {
    const x = ((grain * 41 + variant * 29) % 89) / 100 + 0.05;
    const y = ((grain * 59 + variant * 47) % 87) / 100 + 0.06;
    brush.ellipse(x, y, 0.03, 0.025, grain % 2 === 0 ? [112, 112, 112] : [134, 134, 134]);
  }
}

function drawKerb(brush: TileBrush, { mark, begins, ends, left }: Place): void {
  if (mark === "|") brush.rounded(0.22, begins ? 0.12 : -0.4, 0.78, ends ? 0.95 : 1.4, 0.25, KERB);
  if (mark === "-") brush.rectangle(0, 0.26, 1, 0.84, KERB);
  if (mark === "+") brush.rounded(left ? 0.08 : -0.4, 0.26, left ? 1.4 : 0.92, 0.84, 0.2, KERB);
}

function drawHedge(brush: TileBrush, { mark, begins, ends, left }: Place): void {
  if (mark === "|") {
    brush.rounded(0.29, begins ? 0.17 : -0.4, 0.71, ends ? 0.89 : 1.4, 0.2, HEDGE);
    drawLeaves(brush, [
      [0.4, 0.28],
      [0.58, 0.42],
      [0.42, 0.6],
      [0.6, 0.76],
    ]);
  }
  if (mark === "-") {
    brush.rectangle(0, 0.22, 1, 0.74, HEDGE);
    drawLeaves(brush, [
      [0.15, 0.36],
      [0.4, 0.58],
      [0.62, 0.34],
      [0.87, 0.56],
    ]);
  }
  if (mark === "+") brush.rounded(left ? 0.13 : -0.4, 0.22, left ? 1.4 : 0.87, 0.74, 0.2, HEDGE);
}

function drawLeaves(brush: TileBrush, spots: readonly (readonly [x: number, y: number])[]): void {
  for (const [x, y] of spots) brush.ellipse(x, y, 0.06, 0.05, LEAVES);
}

function drawPassenger(brush: TileBrush): void {
  brush.ellipse(0.5, 0.88, 0.18, 0.05, [0, 0, 0, 0.3]); // shadow
  for (const x of [0.43, 0.57]) brush.rectangle(x - 0.045, 0.74, x + 0.045, 0.88, [70, 50, 46]);
  brush.rounded(0.33, 0.54, 0.67, 0.8, 0.09, DARK);
  brush.rounded(0.355, 0.56, 0.645, 0.78, 0.07, [200, 62, 50]);
  brush.ellipse(0.5, 0.4, 0.19, 0.19, DARK);
  brush.ellipse(0.5, 0.41, 0.165, 0.16, [246, 200, 160]);
  brush.rounded(0.33, 0.21, 0.67, 0.36, 0.1, [150, 96, 72]); // hair
  for (const x of [0.43, 0.57]) brush.ellipse(x, 0.43, 0.024, 0.034, DARK);
}

function drawHotel(brush: TileBrush): void {
  const wall: Color = [244, 184, 104, 0.82];
  const side: Color = [196, 92, 76, 0.82];
  brush.polygon(
    [
      [0.02, 0.32],
      [0.2, 0.12],
      [0.2, 0.98],
      [0.02, 0.9],
    ],
    side,
  );
  brush.rectangle(0.2, 0.22, 0.98, 0.98, wall);
  brush.rectangle(0.14, 0.06, 1, 0.24, [252, 236, 200, 0.9]);
  brush.rectangle(0.2, 0.1, 0.94, 0.2, [238, 170, 86, 0.9]);
  for (const y of [0.32, 0.52, 0.72]) {
    for (const x of [0.27, 0.51, 0.75]) {
      if (y === 0.72 && x === 0.51) continue;
      brush.rectangle(x - 0.015, y - 0.015, x + 0.175, y + 0.135, [122, 62, 66, 0.85]);
      brush.rectangle(x, y, x + 0.16, y + 0.12, [110, 196, 240, 0.9]);
    }
  }
  brush.rectangle(0.48, 0.72, 0.7, 0.98, [60, 140, 210, 0.9]);
  brush.rectangle(0.58, 0.72, 0.6, 0.98, [230, 244, 255, 0.9]);
}

/** The taxi, seen from behind (north), from the front (south) or from a side. */
function drawCar(brush: TileBrush, heading: number): void {
  brush.ellipse(0.5, 0.9, 0.42, 0.07, [0, 0, 0, 0.3]); // shadow
  if (heading >= 2) drawCarSide(brush, heading === 2 ? 1 : -1);
  else drawCarEnd(brush, heading === 0);
}

function drawCarEnd(brush: TileBrush, front: boolean): void {
  for (const x of [0.27, 0.73]) brush.rounded(x - 0.08, 0.72, x + 0.08, 0.94, 0.04, DARK);
  brush.rounded(0.28, 0.22, 0.72, 0.62, 0.1, DARK);
  brush.rounded(0.305, 0.25, 0.695, 0.6, 0.08, YELLOW);
  brush.rounded(0.34, 0.34, 0.66, 0.52, 0.05, GLASS);
  brush.rounded(0.16, 0.5, 0.84, 0.86, 0.08, DARK);
  brush.rounded(0.185, 0.525, 0.815, 0.83, 0.06, YELLOW);
  brush.rectangle(0.42, 0.15, 0.58, 0.23, [250, 246, 230]); // sign
  if (front) brush.rectangle(0.34, 0.68, 0.66, 0.75, DARK);
  for (const x of [0.25, 0.75]) brush.ellipse(x, 0.66, 0.055, 0.05, front ? [255, 250, 210] : [214, 50, 44]);
}

function drawCarSide(brush: TileBrush, side: 1 | -1): void {
  const x = (distance: number) => 0.5 + side * distance; // forward
  const from = (a: number, b: number) => [Math.min(x(a), x(b)), Math.max(x(a), x(b))] as const;
  const box = (a: number, top: number, b: number, bottom: number, radius: number, color: Color) => {
    const [left, right] = from(a, b);
    brush.rounded(left, top, right, bottom, radius, color);
  };
  box(-0.3, 0.26, 0.2, 0.62, 0.12, DARK);
  box(-0.28, 0.285, 0.18, 0.6, 0.1, YELLOW);
  box(-0.24, 0.34, -0.06, 0.52, 0.05, GLASS);
  box(-0.02, 0.34, 0.15, 0.52, 0.05, GLASS);
  box(-0.46, 0.5, 0.46, 0.82, 0.09, DARK);
  box(-0.44, 0.525, 0.44, 0.795, 0.07, YELLOW);
  box(-0.1, 0.18, 0.06, 0.27, 0.02, [250, 246, 230]); // sign
  for (const wheel of [-0.26, 0.26]) {
    brush.ellipse(x(wheel), 0.83, 0.11, 0.12, DARK);
    brush.ellipse(x(wheel), 0.83, 0.05, 0.055, [190, 190, 196]);
  }
  brush.ellipse(x(0.41), 0.62, 0.04, 0.05, [255, 250, 210]);
  brush.ellipse(x(-0.42), 0.62, 0.03, 0.045, [214, 50, 44]);
}
