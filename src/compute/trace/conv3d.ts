import * as tf from "@tensorflow/tfjs";
import { windowAxes } from "../linear-map.ts";
import { lower, tracer } from "./backend.ts";
import { matmul } from "./matmul.ts";
import { addWindows, takeWindows, type WindowIndex, windowIndex } from "./windows.ts";

/* Convolutions of volumes (N, D, H, W, C) with filters (kd, kh, kw, Ci, Co), as matrix products like those of images. */

type Info = tf.backend_util.Conv3DInfo;
type Shape5 = [number, number, number, number, number];

interface Attributes {
  readonly strides: number | [number, number, number];
  readonly pad: "valid" | "same";
  readonly dilations?: number | [number, number, number];
}

const infoOf = (shape: readonly number[], filter: readonly number[], { strides, pad, dilations }: Attributes): Info =>
  tf.backend_util.computeConv3DInfo(shape as Shape5, filter as Shape5, strides, dilations ?? 1, pad);

/** All patches as rows: (N·positions, taps·Ci). */
function patches(x: tf.TensorInfo, info: Info, windows: WindowIndex): string {
  const { graph } = tracer;
  const { batchSize: batch, inChannels: channels } = info;
  const { pixels, positions, taps } = windows;
  const taken = takeWindows(graph.reshape(tracer.value(x), [batch, pixels, channels]), windows);
  return graph.reshape(taken, [batch * positions, taps * channels]);
}

lower<Attributes>("Conv3D", ({ x, filter }, attributes) => {
  const { graph } = tracer;
  const info = infoOf(x.shape, filter.shape, attributes);
  const windows = windowIndex(windowAxes(info));
  const kernel = graph.reshape(tracer.value(filter), [windows.taps * info.inChannels, info.outChannels]);
  return tracer.result(graph.reshape(matmul(patches(x, info, windows), kernel), info.outShape));
});

lower<Attributes & { readonly filterShape: Shape5 }>("Conv3DBackpropFilterV2", ({ x, dy }, attributes) => {
  const { graph } = tracer;
  const info = infoOf(x.shape, attributes.filterShape, attributes);
  const windows = windowIndex(windowAxes(info));
  const slopes = graph.reshape(tracer.value(dy), [info.batchSize * windows.positions, info.outChannels]);
  const gradient = matmul(patches(x, info, windows), slopes, { a: true });
  return tracer.result(graph.reshape(gradient, attributes.filterShape));
});

lower<Attributes & { readonly inputShape: Shape5 }>("Conv3DBackpropInputV2", ({ dy, filter }, attributes) => {
  const { graph } = tracer;
  const info = infoOf(attributes.inputShape, filter.shape, attributes);
  const windows = windowIndex(windowAxes(info));
  const { batchSize: batch, inChannels, outChannels } = info;
  const kernel = graph.reshape(tracer.value(filter), [windows.taps * inChannels, outChannels]);
  const slopes = graph.reshape(tracer.value(dy), [batch * windows.positions, outChannels]);
  const rows = graph.reshape(matmul(slopes, kernel, { b: true }), [
    batch,
    windows.positions * windows.taps,
    inChannels,
  ]);
  return tracer.result(graph.reshape(addWindows(rows, windows), attributes.inputShape));
});
