import { RevoluteJoint } from "planck";
import type { SingleBody } from "./single-body.ts";
import { singleCos, singleSin } from "./single-trig.ts";

const f = Math.fround;

// Box2D's tolerances.
const PI = f(3.14159265359);
const LINEAR_SLOP = f(0.005);
const ANGULAR_SLOP = f(f(2 / 180) * PI);
const MAX_ANGULAR_CORRECTION = f(f(8 / 180) * PI);

const INACTIVE = 0;
const AT_LOWER = -1;
const AT_UPPER = 1;

// Places in #memory, and their number.
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
 * planck's revolute joint between hull (A) and wheel (B), with its motor and its limit, in single precision and without
 * allocations: every operation is rounded to float32, in Box2D's order. SingleBody says why.
 */
export class AxleJoint extends RevoluteJoint {
  readonly #a: SingleBody;
  readonly #b: SingleBody;
  readonly #h: number;
  readonly #limit: number;
  readonly #maxImpulse: number;
  readonly #motorMass: number;
  /** From the centres of mass to the axle, in the bodies' own directions: A's x and y, B's x and y. */
  readonly #ownArms: Float32Array;
  /** The same in the world's directions, during a step. */
  readonly #arms = new Float32Array(4);
  /** k11, k12, k13, k22, k23, k33 of the symmetric matrix of effective masses, and 1 / (k11 k22 − k12²). */
  readonly #k = new Float32Array(7);
  /** What the next step starts from. */
  readonly #memory = new Float32Array(JOINT_NUMBERS);

  constructor({ hull, wheel, anchorX, anchorY, limit, maxMotorTorque, timeStep }: AxleJointOptions) {
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
    this.#maxImpulse = f(this.#h * f(maxMotorTorque));
    this.#motorMass = f(1 / f(hull.mass.inverseInertia + wheel.mass.inverseInertia));
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
    this.#memory[MOTOR_SPEED] = speed;
  }

  /** Forgets the latest step. */
  clear(): void {
    this.#memory.fill(0);
  }

