import * as tf from "@tensorflow/tfjs";
import {
  bilinear,
  type LinearMap,
  nearest,
  type Resampling,
  transposed,
  type WindowAxis,
  windowAxes,
  windowMeans,
} from "../linear-map.ts";
import { mapAxis } from "./map-axis.ts";
import { mend } from "./mend.ts";

/*
 * Enlarged images have wrong gradients beyond the first of a batch (nearest) and with half-pixel centres (both); those of
 * mean pooling divide by the whole window where part of it is padding; pooling forgets its rounding mode; flips have none.
 */

interface Resize {
  readonly size: readonly [number, number];
  readonly alignCorners: boolean;
  readonly halfPixelCenters: boolean;
}

type Sampler = (axis: Resampling) => LinearMap;

function resizeSlope(dy: tf.Tensor, images: tf.Tensor, { size, ...options }: Resize, sampler: Sampler): tf.Tensor {
  const [height, width] = [images.shape[1]!, images.shape[2]!];
  const back = (from: number, to: number): LinearMap => transposed(sampler({ from, to, ...options }), from);
  return mapAxis(mapAxis(dy, 1, back(height, size[0])), 2, back(width, size[1]));
}

mend("ResizeNearestNeighbor", {
  inputsToSave: ["images"],
  gradFunc: (dy, [images], attributes) => ({
    images: () => {
      const [batch, height, width, channels] = images.shape;
      const resize = attributes as unknown as Resize;
      const [ry, rx] = [resize.size[0] / height, resize.size[1] / width];
      if (resize.alignCorners || !Number.isInteger(ry) || !Number.isInteger(rx)) {
        return resizeSlope(dy as tf.Tensor, images, resize, nearest);
      }
      return tf.sum(tf.reshape(dy as tf.Tensor, [batch, height, ry, width, rx, channels]), [2, 4]); // each pixel's copies
    },
  }),
});

mend("ResizeBilinear", {
  inputsToSave: ["images"],
  gradFunc: (dy, [images], attributes) => ({
    images: () => resizeSlope(dy as tf.Tensor, images, attributes as unknown as Resize, bilinear),
  }),
});

type Shape4 = [number, number, number, number];
type Shape5 = [number, number, number, number, number];

/** Windows that are means of products of axes: the map of each axis, one after the other. */
function meanSlope(dy: tf.Tensor, axes: readonly WindowAxis[]): tf.Tensor {
  return axes.reduce((slope, axis, i) => mapAxis(slope, i + 1, transposed(windowMeans(axis), axis.length)), dy);
}

mend("AvgPool", {
  inputsToSave: ["x"],
  gradFunc: (dy, [x], attributes) => {
    const { filterSize, strides, pad, dimRoundingMode } = attributes as unknown as tf.AvgPoolAttrs;
    const info = tf.backend_util.computePool2DInfo(
      x.shape as Shape4,
      filterSize,
      strides,
      1,
      pad as "valid",
      dimRoundingMode,
    );
    return { x: () => meanSlope(dy as tf.Tensor, windowAxes(info)) };
  },
});

mend("AvgPool3D", {
  inputsToSave: ["x"],
  gradFunc: (dy, [x], attributes) => {
    const { filterSize, strides, pad, dimRoundingMode } = attributes as unknown as tf.AvgPool3DAttrs;
    const info = tf.backend_util.computePool3DInfo(x.shape as Shape5, filterSize, strides, 1, pad, dimRoundingMode);
    return { x: () => meanSlope(dy as tf.Tensor, windowAxes(info)) };
  },
});

for (const [kernelName, gradient] of Object.entries({ MaxPool: tf.MaxPoolGrad, MaxPool3D: tf.MaxPool3DGrad })) {
  mend(kernelName, {
    inputsToSave: ["x"],
    outputsToSave: [true],
    gradFunc: (dy, [input, output], attributes) => ({
      x: () => tf.engine().runKernel(gradient, { dy: dy as tf.Tensor, input, output }, attributes),
    }),
  });
}

mend("FlipLeftRight", { gradFunc: (dy) => ({ image: () => tf.reverse(dy as tf.Tensor, 2) }) });
