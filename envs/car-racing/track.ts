import type { Pcg64 } from "../../src/core/pcg64.ts";

/** Metres; the original divides its pixels by this. */
const SCALE = 6;
const TRACK_RADIUS = 900 / SCALE;
const CHECKPOINTS = 12;
const DETAIL_STEP = 21 / SCALE; // metres from one tile to the next
const TURN_RATE = 0.31; // radians a tile, at most
const BORDER_MIN_COUNT = 4; // tiles that turn the same way before there is a border
const MAX_TILES = 2500; // walked before the search for a loop gives up
const MAX_LAPS = 4;
const FULL_TURN = 2 * Math.PI;
/** The lap is cut where the walk passes this angle. */
const START_ALPHA = (FULL_TURN * -0.5) / CHECKPOINTS;

/** Half the road's width in metres. */
export const TRACK_WIDTH = 40 / SCALE;
/** The playfield is a square of ± this many metres; outside the episode ends. */
export const PLAYFIELD = 2000 / SCALE;

/** A closed road: one element a tile, each made of its own point and the point before it. */
export interface Track {
  readonly tiles: number;
  /** Direction of the point as seen from the field's middle, radians. */
  readonly alpha: Float64Array;
  /** Heading of the road, radians counter-clockwise from +y. */
  readonly beta: Float64Array;
  /** Metres. */
  readonly x: Float64Array;
  readonly y: Float64Array;
  /** 1 where the tile has a red-white border. */
  readonly border: Uint8Array;
}

/** Draws tracks until one closes: for a seed, the track that Gymnasium makes. */
export function generateTrack(generator: Pcg64): Track {
  for (;;) {
    const track = closedLap(walk(drawCheckpoints(generator)));
    if (track) return track;
  }
}

/** Angle and place of the corners that the road heads for, by angle. */
interface Checkpoints {
  readonly alpha: Float64Array;
  readonly x: Float64Array;
  readonly y: Float64Array;
}

function drawCheckpoints(generator: Pcg64): Checkpoints {
  const checkpoints = {
    alpha: new Float64Array(CHECKPOINTS),
    x: new Float64Array(CHECKPOINTS),
    y: new Float64Array(CHECKPOINTS),
  };
  for (let c = 0; c < CHECKPOINTS; c++) {
    const noise = generator.uniform(0, FULL_TURN / CHECKPOINTS);
    let alpha = (FULL_TURN * c) / CHECKPOINTS + noise;
    let radius = generator.uniform(TRACK_RADIUS / 3, TRACK_RADIUS);
    // The first and the last stand fixed, to either side of the start; their draws are made all the same.
    if (c === 0 || c === CHECKPOINTS - 1) {
      alpha = (FULL_TURN * c) / CHECKPOINTS;
      radius = 1.5 * TRACK_RADIUS;
    }
    checkpoints.alpha[c] = alpha;
    checkpoints.x[c] = radius * Math.cos(alpha);
    checkpoints.y[c] = radius * Math.sin(alpha);
  }
  return checkpoints;
}

/** The points of a walk of a few laps. */
interface Walk {
  readonly points: number;
  readonly alpha: Float64Array;
  readonly beta: Float64Array;
  readonly x: Float64Array;
  readonly y: Float64Array;
}

// One walk at a time; `closedLap` copies what it keeps.
const WALK = {
  alpha: new Float64Array(MAX_TILES),
  beta: new Float64Array(MAX_TILES),
  x: new Float64Array(MAX_TILES),
  y: new Float64Array(MAX_TILES),
};

/** Walks from checkpoint to checkpoint in equal steps, turning towards the next one as far as the turn rate allows. */
function walk(checkpoints: Checkpoints): Walk {
  let x = 1.5 * TRACK_RADIUS;
  let y = 0;
  let beta = 0;
  let target = 0;
  let laps = 0;
  let points = 0;
  let onOtherSide = false;
  while (laps <= MAX_LAPS && points < MAX_TILES) {
    let alpha = Math.atan2(y, x);
    if (onOtherSide && alpha > 0) {
      laps++;
      onOtherSide = false;
    }
    if (alpha < 0) {
      onOtherSide = true;
      alpha += FULL_TURN;
    }
    // The next checkpoint ahead; none left before the full turn: the angle is taken one turn lower.
    while (alpha > checkpoints.alpha[target]) {
      target = (target + 1) % CHECKPOINTS;
      if (target === 0) alpha -= FULL_TURN;
    }
    const rightX = Math.cos(beta);
    const rightY = Math.sin(beta);
    const across = (rightX * (checkpoints.x[target] - x) + rightY * (checkpoints.y[target] - y)) * SCALE;
    while (beta - alpha > 1.5 * Math.PI) beta -= FULL_TURN;
    while (beta - alpha < -1.5 * Math.PI) beta += FULL_TURN;
    const before = beta;
    if (across > 0.3) beta -= Math.min(TURN_RATE, Math.abs(0.001 * across));
    if (across < -0.3) beta += Math.min(TURN_RATE, Math.abs(0.001 * across));
    x -= rightY * DETAIL_STEP;
    y += rightX * DETAIL_STEP;
    WALK.alpha[points] = alpha;
    WALK.beta[points] = before * 0.5 + beta * 0.5;
    WALK.x[points] = x;
    WALK.y[points] = y;
    points++;
  }
  return { points, ...WALK };
}

/** The last whole lap of a walk, or nothing where there is none or its ends lie too far apart. */
function closedLap({ points, alpha, beta, x, y }: Walk): Track | undefined {
  let first = -1;
  let last = -1;
  for (let i = points - 1; i > 0 && first === -1; i--) {
    if (!(alpha[i] > START_ALPHA && alpha[i - 1] <= START_ALPHA)) continue;
    if (last === -1) last = i;
    else first = i;
  }
  if (first === -1) return undefined;

  const end = last - 1;
  const lap = {
    tiles: end - first,
    alpha: alpha.slice(first, end),
    beta: beta.slice(first, end),
    x: x.slice(first, end),
    y: y.slice(first, end),
  };
  const gapX = Math.cos(lap.beta[0]) * (lap.x[0] - lap.x[lap.tiles - 1]);
  const gapY = Math.sin(lap.beta[0]) * (lap.y[0] - lap.y[lap.tiles - 1]);
  if (Math.sqrt(gapX * gapX + gapY * gapY) > DETAIL_STEP) return undefined;
  return { ...lap, border: hardTurns(lap.beta) };
}

/** 1 at each tile of a hard turn: four tiles and more that turn the same way by a fifth of the turn rate. */
function hardTurns(beta: Float64Array): Uint8Array {
  const tiles = beta.length;
  const before = (i: number, count: number) => (i - count + 2 * tiles) % tiles;
  const border = new Uint8Array(tiles);
  for (let i = 0; i < tiles; i++) {
    let hard = true;
    let side = 0;
    for (let back = 0; back < BORDER_MIN_COUNT; back++) {
      const turn = beta[before(i, back)] - beta[before(i, back + 1)];
      hard &&= Math.abs(turn) > TURN_RATE * 0.2;
      side += Math.sign(turn);
    }
    border[i] = hard && Math.abs(side) === BORDER_MIN_COUNT ? 1 : 0;
  }
  // In place and in this order, as in the original: near the seam a mark is carried on.
  for (let i = 0; i < tiles; i++) {
    for (let back = 0; back < BORDER_MIN_COUNT; back++) border[before(i, back)] |= border[i];
  }
  return border;
}
