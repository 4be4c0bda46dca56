import * as tf from "@tensorflow/tfjs";
import fc from "fast-check";
import { describe, it } from "vitest";
import { expectSame, valueOnly, withGradients } from "./against-cpu.ts";
import { noise } from "./fixtures.ts";
import { casesOf, length, shape } from "./fuzzing.ts";

/* Random shapes and options; every case compares values and gradients with tfjs cpu. Seeds are fixed: a failure is one. */

type X = { readonly [name: string]: tf.Tensor };
const runs = (numRuns: number, seed: number) => ({ numRuns: casesOf(numRuns), seed });

/** Two shapes that broadcast against each other. */
const shapePair = fc
  .tuple(shape, fc.array(fc.constantFrom("same", "one", "one in the other"), { minLength: 4, maxLength: 4 }), fc.nat(2))
  .map(([full, ways, cut]) => {
    const a = full.map((n, i) => (ways[i] === "one in the other" ? 1 : n));
    const b = full.map((n, i) => (ways[i] === "one" ? 1 : n)).slice(Math.min(cut, full.length - 1));
    return { a, b };
  });

describe("any shapes", () => {
  it("broadcast arithmetic", () => {
    const ops = {
      add: tf.add,
      sub: tf.sub,
      mul: tf.mul,
      div: tf.div,
      maximum: tf.maximum,
      minimum: tf.minimum,
      squared: tf.squaredDifference,
    };
    return fc.assert(
      fc.asyncProperty(shapePair, fc.constantFrom(...Object.keys(ops)), async ({ a, b }, name) => {
        const op = ops[name as keyof typeof ops] as (x: tf.Tensor, y: tf.Tensor) => tf.Tensor;
        const y = noise(b, { seed: 3 });
        const away = { ...y, data: y.data.map((value) => value + Math.sign(value) * 0.5) }; // no division by almost nothing
        await expectSame(
          withGradients(({ x, y }: X) => op(x, y)),
          { x: noise(a, { seed: 2 }), y: away },
        );
      }),
      runs(60, 11),
    );
  });

  it("arithmetic with fills, zeros and ones", () => {
    const fill = fc.constantFrom(0, 1, 0.5, -2);
    const ops = { add: tf.add, sub: tf.sub, mul: tf.mul, div: tf.div };
    return fc.assert(
      fc.asyncProperty(
        shapePair,
        fill,
        fc.constantFrom(...Object.keys(ops)),
        fc.boolean(),
        async ({ a, b }, number, name, first) => {
          const op = ops[name as keyof typeof ops] as (x: tf.Tensor, y: tf.Tensor) => tf.Tensor;
          const filled = name === "div" && number === 0 ? 3 : number;
          await expectSame(
            withGradients(({ x }: X) => {
              const other = tf.fill(b, filled);
              return first && name !== "div" ? op(other, x) : op(tf.broadcastTo(tf.sin(x), a), other);
            }),
            { x: noise(a, { seed: 2 }) },
          );
        },
      ),
      runs(60, 12),
    );
  });

  it("reductions over any axes", () => {
    const ops = { sum: tf.sum, mean: tf.mean, max: tf.max, logSumExp: tf.logSumExp };
    return fc.assert(
      fc.asyncProperty(
        shape,
        fc.nat(15),
        fc.boolean(),
        fc.constantFrom(...Object.keys(ops)),
        async (dims, mask, keep, name) => {
          const op = ops[name as keyof typeof ops] as (x: tf.Tensor, axes: number[], keepDims: boolean) => tf.Tensor;
          const axes = dims.flatMap((_, axis) => (mask & (1 << axis) ? [axis] : []));
          if (axes.length === 0) return;
          await expectSame(
            withGradients(({ x }: X) => op(x, axes, keep)),
            { x: noise(dims) },
          );
        },
      ),
      runs(60, 13),
    );
  });

  it("matrix products", () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(length, { maxLength: 2 }),
        length,
        length,
        length,
        fc.boolean(),
        fc.boolean(),
        async (batch, m, k, n, ta, tb) => {
          const x = noise([...batch, ...(ta ? [k, m] : [m, k])]);
          const y = noise([...batch, ...(tb ? [n, k] : [k, n])], { seed: 2 });
          await expectSame(
            withGradients(({ x, y }: X) => tf.matMul(x, y, ta, tb)),
            { x, y },
          );
        },
      ),
      runs(40, 14),
    ));

  it("slices, paddings, transposes and concatenations", () =>
    fc.assert(
      fc.asyncProperty(shape, fc.nat(1000), async (dims, salt) => {
        const begin = dims.map((n, axis) => (salt + axis) % n);
        const size = dims.map((n, axis) => 1 + ((salt * 7 + axis) % (n - begin[axis])));
        const order = dims.map((_, axis) => (axis + salt) % dims.length);
        const axis = salt % dims.length;
        const paddings = dims.map((_, i) => [(salt + i) % 2, (salt >> i) % 3] as [number, number]);
        await expectSame(
          withGradients(({ x }: X) => {
            const padded = tf.pad(tf.slice(x, begin, size), paddings);
            return tf.transpose(tf.concat([padded, tf.reverse(padded, [axis])], axis), order);
          }),
          { x: noise(dims) },
        );
      }),
      runs(60, 15),
    ));
});

