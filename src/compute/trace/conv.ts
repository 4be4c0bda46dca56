import * as tf from "@tensorflow/tfjs";
import { lower, tracer } from "./backend.ts";
import { finish, matmul } from "./matmul.ts";
import { reduce } from "./reduce.ts";

/*
 * Convolutions of images (N, H, W, C) with filters (kh, kw, Ci, Co), all as matrix products. On CPU this beats the Conv
 * and ConvTranspose of ONNX Runtime for small images (64 × 64, batch 32: 92 ms a VAE step against 178): the patches are
 * one Gather with a constant index, need no change of layout, and are shared by the forward pass and the filter gradient.
 */

type Info = tf.backend_util.Conv2DInfo;

const BLOCK_CHANNELS = 64; // up to this many channels, neighbouring columns are gathered as one block

/** Where each patch element lies in the flattened image (H·W, the row after the last where it falls into the padding). */
function patchIndex(info: Info): { index: Int32Array; padded: boolean } {
  const { inHeight, inWidth, outHeight, outWidth, filterHeight, filterWidth, padInfo } = info;
  const index = new Int32Array(outHeight * outWidth * filterHeight * filterWidth);
  let [n, padded] = [0, false];
  for (let y = 0; y < outHeight; y++) {
    for (let x = 0; x < outWidth; x++) {
      for (let i = 0; i < filterHeight; i++) {
        for (let j = 0; j < filterWidth; j++) {
          const row = y * info.strideHeight + i * info.dilationHeight - padInfo.top;
          const column = x * info.strideWidth + j * info.dilationWidth - padInfo.left;
          const outside = row < 0 || column < 0 || row >= inHeight || column >= inWidth;
          padded ||= outside;
          index[n++] = outside ? inHeight * inWidth : row * inWidth + column;
        }
      }
    }
  }
  return { index, padded };
}

/** Rows of a (N, rows, C) value at constant places: (N, places, C). */
function gatherRows(value: string, index: Int32Array): string {
  const { graph } = tracer;
  const [batch, , channels] = graph.info(value).shape;
  const places = graph.constant(index, [index.length], "int32");
  const info = { shape: [batch, index.length, channels], dtype: "float32" } as const;
  return graph.one("Gather", [value, places], info, { axis: 1 });
}

/** All patches as rows: (N·OH·OW, kh·kw·C). */
function patches(image: string, info: Info): string {
  const { graph } = tracer;
  const { batchSize: batch, inChannels: channels, strideWidth: stride, filterWidth, inWidth } = info;
  const pixels = info.inHeight * inWidth;
  const positions = info.outHeight * info.outWidth;
  const taps = info.filterHeight * filterWidth;
  const shape = [batch * positions, taps * channels];
  const { index, padded } = patchIndex(info);
  if (!padded && index.length === pixels && index.every((place, i) => place === i)) return graph.reshape(image, shape); // 1 × 1, or the whole image
  let flat = graph.reshape(image, [batch, pixels, channels]);
  if (padded) {
    flat = graph.pad(flat, [
      [0, 0],
      [0, 1],
      [0, 0],
    ]);
  } else if (
    stride > 1 &&
    filterWidth % stride === 0 &&
    inWidth % stride === 0 &&
    channels <= BLOCK_CHANNELS &&
    info.dilationWidth === 1
  ) {
    const blocks = Int32Array.from({ length: index.length / stride }, (_, i) => index[i * stride] / stride);
    flat = graph.reshape(flat, [batch, pixels / stride, channels * stride]);
    return graph.reshape(gatherRows(flat, blocks), shape);
  }
  return graph.reshape(gatherRows(flat, index), shape);
}

function conv2d(x: tf.TensorInfo, filter: tf.TensorInfo, info: Info): string {
  const { graph } = tracer;
  const taps = info.filterHeight * info.filterWidth * info.inChannels;
  const kernel = graph.reshape(tracer.value(filter), [taps, info.outChannels]);
  return graph.reshape(matmul(patches(tracer.value(x), info), kernel), info.outShape);
}

const FEW_CHANNELS = 32; // output channels up to which a filter gradient is summed image by image
const MANY_POSITIONS = 8192; // rows from which that is worth it

/** ∂loss/∂filter = patchesᵀ · dy. */
function filterGradient(x: tf.TensorInfo, dy: tf.TensorInfo, info: Info): string {
  const { graph } = tracer;
  const positions = info.outHeight * info.outWidth;
  const places = info.batchSize * positions;
  const columns = patches(tracer.value(x), info);
  const slopes = tracer.value(dy);
  if (info.outChannels <= FEW_CHANNELS && places >= MANY_POSITIONS && info.batchSize > 1) {
    // A long product of two narrow matrices: in ONNX Runtime a third faster as one product an image, the shorter side first.
    const taps = graph.info(columns).shape[1];
    const left = graph.transpose(graph.reshape(slopes, [info.batchSize, positions, info.outChannels]), [0, 2, 1]);
    const each = matmul(left, graph.reshape(columns, [info.batchSize, positions, taps])); // (N, Co, taps)
    const sum = reduce("ReduceSum", each, [0], [info.outChannels, taps]);
    return graph.reshape(graph.transpose(sum, [1, 0]), info.filterShape);
  }
  const rows = graph.reshape(slopes, [places, info.outChannels]);
  return graph.reshape(matmul(columns, rows, { a: true }), info.filterShape);
}

