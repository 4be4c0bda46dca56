import * as tf from "@tensorflow/tfjs";
import fc from "fast-check";
import { describe } from "vitest";
import { expectSame, expectSlopes, withGradients } from "./against-cpu.ts";
import { noise } from "./fixtures.ts";
import { fuzz } from "./fuzzing.ts";

type X = { readonly [name: string]: tf.Tensor };
const small = fc.integer({ min: 1, max: 3 });
/** tfjs takes the height's size and stride for both axes where the padding is a number. */
const square = ([side]: readonly [number, number], atLeast = 1): [number, number] => [
  Math.max(side, atLeast),
  Math.max(side, atLeast),
];
const geometry = fc.record({
  size: fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 3 })),
  strides: fc.tuple(small, small),
  more: fc.tuple(fc.nat(5), fc.nat(5)),
  pad: fc.constantFrom("same" as const, "valid" as const, 0, 1),
  rounding: fc.constantFrom("floor" as const, "round" as const, "ceil" as const),
  batch: fc.integer({ min: 1, max: 2 }),
  channels: small,
});

describe("pooling, windows overlapping or apart", () => {
  fuzz("of images", { cases: 40, seed: 21 }, fc.tuple(geometry, fc.boolean()), async ([g, max]) => {
    const { pad, more, batch, channels } = g;
    const explicit = typeof pad === "number";
    const [size, strides] = explicit ? [square(g.size, 1 + pad), square(g.strides)] : [g.size, g.strides];
    const inside = pad === 0 && strides[0] <= size[0]; // else the last window may lie outside altogether
    const rounding = explicit ? (inside ? g.rounding : ("floor" as const)) : undefined;
    const op = (x: tf.Tensor): tf.Tensor =>
      (max ? tf.maxPool : tf.avgPool)(x as tf.Tensor4D, size, strides, pad, rounding);
    const x = noise([batch, size[0] + more[0], size[1] + more[1], channels]);
    if (max)
      await expectSame(
        withGradients(({ x }: X) => op(x)),
        { x },
      );
    else await expectSlopes(({ x }: X) => op(x), { x });
  });

  fuzz(
    "of volumes",
    { cases: 20, seed: 22 },
    fc.tuple(geometry, small, small, fc.nat(3), fc.boolean()),
    async ([{ size, strides, more, batch, channels, pad }, depth, stride, deeper, max]) => {
      const windows: [number, number, number] = [depth, ...size];
      const steps: [number, number, number] = [stride, ...strides];
      const padding = typeof pad === "number" ? "valid" : pad;
      const x = noise([batch, depth + deeper, size[0] + more[0], size[1] + more[1], channels]);
      if (max) {
        await expectSame(
          withGradients(({ x }: X) => tf.maxPool3d(x as tf.Tensor5D, windows, steps, padding)),
          { x },
        );
      } else await expectSlopes(({ x }: X) => tf.avgPool3d(x as tf.Tensor5D, windows, steps, padding), { x });
    },
  );

  fuzz("of the whole image", { cases: 6, seed: 23 }, geometry, async ({ more, batch, channels }) => {
    const [height, width] = [1 + more[0], 1 + more[1]];
    const x = noise([batch, height, width, channels]);
    await expectSlopes(({ x }: X) => tf.avgPool(x as tf.Tensor4D, [height, width], 1, "valid"), { x });
    await expectSlopes(({ x }: X) => tf.mean(x, [1, 2]), { x });
  });
});

describe("images in another size", () => {
  const resize = fc.record({
    from: fc.tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 6 })),
    to: fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 })),
    way: fc.constantFrom("corners" as const, "centers" as const, "plain" as const),
    batch: fc.integer({ min: 1, max: 2 }),
    channels: small,
    bilinear: fc.boolean(),
  });
  fuzz(
    "bilinear and nearest",
    { cases: 40, seed: 24 },
    resize,
    async ({ from, to, way, batch, channels, bilinear }) => {
      const op = bilinear ? tf.image.resizeBilinear : tf.image.resizeNearestNeighbor;
      const x = noise([batch, ...from, channels]);
      await expectSlopes(({ x }: X) => op(x as tf.Tensor4D, to, way === "corners", way === "centers"), { x });
    },
  );
});

