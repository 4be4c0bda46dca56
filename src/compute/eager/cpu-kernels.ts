import * as tf from "@tensorflow/tfjs";
import { sizeOf } from "../array.ts";

/* Kernels that tfjs' cpu backend has wrong. wasm, which lacks them, takes them from here too. */

type Shape5 = [number, number, number, number, number];

/** Puts them in their place; once in a process. */
export function mendCpuKernels(): void {
  tf.unregisterKernel("MaxPool3DGrad", "cpu");
  tf.registerKernel({ kernelName: "MaxPool3DGrad", backendName: "cpu", kernelFunc: maxPool3dGradient });
}

/** Upstream mixes up height and width of windows that are not cubes. The slope goes to the first maximum of a window. */
const maxPool3dGradient: tf.KernelFunc = ({ inputs, backend, attrs }) => {
  const cpu = backend as tf.KernelBackend;
  const { dy, input } = inputs as Record<"dy" | "input", tf.TensorInfo>;
  const { filterSize, strides, pad, dimRoundingMode } = attrs as unknown as tf.MaxPool3DGradAttrs;
  const shape = input.shape as Shape5;
  const info = tf.backend_util.computePool3DInfo(shape, filterSize, strides, 1, pad, dimRoundingMode);
  const x = cpu.readSync(input.dataId) as Float32Array;
  const slopes = cpu.readSync(dy.dataId) as Float32Array;
  const gradient = new Float32Array(sizeOf(shape));
  const { inDepth, inHeight, inWidth, inChannels: channels, padInfo } = info;
  const starts = (count: number, stride: number, before: number): number[] =>
    Array.from({ length: count }, (_, i) => i * stride - before);
  const layers = starts(info.outDepth, info.strideDepth, padInfo.front);
  const rows = starts(info.outHeight, info.strideHeight, padInfo.top);
  const columns = starts(info.outWidth, info.strideWidth, padInfo.left);
  let n = 0;
  for (let batch = 0; batch < info.batchSize; batch++) {
    for (const layer of layers) {
      for (const row of rows) {
        for (const column of columns) {
          for (let channel = 0; channel < channels; channel++) {
            let best = -1;
            for (let z = Math.max(0, layer); z < Math.min(inDepth, layer + info.filterDepth); z++) {
              for (let y = Math.max(0, row); y < Math.min(inHeight, row + info.filterHeight); y++) {
                for (let w = Math.max(0, column); w < Math.min(inWidth, column + info.filterWidth); w++) {
                  const place = (((batch * inDepth + z) * inHeight + y) * inWidth + w) * channels + channel;
                  if (best < 0 || x[place] > x[best]) best = place;
                }
              }
            }
            gradient[best] += slopes[n++];
          }
        }
      }
    }
  }
  return { dataId: cpu.write(gradient, shape, "float32"), shape, dtype: "float32" };
};
