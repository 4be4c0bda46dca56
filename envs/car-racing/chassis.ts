import { Polygon, RevoluteJoint, Vec2, World } from "planck";
import { CAR_SIZE, HULL_PARTS, WHEEL_PART, WHEEL_PLACES } from "./car-shape.ts";
import {
  BODY_NUMBERS,
  JOINT_NUMBERS,
  loadBody,
  loadJoint,
  placeBody,
  type StatefulBody,
  type StatefulJoint,
  saveBody,
  saveJoint,
} from "./planck-state.ts";

/** Seconds a step. */
export const TIME_STEP = 1 / 50;
const VELOCITY_ITERATIONS = 180;
const POSITION_ITERATIONS = 60;
const HULL_DENSITY = 1;
const WHEEL_DENSITY = 0.1;
const STEERING_LIMIT = 0.4; // radians either way
const STEERING_TORQUE = 180 * 900 * CAR_SIZE * CAR_SIZE;

/**
 * The car as rigid bodies in a planck world of its own: a hull, and four wheels on motorised joints. Nothing collides: all
 * that the road is to the physics is what the wheels touch, and tile-contacts.ts knows that.
 */
export class Chassis {
  readonly hull: StatefulBody;
  /** Front left, front right, rear left, rear right. */
  readonly wheels: readonly StatefulBody[];
  readonly joints: readonly StatefulJoint[];
  readonly #world = new World({ x: 0, y: 0 });

  constructor() {
    // The order of creation is the order in which the joints are solved.
    this.hull = rigidBody(this.#world, HULL_PARTS, HULL_DENSITY);
    this.wheels = WHEEL_PLACES.map(() => rigidBody(this.#world, [WHEEL_PART], WHEEL_DENSITY));
    this.joints = WHEEL_PLACES.map(([x, y], i) => {
      const joint = new RevoluteJoint({
        bodyA: this.hull,
        bodyB: this.wheels[i],
        localAnchorA: { x: Math.fround(x), y: Math.fround(y) },
        localAnchorB: { x: 0, y: 0 },
        referenceAngle: 0,
        enableMotor: true,
        maxMotorTorque: STEERING_TORQUE,
        motorSpeed: 0,
        enableLimit: true,
        lowerAngle: -STEERING_LIMIT,
        upperAngle: STEERING_LIMIT,
      });
      return this.#world.createJoint(joint) as StatefulJoint;
    });
    this.place(0, 0, 0);
    this.step(); // a world's very first step drops the impulses of the one before: they have to be there after `load`
  }

  /** At rest; the wheels' offsets are not turned with the hull, as in the original, and the first step pulls them in. */
  place(x: number, y: number, angle: number): void {
    const turned = Math.fround(angle); // Box2D's numbers are float32
    placeBody(this.hull, Math.fround(x), Math.fround(y), turned);
    for (let i = 0; i < this.wheels.length; i++) {
      const [wheelX, wheelY] = WHEEL_PLACES[i];
      placeBody(this.wheels[i], Math.fround(x + wheelX), Math.fround(y + wheelY), turned);
    }
    const still = new Float64Array(JOINT_NUMBERS);
    for (const joint of this.joints) loadJoint(joint, still, 0);
  }

  /** One step of the physics under the forces and motor speeds that are set. */
  step(): void {
    this.#world.step(TIME_STEP, VELOCITY_ITERATIONS, POSITION_ITERATIONS);
  }

  /** The whole state; the same steps from it give the same states, to the bit. */
  save(): Float64Array {
    const state = new Float64Array(BODY_NUMBERS * (1 + this.wheels.length) + JOINT_NUMBERS * this.joints.length);
    saveBody(this.hull, state, 0);
    let at = BODY_NUMBERS;
    for (const wheel of this.wheels) {
      saveBody(wheel, state, at);
      at += BODY_NUMBERS;
    }
    for (const joint of this.joints) {
      saveJoint(joint, state, at);
      at += JOINT_NUMBERS;
    }
    return state;
  }

  load(state: Float64Array): void {
    loadBody(this.hull, state, 0);
    let at = BODY_NUMBERS;
    for (const wheel of this.wheels) {
      loadBody(wheel, state, at);
      at += BODY_NUMBERS;
    }
    for (const joint of this.joints) {
      loadJoint(joint, state, at);
      at += JOINT_NUMBERS;
    }
  }
}

type Corners = readonly (readonly [number, number])[];

/** A body with the mass of its parts and without their fixtures, which would only cost time: nothing collides. */
function rigidBody(world: World, parts: readonly Corners[], density: number): StatefulBody {
  const body = world.createBody({ type: "dynamic" });
  const fixtures = parts.map((corners) => {
    const shape = new Polygon(corners.map(([x, y]) => ({ x: Math.fround(x), y: Math.fround(y) })));
    return body.createFixture({ shape, density });
  });
  const massData = { mass: 0, center: Vec2.zero(), I: 0 };
  body.getMassData(massData);
  for (const fixture of fixtures) body.destroyFixture(fixture);
  body.setMassData(massData);
  return body as StatefulBody;
}