/**
 * ∂loss/∂x, which is also the transposed convolution. Each pixel of the padded image has a phase, its place modulo the
 * stride; pixels of one phase see the same taps. So the filter is split by phase, the taps of ⌈k/s⌉² neighbouring
 * positions of dy are gathered, one product gives all s² phases of a cell, and cells are unfolded into pixels.
 */
function inputGradient(dy: tf.TensorInfo, filter: tf.TensorInfo, info: Info): string {
  const { graph } = tracer;
  const { batchSize: batch, inChannels, outChannels, outHeight, outWidth, padInfo } = info;
  const { strideHeight: sy, strideWidth: sx, inHeight, inWidth } = info;
  const positions = outHeight * outWidth;
  const taps = info.filterHeight * info.filterWidth;
  const slopes = tracer.value(dy);
  if (positions === 1 && taps === inHeight * inWidth) {
    const rows = graph.reshape(slopes, [batch, outChannels]);
    const kernel = graph.reshape(tracer.value(filter), [taps * inChannels, outChannels]);
    return graph.reshape(matmul(rows, kernel, { b: true }), info.inShape); // one position covers the image
  }
  const [ky, kx] = [Math.ceil(info.filterHeight / sy), Math.ceil(info.filterWidth / sx)];
  const [cellsY, cellsX] = [outHeight + ky - 1, outWidth + kx - 1];

  const whole = graph.pad(tracer.value(filter), [
    [0, ky * sy - info.filterHeight],
    [0, kx * sx - info.filterWidth],
    [0, 0],
    [0, 0],
  ]);
  // Only the long rows over outChannels move, which is far cheaper than to transpose them: the product does that on the way.
  const byPhase = graph.transpose(graph.reshape(whole, [ky, sy, kx, sx, inChannels, outChannels]), [1, 3, 4, 0, 2, 5]);
  const kernel = graph.reshape(byPhase, [sy * sx * inChannels, ky * kx * outChannels]);

  const index = new Int32Array(cellsY * cellsX * ky * kx);
  let n = 0;
  for (let y = 0; y < cellsY; y++) {
    for (let x = 0; x < cellsX; x++) {
      for (let i = 0; i < ky; i++) {
        for (let j = 0; j < kx; j++) {
          const [row, column] = [y - i, x - j];
          const outside = row < 0 || column < 0 || row >= outHeight || column >= outWidth;
          index[n++] = outside ? positions : row * outWidth + column; // the row after the last is zero
        }
      }
    }
  }
  const rows = graph.pad(graph.reshape(slopes, [batch, positions, outChannels]), [
    [0, 0],
    [0, 1],
    [0, 0],
  ]);
  const neighbours = graph.reshape(gatherRows(rows, index), [batch * cellsY * cellsX, ky * kx * outChannels]);
  const cells = graph.reshape(matmul(neighbours, kernel, { b: true }), [batch, cellsY, cellsX, sy, sx, inChannels]);
  const pixels = graph.reshape(graph.transpose(cells, [0, 1, 3, 2, 4, 5]), [
    batch,
    cellsY * sy,
    cellsX * sx,
    inChannels,
  ]);

  const bottom = Math.min(cellsY * sy, padInfo.top + inHeight);
  const right = Math.min(cellsX * sx, padInfo.left + inWidth);
  const inner = graph.slice(pixels, [0, padInfo.top, padInfo.left, 0], [batch, bottom, right, inChannels]);
  return graph.pad(inner, [
    [0, 0],
    [0, inHeight - (bottom - padInfo.top)], // rows that no window reached have no slope
    [0, inWidth - (right - padInfo.left)],
    [0, 0],
  ]);
}

interface Layout {
  readonly dataFormat?: string;
}

function requireChannelsLast({ dataFormat }: Layout): void {
  if (dataFormat && dataFormat !== "NHWC") throw tracer.refuse(`convolves in the layout ${dataFormat}`, "Use NHWC.");
}

const { computeConv2DInfo } = tf.backend_util;
type Shape4 = [number, number, number, number];

lower<tf.Conv2DAttrs>("Conv2D", ({ x, filter }, a) => {
  requireChannelsLast(a);
  const info = computeConv2DInfo(
    x.shape as Shape4,
    filter.shape as Shape4,
    a.strides,
    a.dilations,
    a.pad,
    a.dimRoundingMode,
  );
  return tracer.result(conv2d(x, filter, info));
});

lower<tf.FusedConv2DAttrs>("FusedConv2D", ({ x, filter, bias }, a) => {
  requireChannelsLast(a);
  const info = computeConv2DInfo(
    x.shape as Shape4,
    filter.shape as Shape4,
    a.strides,
    a.dilations,
    a.pad,
    a.dimRoundingMode,
  );
  return tracer.result(finish(conv2d(x, filter, info), bias, a.activation, a.leakyreluAlpha));
});

lower<tf.Conv2DBackpropFilterAttrs>("Conv2DBackpropFilter", ({ x, dy }, a) => {
  requireChannelsLast(a);
  return tracer.result(
    filterGradient(x, dy, computeConv2DInfo(x.shape as Shape4, a.filterShape, a.strides, 1, a.pad, a.dimRoundingMode)),
  );
});

lower<tf.Conv2DBackpropInputAttrs>("Conv2DBackpropInput", ({ dy, filter }, a) => {
  requireChannelsLast(a);
  const info = computeConv2DInfo(a.inputShape, filter.shape as Shape4, a.strides, 1, a.pad, a.dimRoundingMode);
  return tracer.result(inputGradient(dy, filter, info));
});
