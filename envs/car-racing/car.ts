import type { HullScene, WheelScene } from "./car-racing-state.ts";
import { CAR_SIZE, WHEEL_PLACES, WHEEL_RADIUS } from "./car-shape.ts";
import { Chassis, TIME_STEP } from "./chassis.ts";
import { type SavedSkidMarks, SkidMarks } from "./skid-marks.ts";

const SIZE_SQUARED = CAR_SIZE * CAR_SIZE;
const ENGINE_POWER = 1e8 * SIZE_SQUARED;
const WHEEL_INERTIA = 4000 * SIZE_SQUARED;
const ROAD_GRIP = 1e6 * SIZE_SQUARED; // the most that a wheel can hold, in newtons
const GRASS_GRIP = ROAD_GRIP * 0.6;
const SLIP_STIFFNESS = 205000 * SIZE_SQUARED; // newtons for each m/s of slip: damps oscillation, no limit
const SKID_FORCE = 2; // times the grip: from there on a wheel leaves a mark
const BRAKE_RATE = 15; // rad/s a step at full brake
const LOCKING_BRAKE = 0.9;
const MAX_GAS_RISE = 0.1; // a step
const STEERING_GAIN = 50;
const MAX_STEERING_SPEED = 3; // rad/s
const REAR = 2; // wheels from here on are driven, those before steer

export interface Wheel extends WheelScene {
  /** 0–1. */
  gas: number;
  /** 0–1; from 0.9 on the wheel locks. */
  brake: number;
  /** Wanted steering angle, radians. */
  steer: number;
  /** Whether the wheel touches a tile. */
  onRoad: boolean;
}

export interface SavedCar {
  readonly chassis: readonly number[];
  /** omega, phase, gas, brake, steer, onRoad of each wheel. */
  readonly wheels: readonly (readonly number[])[];
  readonly skids: SavedSkidMarks;
}

/** Gymnasium's top-down car: an engine on the rear wheels, brakes on all, steering in front, tyres that slip. */
export class Car {
  readonly hull: HullScene = { x: 0, y: 0, angle: 0, vx: 0, vy: 0, angularVelocity: 0 };
  readonly wheels = [newWheel(), newWheel(), newWheel(), newWheel()] as const;
  readonly skids = new SkidMarks(WHEEL_PLACES.length);
  readonly #chassis = new Chassis();
  readonly #forces = new Float64Array(2 * WHEEL_PLACES.length); // on each wheel, x and y

  /** At rest with the hull's origin at (x, y), facing `angle` (counter-clockwise from +y). */
  place(x: number, y: number, angle: number): void {
    this.#chassis.place(x, y, angle);
    for (const wheel of this.wheels) Object.assign(wheel, newWheel());
    this.skids.clear();
    this.#readPoses();
  }

  /** `steer` −1 … 1, positive to the left: where the front wheels shall turn to. */
  steer(steer: number): void {
    this.wheels[0].steer = steer;
    this.wheels[1].steer = steer;
  }

  /** 0 … 1: rises slowly, falls at once. */
  gas(gas: number): void {
    const wanted = Math.min(1, Math.max(0, gas));
    for (let i = REAR; i < this.wheels.length; i++) {
      const wheel = this.wheels[i];
      wheel.gas += Math.min(wanted - wheel.gas, MAX_GAS_RISE);
    }
  }

  /** 0 … 1. */
  brake(brake: number): void {
    for (const wheel of this.wheels) wheel.brake = brake;
  }

  /** Sets the motors and the forces of the coming step: `Car.step` of the original. */
  drive(): void {
    const chassis = this.#chassis;
    for (let i = 0; i < this.wheels.length; i++) {
      const wheel = this.wheels[i];
      const body = chassis.wheels[i];

      const off = wheel.steer - wheel.jointAngle;
      const speed = Math.sign(off) * Math.min(STEERING_GAIN * Math.abs(off), MAX_STEERING_SPEED);
      chassis.joints[i].speed = Math.fround(speed);
      chassis.hull.wake();
      body.wake();

      const { turn, velocity } = body;
      const sin = turn[0];
      const cos = turn[1]; // ahead is (−sin, cos), to the right (cos, sin)
      const ahead = -sin * velocity[0] + cos * velocity[1];
      const sideways = cos * velocity[0] + sin * velocity[1];

      // Power P turns the wheel by dω = P dt / (I ω); the 5 keeps a standing wheel from dividing by zero.
      wheel.omega += (TIME_STEP * ENGINE_POWER * wheel.gas) / WHEEL_INERTIA / (Math.abs(wheel.omega) + 5);
      if (wheel.brake >= LOCKING_BRAKE) wheel.omega = 0;
      else if (wheel.brake > 0) {
        wheel.omega -= Math.sign(wheel.omega) * Math.min(BRAKE_RATE * wheel.brake, Math.abs(wheel.omega));
      }
      wheel.phase += wheel.omega * TIME_STEP;

      let forceAhead = (wheel.omega * WHEEL_RADIUS - ahead) * SLIP_STIFFNESS;
      let forceSideways = -sideways * SLIP_STIFFNESS;
      const force = Math.sqrt(forceAhead * forceAhead + forceSideways * forceSideways);
      const grip = wheel.onRoad ? ROAD_GRIP : GRASS_GRIP;
      if (force > SKID_FORCE * grip) this.skids.slide(i, wheel.x, wheel.y, !wheel.onRoad);
      else this.skids.grip(i);
      if (force > grip) {
        forceAhead = (forceAhead / force) * grip;
        forceSideways = (forceSideways / force) * grip;
      }
      wheel.omega -= (TIME_STEP * forceAhead * WHEEL_RADIUS) / WHEEL_INERTIA;

      this.#forces[2 * i] = forceSideways * cos - forceAhead * sin;
      this.#forces[2 * i + 1] = forceSideways * sin + forceAhead * cos;
    }
  }

  /** Moves the bodies by one step. */
  move(): void {
    this.#chassis.step(this.#forces);
    this.#readPoses();
  }

  save(): SavedCar {
    return {
      chassis: [...this.#chassis.save()],
      wheels: this.wheels.map(({ omega, phase, gas, brake, steer, onRoad }) => [
        omega,
        phase,
        gas,
        brake,
        steer,
        Number(onRoad),
      ]),
      skids: this.skids.save(),
    };
  }

  load({ chassis, wheels, skids }: SavedCar): void {
    this.#chassis.load(Float64Array.from(chassis));
    for (const [i, [omega, phase, gas, brake, steer, onRoad]] of wheels.entries()) {
      Object.assign(this.wheels[i], { omega, phase, gas, brake, steer, onRoad: onRoad === 1 });
    }
    this.skids.load(skids);
    this.#readPoses();
  }

  #readPoses(): void {
    const { hull: body, wheels: bodies, joints } = this.#chassis;
    const { hull } = this;
    hull.x = body.origin[0];
    hull.y = body.origin[1];
    hull.angle = body.position[2];
    hull.vx = body.velocity[0];
    hull.vy = body.velocity[1];
    hull.angularVelocity = body.velocity[2];
    for (let i = 0; i < bodies.length; i++) {
      const wheel = this.wheels[i];
      wheel.x = bodies[i].origin[0];
      wheel.y = bodies[i].origin[1];
      wheel.angle = bodies[i].position[2];
      wheel.jointAngle = joints[i].angle;
    }
  }
}

function newWheel(): Wheel {
  return {
    x: 0,
    y: 0,
    angle: 0,
    phase: 0,
    omega: 0,
    jointAngle: 0,
    gas: 0,
    brake: 0,
    steer: 0,
    onRoad: false,
  };
}
