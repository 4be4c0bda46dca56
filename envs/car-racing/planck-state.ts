import type { Body, RevoluteJoint } from "planck";

/*
 * planck 1.5.0 keeps its state in fields that its declarations leave out. A snapshot has to name all of it: what its
 * setters do besides setting (waking, wrapping angles into ±π, resetting the sleep timer) would not come back bit for
 * bit. Without fixtures there are no contacts, so that bodies and joints are the whole of a world's memory.
 */
interface BodyFields {
  readonly m_sweep: {
    readonly c: { x: number; y: number };
    readonly localCenter: { readonly x: number; readonly y: number };
    a: number;
  };
  readonly m_linearVelocity: { x: number; y: number };
  readonly m_force: { x: number; y: number };
  m_angularVelocity: number;
  m_torque: number;
  m_sleepTime: number;
  m_awakeFlag: boolean;
  synchronizeTransform(): void;
}

interface JointFields {
  readonly m_impulse: { x: number; y: number; z: number };
  m_motorImpulse: number;
  m_motorSpeed: number;
  m_limitState: number;
}

/** A body of which every field that steps depend on can be read and set. */
export type StatefulBody = Body & BodyFields;

/** A revolute joint of which every field that steps depend on can be read and set. */
export type StatefulJoint = RevoluteJoint & JointFields;

/** Numbers in `saveBody` and in `saveJoint`. */
export const BODY_NUMBERS = 8;
export const JOINT_NUMBERS = 6;

/** Writes a body's state to `into[at …]`; forces are zero between steps. */
export function saveBody(body: StatefulBody, into: Float64Array, at: number): void {
  into[at] = body.m_sweep.c.x;
  into[at + 1] = body.m_sweep.c.y;
  into[at + 2] = body.m_sweep.a;
  into[at + 3] = body.m_linearVelocity.x;
  into[at + 4] = body.m_linearVelocity.y;
  into[at + 5] = body.m_angularVelocity;
  into[at + 6] = body.m_sleepTime;
  into[at + 7] = body.m_awakeFlag ? 1 : 0;
}

export function loadBody(body: StatefulBody, from: Float64Array, at: number): void {
  body.m_sweep.c.x = from[at];
  body.m_sweep.c.y = from[at + 1];
  body.m_sweep.a = from[at + 2];
  body.m_linearVelocity.x = from[at + 3];
  body.m_linearVelocity.y = from[at + 4];
  body.m_angularVelocity = from[at + 5];
  body.m_sleepTime = from[at + 6];
  body.m_awakeFlag = from[at + 7] === 1;
  body.m_force.x = 0;
  body.m_force.y = 0;
  body.m_torque = 0;
  body.synchronizeTransform();
}

/** Puts a body at rest, its origin at (x, y). */
export function placeBody(body: StatefulBody, x: number, y: number, angle: number): void {
  const { localCenter } = body.m_sweep;
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  const state = new Float64Array(BODY_NUMBERS); // velocities and sleep timer 0
  state[0] = x + cos * localCenter.x - sin * localCenter.y;
  state[1] = y + sin * localCenter.x + cos * localCenter.y;
  state[2] = angle;
  state[7] = 1;
  loadBody(body, state, 0);
}

/** Writes a joint's state to `into[at …]`: the impulses that warm-start the next step, the motor, the limit. */
export function saveJoint(joint: StatefulJoint, into: Float64Array, at: number): void {
  into[at] = joint.m_impulse.x;
  into[at + 1] = joint.m_impulse.y;
  into[at + 2] = joint.m_impulse.z;
  into[at + 3] = joint.m_motorImpulse;
  into[at + 4] = joint.m_motorSpeed;
  into[at + 5] = joint.m_limitState;
}

export function loadJoint(joint: StatefulJoint, from: Float64Array, at: number): void {
  joint.m_impulse.x = from[at];
  joint.m_impulse.y = from[at + 1];
  joint.m_impulse.z = from[at + 2];
  joint.m_motorImpulse = from[at + 3];
  joint.m_motorSpeed = from[at + 4];
  joint.m_limitState = from[at + 5];
}

/** Box2D 2.3's `SetAwake(true)`: it leaves the sleep timer of a body that is awake alone; planck's resets it. */
export function wake(body: StatefulBody): void {
  if (body.m_awakeFlag) return;
  body.m_awakeFlag = true;
  body.m_sleepTime = 0;
}
