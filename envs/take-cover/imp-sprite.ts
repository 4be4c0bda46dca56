/** The imp's poses: four steps of a walk on the spot, then Doom's three attack frames (arm back, aim, throw). */
export const IMP_POSES = ["walk-a", "walk-b", "walk-c", "walk-d", "raise", "aim", "throw"] as const;
export type ImpPose = (typeof IMP_POSES)[number];

/** A cut-out picture: premultiplied RGBA, colours 0 to 255 and coverage 0 to 1, rows from the top. */
export interface Sprite {
  readonly width: number;
  readonly height: number;
  readonly data: Float32Array;
}

/** The sprite's extent in map units: `width` centred on the imp, `height` from the floor. */
export const IMP_SPRITE = { width: 52, height: 62, texelsPerUnit: 2 } as const;

type Rgb = readonly [red: number, green: number, blue: number];

/** A limb: a line from one point to another with a radius at each end, in units; x to the right, z up. */
interface Limb {
  readonly from: readonly [x: number, z: number];
  readonly to: readonly [x: number, z: number];
  readonly radius: readonly [from: number, to: number];
  readonly colour: Rgb;
  readonly glow?: boolean;
}

const HIDE: Rgb = [50, 30, 17];
const BACK_HIDE: Rgb = [32, 19, 11];
const CHEST: Rgb = [84, 52, 28];
const CLAW: Rgb = [164, 92, 28];
const CREST: Rgb = [190, 14, 8];
const EYE: Rgb = [255, 170, 40];
const FLAME: Rgb = [255, 210, 90];
const FLAME_HEART: Rgb = [255, 250, 210];

/** Paints one pose at full sharpness. */
export function paintImp(pose: ImpPose): Sprite {
  const { texelsPerUnit } = IMP_SPRITE;
  const width = IMP_SPRITE.width * texelsPerUnit;
  const height = IMP_SPRITE.height * texelsPerUnit;
  const data = new Float32Array(width * height * 4);
  for (const limb of limbs(pose)) {
    for (let row = 0; row < height; row++) {
      for (let column = 0; column < width; column++) {
        const x = (column + 0.5) / texelsPerUnit - IMP_SPRITE.width / 2;
        const z = IMP_SPRITE.height - (row + 0.5) / texelsPerUnit;
        const light = lightOn(limb, x, z);
        if (light === undefined) continue;
        const at = (row * width + column) * 4;
        for (let c = 0; c < 3; c++) data[at + c] = Math.min(255, limb.colour[c] * light);
        data[at + 3] = 1;
      }
    }
  }
  return { width, height, data };
}

/** Brightness of the limb's surface at (x, z), lit from the upper left; undefined outside of it. */
function lightOn({ from, to, radius, glow }: Limb, x: number, z: number): number | undefined {
  const dx = to[0] - from[0];
  const dz = to[1] - from[1];
  const length2 = dx * dx + dz * dz;
  const along = length2 === 0 ? 0 : Math.min(1, Math.max(0, ((x - from[0]) * dx + (z - from[1]) * dz) / length2));
  const offX = x - from[0] - along * dx;
  const offZ = z - from[1] - along * dz;
  const thickness = radius[0] + (radius[1] - radius[0]) * along;
  if (offX * offX + offZ * offZ > thickness * thickness) return undefined;
  return glow ? 1 : 1 + (0.35 * (offZ - offX)) / thickness;
}

function limbs(pose: ImpPose): Limb[] {
  const step = { "walk-a": 3, "walk-b": 1, "walk-c": -3, "walk-d": -1 }[pose as string] ?? 0;
  const [leftHand, rightHand] = hands(pose, step);
  const lift = Math.abs(step) / 2;
  return [
    { from: [0, 26], to: [9 + lift, 8], radius: [4, 2], colour: BACK_HIDE }, // tail
    { from: [-5, 26], to: [-8 - step / 2, 14 + Math.max(0, step)], radius: [5.5, 4], colour: HIDE },
    { from: [-8 - step / 2, 14 + Math.max(0, step)], to: [-7, 3 + Math.max(0, step)], radius: [4, 3], colour: HIDE },
    { from: [-10, 2 + Math.max(0, step)], to: [-5, 2 + Math.max(0, step)], radius: [2.4, 2.4], colour: CLAW },
    { from: [5, 26], to: [8 - step / 2, 14 + Math.max(0, -step)], radius: [5.5, 4], colour: HIDE },
    { from: [8 - step / 2, 14 + Math.max(0, -step)], to: [7, 3 + Math.max(0, -step)], radius: [4, 3], colour: HIDE },
    { from: [5, 2 + Math.max(0, -step)], to: [10, 2 + Math.max(0, -step)], radius: [2.4, 2.4], colour: CLAW },
    { from: [0, 27], to: [0, 42], radius: [8.5, 10], colour: HIDE }, // trunk
    { from: [0, 27], to: [0, 39], radius: [4.5, 5.5], colour: CHEST },
    { from: [-11, 45], to: [-13, 49], radius: [4, 1], colour: CREST }, // spikes on the shoulders
    { from: [11, 45], to: [13, 49], radius: [4, 1], colour: CREST },
    ...arm(-1, leftHand),
    ...arm(1, rightHand),
    { from: [0, 49], to: [0, 51], radius: [6, 6], colour: HIDE }, // head
    { from: [-4, 55], to: [-6, 60], radius: [2.6, 1], colour: CREST },
    { from: [4, 55], to: [6, 60], radius: [2.6, 1], colour: CREST },
    { from: [0, 56], to: [0, 59], radius: [2.8, 1.4], colour: CREST },
    { from: [-2.6, 51], to: [-2.2, 51], radius: [1.3, 1.3], colour: EYE, glow: true },
    { from: [2.6, 51], to: [2.2, 51], radius: [1.3, 1.3], colour: EYE, glow: true },
    { from: [-2.5, 46.5], to: [2.5, 46.5], radius: [1.2, 1.2], colour: [20, 8, 6] }, // mouth
    ...flame(pose, rightHand),
  ];
}

type Point = readonly [x: number, z: number];

function hands(pose: ImpPose, step: number): readonly [left: Point, right: Point] {
  switch (pose) {
    case "raise":
      return [
        [-17, 40],
        [18, 50],
      ];
    case "aim":
      return [
        [-18, 46],
        [16, 57],
      ];
    case "throw":
      return [
        [-19, 36],
        [4, 33],
      ];
    default:
      return [
        [-15, 24 - step],
        [15, 24 + step],
      ];
  }
}

function arm(side: -1 | 1, hand: Point): Limb[] {
  const elbow: Point = [(side * 15 + hand[0]) / 2 + side * 4, (42 + hand[1]) / 2 - 2];
  return [
    { from: [side * 10, 43], to: elbow, radius: [4.5, 3.5], colour: HIDE },
    { from: elbow, to: hand, radius: [3.5, 2.6], colour: HIDE },
    { from: hand, to: hand, radius: [3, 3], colour: CLAW },
  ];
}

/** The fireball in the making. */
function flame(pose: ImpPose, hand: Point): Limb[] {
  const size = { raise: 2.5, aim: 4.5, throw: 6.5 }[pose as string];
  if (size === undefined) return [];
  return [
    { from: hand, to: hand, radius: [size, size], colour: FLAME, glow: true },
    { from: hand, to: hand, radius: [size * 0.6, size * 0.6], colour: FLAME_HEART, glow: true },
  ];
}
