import * as tf from "@tensorflow/tfjs";
import { windowAxes } from "../linear-map.ts";
import { lower, tracer } from "./backend.ts";
import { finish } from "./matmul.ts";

/*
 * Depthwise convolutions: images (N, H, W, C), filters (kh, kw, C, M), results (N, OH, OW, C·M). Forward and towards the
 * image these are ONNX's own grouped Conv and ConvTranspose; the filter gradient is one product and sum for each tap.
 */

type Info = tf.backend_util.Conv2DInfo;
type Shape4 = [number, number, number, number];

type Geometry = Pick<tf.DepthwiseConv2dNativeAttrs, "strides" | "pad" | "dilations" | "dimRoundingMode">;

function infoOf(shape: readonly number[], filter: readonly number[], a: Geometry): Info {
  return tf.backend_util.computeConv2DInfo(
    shape as Shape4,
    filter as Shape4,
    a.strides,
    a.dilations ?? 1,
    a.pad,
    a.dimRoundingMode,
    true,
  );
}

/** Padding that makes the windows come out exactly: after the last axis' element, less where windows leave a rest. */
function paddings(info: Info): readonly (readonly [before: number, after: number])[] {
  return windowAxes(info).map(({ length, count, size, stride, dilation, before }) => [
    before,
    (count - 1) * stride + (size - 1) * dilation + 1 - before - length,
  ]);
}

/** (kh, kw, C, M) as ONNX wants filters of C groups: (C·M, 1, kh, kw). */
function grouped(filter: tf.TensorInfo): string {
  const { graph } = tracer;
  const [height, width, channels, multiplier] = filter.shape;
  return graph.reshape(graph.transpose(tracer.value(filter), [2, 3, 0, 1]), [channels * multiplier, 1, height, width]);
}

const attributesOf = (info: Info, pads: readonly number[]) => ({
  group: info.inChannels,
  kernel_shape: [info.filterHeight, info.filterWidth],
  strides: [info.strideHeight, info.strideWidth],
  dilations: [info.dilationHeight, info.dilationWidth],
  pads,
});

function depthwise(x: tf.TensorInfo, filter: tf.TensorInfo, info: Info): string {
  const { graph } = tracer;
  const [rows, columns] = paddings(info);
  const [batch, height, width, channels] = info.outShape;
  const result = graph.one(
    "Conv",
    [graph.transpose(tracer.value(x), [0, 3, 1, 2]), grouped(filter)],
    { shape: [batch, channels, height, width], dtype: "float32" },
    attributesOf(info, [rows[0], columns[0], Math.max(0, rows[1]), Math.max(0, columns[1])]),
  );
  return graph.transpose(result, [0, 2, 3, 1]);
}

lower<tf.DepthwiseConv2dNativeAttrs>("DepthwiseConv2dNative", ({ x, filter }, a) =>
  tracer.result(depthwise(x, filter, infoOf(x.shape, filter.shape, a))),
);

lower<tf.FusedDepthwiseConv2DAttrs>("FusedDepthwiseConv2D", ({ x, filter, bias, preluActivationWeights }, a) => {
  if (preluActivationWeights) throw tracer.refuse("fuses prelu into a depthwise convolution");
  const result = depthwise(x, filter, infoOf(x.shape, filter.shape, a));
  return tracer.result(finish(result, bias, a.activation, a.leakyreluAlpha));
});

lower<tf.DepthwiseConv2dNativeBackpropInputAttrs>("DepthwiseConv2dNativeBackpropInput", ({ dy, filter }, a) => {
  const { graph } = tracer;
  const info = infoOf(a.inputShape, filter.shape, a);
  const [batch, height, width, channels] = info.inShape;
  const axes = windowAxes(info);
  const whole = axes.map(({ count, size, stride, dilation }) => (count - 1) * stride + (size - 1) * dilation + 1);
  const full = graph.one(
    "ConvTranspose",
    [graph.transpose(tracer.value(dy), [0, 3, 1, 2]), grouped(filter)],
    { shape: [batch, channels, whole[0], whole[1]], dtype: "float32" },
    attributesOf(info, [0, 0, 0, 0]),
  );
  // The slopes of padding fall away; pixels that no window reached have none.
  const kept = axes.map(({ length, before }, i) => Math.min(whole[i], before + length));
  const inner = graph.slice(full, [0, 0, axes[0].before, axes[1].before], [batch, channels, kept[0], kept[1]]);
  const missing = axes.map(({ length, before }, i) => length - (kept[i] - before));
  const pixels = graph.pad(inner, [
    [0, 0],
    [0, 0],
    [0, missing[0]],
    [0, missing[1]],
  ]);
  return tracer.result(graph.reshape(graph.transpose(pixels, [0, 2, 3, 1]), [batch, height, width, channels]));
});

lower<tf.DepthwiseConv2dNativeBackpropFilterAttrs>("DepthwiseConv2dNativeBackpropFilter", ({ x, dy }, a) => {
  const { graph } = tracer;
  const info = infoOf(x.shape, a.filterShape, a);
  const { batchSize: batch, inChannels: channels, outHeight, outWidth } = info;
  const [filterHeight, filterWidth, , multiplier] = a.filterShape;
  const [rows, columns] = paddings(info);
  const image = graph.pad(tracer.value(x), [
    [0, 0],
    [rows[0], Math.max(0, rows[1])],
    [columns[0], Math.max(0, columns[1])],
    [0, 0],
  ]);
  const positions = batch * outHeight * outWidth;
  const slopes = graph.reshape(tracer.value(dy), [positions, channels, multiplier]);
  const taps: string[] = [];
  for (let i = 0; i < filterHeight; i++) {
    for (let j = 0; j < filterWidth; j++) {
      const [top, left] = [i * info.dilationHeight, j * info.dilationWidth];
      const end = [
        batch,
        top + (outHeight - 1) * info.strideHeight + 1,
        left + (outWidth - 1) * info.strideWidth + 1,
        channels,
      ];
      const pixels = graph.slice(image, [0, top, left, 0], end, [1, info.strideHeight, info.strideWidth, 1]);
      const products = graph.one("Mul", [graph.reshape(pixels, [positions, channels, 1]), slopes], {
        shape: [positions, channels, multiplier],
        dtype: "float32",
      });
      taps.push(
        graph.one(
          "ReduceSum",
          [graph.reshape(products, [positions, channels * multiplier]), graph.integers([0])],
          { shape: [1, channels * multiplier], dtype: "float32" },
          { keepdims: 1 },
        ),
      );
    }
  }
  const shape = [taps.length, channels * multiplier];
  const all = taps.length > 1 ? graph.one("Concat", taps, { shape, dtype: "float32" }, { axis: 0 }) : taps[0];
  return tracer.result(graph.reshape(all, a.filterShape));
});
