import type { CarRacingScene } from "../car-racing-state.ts";
import { CANVAS_HEIGHT, CANVAS_WIDTH } from "./camera.ts";
import type { Shades } from "./shades.ts";

/** Canvas pixels to a place across and to a step up: the canvas has 40 × 40. */
const ACROSS = CANVAS_WIDTH / 40;
const UP = CANVAS_HEIGHT / 40;
/** The canvas row where the upright bars stand. */
const FOOT = CANVAS_HEIGHT - UP;
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
  const speed = Math.sqrt(hull.vx * hull.vx + hull.vy * hull.vy);
  if (speed > LEAST) column(out, panel, 5, endOf(0.02 * speed), FOOT, full, full, full);
  for (let i = 0; i < 4; i++) {
    const { omega } = wheels[i];
    if (Math.abs(omega) <= LEAST) continue;
    const next = i < 3 ? wheels[i + 1].omega : 0;
    const nextEnd = Math.abs(next) > LEAST ? endOf(0.01 * next) : FOOT;
    column(out, panel, 7 + i, endOf(0.01 * omega), nextEnd, i < 2 ? 0 : violet, 0, full);
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

/** The canvas row that a bar of this value reaches: above its foot, or below it where the value is negative. */
const endOf = (value: number): number => Math.trunc(CANVAS_HEIGHT - (UP + UP * value));

/** A bar from its foot to its end; its last canvas column lies under the next bar, as far as that one reaches. */
function column(
  out: Uint8Array,
  panel: Panel,
  place: number,
  end: number,
  nextEnd: number,
  red: number,
  green: number,
  blue: number,
): void {
  const left = place * ACROSS;
  const right = left + ACROSS;
  const top = Math.min(FOOT, end);
  const bottom = Math.max(FOOT, end) + 1;
  const seen = nextEnd < FOOT ? nextEnd : bottom;
  addBox(out, panel, left, right, top, bottom, red, green, blue);
  if (top < seen) addBox(out, panel, right, right + 1, top, seen, red, green, blue);
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
