import { expectTypeOf, test } from "vitest";
import { CartPole, type CartPoleConfig } from "../../envs/classic-control/cart-pole.ts";
import type { Awaitable, Env, Step } from "../../src/core/env.ts";
import { make, register } from "../../src/core/registry.ts";
import { TimeLimit } from "../../src/core/wrappers/time-limit.ts";

test("make takes the caller's word for the types", async () => {
  expectTypeOf(make("CartPole-v1")).resolves.toEqualTypeOf<Env<unknown, unknown>>();
  const env = await make<Float32Array, number>("CartPole-v1");
  expectTypeOf(env.step).parameter(0).toEqualTypeOf<number>();
  expectTypeOf(env.step).returns.toEqualTypeOf<Awaitable<Step<Float32Array>>>();
});

test("a simple environment's own class answers at once", () => {
  expectTypeOf<CartPole["step"]>().returns.toEqualTypeOf<Step<Float32Array>>();
  expectTypeOf(new CartPole().config).toEqualTypeOf<CartPoleConfig>();
});

test("wrappers keep the types", () => {
  const env = new TimeLimit(new CartPole(), { maxEpisodeSteps: 10 });
  expectTypeOf(env).toExtend<Env<Float32Array, number>>();
});

test("an entry point's kwargs are the environment's", () => {
  register({
    id: "Types/A-v0",
    entryPoint: (kwargs: { size?: number }) => new CartPole(kwargs as object),
    kwargs: { size: 3 },
  });
  // @ts-expect-error size is a number
  register({ id: "Types/B-v0", entryPoint: (_: { size?: number }) => new CartPole(), kwargs: { size: "3" } });
});
