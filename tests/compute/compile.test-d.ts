import type * as tf from "@tensorflow/tfjs";
import { describe, expectTypeOf, it } from "vitest";
import type { Arrays, NdArray, Parameters, Tensors } from "../../src/compute/array.ts";
import { type Compiled, compile, type Resident } from "../../src/compute/compile.ts";

type Model = { weights: Parameters; memory: { h: NdArray; c: readonly NdArray[] } };

describe("types at the border", () => {
  it("turn arrays into tensors and back, in the same tree", () => {
    expectTypeOf<Tensors<Model>["memory"]["h"]>().toEqualTypeOf<tf.Tensor>();
    expectTypeOf<Tensors<Model>["memory"]["c"]>().toEqualTypeOf<readonly tf.Tensor[]>();
    expectTypeOf<Tensors<Model>["weights"]["any name"]>().toEqualTypeOf<tf.Tensor>();
    expectTypeOf<Arrays<{ loss: tf.Scalar; list: tf.Tensor[] }>>().toEqualTypeOf<{ loss: NdArray; list: NdArray[] }>();
  });

  it("name what goes in and what comes out", () => {
    const compiled = compile<{ x: NdArray }, { y: tf.Tensor }, Record<string, never>>(({ x }) => ({ y: x }), {
      name: "f",
    });
    expectTypeOf(compiled).toEqualTypeOf<Compiled<{ x: NdArray }, { y: tf.Tensor }>>();
    expectTypeOf(compiled.run).returns.resolves.toEqualTypeOf<{ y: NdArray }>();
    expectTypeOf<Resident<Model, Record<string, never>, tf.Tensor>["read"]>().returns.resolves.toEqualTypeOf<Model>();
    // @ts-expect-error -- x is missing
    compiled.run({ z: 1 });
  });
});
