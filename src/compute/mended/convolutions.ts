import * as tf from "@tensorflow/tfjs";
import { mend } from "./mend.ts";

/*
 * tfjs refuses the gradients of dilated convolutions. A dilated filter is a larger one with zeros between its taps, so they
 * are those of the larger filter, of which the taps are taken.
 */

type Shape4 = [number, number, number, number];
type Pair = readonly [number, number];

interface Attributes {
  readonly strides: number | [number, number];
  readonly dilations?: number | [number, number] | null;
}

const pairOf = (x: number | readonly [number, number] | null | undefined): Pair => {
  const value = x ?? 1;
  return typeof value === "number" ? [value, value] : value;
};

const inflatedShape = ([height, width, ...channels]: readonly number[], [dy, dx]: Pair): number[] => [
  (height - 1) * dy + 1,
  (width - 1) * dx + 1,
  ...channels,
];

/** A filter with zeros between its taps. */
function inflated(filter: tf.Tensor, dilations: Pair): tf.Tensor {
  const [height, width, inputs, outputs] = filter.shape as Shape4;
  const [dy, dx] = dilations;
  const apart = tf.pad(tf.reshape(filter, [height, 1, width, inputs * outputs]), [
    [0, 0],
    [0, dy - 1],
    [0, 0],
    [0, 0],
  ]);
  const rows = tf.pad(tf.reshape(apart, [height * dy, width, 1, inputs * outputs]), [
    [0, 0],
    [0, 0],
    [0, dx - 1],
    [0, 0],
  ]);
  const whole = tf.reshape(rows, [height * dy, width * dx, inputs, outputs]);
  return tf.slice(whole, [0, 0, 0, 0], inflatedShape(filter.shape, dilations));
}

const GRADIENTS = {
  Conv2D: { ofInput: "Conv2DBackpropInput", ofFilter: "Conv2DBackpropFilter" },
  DepthwiseConv2dNative: {
    ofInput: "DepthwiseConv2dNativeBackpropInput",
    ofFilter: "DepthwiseConv2dNativeBackpropFilter",
  },
} as const;

for (const [kernelName, { ofInput, ofFilter }] of Object.entries(GRADIENTS)) {
  const upstream = tf.getGradient(kernelName).gradFunc;
  mend(kernelName, {
    inputsToSave: ["x", "filter"],
    gradFunc: (dy, saved, attributes) => {
      const dilations = pairOf((attributes as unknown as Attributes).dilations);
      if (dilations[0] === 1 && dilations[1] === 1) return upstream(dy, saved, attributes);
      const [x, filter] = saved;
      const slopes = dy as tf.Tensor;
      const run = (kernel: string, inputs: tf.NamedTensorMap, shapes: tf.NamedAttrMap): tf.Tensor =>
        tf.engine().runKernel(kernel, inputs, { ...attributes, dilations: [1, 1], ...shapes }) as tf.Tensor;
      return {
        x: () => run(ofInput, { dy: slopes, filter: inflated(filter, dilations) }, { inputShape: x.shape }),
        filter: () => {
          const filterShape = inflatedShape(filter.shape, dilations);
          const whole = run(ofFilter, { x, dy: slopes }, { filterShape });
          return tf.stridedSlice(whole, [0, 0, 0, 0], filterShape, [...dilations, 1, 1]);
        },
      };
    },
  });
}
