import type { CarRacingScene, WheelScene } from "../car-racing-state.ts";
import { HULL_PARTS, WHEEL_HALF_WIDTH, WHEEL_RADIUS } from "../car-shape.ts";
import type { Camera } from "./camera.ts";
import { CANVAS_HEIGHT, snapped } from "./camera.ts";
import type { CoverageLayer, Ink } from "./coverage-layer.ts";
import { inkOf, shade } from "./shades.ts";

/** Canvas pixels by which a polygon drawn with its outline reaches over its corners. */
const SPREAD = 0.5;
const STRIPE_ANGLE = 1.2; // radians of a wheel's turn that its white stripe spans

const HULL_INK: Ink = inkOf([204, 0, 0]);
const STRIPE = shade(77);
/** Black, tinted to the stripe's grey. */
const WHEEL_INK: Ink = { ...inkOf([0, 0, 0]), tintRed: STRIPE, tintGreen: STRIPE, tintBlue: STRIPE };

/** A convex polygon about a body: corners in metres, and where a corner goes when every side moves out by 1. */
interface Part {
  readonly corners: Float64Array;
  readonly outward: Float64Array;
}

const HULL: readonly Part[] = HULL_PARTS.map(partOf);

/** Four wheels, then the hull over them. */
export function drawCar({ hull, wheels }: CarRacingScene, camera: Camera, layer: CoverageLayer, out: Uint8Array): void {
  for (const wheel of wheels) addWheel(layer, camera, wheel);
  layer.paint(out, WHEEL_INK);
  const cos = Math.cos(hull.angle);
  const sin = Math.sin(hull.angle);
  for (const { corners, outward } of HULL) {
    const last = corners.length - 2;
    let x0 = placeX(camera, hull, cos, sin, corners[last], corners[last + 1], outward[last], outward[last + 1]);
    let y0 = placeY(camera, hull, cos, sin, corners[last], corners[last + 1], outward[last], outward[last + 1]);
    for (let k = 0; k <= last; k += 2) {
      const x1 = placeX(camera, hull, cos, sin, corners[k], corners[k + 1], outward[k], outward[k + 1]);
      const y1 = placeY(camera, hull, cos, sin, corners[k], corners[k + 1], outward[k], outward[k + 1]);
      layer.edge(x0, y0, x1, y1, 1, 0);
      x0 = x1;
      y0 = y1;
    }
  }
  layer.paint(out, HULL_INK);
}

function addWheel(layer: CoverageLayer, camera: Camera, wheel: WheelScene): void {
  const cos = Math.cos(wheel.angle);
  const sin = Math.sin(wheel.angle);
  addBand(layer, camera, wheel, cos, sin, -WHEEL_RADIUS, WHEEL_RADIUS, 1, 0);
  // The stripe is seen while some of it is on the upper side, and ends where the wheel curves away.
  const start = Math.sin(wheel.phase);
  const end = Math.sin(wheel.phase + STRIPE_ANGLE);
  if (start > 0 && end > 0) return;
  let from = Math.cos(wheel.phase);
  let to = Math.cos(wheel.phase + STRIPE_ANGLE);
  if (start > 0) from = Math.sign(from);
  if (end > 0) to = Math.sign(to);
  addBand(layer, camera, wheel, cos, sin, WHEEL_RADIUS * Math.min(from, to), WHEEL_RADIUS * Math.max(from, to), 0, 1);
}

/** The part of a wheel between two distances ahead of its axle. */
function addBand(
  layer: CoverageLayer,
  camera: Camera,
  wheel: WheelScene,
  cos: number,
  sin: number,
  rear: number,
  front: number,
  alpha: number,
  tint: number,
): void {
  const half = WHEEL_HALF_WIDTH;
  const x0 = placeX(camera, wheel, cos, sin, -half, rear, -1, -1);
  const y0 = placeY(camera, wheel, cos, sin, -half, rear, -1, -1);
  const x1 = placeX(camera, wheel, cos, sin, half, rear, 1, -1);
  const y1 = placeY(camera, wheel, cos, sin, half, rear, 1, -1);
  const x2 = placeX(camera, wheel, cos, sin, half, front, 1, 1);
  const y2 = placeY(camera, wheel, cos, sin, half, front, 1, 1);
  const x3 = placeX(camera, wheel, cos, sin, -half, front, -1, 1);
  const y3 = placeY(camera, wheel, cos, sin, -half, front, -1, 1);
  layer.edge(x0, y0, x1, y1, alpha, tint);
  layer.edge(x1, y1, x2, y2, alpha, tint);
  layer.edge(x2, y2, x3, y3, alpha, tint);
  layer.edge(x3, y3, x0, y0, alpha, tint);
}

interface Place {
  readonly x: number;
  readonly y: number;
}

/** Picture pixels of a body's corner (metres), moved by SPREAD times `outX`, `outY`; cos and sin of the body's angle. */
function placeX(
  camera: Camera,
  { x, y }: Place,
  cos: number,
  sin: number,
  cornerX: number,
  cornerY: number,
  outX: number,
  outY: number,
): number {
  const worldX = x + cos * cornerX - sin * cornerY;
  const worldY = y + sin * cornerX + cos * cornerY;
  const spread = SPREAD / camera.zoom;
  const spreadX = camera.cos * (cos * outX - sin * outY) + camera.sin * (sin * outX + cos * outY);
  return (snapped(camera.canvasX(worldX, worldY)) + spread * spreadX) * camera.scaleX;
}

function placeY(
  camera: Camera,
  { x, y }: Place,
  cos: number,
  sin: number,
  cornerX: number,
  cornerY: number,
  outX: number,
  outY: number,
): number {
  const worldX = x + cos * cornerX - sin * cornerY;
  const worldY = y + sin * cornerX + cos * cornerY;
  const spread = SPREAD / camera.zoom;
  const spreadY = camera.cos * (sin * outX + cos * outY) - camera.sin * (cos * outX - sin * outY);
  return (CANVAS_HEIGHT - snapped(camera.canvasY(worldX, worldY)) - spread * spreadY) * camera.scaleY;
}

/** Counter-clockwise, whichever way it was given. */
function partOf(given: readonly (readonly [number, number])[]): Part {
  const count = given.length;
  const area = given.reduce((sum, [x, y], i) => {
    const [nextX, nextY] = given[(i + 1) % count];
    return sum + x * nextY - nextX * y;
  }, 0);
  const corners = area > 0 ? given : [...given].reverse();
  const outward = corners.flatMap(([x, y], i) => {
    const [beforeX, beforeY] = corners[(i + count - 1) % count];
    const [nextX, nextY] = corners[(i + 1) % count];
    const inLength = Math.hypot(x - beforeX, y - beforeY);
    const outLength = Math.hypot(nextX - x, nextY - y);
    const normal = [(y - beforeY) / inLength, (beforeX - x) / inLength];
    const nextNormal = [(nextY - y) / outLength, (x - nextX) / outLength];
    const stretch = 1 + normal[0] * nextNormal[0] + normal[1] * nextNormal[1];
    return [(normal[0] + nextNormal[0]) / stretch, (normal[1] + nextNormal[1]) / stretch];
  });
  return { corners: Float64Array.from(corners.flat()), outward: Float64Array.from(outward) };
}
