import { RevoluteJoint } from "planck";
import { type AxleKernel, JOINT_SLOTS, KEPT_SLOT } from "./axle-kernel.ts";
import type { SingleBody } from "./single-body.ts";
import { singleSinCos } from "./single-trig.ts";

const f = Math.fround;

// Box2D's tolerances.
const PI = f(Math.PI);
const LINEAR_SLOP = f(0.005);
const ANGULAR_SLOP = f(f(2 / 180) * PI);
const MAX_ANGULAR_CORRECTION = f(f(8 / 180) * PI);

// Sine and cosine of the bodies' angles while positions are solved.
const TURN_A = new Float32Array(2);
const TURN_B = new Float32Array(2);

const INACTIVE = 0;
const AT_LOWER = -1;
const AT_UPPER = 1;

// Places in #kept, and their number.
const IMPULSE_X = 0;
const IMPULSE_Y = 1;
const IMPULSE_Z = 2; // of the limit
const MOTOR_IMPULSE = 3;
const LIMIT_STATE = 4;
const MOTOR_SPEED = 5;
/** Numbers in a saved joint. */
export const JOINT_NUMBERS = 6;

export interface AxleJointOptions {
  readonly hull: SingleBody;
  readonly wheel: SingleBody;
  /** Works in the same memory as the bodies. */
  readonly kernel: AxleKernel;
  /** The joint's first slot in that memory. */
  readonly slot: number;
  /** The axle's place on the hull, metres; it is the wheel's origin. */
  readonly anchorX: number;
  readonly anchorY: number;
  /** Steering angle either way, radians. */
  readonly limit: number;
  /** N·m. */
  readonly maxMotorTorque: number;
  /** Seconds. */
  readonly timeStep: number;
}

/**
 * planck's revolute joint between hull (A) and wheel (B), with its motor and its limit, in single precision: every
 * operation is rounded to float32, in Box2D's order. SingleBody says why. What planck calls 180 times a step is the kernel.
 */
export class AxleJoint extends RevoluteJoint {
  readonly #a: SingleBody;
  readonly #b: SingleBody;
  readonly #h: number;
  readonly #limit: number;
  readonly #motorMass: number;
  readonly #kernel: AxleKernel;
  readonly #addressA: number;
  readonly #addressB: number;
  readonly #address: number;
  /** From the centres of mass to the axle, in the bodies' own directions: A's x and y, B's x and y. */
  readonly #ownArms: Float32Array;
  /** This joint's slots of the kernel's memory: arms, effective masses, and #kept during a step. */
  readonly #shared: Float32Array;
  /** What the next step starts from. */
  readonly #kept = new Float32Array(JOINT_NUMBERS);