describe("any convolution", () => {
  const geometry = fc.record({
    kernel: fc.integer({ min: 1, max: 6 }),
    stride: fc.integer({ min: 1, max: 3 }),
    height: fc.nat(8),
    width: fc.nat(8),
    inputs: fc.integer({ min: 1, max: 4 }),
    outputs: fc.integer({ min: 1, max: 5 }),
    batch: fc.integer({ min: 1, max: 3 }),
    pad: fc.constantFrom("same" as const, "valid" as const),
  });

  it("conv2d", () =>
    fc.assert(
      fc.asyncProperty(geometry, async ({ kernel, stride, height, width, inputs, outputs, batch, pad }) => {
        const x = noise([batch, kernel + height, kernel + width, inputs]);
        const filter = noise([kernel, kernel, inputs, outputs], { seed: 2 });
        await expectSame(
          withGradients(({ x, filter }: X) => tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, stride, pad)),
          { x, filter },
        );
      }),
      runs(50, 16),
    ));

  it("conv2dTranspose", () =>
    fc.assert(
      fc.asyncProperty(geometry, async ({ kernel, stride, height, width, inputs, outputs, batch, pad }) => {
        if (kernel < stride) return; // tfjs refuses outputs that no input reaches
        const [rows, columns] = [1 + height, 1 + width];
        const outer = (n: number): number => (pad === "same" ? n * stride : (n - 1) * stride + kernel);
        const x = noise([batch, rows, columns, inputs]);
        const filter = noise([kernel, kernel, outputs, inputs], { seed: 2 });
        const out: [number, number, number, number] = [batch, outer(rows), outer(columns), outputs];
        await expectSame(
          withGradients(({ x, filter }: X) =>
            tf.conv2dTranspose(x as tf.Tensor4D, filter as tf.Tensor4D, out, stride, pad),
          ),
          { x, filter },
        );
      }),
      runs(50, 17),
    ));

  it("conv2d with explicit padding and unequal strides", () =>
    fc.assert(
      fc.asyncProperty(
        geometry,
        fc.nat(2),
        async ({ kernel, stride, height, width, inputs, outputs, batch }, around) => {
          const x = noise([batch, kernel + height, kernel + width, inputs]);
          const filter = noise([kernel, kernel, inputs, outputs], { seed: 2 });
          const op = ({ x, filter }: X) =>
            tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, [stride, 1 + (stride % 3)], around, "NHWC", 1, "floor");
          await expectSame(valueOnly(op), { x, filter });
        },
      ),
      runs(30, 18),
    ));
});
