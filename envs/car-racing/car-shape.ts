/* The car's parts in metres, as the physics and the painter need them: [x, y] corners in the part's own frame, +y ahead. */

/** Metres a unit of the original's drawing. */
export const CAR_SIZE = 0.02;

export const WHEEL_RADIUS = 27 * CAR_SIZE;
/** Half a wheel's width. */
export const WHEEL_HALF_WIDTH = 14 * CAR_SIZE;

type Corners = readonly (readonly [number, number])[];

const scaled = (corners: Corners): Corners => corners.map(([x, y]) => [x * CAR_SIZE, y * CAR_SIZE] as const);

/** Front wing, nose, body, rear wing: convex, drawn and weighed one by one. */
export const HULL_PARTS: readonly Corners[] = [
  scaled([
    [-60, 130],
    [60, 130],
    [60, 110],
    [-60, 110],
  ]),
  scaled([
    [-15, 120],
    [15, 120],
    [20, 20],
    [-20, 20],
  ]),
  scaled([
    [25, 20],
    [50, -10],
    [50, -40],
    [20, -90],
    [-20, -90],
    [-50, -40],
    [-50, -10],
    [-25, 20],
  ]),
  scaled([
    [-50, -120],
    [50, -120],
    [50, -90],
    [-50, -90],
  ]),
];

export const WHEEL_PART: Corners = scaled([
  [-14, 27],
  [14, 27],
  [14, -27],
  [-14, -27],
]);

/** Where the wheels sit on the hull: front left, front right, rear left, rear right. */
export const WHEEL_PLACES: Corners = scaled([
  [-55, 80],
  [55, 80],
  [-55, -82],
  [55, -82],
]);
