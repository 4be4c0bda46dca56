import type { Body, World } from "planck";
import { type BodyFields, fieldsOf } from "./planck-state.ts";
import { singleSinCos } from "./single-trig.ts";

const f = Math.fround;

// Box2D's limits on the motion of one step.
const MAX_TRANSLATION = 2; // metres
const MAX_ROTATION = f(0.5 * f(Math.PI));

/** Mass data as Box2D computes them, in float32. */
export interface MassData {
  readonly inverseMass: number;
  /** Of the inertia about the centre of mass. */
  readonly inverseInertia: number;
  /** The centre of mass as seen from the body's origin, metres. */
  readonly centerX: number;
  readonly centerY: number;
}

/** Numbers in a saved body. */
export const BODY_NUMBERS = 8;

/**
 * A planck body that moves in single precision as Box2D's do: every operation is rounded to float32, in Box2D's order.
 * Positions some hundred metres out have steps of 15 µm in float32, and a car that slides over grass at full gas magnifies
 * what becomes of them: in double precision one such drive in twenty is more than a centimetre off after 150 steps.
 */
export class SingleBody {
  readonly body: Body;
  readonly mass: MassData;
  /** vx, vy of the centre of mass (m/s), angular velocity (rad/s), between steps. */
  readonly velocity = new Float32Array(3);
  /** The same during a step, where the joints work on it. */
  readonly working: Float32Array;
  /** x, y of the centre of mass (metres), angle (radians). */
  readonly position = new Float32Array(3);
  /** The origin's place, between steps. */
  readonly origin = new Float32Array(2);
  /** Sine and cosine of the angle, between steps. */
  readonly turn = new Float32Array(2);
  readonly #fields: BodyFields;
  #integrated = false;

  constructor(world: World, mass: MassData, working: Float32Array) {
    this.body = world.createBody({ type: "dynamic" });
    this.mass = mass;
    this.working = working;
    this.#fields = fieldsOf(this.body);
  }

  /** At rest and awake, the origin at (x, y). */
  place(x: number, y: number, angle: number): void {
    this.position[2] = angle;
    singleSinCos(this.position[2], this.turn);
    this.position[0] = f(this.#centerX() + f(x));
    this.position[1] = f(this.#centerY() + f(y));
    this.velocity.fill(0);
    this.#store(0, true);
  }

  /** Box2D 2.3's `SetAwake(true)`, which leaves the sleep timer of a body alone that is awake; planck's resets it. */
  wake(): void {
    if (this.#fields.m_awakeFlag) return;
    this.#fields.m_awakeFlag = true;
    this.#fields.m_sleepTime = 0;
  }

  /** Before planck's step of `h` seconds: the force on the centre of mass, newtons, changes the velocity. */
  begin(h: number, forceX: number, forceY: number): void {
    const { inverseMass } = this.mass;
    this.working[0] = this.velocity[0] + f(h * f(inverseMass * f(forceX)));
    this.working[1] = this.velocity[1] + f(h * f(inverseMass * f(forceY)));
    this.working[2] = this.velocity[2];
    this.#integrated = false;
  }

  /** During planck's step, once the velocities are solved: moves by the velocity; only the first call counts. */
  integrate(h: number): void {
    if (this.#integrated) return;
    this.#integrated = true;
    const { working: velocity, position } = this;
    const dx = f(h * velocity[0]);
    const dy = f(h * velocity[1]);
    const squared = f(f(dx * dx) + f(dy * dy));
    if (squared > MAX_TRANSLATION * MAX_TRANSLATION) {
      const ratio = f(MAX_TRANSLATION / f(Math.sqrt(squared)));
      velocity[0] *= ratio;
      velocity[1] *= ratio;
    }
    const angle = f(h * velocity[2]);
    if (f(angle * angle) > f(MAX_ROTATION * MAX_ROTATION)) velocity[2] *= f(MAX_ROTATION / Math.abs(angle));
    position[0] += f(h * velocity[0]);
    position[1] += f(h * velocity[1]);
    position[2] += f(h * velocity[2]);
  }

  /** During planck's step: tells planck where the body is and how it moves. */
  publish(): void {
    const { c_position, c_velocity } = this.#fields;
    c_position.c.x = this.position[0];
    c_position.c.y = this.position[1];
    c_position.a = this.position[2];
    c_velocity.v.x = this.working[0];
    c_velocity.v.y = this.working[1];
    c_velocity.w = this.working[2];
  }

  /** After planck's step, which may have put the body to sleep, and with that to rest. */
  finish(): void {
    const fields = this.#fields;
    fields.m_sleepTime = f(fields.m_sleepTime);
    this.velocity[0] = fields.m_linearVelocity.x;
    this.velocity[1] = fields.m_linearVelocity.y;
    this.velocity[2] = fields.m_angularVelocity;
    this.#settle();
  }

  save(into: Float64Array, at: number): void {
    into.set(this.position, at);
    into.set(this.velocity, at + 3);
    into[at + 6] = this.#fields.m_sleepTime;
    into[at + 7] = this.#fields.m_awakeFlag ? 1 : 0;
  }

  load(from: Float64Array, at: number): void {
    this.position.set(from.subarray(at, at + 3));
    this.velocity.set(from.subarray(at + 3, at + 6));
    singleSinCos(this.position[2], this.turn);
    this.#store(from[at + 6], from[at + 7] === 1);
  }

  #store(sleepTime: number, awake: boolean): void {
    const fields = this.#fields;
    fields.m_sweep.c.x = this.position[0];
    fields.m_sweep.c.y = this.position[1];
    fields.m_sweep.a = this.position[2];
    fields.m_linearVelocity.x = this.velocity[0];
    fields.m_linearVelocity.y = this.velocity[1];
    fields.m_angularVelocity = this.velocity[2];
    fields.m_sleepTime = sleepTime;
    fields.m_awakeFlag = awake;
    this.#settle();
  }

  #settle(): void {
    singleSinCos(this.position[2], this.turn);
    this.origin[0] = this.position[0] - this.#centerX();
    this.origin[1] = this.position[1] - this.#centerY();
  }

  /** From the origin to the centre of mass, in the world's directions. */
  #centerX(): number {
    return f(f(this.turn[1] * this.mass.centerX) - f(this.turn[0] * this.mass.centerY));
  }

  #centerY(): number {
    return f(f(this.turn[0] * this.mass.centerX) + f(this.turn[1] * this.mass.centerY));
  }
}
