import * as tf from "@tensorflow/tfjs";
import fc from "fast-check";
import { describe } from "vitest";
import { stopGradient, straightThrough } from "../../src/compute/stop-gradient.ts";
import { expectSame, expectSlopes, withGradients } from "./against-cpu.ts";
import { noise } from "./fixtures.ts";
import { fuzz, length } from "./fuzzing.ts";

type X = { readonly [name: string]: tf.Tensor };
const LETTERS = [..."abcde"];

describe("Einstein sums", () => {
  const subset = fc.subarray(LETTERS, { minLength: 1, maxLength: 4 });
  fuzz(
    "of two tensors",
    { cases: 50, seed: 61 },
    fc.tuple(fc.shuffledSubarray(LETTERS, { minLength: 1, maxLength: 4 }), fc.shuffledSubarray(LETTERS, { minLength: 1, maxLength: 4 }), subset, fc.array(length, { minLength: 5, maxLength: 5 })), // biome-ignore format: one line
    async ([a, b, wanted, lengths]) => {
      const result = wanted.filter((letter) => a.includes(letter) || b.includes(letter)).reverse();
      const dims = (axes: readonly string[]): number[] => axes.map((letter) => lengths[LETTERS.indexOf(letter)]);
      const equation = `${a.join("")},${b.join("")}->${result.join("")}`;
      await expectSlopes(({ x, y }: X) => tf.einsum(equation, x, y), {
        x: noise(dims(a)),
        y: noise(dims(b), { seed: 2 }),
      });
    },
  );

  fuzz(
    "of one",
    { cases: 15, seed: 62 },
    fc.tuple(fc.shuffledSubarray(LETTERS, { minLength: 1, maxLength: 4 }), subset, fc.array(length, { minLength: 5, maxLength: 5 })), // biome-ignore format: one line
    async ([a, wanted, lengths]) => {
      const result = wanted.filter((letter) => a.includes(letter));
      const x = noise(a.map((letter) => lengths[LETTERS.indexOf(letter)]));
      await expectSlopes(({ x }: X) => tf.einsum(`${a.join("")}->${result.join("")}`, x), { x });
    },
  );
});

