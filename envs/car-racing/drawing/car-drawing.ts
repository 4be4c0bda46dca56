import type { CarRacingScene, WheelScene } from "../car-racing-state.ts";
import { HULL_PARTS, WHEEL_HALF_WIDTH, WHEEL_RADIUS } from "../car-shape.ts";
import { CANVAS_HEIGHT, CAR_X, CAR_Y, type Camera, NEAR_ZOOM, snapped } from "./camera.ts";
import type { CoverageLayer } from "./coverage-layer.ts";
import type { Ink } from "./ink.ts";
import type { Shades } from "./shades.ts";
import { paintStamp, type Stamp } from "./stamp.ts";

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
  /** Corners of the polygon at hand. */
  readonly #points = new Float64Array(16);
  /**
   * The part of the wheel at hand between two distances ahead of its axle. On the canvas, a metre to the wheel's right is
   * (rightX, rightY), a metre ahead (−rightY, rightX).
   */
  readonly #band = { centreX: 0.5, centreY: 0.5, rightX: 0.5, rightY: 0.5, rear: 0.5, front: 0.5 };
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
    const points = this.#points;
    for (const { corners, outward } of HULL) {
      for (let k = 0; k < corners.length; k += 2) {
        points[k] = (snapped(CAR_X + zoom * corners[k]) + SPREAD * outward[k]) * scaleX;
        points[k + 1] = (CANVAS_HEIGHT - snapped(CAR_Y + zoom * corners[k + 1]) - SPREAD * outward[k + 1]) * scaleY;
      }
      this.#layer.polygon(points, corners.length / 2, 1, 0);
    }
  }

  #addWheel(wheel: WheelScene): void {
    const camera = this.#camera;
    const band = this.#band;
    band.centreX = camera.canvasX(wheel.x, wheel.y);
    band.centreY = camera.canvasY(wheel.x, wheel.y);
    const cos = Math.cos(wheel.angle);
    const sin = Math.sin(wheel.angle);
    band.rightX = camera.cos * cos + camera.sin * sin;
    band.rightY = camera.cos * sin - camera.sin * cos;
    band.rear = -WHEEL_RADIUS;
    band.front = WHEEL_RADIUS;
    this.#addBand(1, 0);
    // The stripe is seen while some of it is on the upper side, and ends where the wheel curves away.
    const start = Math.sin(wheel.phase);
    const end = Math.sin(wheel.phase + STRIPE_ANGLE);
    if (start > 0 && end > 0) return;
    let from = Math.cos(wheel.phase);
    let to = Math.cos(wheel.phase + STRIPE_ANGLE);
    if (start > 0) from = Math.sign(from);
    if (end > 0) to = Math.sign(to);
    band.rear = WHEEL_RADIUS * Math.min(from, to);
    band.front = WHEEL_RADIUS * Math.max(from, to);
    this.#addBand(0, 1);
  }

  #addBand(alpha: number, tint: number): void {
    const { scaleX, scaleY, zoom } = this.#camera;
    const { centreX, centreY, rightX, rightY, rear, front } = this.#band;
    const points = this.#points;
    const halfX = WHEEL_HALF_WIDTH * rightX;
    const halfY = WHEEL_HALF_WIDTH * rightY;
    const spread = SPREAD / zoom;
    const outX = spread * (rightX - rightY); // of the front right corner
    const outY = spread * (rightX + rightY);
    points[0] = (snapped(centreX - halfX - rear * rightY) - outX) * scaleX;
    points[1] = (CANVAS_HEIGHT - snapped(centreY - halfY + rear * rightX) + outY) * scaleY;
    points[2] = (snapped(centreX + halfX - rear * rightY) + outY) * scaleX;
    points[3] = (CANVAS_HEIGHT - snapped(centreY + halfY + rear * rightX) + outX) * scaleY;
    points[4] = (snapped(centreX + halfX - front * rightY) + outX) * scaleX;
    points[5] = (CANVAS_HEIGHT - snapped(centreY + halfY + front * rightX) - outY) * scaleY;
    points[6] = (snapped(centreX - halfX - front * rightY) - outY) * scaleX;
    points[7] = (CANVAS_HEIGHT - snapped(centreY - halfY + front * rightX) - outX) * scaleY;
    this.#layer.polygon(points, 4, alpha, tint);
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
