import * as tf from "@tensorflow/tfjs";
import { lower, tracer } from "./backend.ts";

/* Pooling and resizing of images (N, H, W, C). */

interface PoolAttributes {
  readonly filterSize: number | [number, number];
  readonly strides: number | [number, number];
  readonly pad: "valid" | "same" | number;
  readonly dimRoundingMode?: "floor" | "round" | "ceil";
}

type Shape4 = [number, number, number, number];
type Pool = tf.backend_util.Conv2DInfo;

function poolInfo(shape: readonly number[], a: PoolAttributes): Pool {
  return tf.backend_util.computePool2DInfo(shape as Shape4, a.filterSize, a.strides, 1, a.pad, a.dimRoundingMode);
}

for (const [name, op] of Object.entries({ MaxPool: "MaxPool", AvgPool: "AveragePool" })) {
  lower<PoolAttributes>(name, ({ x }, attributes) => {
    const { graph } = tracer;
    const { filterHeight, filterWidth, strideHeight, strideWidth, padInfo, outShape } = poolInfo(x.shape, attributes);
    const [batch, height, width, channels] = outShape;
    const pooled = graph.one(
      op,
      [graph.transpose(tracer.value(x), [0, 3, 1, 2])],
      { shape: [batch, channels, height, width], dtype: "float32" },
      {
        kernel_shape: [filterHeight, filterWidth],
        strides: [strideHeight, strideWidth],
        pads: [padInfo.top, padInfo.left, padInfo.bottom, padInfo.right],
      },
    );
    return tracer.result(graph.transpose(pooled, [0, 2, 3, 1]));
  });
}

/** Every pixel repeated ry × rx times: (N, H, W, C) → (N, H·ry, W·rx, C). */
function enlarge(value: string, ry: number, rx: number): string {
  const { graph } = tracer;
  const [batch, height, width, channels] = graph.info(value).shape;
  const spread = graph.expand(graph.reshape(value, [batch, height, 1, width, 1, channels]), [
    batch,
    height,
    ry,
    width,
    rx,
    channels,
  ]);
  return graph.reshape(spread, [batch, height * ry, width * rx, channels]);
}

/** The window, where windows tile the image without overlap; the gradient of any other pooling has no lowering. */
function tiling(name: string, shape: readonly number[], attributes: PoolAttributes): { ry: number; rx: number } {
  const info = poolInfo(shape, attributes);
  const { filterHeight: ry, filterWidth: rx } = info;
  const tiles =
    ry === info.strideHeight &&
    rx === info.strideWidth &&
    info.outHeight * ry === shape[1] &&
    info.outWidth * rx === shape[2];
  if (!tiles) throw tracer.refuse(`uses ${name} with windows that overlap or leave a rest`);
  return { ry, rx };
}

lower<PoolAttributes>("AvgPoolGrad", ({ dy, input }, attributes) => {
  const { ry, rx } = tiling("AvgPoolGrad", input.shape, attributes);
  const info = { shape: input.shape, dtype: "float32" } as const;
  return tracer.result(
    tracer.graph.one("Div", [enlarge(tracer.value(dy), ry, rx), tracer.graph.scalar(ry * rx)], info),
  );
});

/** The slope goes to the first maximum of a window, as in tfjs. */
lower<PoolAttributes>("MaxPoolGrad", ({ dy, input }, attributes) => {
  const { graph } = tracer;
  const { ry, rx } = tiling("MaxPoolGrad", input.shape, attributes);
  const [batch, height, width, channels] = input.shape;
  const cells = [batch, height / ry, ry, width / rx, rx, channels];
  const windows = graph.transpose(graph.reshape(tracer.value(input), cells), [0, 1, 3, 5, 2, 4]);
  const flat = [batch, height / ry, width / rx, channels, ry * rx];
  const winner = graph.one(
    "ArgMax",
    [graph.reshape(windows, flat)],
    { shape: [...flat.slice(0, 4), 1], dtype: "int64" },
    { axis: 4, keepdims: 1 },
  );
  const places = graph.constant(
    BigInt64Array.from({ length: ry * rx }, (_, i) => BigInt(i)),
    [ry * rx],
    "int64",
  );
  const hit = graph.one("Equal", [winner, places], { shape: flat, dtype: "bool" });
  const slope = graph.reshape(tracer.value(dy), [...flat.slice(0, 4), 1]);
  const spread = graph.one("Where", [hit, slope, graph.scalar(0)], { shape: flat, dtype: "float32" });
  const back = graph.transpose(
    graph.reshape(spread, [batch, height / ry, width / rx, channels, ry, rx]),
    [0, 1, 4, 2, 5, 3],
  );
  return tracer.result(graph.reshape(back, input.shape));
});

lower<tf.ResizeNearestNeighborAttrs>("ResizeNearestNeighbor", ({ images }, { size, alignCorners }) => {
  const [ry, rx] = [size[0] / images.shape[1], size[1] / images.shape[2]];
  if (alignCorners || !Number.isInteger(ry) || !Number.isInteger(rx)) {
    throw tracer.refuse("uses ResizeNearestNeighbor to other than whole multiples");
  }
  return tracer.result(enlarge(tracer.graph.cast(tracer.value(images), "float32"), ry, rx));
});
