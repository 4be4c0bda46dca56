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
  addSquare(layer, camera, -PLAYFIELD, -PLAYFIELD, 2 * PLAYFIELD);
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
      addSquare(layer, camera, x, y, SQUARE);
    }
  }
}

/** Counter-clockwise from the lower left corner. */
function addSquare(layer: CoverageLayer, camera: Camera, x: number, y: number, side: number): void {
  const { scaleX, scaleY } = camera;
  const spreadX = (SPREAD / camera.zoom) * (camera.cos + camera.sin); // of the upper right corner
  const spreadY = (SPREAD / camera.zoom) * (camera.cos - camera.sin);
  const x0 = (snapped(camera.canvasX(x, y)) - spreadX) * scaleX;
  const y0 = (CANVAS_HEIGHT - snapped(camera.canvasY(x, y)) + spreadY) * scaleY;
  const x1 = (snapped(camera.canvasX(x + side, y)) + spreadY) * scaleX;
  const y1 = (CANVAS_HEIGHT - snapped(camera.canvasY(x + side, y)) + spreadX) * scaleY;
  const x2 = (snapped(camera.canvasX(x + side, y + side)) + spreadX) * scaleX;
  const y2 = (CANVAS_HEIGHT - snapped(camera.canvasY(x + side, y + side)) - spreadY) * scaleY;
  const x3 = (snapped(camera.canvasX(x, y + side)) - spreadY) * scaleX;
  const y3 = (CANVAS_HEIGHT - snapped(camera.canvasY(x, y + side)) - spreadX) * scaleY;
  layer.edge(x0, y0, x1, y1, 1, 0);
  layer.edge(x1, y1, x2, y2, 1, 0);
  layer.edge(x2, y2, x3, y3, 1, 0);
  layer.edge(x3, y3, x0, y0, 1, 0);
}
