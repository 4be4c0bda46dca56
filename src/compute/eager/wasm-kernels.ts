import * as tf from "@tensorflow/tfjs";

/*
 * The kernels that training needs and tfjs' wasm backend lacks. The filter gradient of a convolution is composed of kernels
 * that wasm has; everything else (gather's gradient, einsum, depthwise gradients, …) is computed by the cpu backend.
 */

type Tensors = Record<string, tf.TensorInfo> | tf.TensorInfo[]; // kernels of many tensors (Concat, Einsum) take a list
type Kernel = (inputs: Tensors, attributes: object) => tf.TensorInfo;

interface CpuBackend extends tf.KernelBackend {
  makeTensorInfo(shape: number[], dtype: tf.DataType, values: tf.backend_util.BackendValues): tf.TensorInfo;
}

/** Registers them; does nothing the second time. */
export function supplyWasmKernels(): void {
  if (!tf.getKernel("Conv2DBackpropFilter", "wasm")) {
    tf.registerKernel({
      kernelName: "Conv2DBackpropFilter",
      backendName: "wasm",
      kernelFunc: ({ inputs, attrs, backend }) =>
        conv2dFilterGradient(
          inputs as Record<"x" | "dy", tf.TensorInfo>,
          attrs as unknown as tf.Conv2DBackpropFilterAttrs,
          backend as tf.KernelBackend,
        ),
    });
  }
  for (const { kernelName, kernelFunc } of tf.getKernelsForBackend("cpu")) {
    if (tf.getKernel(kernelName, "wasm")) continue;
    tf.registerKernel({
      kernelName,
      backendName: "wasm",
      kernelFunc: ({ inputs, attrs, backend }) =>
        onCpu(kernelFunc, inputs as Tensors, attrs, backend as tf.KernelBackend),
    });
  }
}

/** Carries the inputs to the cpu backend, runs its kernel there, and brings the results back. */
function onCpu(
  kernel: tf.KernelFunc,
  inputs: Tensors,
  attrs: tf.NamedAttrMap | undefined,
  home: tf.KernelBackend,
): tf.TensorInfo | tf.TensorInfo[] {
  const cpu = tf.engine().findBackend("cpu") as CpuBackend;
  const carry = ({ dataId, shape, dtype }: tf.TensorInfo): tf.TensorInfo =>
    cpu.makeTensorInfo(shape, dtype, home.readSync(dataId).slice() as Float32Array);
  const carried: Tensors = Array.isArray(inputs)
    ? inputs.map(carry)
    : Object.fromEntries(Object.entries(inputs).map(([name, input]) => [name, carry(input)]));
  const results = kernel({ inputs: carried as tf.NamedTensorInfoMap, backend: cpu, attrs: attrs ?? {} });
  const returned = [results].flat().map(({ dataId, shape, dtype }) => {
    const values = cpu.readSync(dataId);
    cpu.disposeData(dataId);
    return { dataId: home.write(values, shape, dtype), shape, dtype };
  });
  for (const { dataId } of Object.values(carried)) cpu.disposeData(dataId);
  return Array.isArray(results) ? returned : returned[0];
}

/** ∂loss/∂filter, one tap at a time: the pixels under the tap (M, Ci) transposed times the slopes (M, Co). */
function conv2dFilterGradient(
  { x, dy }: Record<"x" | "dy", tf.TensorInfo>,
  { filterShape, strides, pad, dimRoundingMode }: tf.Conv2DBackpropFilterAttrs,
  backend: tf.KernelBackend,
): tf.TensorInfo {
  const call = (name: string): Kernel => {
    const { kernelFunc } = tf.getKernel(name, "wasm");
    return (inputs, attributes) =>
      kernelFunc({
        inputs: inputs as tf.NamedTensorInfoMap,
        backend,
        attrs: attributes as tf.NamedAttrMap,
      }) as tf.TensorInfo;
  };
  const [padV2, stridedSlice, product, concat] = ["PadV2", "StridedSlice", "BatchMatMul", "Concat"].map(call);
  const info = tf.backend_util.computeConv2DInfo(
    x.shape as [number, number, number, number],
    filterShape,
    strides,
    1,
    pad,
    dimRoundingMode,
  );
  const { top, bottom, left, right } = info.padInfo;
  const rows = info.batchSize * info.outHeight * info.outWidth;
  const made: tf.TensorInfo[] = [];
  const keep = (tensor: tf.TensorInfo): tf.TensorInfo => {
    made.push(tensor);
    return tensor;
  };
  const paddings = [[0, 0], [top, bottom], [left, right], [0, 0]]; // biome-ignore format: one row an axis
  const padded = top + bottom + left + right > 0 ? keep(padV2({ x }, { paddings, constantValue: 0 })) : x;
  const slopes = { ...dy, shape: [1, rows, info.outChannels] };
  const masks = { beginMask: 0, endMask: 0, ellipsisMask: 0, newAxisMask: 0, shrinkAxisMask: 0 };
  const taps: tf.TensorInfo[] = [];
  for (let i = 0; i < info.filterHeight; i++) {
    for (let j = 0; j < info.filterWidth; j++) {
      const end = [
        info.batchSize,
        i + (info.outHeight - 1) * info.strideHeight + 1,
        j + (info.outWidth - 1) * info.strideWidth + 1,
        info.inChannels,
      ];
      const step = [1, info.strideHeight, info.strideWidth, 1];
      const pixels = keep(stridedSlice({ x: padded }, { begin: [0, i, j, 0], end, strides: step, ...masks }));
      const flat = { ...pixels, shape: [1, rows, info.inChannels] };
      taps.push(keep(product({ a: flat, b: slopes }, { transposeA: true, transposeB: false })));
    }
  }
  const gradient = concat(taps, { axis: 0 });
  for (const { dataId } of made) if (dataId !== gradient.dataId) backend.disposeData(dataId);
  return { ...gradient, shape: filterShape };
}
