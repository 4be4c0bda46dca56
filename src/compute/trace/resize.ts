import type * as tf from "@tensorflow/tfjs";
import { sizeOf } from "../array.ts";
import { bilinear, type LinearMap, nearest, termsOf } from "../linear-map.ts";
import { lower, tracer } from "./backend.ts";

/* Images (N, H, W, C) in another size. The gradients are written in ops of tfjs (mended/images.ts). */

/** A linear map along one axis of a value. */
function mapAxis(value: string, axis: number, map: LinearMap): string {
  const { graph } = tracer;
  const { shape } = graph.info(value);
  const { width, places, weights, plain } = termsOf(map);
  const [outer, inner] = [sizeOf(shape.slice(0, axis)), sizeOf(shape.slice(axis + 1))];
  const result = shape.map((length, i) => (i === axis ? map.length : length));
  if (plain && map.length === shape[axis] && places.every((place, i) => place === i)) return value;
  const flat = graph.reshape(value, [outer, shape[axis], inner]);
  const index = graph.constant(places, [places.length], "int32");
  const info = { shape: [outer, places.length, inner], dtype: "float32" } as const;
  const taken = graph.one("Gather", [flat, index], info, { axis: 1 });
  if (plain) return graph.reshape(taken, result);
  const terms = { shape: [outer, map.length, width, inner], dtype: "float32" } as const;
  const factors = graph.constant(weights, [map.length, width, 1], "float32");
  const weighted = graph.one("Mul", [graph.reshape(taken, terms.shape), factors], terms);
  const sums = graph.one(
    "ReduceSum",
    [graph.reshape(weighted, [outer * map.length, width, inner]), graph.integers([1])],
    { shape: [outer * map.length, inner], dtype: "float32" },
    { keepdims: 0 },
  );
  return graph.reshape(sums, result);
}

/** Every pixel repeated ry × rx times: (N, H, W, C) → (N, H·ry, W·rx, C). */
function enlarge(value: string, ry: number, rx: number): string {
  const { graph } = tracer;
  const [batch, height, width, channels] = graph.info(value).shape;
  const cells = graph.reshape(value, [batch, height, 1, width, 1, channels]);
  return graph.reshape(graph.expand(cells, [batch, height, ry, width, rx, channels]), [
    batch,
    height * ry,
    width * rx,
    channels,
  ]);
}

lower<tf.ResizeNearestNeighborAttrs>("ResizeNearestNeighbor", ({ images }, attributes) => {
  const { size, alignCorners, halfPixelCenters } = attributes;
  const [, height, width] = images.shape;
  const value = tracer.graph.cast(tracer.value(images), "float32");
  const [ry, rx] = [size[0] / height, size[1] / width];
  if (!alignCorners && Number.isInteger(ry) && Number.isInteger(rx)) return tracer.result(enlarge(value, ry, rx));
  const along = (from: number, to: number): LinearMap => nearest({ from, to, alignCorners, halfPixelCenters });
  return tracer.result(mapAxis(mapAxis(value, 1, along(height, size[0])), 2, along(width, size[1])));
});

lower<tf.ResizeBilinearAttrs>("ResizeBilinear", ({ images }, { size, alignCorners, halfPixelCenters }) => {
  const [, height, width] = images.shape;
  const along = (from: number, to: number): LinearMap => bilinear({ from, to, alignCorners, halfPixelCenters });
  const value = tracer.graph.cast(tracer.value(images), "float32");
  return tracer.result(mapAxis(mapAxis(value, 1, along(height, size[0])), 2, along(width, size[1])));
});
