import { expectTypeOf, test } from "vitest";
import { CartPole } from "../../../envs/classic-control/cart-pole.ts";
import { Pendulum } from "../../../envs/classic-control/pendulum.ts";
import type { Env } from "../../../src/core/env.ts";
import type { Space } from "../../../src/core/spaces/space.ts";
import { DiscretizeAction } from "../../../src/core/wrappers/discretize-action.ts";
import { DtypeObservation } from "../../../src/core/wrappers/dtype-observation.ts";
import { FilterObservation } from "../../../src/core/wrappers/filter-observation.ts";
import { FrameStackObservation } from "../../../src/core/wrappers/frame-stack-observation.ts";
import { NormalizeObservation } from "../../../src/core/wrappers/normalize-observation.ts";
import { RescaleAction } from "../../../src/core/wrappers/rescale-action.ts";
import { TransformAction } from "../../../src/core/wrappers/transform-action.ts";
import { TransformObservation } from "../../../src/core/wrappers/transform-observation.ts";
import { findLayer } from "../../../src/core/wrappers/wrapper.ts";

test("the types of observations and actions follow through", () => {
  const cartPole = new CartPole();
  const pendulum = new Pendulum();
  expectTypeOf(new FrameStackObservation(cartPole, { stackSize: 4 })).toExtend<Env<Float32Array, number>>();
  const dict = {} as Env<{ a: Float32Array; b: number; c: readonly [number, string] }, number>;
  expectTypeOf(new FrameStackObservation(dict, { stackSize: 4 }).observationSpace).toExtend<
    Space<{ readonly a: Float32Array; readonly b: Int32Array; readonly c: readonly [Int32Array, readonly string[]] }>
  >();
  expectTypeOf(new NormalizeObservation(cartPole)).toExtend<Env<Float32Array, number>>();
  expectTypeOf(new DtypeObservation(cartPole, { dtype: "int16" })).toExtend<Env<Int16Array, number>>();
  expectTypeOf(new DiscretizeAction(pendulum, { bins: 5 })).toExtend<Env<Float32Array, number>>();
  expectTypeOf(new DiscretizeAction(pendulum, { bins: 5, multidiscrete: true })).toExtend<
    Env<Float32Array, Int32Array>
  >();
  expectTypeOf(new RescaleAction(pendulum, { minAction: -1, maxAction: 1 })).toExtend<
    Env<Float32Array, Float32Array>
  >();
  expectTypeOf(new TransformObservation(cartPole, { func: (x) => x[0] })).toExtend<Env<number, number>>();
  expectTypeOf(new TransformAction(cartPole, { func: (word: string) => word.length })).toExtend<
    Env<Float32Array, string>
  >();
});

test("a filtered Dict has the parts that were kept", () => {
  const env = {} as Env<{ speed: Float32Array; gear: number }, number>;
  const filtered = new FilterObservation(env, { filterKeys: ["gear"] });
  expectTypeOf(filtered).toExtend<Env<{ gear: number }, number>>();
});

test("a layer is found by its class", () => {
  const env = new NormalizeObservation(new CartPole());
  expectTypeOf(findLayer(env, NormalizeObservation<number>)).toEqualTypeOf<NormalizeObservation<number> | undefined>();
});
