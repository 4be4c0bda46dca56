import { type Rgb, SKID_MARKS, SKID_POINTS, type SkidScene } from "../car-racing-state.ts";
import type { Camera } from "./camera.ts";
import { CANVAS_HEIGHT } from "./camera.ts";
import type { CoverageLayer } from "./coverage-layer.ts";
import type { Shades } from "./shades.ts";

/** Half a line's width in canvas pixels. */
const HALF_WIDTH = 1;

const RUBBER: Rgb = [0, 0, 0];
const MUD: Rgb = [102, 102, 0];

/** The tyres' marks as lines, the oldest first. */
export function drawSkids(
  skids: SkidScene,
  camera: Camera,
  layer: CoverageLayer,
  shades: Shades,
  out: Uint8Array,
): void {
  for (let n = Math.max(0, skids.total - SKID_MARKS); n < skids.total; n++) {
    const slot = n % SKID_MARKS;
    const first = slot * SKID_POINTS;
    for (let i = first + 1; i < first + skids.lengths[slot]; i++) {
      addLine(
        layer,
        camera,
        skids.points[2 * i - 2],
        skids.points[2 * i - 1],
        skids.points[2 * i],
        skids.points[2 * i + 1],
      );
    }
    layer.paint(out, shades.ink(skids.grass[slot] ? MUD : RUBBER));
  }
}

function addLine(layer: CoverageLayer, camera: Camera, ax: number, ay: number, bx: number, by: number): void {
  const { scaleX, scaleY } = camera;
  const x0 = camera.canvasX(ax, ay);
  const y0 = CANVAS_HEIGHT - camera.canvasY(ax, ay);
  const x1 = camera.canvasX(bx, by);
  const y1 = CANVAS_HEIGHT - camera.canvasY(bx, by);
  const length = Math.hypot(x1 - x0, y1 - y0);
  if (length === 0) return;
  const acrossX = (HALF_WIDTH * (y1 - y0)) / length;
  const acrossY = (HALF_WIDTH * (x0 - x1)) / length;
  // Counter-clockwise on the screen: out on the right of the line's direction, back on its left.
  corners[0] = (x0 - acrossX) * scaleX;
  corners[1] = (y0 - acrossY) * scaleY;
  corners[2] = (x1 - acrossX) * scaleX;
  corners[3] = (y1 - acrossY) * scaleY;
  corners[4] = (x1 + acrossX) * scaleX;
  corners[5] = (y1 + acrossY) * scaleY;
  corners[6] = (x0 + acrossX) * scaleX;
  corners[7] = (y0 + acrossY) * scaleY;
  layer.polygon(corners, 4, 1, 0);
}

/** Of the line at hand. */
const corners = new Float64Array(8);
