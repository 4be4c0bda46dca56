import * as tf from "@tensorflow/tfjs";
import { type WindowAxis, windowAxes } from "../linear-map.ts";
import { lower, tracer } from "./backend.ts";
import { addWindows, takeWindows, windowIndex } from "./windows.ts";

/*
 * Pooling of images (N, H, W, C) and volumes (N, D, H, W, C) with any windows. The gradient of mean pooling is written in
 * ops of tfjs (mended/images.ts), as tfjs has it wrong; that of max pooling is a kernel.
 */

interface PoolAttributes {
  readonly filterSize: number | [number, number];
  readonly strides: number | [number, number];
  readonly pad: "valid" | "same" | number;
  readonly dimRoundingMode?: "floor" | "round" | "ceil";
}

type Shape4 = [number, number, number, number];
type Shape5 = [number, number, number, number, number];
type Triple = [number, number, number];

interface Pooling {
  readonly axes: readonly WindowAxis[];
  readonly outShape: readonly number[];
}

function poolingOf(shape: readonly number[], a: PoolAttributes): Pooling {
  const { computePool2DInfo, computePool3DInfo } = tf.backend_util;
  if (shape.length === 4) {
    const info = computePool2DInfo(shape as Shape4, a.filterSize, a.strides, 1, a.pad, a.dimRoundingMode);
    return { axes: windowAxes(info), outShape: info.outShape };
  }
  const [size, strides] = [a.filterSize, a.strides] as unknown as (number | Triple)[];
  const info = computePool3DInfo(shape as Shape5, size, strides, 1, a.pad as "valid", a.dimRoundingMode);
  return { axes: windowAxes(info), outShape: info.outShape };
}

const POOLS = { MaxPool: "MaxPool", AvgPool: "AveragePool", MaxPool3D: "MaxPool", AvgPool3D: "AveragePool" };
for (const [name, op] of Object.entries(POOLS)) {
  lower<PoolAttributes>(name, ({ x }, attributes) => {
    const { graph } = tracer;
    const { axes, outShape } = poolingOf(x.shape, attributes);
    const last = axes.length + 1;
    const spatial = axes.map((_, i) => i + 1);
    const before = axes.map((axis) => Math.max(0, axis.before));
    const begin = x.shape.map((_, axis) => Math.max(0, -(axes[axis - 1]?.before ?? 0))); // tfjs pads volumes by less than none
    const image = graph.slice(tracer.value(x), begin, x.shape);
    const channelsFirst = graph.transpose(image, [0, last, ...spatial]);
    const after = axes.map(({ length, count, size, stride, before }) =>
      Math.max(0, (count - 1) * stride + size - before - length),
    );
    const pooled = graph.one(
      op,
      [channelsFirst],
      { shape: [outShape[0], outShape[last], ...outShape.slice(1, last)], dtype: "float32" },
      {
        kernel_shape: axes.map(({ size }) => size),
        strides: axes.map(({ stride }) => stride),
        pads: [...before, ...after], // padding counts for no mean and no maximum
      },
    );
    return tracer.result(graph.transpose(pooled, [0, ...spatial.map((axis) => axis + 1), 1]));
  });
}

/** The slope goes to the first maximum of each window, as in tfjs. */
for (const name of ["MaxPoolGrad", "MaxPool3DGrad"]) {
  lower<PoolAttributes>(name, ({ dy, input }, attributes) => {
    const { graph } = tracer;
    const { axes } = poolingOf(input.shape, attributes);
    const windows = windowIndex(axes);
    const { pixels, positions, taps } = windows;
    const [batch, channels] = [input.shape[0], input.shape.at(-1)!];
    const image = graph.reshape(tracer.value(input), [batch, pixels, channels]);
    const shape = [batch, positions, taps, channels];
    const seen = graph.reshape(takeWindows(image, windows, Number.NEGATIVE_INFINITY), shape);
    const slope = [batch, positions, 1, channels];
    const winner = graph.one("ArgMax", [seen], { shape: slope, dtype: "int64" }, { axis: 2, keepdims: 1 });
    const places = graph.constant(
      BigInt64Array.from({ length: taps }, (_, i) => BigInt(i)),
      [taps, 1],
      "int64",
    );
    const hit = graph.one("Equal", [winner, places], { shape, dtype: "bool" });
    const spread = graph.one("Where", [hit, graph.reshape(tracer.value(dy), slope), graph.scalar(0)], {
      shape,
      dtype: "float32",
    });
    const sums = addWindows(graph.reshape(spread, [batch, positions * taps, channels]), windows);
    return tracer.result(graph.reshape(sums, input.shape));
  });
}
