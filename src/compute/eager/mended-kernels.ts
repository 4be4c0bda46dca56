import * as tf from "@tensorflow/tfjs";
import { sizeOf } from "../array.ts";
import { stridesOf } from "../strided-slice.ts";

/*
 * Kernels that tfjs has wrong on its own backends: MaxPool3DGrad, TensorScatterUpdate and Einsum on cpu, running sums and
 * products along a negative axis and slices with steps that drop an axis on cpu and wasm, and on wasm OneHot of other types
 * than int32, batched GatherV2, Select of bools and Cast to bool. What is wrong altogether on wasm is taken from cpu, like
 * the kernels that it lacks (wasm-kernels.ts).
 */

const WRONG_ON_WASM =
  "MaxPoolGrad Conv3D Conv3DBackpropInputV2 Conv3DBackpropFilterV2 MaxPool3D MaxPool3DGrad AvgPool3D AvgPool3DGrad Dilation2D Prelu";

type Inputs = Record<string, tf.TensorInfo>;
type Shape5 = [number, number, number, number, number];
type Mending = (upstream: tf.KernelFunc) => tf.KernelFunc;

function mendKernel(kernelName: string, backendName: "cpu" | "wasm", mending: Mending): void {
  const upstream = tf.getKernel(kernelName, backendName);
  if (!upstream) return;
  tf.unregisterKernel(kernelName, backendName);
  tf.registerKernel({ kernelName, backendName, kernelFunc: mending(upstream.kernelFunc) });
}

/** Puts right ones in their place; once in a process. */
export function mendCpuKernels(): void {
  mendKernel("MaxPool3DGrad", "cpu", () => maxPool3dGradient);
  mendKernel("TensorScatterUpdate", "cpu", copying);
  mendKernel("Einsum", "cpu", () => einsum);
  mendKernel("StridedSlice", "cpu", dropping);
  for (const name of ["Cumsum", "Cumprod"]) mendKernel(name, "cpu", fromTheFront);
}

/** As above; before wasm borrows what it lacks from cpu. */
export function mendWasmKernels(): void {
  for (const name of WRONG_ON_WASM.split(" ")) if (tf.getKernel(name, "wasm")) tf.unregisterKernel(name, "wasm");
  for (const name of ["Cumsum", "Cumprod"]) mendKernel(name, "wasm", fromTheFront);
  mendKernel("StridedSlice", "wasm", dropping);
  mendKernel("OneHot", "wasm", anyType);
  mendKernel("GatherV2", "wasm", batched);
  mendKernel("Select", "wasm", ofBools);
  mendKernel("Cast", "wasm", toBool);
}

/** Upstream updates its input in place. */
const copying: Mending = (upstream) => (call) => {
  const cpu = call.backend as tf.KernelBackend;
  const { tensor, ...rest } = call.inputs as Inputs;
  const values = (cpu.readSync(tensor.dataId) as Float32Array).slice();
  const copy = { ...tensor, dataId: cpu.write(values, tensor.shape, tensor.dtype) };
  const result = upstream({ ...call, inputs: { ...rest, tensor: copy } });
  if ((result as tf.TensorInfo).dataId !== copy.dataId) cpu.disposeData(copy.dataId);
  return result;
};

/** Upstream takes a negative axis for another one. */
const fromTheFront: Mending = (upstream) => (call) => {
  const { x } = call.inputs as Inputs;
  const [axis] = tf.util.parseAxisParam((call.attrs as unknown as tf.CumsumAttrs).axis, x.shape);
  return upstream({ ...call, attrs: { ...call.attrs, axis } });
};

/** Upstream reads from the wrong places where axes are dropped (x[3, ::2]) and steps are not all 1. */
const dropping: Mending = (upstream) => (call) => {
  const attributes = call.attrs as unknown as tf.StridedSliceAttrs;
  if (!attributes.shrinkAxisMask) return upstream(call);
  const home = call.backend as tf.KernelBackend;
  const { x } = call.inputs as Inputs;
  const { begin, strides, sizes, shape } = stridesOf(x.shape, attributes);
  const values = home.readSync(x.dataId) as Float32Array;
  const steps = tf.util.computeStrides([...x.shape, 1]); // elements between neighbours of each axis
  let places = [0];
  for (const [axis, size] of sizes.entries()) {
    places = places.flatMap((place) =>
      Array.from({ length: size }, (_, i) => place + (begin[axis] + i * strides[axis]) * steps[axis]),
    );
  }
  const taken = values.slice(0, places.length);
  for (const [i, place] of places.entries()) taken[i] = values[place];
  return { dataId: home.write(taken, [...shape], x.dtype), shape: [...shape], dtype: x.dtype };
};

/** Upstream writes the bits of whole numbers, whatever the type. */
const anyType: Mending = (upstream) => (call) => {
  const { depth, onValue = 1, offValue = 0, dtype = "int32" } = call.attrs as unknown as tf.OneHotAttrs;
  if (dtype === "int32") return upstream(call);
  const home = call.backend as tf.KernelBackend;
  const { indices } = call.inputs as Inputs;
  const shape = [...indices.shape, depth];
  const rows = (dtype === "bool" ? new Uint8Array(sizeOf(shape)) : new Float32Array(sizeOf(shape))).fill(offValue);
  for (const [row, place] of (home.readSync(indices.dataId) as Int32Array).entries()) {
    if (place >= 0 && place < depth) rows[row * depth + place] = onValue;
  }
  return { dataId: home.write(rows, shape, dtype), shape, dtype };
};

