import {
  add,
  type Code,
  compileFunction,
  constant,
  differs,
  greater,
  isAbove,
  lesser,
  load,
  multiply,
  negative,
  store,
  subtract,
  Variables,
  when,
} from "./wasm-code.ts";

/** What every axle's joint has in common, float32. */
export interface AxleConstants {
  /** Inverse masses and inertias of hull (A) and wheel (B). */
  readonly mA: number;
  readonly iA: number;
  readonly mB: number;
  readonly iB: number;
  /** 1 / (iA + iB). */
  readonly motorMass: number;
  /** Of the motor, N·m·s. */
  readonly maxImpulse: number;
}

/** Slots of a body's velocity: vx, vy, angular velocity. */
export const VELOCITY_SLOTS = 3;

/** Slots of a joint: from here on what it keeps from step to step, before that what is constant during one. */
export const KEPT_SLOT = 15;
export const JOINT_SLOTS = 21;
const [R_AX, R_AY, R_BX, R_BY] = [0, 1, 2, 3]; // arms from the centres of mass to the axle
const [K11, K12, K13, K22, K23] = [4, 5, 6, 7, 8]; // effective masses, symmetric
const [K33, INVERSE_2, INVERSE_3] = [9, 10, 11]; // and one over the determinants
const [CROSS_X, CROSS_Y, CROSS_Z] = [12, 13, 14]; // of the second and third column
const [IMPULSE_X, IMPULSE_Y, IMPULSE_Z] = [15, 16, 17];
const [MOTOR_IMPULSE, LIMIT_STATE, MOTOR_SPEED] = [18, 19, 20];

/** One iteration of Box2D's revolute joint on the velocities in `memory`; addresses in bytes. */
export interface AxleKernel {
  readonly call: (hull: number, wheel: number, joint: number) => void;
  readonly memory: Float32Array;
}

/**
 * Motor first, then the limit with the axle or the axle alone, each by the impulse that makes the ends move as one:
 * b2RevoluteJoint::SolveVelocityConstraints, in its order of operations.
 */
export function axleKernel({ mA, iA, mB, iB, motorMass, maxImpulse }: AxleConstants): AxleKernel {
  const [A, B, JOINT] = [0, 1, 2];
  const variables = new Variables(3);
  const set = (name: string, value: Code) => variables.set(name, value);
  const get = (name: string) => variables.get(name);
  const joint = (slot: number) => load(JOINT, slot);
  const cross = (ax: Code, ay: Code, bx: Code, by: Code) => subtract(multiply(ax, by), multiply(ay, bx));
  const dot3 = (a: readonly Code[], b: readonly Code[]) =>
    add(add(multiply(a[0], b[0]), multiply(a[1], b[1])), multiply(a[2], b[2]));
  const cross3 = (a: readonly Code[], b: readonly Code[]) => [
    subtract(multiply(a[1], b[2]), multiply(a[2], b[1])),
    subtract(multiply(a[2], b[0]), multiply(a[0], b[2])),
    subtract(multiply(a[0], b[1]), multiply(a[1], b[0])),
  ];
  const [rAx, rAy, rBx, rBy] = [joint(R_AX), joint(R_AY), joint(R_BX), joint(R_BY)];
  const column1 = [joint(K11), joint(K12), joint(K13)];
  const column2 = [joint(K12), joint(K22), joint(K23)];
  const column3 = [joint(K13), joint(K23), joint(K33)];
  const part = ["partX", "partY", "partTurn"];

  const statements = [
    set("motorBefore", joint(MOTOR_IMPULSE)),
    set(
      "motor",
      add(
        get("motorBefore"),
        multiply(constant(-motorMass), subtract(subtract(load(B, 2), load(A, 2)), joint(MOTOR_SPEED))),
      ),
    ),
    set("motor", greater(constant(-maxImpulse), lesser(get("motor"), constant(maxImpulse)))),
    store(JOINT, MOTOR_IMPULSE, get("motor")),
    set("push", subtract(get("motor"), get("motorBefore"))),
    set("wA", subtract(load(A, 2), multiply(constant(iA), get("push")))),
    set("wB", add(load(B, 2), multiply(constant(iB), get("push")))),

    // How fast the two ends of the axle part.
    set("partX", add(subtract(subtract(load(B, 0), multiply(get("wB"), rBy)), load(A, 0)), multiply(get("wA"), rAy))),
    set("partY", subtract(subtract(add(load(B, 1), multiply(get("wB"), rBx)), load(A, 1)), multiply(get("wA"), rAx))),
    set("pushX", negative(get("partX"))),
    set("pushY", negative(get("partY"))),
    set("z", constant(0)),
    set("free", constant(1)),
    when(differs(joint(LIMIT_STATE), constant(0)), [
      set("partTurn", subtract(get("wB"), get("wA"))),
      set("z", negative(multiply(joint(INVERSE_3), dot3(column1, cross3(column2, part.map(get)))))),
      set("total", add(joint(IMPULSE_Z), get("z"))),
      set("free", multiply(get("total"), joint(LIMIT_STATE))),
      when(
        isAbove(get("free"), constant(0)),
        [
          // A limit only pushes: where it would have to pull, it lets go, and the axle is solved without it.
          set("pushX", add(get("pushX"), multiply(joint(IMPULSE_Z), joint(K13)))),
          set("pushY", add(get("pushY"), multiply(joint(IMPULSE_Z), joint(K23)))),
          set("z", negative(joint(IMPULSE_Z))),
          store(JOINT, IMPULSE_Z, constant(0)),
        ],
        [
          set(
            "x",
            negative(multiply(joint(INVERSE_3), dot3(part.map(get), [joint(CROSS_X), joint(CROSS_Y), joint(CROSS_Z)]))),
          ),
          set("y", negative(multiply(joint(INVERSE_3), dot3(column1, cross3(part.map(get), column3))))),
          store(JOINT, IMPULSE_Z, get("total")),
        ],
      ),
    ]),
    when(isAbove(get("free"), constant(0)), [
      set(
        "x",
        multiply(joint(INVERSE_2), subtract(multiply(joint(K22), get("pushX")), multiply(joint(K12), get("pushY")))),
      ),
      set(
        "y",
        multiply(joint(INVERSE_2), subtract(multiply(joint(K11), get("pushY")), multiply(joint(K12), get("pushX")))),
      ),
    ]),
    store(JOINT, IMPULSE_X, add(joint(IMPULSE_X), get("x"))),
    store(JOINT, IMPULSE_Y, add(joint(IMPULSE_Y), get("y"))),
    store(A, 0, subtract(load(A, 0), multiply(constant(mA), get("x")))),
    store(A, 1, subtract(load(A, 1), multiply(constant(mA), get("y")))),
    store(A, 2, subtract(get("wA"), multiply(constant(iA), add(cross(rAx, rAy, get("x"), get("y")), get("z"))))),
    store(B, 0, add(load(B, 0), multiply(constant(mB), get("x")))),
    store(B, 1, add(load(B, 1), multiply(constant(mB), get("y")))),
    store(B, 2, add(get("wB"), multiply(constant(iB), add(cross(rBx, rBy, get("x"), get("y")), get("z"))))),
  ];
  return compileFunction<[number, number, number]>(3, variables, statements);
}
