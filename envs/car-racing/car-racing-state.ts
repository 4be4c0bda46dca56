/*
 * What can be seen of CarRacing at one moment: the seam between the simulation, which owns one scene and changes it in
 * place, and the painter, which only reads it. Metres, radians and seconds; x to the right, y up, angles
 * counter-clockwise from +y (a body at angle 0 looks along +y).
 */

/** How many skid marks are kept, and how many points one of them may have. */
export const SKID_MARKS = 30;
export const SKID_POINTS = 30;

/** `RoadPicture.paint` of a quad: 0, 1, 2 are the road's shades, the rest are the kerbs of hard turns. */
export const WHITE_BORDER = 3;
export const RED_BORDER = 4;

/** RGB, each 0–255, fractions allowed: what is drawn is their integer part. */
export type Rgb = readonly [number, number, number];

/** The road as quads in drawing order, each tile followed by its border, if any; another object after each track. */
export interface RoadPicture {
  readonly quads: number;
  /** Four corners a quad: x0 y0 … x3 y3, (quads × 8). */
  readonly corners: Float64Array;
  /**
   * A quad's colour: 0, 1, 2 is the road's colour + 2.55 · paint, else WHITE_BORDER or RED_BORDER. A tile that was
   * touched by the car loses its shade (becomes 0), as in the original: read it at every draw.
   */
  readonly paint: Uint8Array;
}

export interface CarRacingColours {
  road: Rgb;
  /** The playfield, a square of ± PLAYFIELD. */
  background: Rgb;
  /** The squares on it. */
  grass: Rgb;
}

export interface HullScene {
  x: number;
  y: number;
  angle: number;
  /** Of the centre of mass, m/s. */
  vx: number;
  vy: number;
  angularVelocity: number;
}

export interface WheelScene {
  x: number;
  y: number;
  angle: number;
  /** How far the wheel has rolled, in radians: where its white stripe is. */
  phase: number;
  /** Rolling speed, rad/s: its ABS bar. */
  omega: number;
  /** Steering angle against the hull, radians. */
  jointAngle: number;
}

/** A ring of the latest skid marks; mark number n, total − SKID_MARKS ≤ n < total, lies in slot n % SKID_MARKS. */
export interface SkidScene {
  /** Marks made since the reset. */
  total: number;
  /** x, y by point, (SKID_MARKS × SKID_POINTS × 2). */
  readonly points: Float64Array;
  /** Points by slot, ≥ 2. */
  readonly lengths: Uint8Array;
  /** By slot: 1 on grass (mud), 0 on the road (rubber). */
  readonly grass: Uint8Array;
}

/** One scene lives as long as its simulation and is changed in place. */
export interface CarRacingScene {
  road: RoadPicture;
  readonly colours: CarRacingColours;
  readonly hull: HullScene;
  /** Front left, front right, rear left, rear right. */
  readonly wheels: readonly [WheelScene, WheelScene, WheelScene, WheelScene];
  /** Not part of the observation, only of the picture for people. */
  readonly skids: SkidScene;
  /** Seconds since the reset: the camera zooms in over the first. */
  t: number;
  /** Reward so far, shown as four rounded digits. */
  score: number;
}
