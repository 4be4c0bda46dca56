import { ConfigError, describe } from "../../base/errors.ts";
import { andThen } from "../awaitable.ts";
import type { Awaitable, Env, EnvState, Reset, ResetOptions, Step } from "../env.ts";
import { type BatchedValue, batchSpace } from "../spaces/batch-space.ts";
import { concatenate } from "../spaces/batch-values.ts";
import type { TypedArray } from "../spaces/dtype.ts";
import type { Space } from "../spaces/space.ts";
import { Wrapper } from "./wrapper.ts";
import { zeroValue } from "./zero-value.ts";

export interface FrameStackObservationOptions<Inner> {
  /** How many observations are stacked; an integer ≥ 1. */
  readonly stackSize: number;
  /** What stands for the observations before the first: that one itself (default), the space's zero, or a value of it. */
  readonly paddingType?: "reset" | "zero" | Inner;
}

/** Several observations in one: the same array class for a Box; Int32Array for a Discrete; part by part for a Dict. */
export type Stacked<T> = T extends TypedArray
  ? T
  : T extends number
    ? Int32Array
    : T extends string
      ? readonly string[]
      : T extends object
        ? { readonly [K in keyof T]: Stacked<T[K]> }
        : unknown;

/** Stacks the last `stackSize` observations on a new first axis, the newest last. */
export class FrameStackObservation<Inner, Action, Observation = Stacked<Inner>> extends Wrapper<
  Observation,
  Action,
  Inner,
  Action
> {
  readonly stackSize: number;
  readonly #padding: Inner | undefined; // undefined: the first observation
  #stack: Inner[] = [];

  constructor(env: Env<Inner, Action>, options: FrameStackObservationOptions<Inner>) {
    const { stackSize, paddingType = "reset" } = options;
    if (!Number.isInteger(stackSize) || stackSize < 1) {
      throw new ConfigError(`Expected stackSize to be an integer ≥ 1, got ${describe(stackSize)}.`);
    }
    const named = paddingType === "reset" || paddingType === "zero";
    if (!named && !env.observationSpace.contains(paddingType)) {
      throw new ConfigError(
        `Expected paddingType "reset", "zero" or a value in ${env.observationSpace}, got ${describe(paddingType)}.`,
      );
    }
    const batched: Space<unknown> = batchSpace(env.observationSpace as Space<unknown>, stackSize);
    super(env, { kwargs: options, observationSpace: batched as Space<Observation> });
    this.stackSize = stackSize;
    if (!named) this.#padding = structuredClone(paddingType) as Inner;
    else if (paddingType === "zero") this.#padding = zeroValue(env.observationSpace);
  }

  override reset(options?: ResetOptions): Awaitable<Reset<Observation>> {
    return andThen(this.env.reset(options), this.#begin);
  }

  override step(action: Action): Awaitable<Step<Observation>> {
    return andThen(this.env.step(action), this.#push);
  }

  readonly #begin = ({ observation, info }: Reset<Inner>): Reset<Observation> => {
    this.#stack = Array<Inner>(this.stackSize - 1).fill(this.#padding ?? observation);
    this.#stack.push(observation);
    return { observation: this.#stacked(), info };
  };

  readonly #push = (step: Step<Inner>): Step<Observation> => {
    this.#stack.push(step.observation);
    if (this.#stack.length > this.stackSize) this.#stack.shift();
    return { ...step, observation: this.#stacked() };
  };

  /** A new batch: the inner observations stay here and are nobody else's. */
  #stacked(): Observation {
    const space = this.env.observationSpace as Space<unknown>;
    return concatenate(space, this.#stack) as BatchedValue<Space<unknown>> as Observation;
  }

  protected override saveOwn(): EnvState {
    return { stack: structuredClone(this.#stack) };
  }

  protected override restoreOwn(state: EnvState): void {
    this.#stack = structuredClone(state["stack"]) as Inner[];
  }
}
