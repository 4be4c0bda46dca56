import type { CarRacingScene } from "../car-racing-state.ts";

/** The canvas that the original draws on before it scales the picture down: x right, y up, pixel corners at integers. */
export const CANVAS_WIDTH = 1000;
export const CANVAS_HEIGHT = 800;
/** Height of the black panel below the view, from the canvas's lower edge. */
export const PANEL_TOP = CANVAS_HEIGHT / 8;

/** Canvas pixels a metre, from far above at the reset to near the car after a second. */
const FAR_ZOOM = 0.6;
export const NEAR_ZOOM = 16.2;

/** Where the car stands on the canvas, looking up. */
export const CAR_X = CANVAS_WIDTH / 2;
export const CAR_Y = CANVAS_HEIGHT / 4;

/** From metres to pixels of a picture (x right, y down), by way of the canvas, whose corners are whole pixels. */
export class Camera {
  /** Pixels of the picture to a canvas pixel. */
  readonly scaleX: number;
  readonly scaleY: number;
  /** Canvas pixels a metre. */
  zoom = NEAR_ZOOM;
  /** Zoom · cosine and zoom · sine of the hull's angle. */
  cos = NEAR_ZOOM;
  sin = 0;
  #originX = 0;
  #originY = 0;

  constructor(width: number, height: number) {
    this.scaleX = width / CANVAS_WIDTH;
    this.scaleY = height / CANVAS_HEIGHT;
  }

  /** Follows the car: its hull looks up, the world turns around it. */
  follow({ hull, t }: CarRacingScene): void {
    this.zoom = FAR_ZOOM * Math.max(1 - t, 0) + NEAR_ZOOM * Math.min(t, 1);
    this.cos = this.zoom * Math.cos(hull.angle);
    this.sin = this.zoom * Math.sin(hull.angle);
    this.#originX = CAR_X - (this.cos * hull.x + this.sin * hull.y);
    this.#originY = CAR_Y - (this.cos * hull.y - this.sin * hull.x);
  }

  /** Canvas pixels of a place in metres. */
  canvasX(x: number, y: number): number {
    return this.#originX + this.cos * x + this.sin * y;
  }

  canvasY(x: number, y: number): number {
    return this.#originY + this.cos * y - this.sin * x;
  }

  /** Metres of a place on the canvas. */
  worldX(canvasX: number, canvasY: number): number {
    return (this.cos * (canvasX - this.#originX) - this.sin * (canvasY - this.#originY)) / (this.zoom * this.zoom);
  }

  worldY(canvasX: number, canvasY: number): number {
    return (this.sin * (canvasX - this.#originX) + this.cos * (canvasY - this.#originY)) / (this.zoom * this.zoom);
  }
}

/** The canvas pixel that a corner falls in, by its centre: the original cuts coordinates to whole pixels. */
export const snapped = (canvas: number): number => Math.trunc(canvas) + 0.5;
