import type { Camera } from "./camera.ts";
import { CANVAS_HEIGHT, CANVAS_WIDTH, PANEL_TOP, snapped } from "./camera.ts";
import type { CoverageLayer } from "./coverage-layer.ts";

/** Half the side of the playfield, metres. */
const PLAYFIELD = 2000 / 6;
/** Side of a grass square; every second one each way is grass. */
const SQUARE = PLAYFIELD / 20;
/** Canvas pixels by which the original's polygons, drawn with their edges, reach over their corners. */
const SPREAD = 0.65;

/** Whether something beyond the playfield is in the picture. */
export function seesBeyondField(camera: Camera): boolean {
  for (let corner = 0; corner < 4; corner++) {
    const x = corner & 1 ? CANVAS_WIDTH : 0;
    const y = corner & 2 ? CANVAS_HEIGHT : PANEL_TOP;
    if (Math.abs(camera.worldX(x, y)) > PLAYFIELD || Math.abs(camera.worldY(x, y)) > PLAYFIELD) return true;
  }
  return false;
}

/** The playfield's square. */
export function addField(layer: CoverageLayer, camera: Camera): void {
  addSquare(layer, camera, -20, -20, 40);
}

/** The grass squares in the picture. */
export function addGrass(layer: CoverageLayer, camera: Camera): void {
  // The part of the world in the picture, as the box around its four corners, in pairs of squares.
  let left = Infinity;
  let right = -Infinity;
  let bottom = Infinity;
  let top = -Infinity;
  for (let corner = 0; corner < 4; corner++) {
    const x = camera.worldX(corner & 1 ? CANVAS_WIDTH : 0, corner & 2 ? CANVAS_HEIGHT : PANEL_TOP);
    const y = camera.worldY(corner & 1 ? CANVAS_WIDTH : 0, corner & 2 ? CANVAS_HEIGHT : PANEL_TOP);
    left = Math.min(left, x);
    right = Math.max(right, x);
    bottom = Math.min(bottom, y);
    top = Math.max(top, y);
  }
  const pair = 2 * SQUARE;
  const firstColumn = Math.max(-10, Math.ceil((left - SQUARE) / pair - 0.1));
  const lastColumn = Math.min(9, Math.floor(right / pair + 0.1));
  const firstRow = Math.max(-10, Math.ceil((bottom - SQUARE) / pair - 0.1));
  const lastRow = Math.min(9, Math.floor(top / pair + 0.1));
  const half = SQUARE / 2;
  const reach = half * (Math.abs(camera.cos) + Math.abs(camera.sin)) + 2;
  for (let column = firstColumn; column <= lastColumn; column++) {
    for (let row = firstRow; row <= lastRow; row++) {
      const x = column * pair;
      const y = row * pair;
      const centreX = camera.canvasX(x + half, y + half);
      const centreY = camera.canvasY(x + half, y + half);
      if (centreX < -reach || centreX > CANVAS_WIDTH + reach) continue;
      if (centreY < PANEL_TOP - reach || centreY > CANVAS_HEIGHT + reach) continue;
      addSquare(layer, camera, 2 * column, 2 * row, 1);
    }
  }
}

/** A square by the place of its lower left corner and its side, counted in grass squares. */
function addSquare(layer: CoverageLayer, camera: Camera, column: number, row: number, squares: number): void {
  const x = column * SQUARE;
  const y = row * SQUARE;
  const side = squares * SQUARE;
  const { scaleX, scaleY } = camera;
  const spreadX = (SPREAD / camera.zoom) * (camera.cos + camera.sin); // of the upper right corner
  const spreadY = (SPREAD / camera.zoom) * (camera.cos - camera.sin);
  corners[0] = (snapped(camera.canvasX(x, y)) - spreadX) * scaleX;
  corners[1] = (CANVAS_HEIGHT - snapped(camera.canvasY(x, y)) + spreadY) * scaleY;
  corners[2] = (snapped(camera.canvasX(x + side, y)) + spreadY) * scaleX;
  corners[3] = (CANVAS_HEIGHT - snapped(camera.canvasY(x + side, y)) + spreadX) * scaleY;
  corners[4] = (snapped(camera.canvasX(x + side, y + side)) + spreadX) * scaleX;
  corners[5] = (CANVAS_HEIGHT - snapped(camera.canvasY(x + side, y + side)) - spreadY) * scaleY;
  corners[6] = (snapped(camera.canvasX(x, y + side)) - spreadY) * scaleX;
  corners[7] = (CANVAS_HEIGHT - snapped(camera.canvasY(x, y + side)) - spreadX) * scaleY;
  layer.polygon(corners, 4, 1, 0);
}

/** Of the square at hand. */
const corners = new Float64Array(8);
