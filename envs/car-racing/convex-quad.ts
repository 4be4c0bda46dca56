/* Convex polygons as flat corners, counter-clockwise: corner i is (corners[start + 2i], corners[start + 2i + 1]). */

const f = Math.fround;

/** Farther than this from the limit, in metres, rounding decides nothing. */
const DOUBT = 1e-4;
/** Box2D's: ten times float32's resolution. */
const TOLERANCE = 10 * 2 ** -23;

/** The nearest corner and edge that a search has found: corners in metres, world coordinates. */
const NEAREST = { squared: 0, cornerX: 0, cornerY: 0, x1: 0, y1: 0, x2: 0, y2: 0 };

/**
 * The convex hull of the four corners at `from[start …]`, counter-clockwise, into `to[start …]`; returns how many corners
 * it has. A folded quad, as where a lap's ends meet askew, keeps three of its corners.
 */
export function convexHull(from: Float64Array, to: Float64Array, start: number): number {
  let first = 0; // the rightmost corner, the lower one of two
  for (let i = 1; i < 4; i++) {
    const dx = from[start + 2 * i] - from[start + 2 * first];
    if (dx > 0 || (dx === 0 && from[start + 2 * i + 1] < from[start + 2 * first + 1])) first = i;
  }
  let count = 0;
  let current = first;
  do {
    const x = from[start + 2 * current];
    const y = from[start + 2 * current + 1];
    to[start + 2 * count] = x;
    to[start + 2 * count + 1] = y;
    count++;
    let next = (current + 1) % 4;
    for (let i = 0; i < 4; i++) {
      if (i === current || i === next) continue;
      const nextX = from[start + 2 * next] - x;
      const nextY = from[start + 2 * next + 1] - y;
      const otherX = from[start + 2 * i] - x;
      const otherY = from[start + 2 * i + 1] - y;
      const turn = nextX * otherY - nextY * otherX;
      if (turn < 0 || (turn === 0 && Math.hypot(otherX, otherY) > Math.hypot(nextX, nextY))) next = i;
    }
    current = next;
  } while (current !== first && count < 4);
  return count;
}

/**
 * Whether two convex polygons lie within `skin` of each other, as Box2D answers: about the limit its answer depends on how
 * the nearest points are rounded to float32, and so does this.
 */
export function withinSkin(
  a: Float64Array,
  aStart: number,
  aCount: number,
  b: Float64Array,
  bStart: number,
  bCount: number,
  skin: number,
): boolean {
  const fromA = separation(a, aStart, aCount, b, bStart, bCount);
  if (fromA > skin + DOUBT) return false;
  const fromB = separation(b, bStart, bCount, a, aStart, aCount);
  if (fromB > skin + DOUBT) return false;
  if (fromA <= 0 && fromB <= 0) return true;
  // Apart, but by less than the skin along every edge's normal: the nearest points may still be two corners.
  NEAREST.squared = Number.POSITIVE_INFINITY;
  findNearest(a, aStart, aCount, b, bStart, bCount);
  findNearest(b, bStart, bCount, a, aStart, aCount);
  const distance = Math.sqrt(NEAREST.squared);
  if (Math.abs(distance - skin) > DOUBT) return distance < skin;
  return f(singleDistance(NEAREST) - f(skin)) < TOLERANCE;
}

/** How far `b` lies outside that edge of `a` of which it lies farthest outside; negative: they overlap along all. */
function separation(
  a: Float64Array,
  aStart: number,
  aCount: number,
  b: Float64Array,
  bStart: number,
  bCount: number,
): number {
  let farthest = Number.NEGATIVE_INFINITY;
  const aEnd = aStart + 2 * aCount;
  const bEnd = bStart + 2 * bCount;
  for (let i = aStart; i < aEnd; i += 2) {
    const j = i + 2 === aEnd ? aStart : i + 2;
    const x = a[i];
    const y = a[i + 1];
    const edgeX = a[j] - x;
    const edgeY = a[j + 1] - y;
    let nearest = Number.POSITIVE_INFINITY;
    for (let k = bStart; k < bEnd; k += 2) {
      const outside = (b[k] - x) * edgeY - (b[k + 1] - y) * edgeX;
      if (outside < nearest) nearest = outside;
    }
    nearest /= Math.sqrt(edgeX * edgeX + edgeY * edgeY);
    if (nearest > farthest) farthest = nearest;
  }
  return farthest;
}

/** Keeps in NEAREST the corner of `b` and the edge of `a` that are nearest to each other, if nearer than what it holds. */
function findNearest(
  a: Float64Array,
  aStart: number,
  aCount: number,
  b: Float64Array,
  bStart: number,
  bCount: number,
): void {
  const aEnd = aStart + 2 * aCount;
  const bEnd = bStart + 2 * bCount;
  for (let i = aStart; i < aEnd; i += 2) {
    const j = i + 2 === aEnd ? aStart : i + 2;
    const edgeX = a[j] - a[i];
    const edgeY = a[j + 1] - a[i + 1];
    const lengthSquared = edgeX * edgeX + edgeY * edgeY;
    for (let k = bStart; k < bEnd; k += 2) {
      const x = b[k] - a[i];
      const y = b[k + 1] - a[i + 1];
      const along = Math.min(1, Math.max(0, (x * edgeX + y * edgeY) / lengthSquared));
      const dx = x - along * edgeX;
      const dy = y - along * edgeY;
      const squared = dx * dx + dy * dy;
      if (squared >= NEAREST.squared) continue;
      NEAREST.squared = squared;
      NEAREST.cornerX = b[k];
      NEAREST.cornerY = b[k + 1];
      NEAREST.x1 = a[i];
      NEAREST.y1 = a[i + 1];
      NEAREST.x2 = a[j];
      NEAREST.y2 = a[j + 1];
    }
  }
}

/** The distance of a corner to an edge as GJK in float32 has it at its end: of weighted means of world coordinates. */
function singleDistance({ cornerX, cornerY, x1, y1, x2, y2 }: typeof NEAREST): number {
  const edgeX = f(f(cornerX - x2) - f(cornerX - x1));
  const edgeY = f(f(cornerY - y2) - f(cornerY - y1));
  const from1 = f(-f(f(f(cornerX - x1) * edgeX) + f(f(cornerY - y1) * edgeY)));
  const from2 = f(f(f(cornerX - x2) * edgeX) + f(f(cornerY - y2) * edgeY));
  let weight1 = 1;
  let weight2 = 0;
  if (from2 <= 0) [weight1, weight2] = [0, 1];
  else if (from1 > 0) {
    const inverse = f(1 / f(from2 + from1));
    weight1 = f(from2 * inverse);
    weight2 = f(from1 * inverse);
  }
  const dx = f(f(f(weight1 * x1) + f(weight2 * x2)) - f(f(weight1 * cornerX) + f(weight2 * cornerX)));
  const dy = f(f(f(weight1 * y1) + f(weight2 * y2)) - f(f(weight1 * cornerY) + f(weight2 * cornerY)));
  return f(Math.sqrt(f(f(dx * dx) + f(dy * dy))));
}
