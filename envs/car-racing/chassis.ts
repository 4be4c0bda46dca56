import { World } from "planck";
import { AxleJoint, JOINT_NUMBERS } from "./axle-joint.ts";
import { axleKernel, JOINT_SLOTS, VELOCITY_SLOTS } from "./axle-kernel.ts";
import { CAR_SIZE, WHEEL_PLACES } from "./car-shape.ts";
import { BODY_NUMBERS, type MassData, SingleBody } from "./single-body.ts";

/** Seconds a step. */
export const TIME_STEP = 1 / 50;
const H = Math.fround(TIME_STEP);
const VELOCITY_ITERATIONS = 180;
const POSITION_ITERATIONS = 60;
const STEERING_LIMIT = 0.4; // radians either way
const STEERING_TORQUE = 180 * 900 * CAR_SIZE * CAR_SIZE;

/** What Box2D 2.3 makes of the hull's four parts with density 1, and of a wheel with density 0.1. */
const HULL_MASS: MassData = singles(0.141643062, 0.0549080186, 1.47745238e-9, -0.0825308859);
const WHEEL_MASS: MassData = singles(16.5343895, 134.062622, 0, 0);

const f = Math.fround;

/** One for all cars: what is in its memory lasts for one step of one car. */
const KERNEL = axleKernel({
  mA: HULL_MASS.inverseMass,
  iA: HULL_MASS.inverseInertia,
  mB: WHEEL_MASS.inverseMass,
  iB: WHEEL_MASS.inverseInertia,
  motorMass: f(1 / f(HULL_MASS.inverseInertia + WHEEL_MASS.inverseInertia)),
  maxImpulse: f(H * f(STEERING_TORQUE)),
});
const FIRST_JOINT_SLOT = VELOCITY_SLOTS * (1 + WHEEL_PLACES.length);

/**
 * The car as rigid bodies in a planck world of its own: a hull, and four wheels on motorised joints. Nothing collides, so
 * that the bodies need no fixtures: what the wheels touch, tile-contacts.ts knows.
 */
export class Chassis {
  readonly hull: SingleBody;
  /** Front left, front right, rear left, rear right. */
  readonly wheels: readonly SingleBody[];
  readonly joints: readonly AxleJoint[];
  readonly #world = new World({ x: 0, y: 0 });
  readonly #bodies: readonly SingleBody[];

  constructor() {
    // The order of creation is the order in which the joints are solved.
    const hull = new SingleBody(this.#world, HULL_MASS, workplace(0));
    this.hull = hull;
    this.wheels = WHEEL_PLACES.map((_, i) => new SingleBody(this.#world, WHEEL_MASS, workplace(i + 1)));
    this.#bodies = [hull, ...this.wheels];
    this.joints = this.wheels.map((wheel, i) => {
      const [anchorX, anchorY] = WHEEL_PLACES[i];
      const options = { limit: STEERING_LIMIT, maxMotorTorque: STEERING_TORQUE, timeStep: H };
      const slot = FIRST_JOINT_SLOT + JOINT_SLOTS * i;
      const joint = new AxleJoint({ hull, wheel, kernel: KERNEL, slot, anchorX, anchorY, ...options });
      this.#world.createJoint(joint);
      return joint;
    });
    this.place(0, 0, 0);
  }

  /** At rest; the wheels' offsets are not turned with the hull, as in the original: the first step pulls them in. */
  place(x: number, y: number, angle: number): void {
    this.hull.place(x, y, angle);
    for (let i = 0; i < this.wheels.length; i++) {
      const [wheelX, wheelY] = WHEEL_PLACES[i];
      this.wheels[i].place(x + wheelX, y + wheelY, angle);
    }
    for (const joint of this.joints) joint.clear();
  }

  /** One step, with these forces on the wheels, x and y by wheel, in newtons. */
  step(forces: Float64Array): void {
    this.hull.begin(H, 0, 0);
    for (let i = 0; i < this.wheels.length; i++) this.wheels[i].begin(H, forces[2 * i], forces[2 * i + 1]);
    this.#world.step(H, VELOCITY_ITERATIONS, POSITION_ITERATIONS);
    for (const body of this.#bodies) body.finish();
  }

  /** The whole state; the same steps from it give the same states, to the bit. */
  save(): Float64Array {
    const state = new Float64Array(BODY_NUMBERS * this.#bodies.length + JOINT_NUMBERS * this.joints.length);
    let at = 0;
    for (const body of this.#bodies) {
      body.save(state, at);
      at += BODY_NUMBERS;
    }
    for (const joint of this.joints) {
      joint.save(state, at);
      at += JOINT_NUMBERS;
    }
    return state;
  }

  load(state: Float64Array): void {
    let at = 0;
    for (const body of this.#bodies) {
      body.load(state, at);
      at += BODY_NUMBERS;
    }
    for (const joint of this.joints) {
      joint.load(state, at);
      at += JOINT_NUMBERS;
    }
  }
}

/** Where body number `i` keeps its velocity during a step. */
const workplace = (i: number): Float32Array => KERNEL.memory.subarray(VELOCITY_SLOTS * i, VELOCITY_SLOTS * (i + 1));

/** As float32. */
function singles(inverseMass: number, inverseInertia: number, centerX: number, centerY: number): MassData {
  return {
    inverseMass: Math.fround(inverseMass),
    inverseInertia: Math.fround(inverseInertia),
    centerX: Math.fround(centerX),
    centerY: Math.fround(centerY),
  };
}