/** Upstream reads the indices of every batch but the first from beyond their end. */
const batched: Mending = (upstream) => (call) => {
  const { axis, batchDims } = call.attrs as unknown as tf.GatherV2Attrs;
  if (!batchDims) return upstream(call);
  const home = call.backend as tf.KernelBackend;
  const { x, indices } = call.inputs as Inputs;
  const [along] = tf.util.parseAxisParam(axis, x.shape);
  const [count, outer] = [sizeOf(x.shape.slice(0, batchDims)), sizeOf(x.shape.slice(batchDims, along))];
  const [length, inner] = [x.shape[along], sizeOf(x.shape.slice(along + 1))];
  const each = sizeOf(indices.shape) / count;
  const values = home.readSync(x.dataId) as Float32Array;
  const places = home.readSync(indices.dataId) as Int32Array;
  const Values = values.constructor as Float32ArrayConstructor;
  const taken = new Values(count * outer * each * inner);
  for (let row = 0; row < count * outer; row++) {
    const first = Math.floor(row / outer) * each;
    for (let i = 0; i < each; i++) {
      const from = (row * length + places[first + i]) * inner;
      taken.set(values.subarray(from, from + inner), (row * each + i) * inner);
    }
  }
  const shape = [...x.shape.slice(0, along), ...indices.shape.slice(batchDims), ...x.shape.slice(along + 1)];
  return { dataId: home.write(taken, shape, x.dtype), shape, dtype: x.dtype };
};

/** Upstream copies four bytes for each bool, past the end of the result. */
const ofBools: Mending = (upstream) => (call) => {
  const { condition, t, e } = call.inputs as Inputs;
  if (t.dtype !== "bool") return upstream(call);
  const home = call.backend as tf.KernelBackend;
  const [chosen, yes, no] = [condition, t, e].map(({ dataId }) => home.readSync(dataId) as Uint8Array);
  const each = yes.length / chosen.length; // a condition of one axis chooses rows
  const result = yes.map((value, i) => (chosen[Math.floor(i / each)] ? value : no[i]));
  return { dataId: home.write(result, t.shape, "bool"), shape: t.shape, dtype: "bool" };
};

/** Upstream truncates: 0.5 becomes false, 256 too. */
const toBool: Mending = (upstream) => (call) => {
  const { x } = call.inputs as Inputs;
  if ((call.attrs as unknown as tf.CastAttrs).dtype !== "bool" || x.dtype === "bool") return upstream(call);
  const home = call.backend as tf.KernelBackend;
  const values = Uint8Array.from(home.readSync(x.dataId) as Float32Array, (value) => Number(value !== 0));
  return { dataId: home.write(values, x.shape, "bool"), shape: x.shape, dtype: "bool" };
};

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

/** Upstream is wrong where an axis belongs to one tensor alone, and returns its input for "ab->ab" without counting it. */
const einsum: tf.KernelFunc = ({ inputs, backend, attrs }) => {
  const cpu = backend as tf.KernelBackend;
  const [left, result] = (attrs as unknown as tf.EinsumAttrs).equation.replace(/\s/g, "").split("->");
  const names = left.split(",");
  const lengths = new Map<string, number>();
  const operands = Object.values(inputs as Inputs).map((x, i) => {
    for (const [axis, letter] of [...names[i]].entries()) lengths.set(letter, x.shape[axis]);
    return { values: cpu.readSync(x.dataId) as Float32Array, dtype: x.dtype };
  });
  const inner = [...lengths.keys()].filter((letter) => !result.includes(letter));
  const letters = [...result, ...inner]; // the axes that are summed vary fastest
  const sizes = letters.map((letter) => lengths.get(letter)!);
  const stride = (axes: string, letter: string): number =>
    axes.includes(letter) ? sizeOf([...axes.slice(axes.indexOf(letter) + 1)].map((name) => lengths.get(name)!)) : 0;
  const strides = names.map((axes) => letters.map((letter) => stride(axes, letter)));
  const shape = [...result].map((letter) => lengths.get(letter)!);
  const sums = new Float32Array(sizeOf(shape));
  const terms = sizeOf(inner.map((letter) => lengths.get(letter)!));
  const place = letters.map(() => 0);
  const at = names.map(() => 0); // where each operand is read
  for (let i = 0; i < sums.length; i++) {
    let sum = 0;
    for (let term = 0; term < terms; term++) {
      let product = 1;
      for (const [k, { values }] of operands.entries()) product *= values[at[k]];
      sum += product;
      for (let axis = letters.length - 1; axis >= 0; axis--) {
        place[axis]++;
        for (const k of at.keys()) at[k] += strides[k][axis];
        if (place[axis] < sizes[axis]) break;
        for (const k of at.keys()) at[k] -= strides[k][axis] * sizes[axis];
        place[axis] = 0;
      }
    }
    sums[i] = sum;
  }
  const { dtype } = operands[0];
  const values = dtype === "int32" ? Int32Array.from(sums) : sums;
  return { dataId: cpu.write(values, shape, dtype), shape, dtype };
};