  save(into: Float64Array, at: number): void {
    into.set(this.#memory, at);
  }

  load(from: Float64Array, at: number): void {
    this.#memory.set(from.subarray(at, at + JOINT_NUMBERS));
  }

  override initVelocityConstraints(): void {
    const { mass: massA, velocity: vA, cos: cosA, sin: sinA } = this.#a; // the sine of the angle before the step
    const { mass: massB, velocity: vB, cos: cosB, sin: sinB } = this.#b;
    const { inverseMass: mA, inverseInertia: iA } = massA;
    const { inverseMass: mB, inverseInertia: iB } = massB;
    const arms = this.#arms;
    turn(this.#ownArms, sinA, cosA, sinB, cosB, arms);
    const rAx = arms[0];
    const rAy = arms[1];
    const rBx = arms[2];
    const rBy = arms[3];

    const k = this.#k;
    const m = f(mA + mB);
    k[0] = f(m + f(f(rAy * rAy) * iA)) + f(f(rBy * rBy) * iB);
    k[1] = f(f(-rAy * rAx) * iA) - f(f(rBy * rBx) * iB);
    k[2] = f(-rAy * iA) - f(rBy * iB);
    k[3] = f(m + f(f(rAx * rAx) * iA)) + f(f(rBx * rBx) * iB);
    k[4] = f(rAx * iA) + f(rBx * iB);
    k[5] = iA + iB;
    k[6] = 1 / f(f(k[0] * k[3]) - f(k[1] * k[1]));

    const memory = this.#memory;
    const { angle } = this;
    const state = angle <= -this.#limit ? AT_LOWER : angle >= this.#limit ? AT_UPPER : INACTIVE;
    if (state === INACTIVE || state !== memory[LIMIT_STATE]) memory[IMPULSE_Z] = 0;
    memory[LIMIT_STATE] = state;

    // Warm start: the impulses of the step before are most of this step's.
    const x = memory[IMPULSE_X];
    const y = memory[IMPULSE_Y];
    const motor = memory[MOTOR_IMPULSE];
    const z = memory[IMPULSE_Z];
    vA[0] -= f(mA * x);
    vA[1] -= f(mA * y);
    vA[2] -= f(iA * f(f(f(f(rAx * y) - f(rAy * x)) + motor) + z));
    vB[0] += f(mB * x);
    vB[1] += f(mB * y);
    vB[2] += f(iB * f(f(f(f(rBx * y) - f(rBy * x)) + motor) + z));
  }

  override solveVelocityConstraints(): void {
    const { mass: massA, velocity: vA } = this.#a;
    const { mass: massB, velocity: vB } = this.#b;
    const { inverseMass: mA, inverseInertia: iA } = massA;
    const { inverseMass: mB, inverseInertia: iB } = massB;
    const arms = this.#arms;
    const rAx = arms[0];
    const rAy = arms[1];
    const rBx = arms[2];
    const rBy = arms[3];
    const vAx = vA[0];
    const vAy = vA[1];
    const vBx = vB[0];
    const vBy = vB[1];
    const memory = this.#memory;

    const motorBefore = memory[MOTOR_IMPULSE];
    const wanted = f(motorBefore + f(-this.#motorMass * f(f(vB[2] - vA[2]) - memory[MOTOR_SPEED])));
    const motor = f(Math.max(-this.#maxImpulse, Math.min(wanted, this.#maxImpulse)));
    const push = f(motor - motorBefore);
    const wA = f(vA[2] - f(iA * push));
    const wB = f(vB[2] + f(iB * push));

    // How fast the two ends of the axle part.
    const partX = f(f(f(vBx - f(wB * rBy)) - vAx) + f(wA * rAy));
    const partY = f(f(f(vBy + f(wB * rBx)) - vAy) - f(wA * rAx));
    const impulseX = memory[IMPULSE_X];
    const impulseY = memory[IMPULSE_Y];
    const impulseZ = memory[IMPULSE_Z];
    let pushX = f(-partX);
    let pushY = f(-partY);
    let z = f(0);
    let free = true;
    if (memory[LIMIT_STATE] !== INACTIVE) {
      const partTurn = f(wB - wA);
      z = f(-this.#solve3(2, partX, partY, partTurn));
      const total = f(impulseZ + z);
      // A limit only pushes: where it would have to pull, it lets go, and the axle is solved without it.
      free = memory[LIMIT_STATE] === AT_LOWER ? total < 0 : total > 0;
      if (free) {
        pushX = f(pushX + f(impulseZ * this.#k[2]));
        pushY = f(pushY + f(impulseZ * this.#k[4]));
        z = f(-impulseZ);
        memory[IMPULSE_Z] = 0;
      } else {
        pushX = f(-this.#solve3(0, partX, partY, partTurn));
        pushY = f(-this.#solve3(1, partX, partY, partTurn));
        memory[IMPULSE_Z] = total;
      }
    }
    const k = this.#k;
    const x = free ? f(k[6] * f(f(k[3] * pushX) - f(k[1] * pushY))) : pushX;
    const y = free ? f(k[6] * f(f(k[0] * pushY) - f(k[1] * pushX))) : pushY;
    vA[0] = vAx - f(mA * x);
    vA[1] = vAy - f(mA * y);
    vA[2] = wA - f(iA * f(f(f(rAx * y) - f(rAy * x)) + z));
    vB[0] = vBx + f(mB * x);
    vB[1] = vBy + f(mB * y);
    vB[2] = wB + f(iB * f(f(f(rBx * y) - f(rBy * x)) + z));
    memory[IMPULSE_X] = impulseX + x;
    memory[IMPULSE_Y] = impulseY + y;
    memory[MOTOR_IMPULSE] = motor;
  }

  override solvePositionConstraints(): boolean {
    const a = this.#a;
    const b = this.#b;
    a.integrate(this.#h);
    b.integrate(this.#h);
    const { inverseMass: mA, inverseInertia: iA } = a.mass;
    const { inverseMass: mB, inverseInertia: iB } = b.mass;
    const pA = a.position;
    const pB = b.position;

    let angularError = 0;
    const state = this.#memory[LIMIT_STATE];
    if (state !== INACTIVE) {
      const off = f(this.angle - f(state * this.#limit)); // positive: beyond the upper limit
      angularError = state * off;
      const beyond = Math.max(0, Math.min(f(angularError - ANGULAR_SLOP), MAX_ANGULAR_CORRECTION));
      const impulse = f(-this.#motorMass * (state * beyond));
      pA[2] -= f(iA * impulse);
      pB[2] += f(iB * impulse);
    }

    const arms = this.#arms;
    turn(this.#ownArms, singleSin(pA[2]), singleCos(pA[2]), singleSin(pB[2]), singleCos(pB[2]), arms);
    const rAx = arms[0];
    const rAy = arms[1];
    const rBx = arms[2];
    const rBy = arms[3];
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

  /** Component `row` of K⁻¹ (x, y, z), by Cramer's rule. */
  #solve3(row: 0 | 1 | 2, x: number, y: number, z: number): number {
    const [k11, k12, k13, k22, k23, k33] = this.#k;
    const inverse = f(1 / triple(k11, k12, k13, k12, k22, k23, k13, k23, k33));
    if (row === 0) return f(inverse * triple(x, y, z, k12, k22, k23, k13, k23, k33));
    if (row === 1) return f(inverse * triple(k11, k12, k13, x, y, z, k13, k23, k33));
    return f(inverse * triple(k11, k12, k13, k12, k22, k23, x, y, z));
  }
}

/** Both arms from the bodies' own directions into the world's. */
function turn(own: Float32Array, sinA: number, cosA: number, sinB: number, cosB: number, into: Float32Array): void {
  into[0] = f(cosA * own[0]) - f(sinA * own[1]);
  into[1] = f(sinA * own[0]) + f(cosA * own[1]);
  into[2] = f(cosB * own[2]) - f(sinB * own[3]);
  into[3] = f(sinB * own[2]) + f(cosB * own[3]);
}

/** u · (v × w). */
function triple(
  ux: number,
  uy: number,
  uz: number,
  vx: number,
  vy: number,
  vz: number,
  wx: number,
  wy: number,
  wz: number,
): number {
  const x = f(f(vy * wz) - f(vz * wy));
  const y = f(f(vz * wx) - f(vx * wz));
  const z = f(f(vx * wy) - f(vy * wx));
  return f(f(f(ux * x) + f(uy * y)) + f(uz * z));
}