describe("convolutions of other kinds", () => {
  fuzz(
    "depthwise, with multipliers, strides and dilations",
    { cases: 40, seed: 25 },
    fc.tuple(geometry, small, fc.constantFrom<[number, number]>([1, 1], [2, 1], [2, 3])),
    async ([{ size, strides, more, batch, channels, pad }, multiplier, dilations]) => {
      const dilated = dilations[0] * dilations[1] > 1;
      const padding = dilated && typeof pad === "number" ? "same" : pad;
      const explicit = typeof padding === "number";
      const taps = explicit ? square(size) : size;
      const steps: [number, number] = dilated ? [1, 1] : explicit ? square(strides) : strides;
      const reach = taps.map((count, i) => (count - 1) * dilations[i] + 1);
      const x = noise([batch, reach[0] + more[0], reach[1] + more[1], channels]);
      const filter = noise([...taps, channels, multiplier], { seed: 2 });
      const rounding = explicit ? ("floor" as const) : undefined;
      await expectSlopes(
        ({ x, filter }: X) =>
          tf.depthwiseConv2d(
            x as tf.Tensor4D,
            filter as tf.Tensor4D,
            steps,
            padding,
            "NHWC",
            dilated ? dilations : 1,
            rounding,
          ),
        { x, filter },
      );
    },
  );

  fuzz(
    "dilated",
    { cases: 15, seed: 26 },
    fc.tuple(geometry, small, fc.constantFrom<[number, number]>([2, 2], [1, 2], [3, 2])),
    async ([{ size, more, batch, channels, pad }, outputs, dilations]) => {
      const reach = size.map((taps, i) => (taps - 1) * dilations[i] + 1);
      const x = noise([batch, reach[0] + more[0], reach[1] + more[1], channels]);
      const filter = noise([...size, channels, outputs], { seed: 2 });
      const padding = typeof pad === "number" ? "valid" : pad;
      await expectSlopes(
        ({ x, filter }: X) => tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, 1, padding, "NHWC", dilations),
        { x, filter },
      );
    },
  );

  fuzz(
    "of volumes",
    { cases: 15, seed: 27 },
    fc.tuple(geometry, small, small, fc.nat(2), small),
    async ([{ size, strides, more, batch, channels, pad }, depth, stride, deeper, outputs]) => {
      const x = noise([batch, depth + deeper, size[0] + (more[0] % 3), size[1] + (more[1] % 3), channels]);
      const filter = noise([depth, ...size, channels, outputs], { seed: 2 });
      const padding = typeof pad === "number" ? "valid" : pad;
      await expectSlopes(
        ({ x, filter }: X) =>
          tf.conv3d(x as tf.Tensor5D, filter as tf.Tensor5D, [stride, ...strides] as [number, number, number], padding),
        { x, filter },
      );
    },
  );

  fuzz("grouped, as slices", { cases: 10, seed: 28 }, fc.tuple(geometry, small), async ([g, groups]) => {
    const { size, strides, more, batch, channels } = g;
    const x = noise([batch, size[0] + more[0], size[1] + more[1], groups * channels]);
    const filter = noise([...size, channels, groups * 2], { seed: 2 });
    await expectSlopes(
      ({ x, filter }: X) => {
        const images = tf.split(x, groups, 3) as tf.Tensor4D[];
        const filters = tf.split(filter, groups, 3) as tf.Tensor4D[];
        return tf.concat(images.map((image, i) => tf.conv2d(image, filters[i], strides, "same")), 3); // biome-ignore format: one line
      },
      { x, filter },
    );
  });

  fuzz(
    "separable, fused and transposed",
    { cases: 10, seed: 29 },
    geometry,
    async ({ size, more, batch, channels }) => {
      const x = noise([batch, size[0] + more[0], size[1] + more[1], channels]);
      const depthwise = noise([...size, channels, 2], { seed: 2 });
      const pointwise = noise([1, 1, channels * 2, 3], { seed: 3 });
      await expectSlopes(
        ({ x, depthwise, pointwise }: X) =>
          tf.separableConv2d(x as tf.Tensor4D, depthwise as tf.Tensor4D, pointwise as tf.Tensor4D, 1, "same"),
        { x, depthwise, pointwise },
      );
      await expectSame(
        withGradients(({ x, depthwise }: X) =>
          tf.fused.depthwiseConv2d({
            x: x as tf.Tensor4D,
            filter: depthwise as tf.Tensor4D,
            strides: 1,
            pad: "same",
            activation: "relu",
          }),
        ),
        { x, depthwise },
      );
    },
  );
});

describe("blocks of pixels", () => {
  const blocks = fc.record({
    cells: fc.tuple(small, small),
    block: fc.tuple(small, small),
    around: fc.tuple(fc.nat(2), fc.nat(2)),
    batch: small,
    channels: small,
  });
  fuzz(
    "into the batch and back",
    { cases: 15, seed: 30 },
    blocks,
    async ({ cells, block, around, batch, channels }) => {
      const paddings = cells.map((count, i) => {
        const before = Math.min(around[i], count * block[i] - 1);
        return [before, 0];
      });
      const sides = cells.map((count, i) => count * block[i] - paddings[i][0]);
      const x = noise([batch, ...sides, channels]);
      await expectSlopes(
        ({ x }: X) => {
          const spread = tf.spaceToBatchND(x, block, paddings);
          return tf.batchToSpaceND(tf.mul(spread, 2), block, paddings);
        },
        { x },
      );
      await expectSlopes(({ x }: X) => tf.spaceToBatchND(x, block, paddings), { x });
    },
  );
  fuzz("of channels", { cases: 10, seed: 31 }, blocks, async ({ cells, block, batch, channels }) => {
    const x = noise([batch, ...cells, channels * block[0] ** 2]);
    await expectSlopes(
      ({ x }: X) => (block[0] > 1 ? tf.depthToSpace(x as tf.Tensor4D, block[0], "NHWC") : tf.mul(x, 1)),
      { x },
    );
    await expectSlopes(({ x }: X) => tf.image.flipLeftRight(x as tf.Tensor4D), { x });
  });
});
