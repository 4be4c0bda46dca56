import type { CarRacingScene } from "../car-racing-state.ts";
import { CANVAS_HEIGHT, CANVAS_WIDTH } from "./camera.ts";
import type { Shades } from "./shades.ts";

/** Canvas pixels to a place across and to a step up: the canvas has 40 × 40. */
const ACROSS = CANVAS_WIDTH / 40;
const UP = CANVAS_HEIGHT / 40;
/** What is nearer to zero has no bar. */
const LEAST = 1e-4;

/** A picture of one size, and how many of its pixels a canvas pixel is. */
export interface Panel {
  readonly width: number;
  readonly height: number;
  readonly scaleX: number;
  readonly scaleY: number;
  readonly shades: Shades;
}

/** Speed, four wheels' speeds, steering and turning as bars on the black panel; `out` is RGB (height, width, 3). */
export function drawBars({ hull, wheels }: CarRacingScene, panel: Panel, out: Uint8Array): void {
  const full = panel.shades.of(255);
  const violet = panel.shades.of(51);
  const speed = Math.hypot(hull.vx, hull.vy);
  column(out, panel, 5, 0.02 * speed, speed, 0, full, full, full);
  for (let i = 0; i < 4; i++) {
    // A bar's last canvas column lies under the next bar.
    const next = i < 3 ? reach(0.01 * wheels[i + 1].omega, wheels[i + 1].omega) : 0;
    column(out, panel, 7 + i, 0.01 * wheels[i].omega, wheels[i].omega, next, i < 2 ? 0 : violet, 0, full);
  }
  const steering = wheels[0].jointAngle;
  const turning = hull.angularVelocity;
  const turnEnd = Math.trunc((30 - 0.8 * turning) * ACROSS);
  const turnStart = Math.abs(turning) > LEAST ? Math.min(30 * ACROSS, turnEnd) : CANVAS_WIDTH;
  if (Math.abs(steering) > LEAST) {
    const end = Math.trunc((20 - 10 * steering) * ACROSS);
    const right = Math.min(Math.max(20 * ACROSS, end) + 1, turnStart);
    row(out, panel, Math.min(20 * ACROSS, end), right, 0, full, 0);
  }
  if (Math.abs(turning) > LEAST) row(out, panel, turnStart, Math.max(30 * ACROSS, turnEnd) + 1, full, 0, 0);
}

/** Whole canvas pixels that a bar of this value stands above its foot; negative: it hangs below. */
const reach = (value: number, shown: number): number =>
  Math.abs(shown) > LEAST ? CANVAS_HEIGHT - UP - Math.trunc(CANVAS_HEIGHT - (UP + UP * value)) : 0;

function column(
  out: Uint8Array,
  panel: Panel,
  place: number,
  value: number,
  shown: number,
  nextReach: number,
  red: number,
  green: number,
  blue: number,
): void {
  if (!(Math.abs(shown) > LEAST)) return;
  const foot = CANVAS_HEIGHT - UP;
  const end = foot - reach(value, shown);
  const left = place * ACROSS;
  const right = left + ACROSS;
  const top = Math.min(foot, end);
  const bottom = Math.max(foot, end) + 1;
  addBox(out, panel, left, right, top, bottom, red, green, blue);
  const nextTop = foot - Math.max(0, nextReach);
  if (nextReach === 0) addBox(out, panel, right, right + 1, top, bottom, red, green, blue);
  else if (top < nextTop) addBox(out, panel, right, right + 1, top, nextTop, red, green, blue);
}

const row = (out: Uint8Array, panel: Panel, left: number, right: number, red: number, green: number, blue: number) =>
  addBox(out, panel, left, right, CANVAS_HEIGHT - 4 * UP, CANVAS_HEIGHT - 2 * UP + 1, red, green, blue);

/** Adds a colour by the share of each pixel that the box, in canvas pixels from the upper left, covers. */
function addBox(
  out: Uint8Array,
  { width, height, scaleX, scaleY }: Panel,
  canvasLeft: number,
  canvasRight: number,
  canvasTop: number,
  canvasBottom: number,
  red: number,
  green: number,
  blue: number,
): void {
  const left = Math.max(0, canvasLeft * scaleX);
  const right = Math.min(width, canvasRight * scaleX);
  const top = Math.max(0, canvasTop * scaleY);
  const bottom = Math.min(height, canvasBottom * scaleY);
  for (let y = Math.floor(top); y < bottom; y++) {
    const down = Math.min(y + 1, bottom) - Math.max(y, top);
    for (let x = Math.floor(left); x < right; x++) {
      const share = down * (Math.min(x + 1, right) - Math.max(x, left));
      const at = (y * width + x) * 3;
      out[at] = Math.min(255, out[at] + red * share + 0.5);
      out[at + 1] = Math.min(255, out[at + 1] + green * share + 0.5);
      out[at + 2] = Math.min(255, out[at + 2] + blue * share + 0.5);
    }
  }
}