  constructor({ hull, wheel, kernel, slot, anchorX, anchorY, limit, maxMotorTorque, timeStep }: AxleJointOptions) {
    super({
      bodyA: hull.body,
      bodyB: wheel.body,
      localAnchorA: { x: anchorX, y: anchorY },
      localAnchorB: { x: 0, y: 0 },
      referenceAngle: 0,
      enableLimit: true,
      lowerAngle: -limit,
      upperAngle: limit,
      enableMotor: true,
      maxMotorTorque,
    });
    this.#a = hull;
    this.#b = wheel;
    this.#h = f(timeStep);
    this.#limit = f(limit);
    this.#motorMass = f(1 / f(hull.mass.inverseInertia + wheel.mass.inverseInertia));
    this.#kernel = kernel;
    this.#addressA = hull.working.byteOffset;
    this.#addressB = wheel.working.byteOffset;
    this.#address = slot * Float32Array.BYTES_PER_ELEMENT;
    this.#shared = kernel.memory.subarray(slot, slot + JOINT_SLOTS);
    const { centerX, centerY } = hull.mass;
    this.#ownArms = Float32Array.of(
      f(anchorX) - centerX,
      f(anchorY) - centerY,
      -wheel.mass.centerX,
      -wheel.mass.centerY,
    );
  }

  /** The wheel's angle against the hull, radians. */
  get angle(): number {
    return f(this.#b.position[2] - this.#a.position[2]);
  }

  /** What the motor strives for, rad/s. */
  set speed(speed: number) {
    this.#kept[MOTOR_SPEED] = speed;
  }

  /** Forgets the latest step. */
  clear(): void {
    this.#kept.fill(0);
  }

  save(into: Float64Array, at: number): void {
    into.set(this.#kept, at);
  }

  load(from: Float64Array, at: number): void {
    this.#kept.set(from.subarray(at, at + JOINT_NUMBERS));
  }

  override initVelocityConstraints(): void {
    const { mass: massA, working: vA, turn: turnA } = this.#a; // of the angle before the step
    const { mass: massB, working: vB, turn: turnB } = this.#b;
    const { inverseMass: mA, inverseInertia: iA } = massA;
    const { inverseMass: mB, inverseInertia: iB } = massB;
    const shared = this.#shared;
    turnArms(this.#ownArms, turnA, turnB, shared);
    const rAx = shared[0];
    const rAy = shared[1];
    const rBx = shared[2];
    const rBy = shared[3];

    const m = f(mA + mB);
    const k11 = f(f(m + f(f(rAy * rAy) * iA)) + f(f(rBy * rBy) * iB));
    const k12 = f(f(f(-rAy * rAx) * iA) - f(f(rBy * rBx) * iB));
    const k13 = f(f(-rAy * iA) - f(rBy * iB));
    const k22 = f(f(m + f(f(rAx * rAx) * iA)) + f(f(rBx * rBx) * iB));
    const k23 = f(f(rAx * iA) + f(rBx * iB));
    const k33 = f(iA + iB);
    const crossX = f(f(k22 * k33) - f(k23 * k23));
    const crossY = f(f(k23 * k13) - f(k12 * k33));
    const crossZ = f(f(k12 * k23) - f(k22 * k13));
    shared[4] = k11;
    shared[5] = k12;
    shared[6] = k13;
    shared[7] = k22;
    shared[8] = k23;
    shared[9] = k33;
    shared[10] = 1 / f(f(k11 * k22) - f(k12 * k12));
    shared[11] = 1 / f(f(f(k11 * crossX) + f(k12 * crossY)) + f(k13 * crossZ));
    shared[12] = crossX;
    shared[13] = crossY;
    shared[14] = crossZ;

    const kept = this.#kept;
    const { angle } = this;
    const state = angle <= -this.#limit ? AT_LOWER : angle >= this.#limit ? AT_UPPER : INACTIVE;
    if (state === INACTIVE || state !== kept[LIMIT_STATE]) kept[IMPULSE_Z] = 0;
    kept[LIMIT_STATE] = state;
    shared.set(kept, KEPT_SLOT);

    // Warm start: the impulses of the step before are most of this step's.
    const x = kept[IMPULSE_X];
    const y = kept[IMPULSE_Y];
    const z = kept[IMPULSE_Z];
    const motor = kept[MOTOR_IMPULSE];
    vA[0] -= f(mA * x);
    vA[1] -= f(mA * y);
    vA[2] -= f(iA * f(f(f(f(rAx * y) - f(rAy * x)) + motor) + z));
    vB[0] += f(mB * x);
    vB[1] += f(mB * y);
    vB[2] += f(iB * f(f(f(f(rBx * y) - f(rBy * x)) + motor) + z));
  }

  override solveVelocityConstraints(): void {
    this.#kernel.call(this.#addressA, this.#addressB, this.#address);
  }

  override solvePositionConstraints(): boolean {
    const a = this.#a;
    const b = this.#b;
    for (let i = 0; i < JOINT_NUMBERS; i++) this.#kept[i] = this.#shared[KEPT_SLOT + i];
    a.integrate(this.#h);
    b.integrate(this.#h);
    const { inverseMass: mA, inverseInertia: iA } = a.mass;
    const { inverseMass: mB, inverseInertia: iB } = b.mass;
    const pA = a.position;
    const pB = b.position;

    let angularError = 0;
    const state = this.#kept[LIMIT_STATE];
    if (state !== INACTIVE) {
      const off = f(this.angle - f(state * this.#limit)); // positive: beyond the upper limit
      angularError = state * off;
      const beyond = Math.max(0, Math.min(f(angularError - ANGULAR_SLOP), MAX_ANGULAR_CORRECTION));
      const impulse = f(-this.#motorMass * (state * beyond));
      pA[2] -= f(iA * impulse);
      pB[2] += f(iB * impulse);
    }

    const shared = this.#shared; // the velocities are solved: its arms are free
    singleSinCos(pA[2], TURN_A);
    singleSinCos(pB[2], TURN_B);
    turnArms(this.#ownArms, TURN_A, TURN_B, shared);
    const rAx = shared[0];
    const rAy = shared[1];
    const rBx = shared[2];
    const rBy = shared[3];
    const gapX = f(f(f(pB[0] + rBx) - pA[0]) - rAx);
    const gapY = f(f(f(pB[1] + rBy) - pA[1]) - rAy);
    const gap = f(Math.sqrt(f(f(gapX * gapX) + f(gapY * gapY))));

    const m = f(mA + mB);
    const k11 = f(f(m + f(f(iA * rAy) * rAy)) + f(f(iB * rBy) * rBy));
    const k12 = f(f(f(-iA * rAx) * rAy) - f(f(iB * rBx) * rBy));
    const k22 = f(f(m + f(f(iA * rAx) * rAx)) + f(f(iB * rBx) * rBx));
    const inverse = f(1 / f(f(k11 * k22) - f(k12 * k12)));
    const x = f(-f(inverse * f(f(k22 * gapX) - f(k12 * gapY))));
    const y = f(-f(inverse * f(f(k11 * gapY) - f(k12 * gapX))));
    pA[0] -= f(mA * x);
    pA[1] -= f(mA * y);
    pA[2] -= f(iA * f(f(rAx * y) - f(rAy * x)));
    pB[0] += f(mB * x);
    pB[1] += f(mB * y);
    pB[2] += f(iB * f(f(rBx * y) - f(rBy * x)));
    a.publish();
    b.publish();
    return gap <= LINEAR_SLOP && angularError <= ANGULAR_SLOP;
  }
}

/** Both arms from the bodies' own directions into the world's; turns are sine and cosine. */
function turnArms(own: Float32Array, turnA: Float32Array, turnB: Float32Array, into: Float32Array): void {
  into[0] = f(turnA[1] * own[0]) - f(turnA[0] * own[1]);
  into[1] = f(turnA[0] * own[0]) + f(turnA[1] * own[1]);
  into[2] = f(turnB[1] * own[2]) - f(turnB[0] * own[3]);
  into[3] = f(turnB[0] * own[2]) + f(turnB[1] * own[3]);
}
