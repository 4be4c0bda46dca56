import * as tf from "@tensorflow/tfjs";
import { lower, tracer } from "./backend.ts";

/* Blocks of pixels moved into the batch or the channels and back: reshapes around one transpose. */

lower<tf.DepthToSpaceAttrs>("DepthToSpace", ({ x }, { blockSize: block, dataFormat }) => {
  if (dataFormat !== "NHWC") throw tracer.refuse(`uses DepthToSpace in the layout ${dataFormat}`, "Use NHWC.");
  const { graph } = tracer;
  const [batch, height, width, channels] = x.shape;
  const depth = channels / block ** 2;
  const cells = graph.reshape(tracer.value(x), [batch, height, width, block, block, depth]);
  const pixels = graph.transpose(cells, [0, 1, 3, 2, 4, 5]);
  return tracer.result(graph.reshape(pixels, [batch, height * block, width * block, depth]));
});

lower<tf.SpaceToBatchNDAttrs>("SpaceToBatchND", ({ x }, { blockShape, paddings }) => {
  const { graph } = tracer;
  const around = x.shape.map((_, axis) => (paddings[axis - 1] ?? [0, 0]) as [number, number]);
  const padded = graph.pad(tracer.value(x), around);
  const { shape } = graph.info(padded);
  const rank = blockShape.length;
  const rest = shape.slice(rank + 1);
  const cells = [shape[0], ...blockShape.flatMap((block, i) => [shape[i + 1] / block, block]), ...rest];
  const inner = blockShape.map((_, i) => 2 + 2 * i); // the places within a block go first, then the batch, then the blocks
  const outer = blockShape.map((_, i) => 1 + 2 * i);
  const order = [...inner, 0, ...outer, ...rest.map((_, i) => 1 + 2 * rank + i)];
  const result = [
    blockShape.reduce((product, block) => product * block, shape[0]),
    ...blockShape.map((block, i) => shape[i + 1] / block),
    ...rest,
  ];
  return tracer.result(graph.reshape(graph.transpose(graph.reshape(padded, cells), order), result));
});

lower<tf.BatchToSpaceNDAttrs>("BatchToSpaceND", ({ x }, { blockShape, crops }) => {
  const { graph } = tracer;
  const rank = blockShape.length;
  const batch = x.shape[0] / blockShape.reduce((product, block) => product * block, 1);
  const rest = x.shape.slice(rank + 1);
  const cells = graph.reshape(tracer.value(x), [...blockShape, batch, ...x.shape.slice(1)]);
  const order = [
    rank,
    ...blockShape.flatMap((_, i) => [rank + 1 + i, i]), // each block's place follows its block
    ...rest.map((_, i) => 2 * rank + 1 + i),
  ];
  const whole = [batch, ...blockShape.map((block, i) => x.shape[i + 1] * block), ...rest];
  const pixels = graph.reshape(graph.transpose(cells, order), whole);
  const begin = whole.map((_, axis) => crops[axis - 1]?.[0] ?? 0);
  const end = whole.map((length, axis) => length - (crops[axis - 1]?.[1] ?? 0));
  return tracer.result(graph.slice(pixels, begin, end));
});

/** Pictures with left and right exchanged: (N, H, W, C). */
lower("FlipLeftRight", ({ image }) => {
  const { shape } = image;
  const begin = shape.map((_, axis) => (axis === 2 ? shape[2] - 1 : 0));
  const end = shape.map((length, axis) => (axis === 2 ? -1 : length));
  const steps = shape.map((_, axis) => (axis === 2 ? -1 : 1));
  return tracer.result(tracer.graph.slice(tracer.value(image), begin, end, steps));
});

/** A matrix (of any rank) with x on its diagonal. */
lower("Diag", ({ x }) => {
  const { graph } = tracer;
  const size = tf.util.sizeFromShape(x.shape);
  const identity = new Float32Array(size * size);
  for (let i = 0; i < size; i++) identity[i * (size + 1)] = 1;
  const dtype = graph.info(tracer.value(x)).dtype;
  const eye = graph.cast(graph.constant(identity, [size, size], "float32"), dtype);
  const row = graph.reshape(tracer.value(x), [1, size]);
  const matrix = graph.one("Mul", [eye, row], { shape: [size, size], dtype });
  return tracer.result(graph.reshape(matrix, [...x.shape, ...x.shape]));
});