describe("what models are made of", () => {
  const sizes = fc.tuple(length, length, length, length);
  const norm = (x: tf.Tensor, axes: number[]): tf.Tensor => {
    const { mean, variance } = tf.moments(x, axes, true);
    return tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, 1e-3)));
  };

  fuzz(
    "attention with rotary embeddings, causal",
    { cases: 10, seed: 63 },
    sizes,
    async ([batch, heads, time, half]) => {
      const width = 2 * half;
      const angles = Array.from({ length: time * half }, (_, i) => Math.floor(i / half) / 100 ** ((i % half) / half));
      const attention = ({ q, k, v }: X): tf.Tensor => {
        const [cos, sin] = [Math.cos, Math.sin].map((f) => tf.tensor(angles.map(f), [time, half]));
        const rotate = (x: tf.Tensor): tf.Tensor => {
          const [a, b] = tf.split(x, 2, -1);
          return tf.concat([tf.sub(tf.mul(a, cos), tf.mul(b, sin)), tf.add(tf.mul(a, sin), tf.mul(b, cos))], -1);
        };
        const scores = tf.mul(tf.einsum("bhtd,bhsd->bhts", rotate(q), rotate(k)), 1 / Math.sqrt(width));
        const later = tf.sub(1, tf.linalg.bandPart(tf.ones([time, time]), -1, 0));
        return tf.einsum("bhts,bhsd->bhtd", tf.softmax(tf.sub(scores, tf.mul(later, 1e9))), v);
      };
      const dims = [batch, heads, time, width];
      await expectSlopes(attention, { q: noise(dims), k: noise(dims, { seed: 2 }), v: noise(dims, { seed: 3 }) }, { step: 1e-2, tolerance: 5e-3 }); // biome-ignore format: one line
    },
  );

  fuzz("axial attention over 5 axes", { cases: 8, seed: 64 }, sizes, async ([batch, time, side, width]) => {
    const x = noise([batch, time, side, 2, width]);
    const along = (x: tf.Tensor, axis: string, other: string): tf.Tensor => {
      const names = "btyxc";
      const swapped = names.replace(axis, other);
      const scores = tf.einsum(`${names},${swapped}->${names.replace("c", "")}${other}`, x, x);
      return tf.einsum(`${names.replace("c", "")}${other},${swapped}->${names}`, tf.softmax(scores), x);
    };
    await expectSlopes(({ x }: X) => along(along(x, "t", "s"), "y", "z"), { x }, { step: 1e-2, tolerance: 5e-3 });
  });

  fuzz(
    "group norm and layer norm with adaptive scale",
    { cases: 10, seed: 65 },
    sizes,
    async ([batch, side, groups, each]) => {
      const channels = groups * each;
      const dims = [batch, side + 1, side, channels];
      await expectSame(
        withGradients(({ x, scale, shift }: X) => {
          const grouped = norm(tf.reshape(x, [batch, side + 1, side, groups, each]), [1, 2, 4]);
          const layered = norm(tf.reshape(grouped, dims), [3]);
          return tf.add(tf.mul(layered, tf.add(scale, 1)), shift);
        }),
        { x: noise(dims), scale: noise([batch, 1, 1, channels], { seed: 2 }), shift: noise([channels], { seed: 3 }) },
        5e-4,
      );
    },
  );

  fuzz(
    "codes straight through: the nearest of a book, and rounding",
    { cases: 10, seed: 66 },
    sizes,
    async ([rows, codes, width]) => {
      await expectSame(
        withGradients(({ x, book }: X) => {
          const distance = tf.sum(tf.squaredDifference(tf.expandDims(x, 1), tf.expandDims(book, 0)), 2);
          const nearest = tf.gather(book, tf.argMin(distance, 1));
          const bounded = tf.tanh(x);
          const levels = tf.mul(bounded, 3);
          const rounded = tf.mul(straightThrough(tf.round(levels), levels), 0.3);
          const loose = tf.mul(stopGradient(x), book.shape[0]);
          return tf.addN([straightThrough(nearest, x), rounded, tf.mul(nearest, 0.25), tf.mul(loose, 0.1)]);
        }),
        { x: noise([rows, width]), book: noise([codes, width], { seed: 2 }) },
      );
    },
  );

  fuzz("GRU and LSTM steps", { cases: 8, seed: 67 }, sizes, async ([batch, inputs, hidden, steps]) => {
    await expectSame(
      withGradients(({ x, w, u, b }: X) => {
        let h: tf.Tensor = tf.zeros([batch, hidden]);
        for (const frame of tf.unstack(x, 1)) {
          const [zx, rx, nx] = tf.split(tf.add(tf.matMul(frame, w), b), 3, 1);
          const [zh, rh, nh] = tf.split(tf.matMul(h, u), 3, 1);
          const z = tf.sigmoid(tf.add(zx, zh));
          const candidate = tf.tanh(tf.add(nx, tf.mul(tf.sigmoid(tf.add(rx, rh)), nh)));
          h = tf.add(tf.mul(z, h), tf.mul(tf.sub(1, z), candidate));
        }
        return h;
      }),
      {
        x: noise([batch, steps, inputs]),
        w: noise([inputs, 3 * hidden], { seed: 2 }),
        u: noise([hidden, 3 * hidden], { seed: 3 }),
        b: noise([3 * hidden], { seed: 4 }),
      },
    );
  });

  fuzz("sampling from given noise", { cases: 10, seed: 68 }, sizes, async ([rows, classes, width]) => {
    await expectSame(
      ({ logits, uniform, table }: X) => {
        const gumbel = tf.neg(tf.log(tf.neg(tf.log(tf.add(tf.mul(tf.add(uniform, 1), 0.499), 1e-4)))));
        const drawn = tf.argMax(tf.add(logits, gumbel), -1);
        const cumulated = tf.cumsum(tf.softmax(logits), -1);
        const threshold = tf.mul(tf.add(tf.slice(uniform, [0, 0], [rows, 1]), 1), 0.49);
        const inverted = tf.sum(tf.cast(tf.less(cumulated, threshold), "int32"), 1);
        return { drawn, inverted, picked: tf.gather(table, drawn) };
      },
      { logits: noise([rows, classes]), uniform: noise([rows, classes], { seed: 2 }), table: noise([classes, width]) },
    );
  });
});
