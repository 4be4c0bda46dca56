import type { CarRacingScene, WheelScene } from "../car-racing-state.ts";
import { HULL_PARTS, WHEEL_HALF_WIDTH, WHEEL_RADIUS } from "../car-shape.ts";
import { CANVAS_HEIGHT, CAR_X, CAR_Y, type Camera, NEAR_ZOOM, snapped } from "./camera.ts";
import { type CoverageLayer, type Ink, paintStamp, type Stamp } from "./coverage-layer.ts";
import type { Shades } from "./shades.ts";

/** Canvas pixels by which a polygon drawn with its outline reaches over its corners. */
const SPREAD = 0.5;
const STRIPE_ANGLE = 1.2; // radians of a wheel's turn that its white stripe spans

/** A convex polygon about a body: corners in metres, and where a corner goes when every side moves out by 1. */
interface Part {
  readonly corners: Float64Array;
  readonly outward: Float64Array;
}

const HULL: readonly Part[] = HULL_PARTS.map(partOf);

/** Draws the car: four wheels, then the hull over them. */
export class CarDrawing {
  readonly #camera: Camera;
  readonly #layer: CoverageLayer;
  readonly #hullInk: Ink;
  /** Black, tinted to the stripe's grey. */
  readonly #wheelInk: Ink;
  /** The hull, which always looks up at the same place, once the camera is near. */
  #hull: Stamp | undefined;

  constructor(camera: Camera, layer: CoverageLayer, shades: Shades) {
    this.#camera = camera;
    this.#layer = layer;
    const stripe = shades.of(77);
    this.#hullInk = shades.ink([204, 0, 0]);
    this.#wheelInk = { ...shades.ink([0, 0, 0]), tintRed: stripe, tintGreen: stripe, tintBlue: stripe };
  }

  draw({ wheels }: CarRacingScene, out: Uint8Array): void {
    for (let i = 0; i < 4; i++) this.#addWheel(wheels[i]);
    this.#layer.paint(out, this.#wheelInk);
    if (this.#camera.zoom === NEAR_ZOOM) {
      if (!this.#hull) {
        this.#addHull();
        this.#hull = this.#layer.takeStamp();
      }
      paintStamp(this.#hull, out, this.#hullInk);
    } else {
      this.#addHull();
      this.#layer.paint(out, this.#hullInk);
    }
  }

  #addHull(): void {
    const { zoom, scaleX, scaleY } = this.#camera;
    for (const { corners, outward } of HULL) {
      const end = corners.length;
      for (let from = end - 2, to = 0; to < end; from = to, to += 2) {
        this.#layer.edge(
          (snapped(CAR_X + zoom * corners[from]) + SPREAD * outward[from]) * scaleX,
          (CANVAS_HEIGHT - snapped(CAR_Y + zoom * corners[from + 1]) - SPREAD * outward[from + 1]) * scaleY,
          (snapped(CAR_X + zoom * corners[to]) + SPREAD * outward[to]) * scaleX,
          (CANVAS_HEIGHT - snapped(CAR_Y + zoom * corners[to + 1]) - SPREAD * outward[to + 1]) * scaleY,
          1,
          0,
        );
      }
    }
  }

  #addWheel(wheel: WheelScene): void {
    this.#addBand(wheel, -WHEEL_RADIUS, WHEEL_RADIUS, 1, 0);
    // The stripe is seen while some of it is on the upper side, and ends where the wheel curves away.
    const start = Math.sin(wheel.phase);
    const end = Math.sin(wheel.phase + STRIPE_ANGLE);
    if (start > 0 && end > 0) return;
    let from = Math.cos(wheel.phase);
    let to = Math.cos(wheel.phase + STRIPE_ANGLE);
    if (start > 0) from = Math.sign(from);
    if (end > 0) to = Math.sign(to);
    this.#addBand(wheel, WHEEL_RADIUS * Math.min(from, to), WHEEL_RADIUS * Math.max(from, to), 0, 1);
  }

  /** The part of a wheel between two distances ahead of its axle. */
  #addBand({ x, y, angle }: WheelScene, rear: number, front: number, alpha: number, tint: number): void {
    const camera = this.#camera;
    const { scaleX, scaleY, zoom } = camera;
    const layer = this.#layer;
    const centreX = camera.canvasX(x, y);
    const centreY = camera.canvasY(x, y);
    // A metre to the wheel's right, on the canvas; ahead is (−rightY, rightX).
    const cos = Math.cos(angle);
    const sin = Math.sin(angle);
    const rightX = camera.cos * cos + camera.sin * sin;
    const rightY = camera.cos * sin - camera.sin * cos;
    const halfX = WHEEL_HALF_WIDTH * rightX;
    const halfY = WHEEL_HALF_WIDTH * rightY;
    const spread = SPREAD / zoom;
    const outX = spread * (rightX - rightY); // of the front right corner
    const outY = spread * (rightX + rightY);
    const x0 = (snapped(centreX - halfX - rear * rightY) - outX) * scaleX;
    const y0 = (CANVAS_HEIGHT - snapped(centreY - halfY + rear * rightX) + outY) * scaleY;
    const x1 = (snapped(centreX + halfX - rear * rightY) + outY) * scaleX;
    const y1 = (CANVAS_HEIGHT - snapped(centreY + halfY + rear * rightX) + outX) * scaleY;
    const x2 = (snapped(centreX + halfX - front * rightY) + outX) * scaleX;
    const y2 = (CANVAS_HEIGHT - snapped(centreY + halfY + front * rightX) - outY) * scaleY;
    const x3 = (snapped(centreX - halfX - front * rightY) - outY) * scaleX;
    const y3 = (CANVAS_HEIGHT - snapped(centreY - halfY + front * rightX) - outX) * scaleY;
    layer.edge(x0, y0, x1, y1, alpha, tint);
    layer.edge(x1, y1, x2, y2, alpha, tint);
    layer.edge(x2, y2, x3, y3, alpha, tint);
    layer.edge(x3, y3, x0, y0, alpha, tint);
  }
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
