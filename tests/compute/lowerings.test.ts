import * as tf from "@tensorflow/tfjs";
import { describe, it } from "vitest";
import { expectSame, valueOnly, withGradients } from "./against-cpu.ts";
import { floats, ints, noise } from "./fixtures.ts";

type X = { readonly [name: string]: tf.Tensor };
const x = noise([3, 4, 5], { scale: 1.5 });
const positive = { ...x, data: x.data.map((value) => Math.abs(value) + 0.3) };
const unit = { ...x, data: x.data.map((value) => value * 0.6) };

describe("ops of one tensor agree with tfjs cpu, values and gradients", () => {
  const smooth: Record<string, (x: tf.Tensor) => tf.Tensor> = {
    abs: tf.abs,
    exp: tf.exp,
    neg: tf.neg,
    relu: tf.relu,
    relu6: tf.relu6,
    sigmoid: tf.sigmoid,
    softplus: tf.softplus,
    tanh: tf.tanh,
    square: tf.square,
    elu: tf.elu,
    selu: tf.selu,
    leakyRelu: (t) => tf.leakyRelu(t, 0.1),
    erf: tf.erf,
    sin: tf.sin,
    cos: tf.cos,
    sinh: tf.sinh,
    cosh: tf.cosh,
    atan: tf.atan,
    asinh: tf.asinh,
    expm1: tf.expm1,
    softmax: (t) => tf.softmax(t),
    logSoftmax: (t) => tf.logSoftmax(t),
    logSumExp: (t) => tf.logSumExp(t, -1),
    mean: (t) => tf.mean(t, [0, 2]),
    sum: (t) => tf.sum(t, 1, true),
    max: (t) => tf.max(t, -1),
    min: (t) => tf.min(t, 0),
    cumsum: (t) => tf.cumsum(t, 2),
    clip: (t) => tf.clipByValue(t, -0.2, 0.6),
    norm: (t) => tf.norm(t),
    moments: (t) => tf.moments(t, [-1], true).variance,
    prelu: (t) => tf.prelu(t, tf.tensor1d([0.1, 0.2, 0.3, 0.4, 0.5])),
  };
  it.each(Object.entries(smooth))("%s", async (_, op) => {
    await expectSame(
      withGradients(({ x }: X) => op(x)),
      { x },
    );
  });

  const abovezero: Record<string, (x: tf.Tensor) => tf.Tensor> = {
    sqrt: tf.sqrt,
    rsqrt: tf.rsqrt,
    log: tf.log,
    log1p: tf.log1p,
    reciprocal: tf.reciprocal,
  };
  it.each(Object.entries(abovezero))("%s above zero", async (_, op) => {
    await expectSame(
      withGradients(({ x }: X) => op(x)),
      { x: positive },
    );
  });

  const inside: Record<string, (x: tf.Tensor) => tf.Tensor> = {
    asin: tf.asin,
    acos: tf.acos,
    atanh: tf.atanh,
    tan: tf.tan,
  };
  it.each(Object.entries(inside))("%s within ±0.9", async (_, op) => {
    await expectSame(
      withGradients(({ x }: X) => op(x)),
      { x: unit },
    );
  });

  const flat: Record<string, (x: tf.Tensor) => tf.Tensor> = {
    floor: tf.floor,
    ceil: tf.ceil,
    round: tf.round,
    sign: tf.sign,
    step: (t) => tf.step(t, 0.5),
    argMax: (t) => tf.argMax(t, 1),
    argMin: (t) => tf.argMin(t, -1),
    prod: (t) => tf.prod(t, 2),
    topk: (t) => tf.topk(t, 2).values,
    "topk places": (t) => tf.topk(t, 2).indices,
    isNaN: tf.isNaN,
    isFinite: (t) => tf.isFinite(tf.log(t)),
    isInf: (t) => tf.isInf(tf.div(t, tf.zerosLike(t))),
    any: (t) => tf.any(tf.greater(t, 1), 0),
    all: (t) => tf.all(tf.greater(t, -1), 0),
    logicalNot: (t) => tf.logicalNot(tf.greater(t, 0)),
    "cumsum exclusive, reversed": (t) => tf.cumsum(t, 1, true, true),
    "to int32": (t) => tf.cast(t, "int32"),
    "to bool and back": (t) => tf.cast(tf.cast(t, "bool"), "float32"),
    "exp of int32": (t) => tf.exp(tf.cast(t, "int32")),
    "sum of bool": (t) => tf.sum(tf.greater(t, 0), 1),
    "mean of int32": (t) => tf.mean(tf.cast(t, "int32"), 1),
    range: (t) => tf.add(t, tf.range(0, 5, 1)),
    linspace: (t) => tf.mul(t, tf.linspace(-1, 1, 5)),
  };
  it.each(Object.entries(flat))("%s", async (_, op) => {
    await expectSame(
      valueOnly(({ x }: X) => op(x)),
      { x },
    );
  });
});

describe("ops that move elements agree with tfjs cpu, values and gradients", () => {
  const moves: Record<string, (x: tf.Tensor) => tf.Tensor> = {
    slice: (t) => tf.slice(t, [1, 0, 2], [2, 3, -1]),
    concat: (t) => tf.concat([t, tf.mul(t, 2)], 1),
    stack: (t) => tf.stack([t, tf.neg(t)], 1),
    unstack: (t) => tf.unstack(t, 1)[2],
    split: (t) => tf.split(t, [1, 3], 1)[1],
    tile: (t) => tf.tile(t, [2, 1, 3]),
    broadcastTo: (t) => tf.broadcastTo(tf.slice(t, 0, 1), [3, 4, 5]),
    pad: (t) => tf.pad(t, [[1, 0], [0, 2], [1, 1]], 0.5), // biome-ignore format: one line
    transpose: (t) => tf.transpose(t, [2, 0, 1]),
    "transposes that fold": (t) => tf.transpose(tf.transpose(tf.square(t), [2, 0, 1]), [1, 2, 0]),
    reshape: (t) => tf.reshape(t, [5, -1]),
    squeeze: (t) => tf.squeeze(tf.expandDims(t, 1)),
    reverse: (t) => tf.reverse(t, [0, 2]),
    where: (t) => tf.where(tf.greater(t, 0), t, tf.square(t)),
    gather: (t) => tf.gather(t, tf.tensor1d([2, 0, 2, 1], "int32"), 1),
    "gather in two dimensions": (t) => tf.gather(t, tf.tensor2d([[2, 0], [1, 1]], [2, 2], "int32"), 0), // biome-ignore format: one line
    oneHot: (t) => tf.mul(tf.oneHot(tf.argMax(t, -1), 5), t),
    unsortedSegmentSum: (t) => tf.unsortedSegmentSum(t, tf.tensor1d([1, 0, 1], "int32"), 2),
  };
  it.each(Object.entries(moves))("%s", async (_, op) => {
    await expectSame(
      withGradients(({ x }: X) => op(x)),
      { x },
    );
  });

  const still: Record<string, (x: tf.Tensor) => tf.Tensor> = {
    "stridedSlice down": (t) => tf.stridedSlice(t, [0, 3, 0], [3, 0, 5], [2, -1, 2]),
    einsum: (t) => tf.einsum("abc,adc->abd", t, t),
    "mirrorPad reflect": (t) => tf.mirrorPad(t, [[1, 2], [0, 0], [1, 1]], "reflect"), // biome-ignore format: one line
    "mirrorPad symmetric": (t) => tf.mirrorPad(t, [[1, 0], [2, 1], [0, 0]], "symmetric"), // biome-ignore format: one line
    gatherND: (t) => tf.gatherND(t, tf.tensor2d([[0, 1], [2, 3]], [2, 2], "int32")), // biome-ignore format: one line
    "gather with batches": (t) => tf.gather(t, tf.tensor2d([[0, 3], [1, 1], [2, 0]], [3, 2], "int32"), 1, 1), // biome-ignore format: one line
    scatterND: (t) => tf.scatterND(tf.tensor2d([[1], [0], [1]], [3, 1], "int32"), t, [4, 4, 5]), // biome-ignore format: one line
    "oneHot out of range": (t) => tf.oneHot(tf.cast(tf.round(tf.mul(t, 3)), "int32"), 3, 2, -1),
    "where of bool": (t) => tf.where(tf.greater(t, 0), tf.less(t, 1), tf.equal(t, t)),
    "where by rows": (t) => tf.where(tf.tensor3d([1, 0, 1], [3, 1, 1], "bool"), t, tf.neg(t)),
  };
  it.each(Object.entries(still))("%s", async (_, op) => {
    await expectSame(
      valueOnly(({ x }: X) => op(x)),
      { x },
    );
  });
});

describe("products agree with tfjs cpu, values and gradients", () => {
  const products: Record<string, (x: tf.Tensor) => tf.Tensor> = {
    "batched, second transposed": (t) => tf.matMul(t, t, false, true),
    "batched, first transposed": (t) => tf.matMul(t, t, true, false),
    "batched, both transposed": (t) => tf.matMul(t, tf.transpose(t, [0, 1, 2]), true, false),
    "with a matrix for every batch": (t) => tf.matMul(t, tf.ones([5, 2])),
    dot: (t) => tf.dot(tf.reshape(t, [12, 5]), tf.fill([5, 2], 0.3)),
    "softmax cross entropy": (t) =>
      tf.losses.softmaxCrossEntropy(tf.oneHot(tf.tensor1d([1, 2, 0], "int32"), 20), tf.reshape(t, [3, 20])),
    "sigmoid cross entropy": (t) => tf.losses.sigmoidCrossEntropy(tf.onesLike(t), t),
    "huber loss": (t) => tf.losses.huberLoss(tf.zerosLike(t), t),
    "batch norm": (t) => {
      const scale = tf.tensor1d([1, 2, 3, 4, 5]);
      return tf.batchNorm(t as tf.Tensor3D, tf.mean(t, [0, 1]) as tf.Tensor1D, scale, tf.neg(scale), tf.square(scale));
    },
    "basic LSTM cell": (t) => {
      const [data, c, h] = [tf.reshape(t, [12, 5]), tf.zeros([12, 4]), tf.zeros([12, 4])] as tf.Tensor2D[];
      return tf.basicLSTMCell(tf.scalar(1), tf.fill([9, 16], 0.1), tf.zeros([16]), data, c, h)[1];
    },
  };
  it.each(Object.entries(products))("%s", async (_, op) => {
    await expectSame(
      withGradients(({ x }: X) => op(x)),
      { x },
    );
  });
});

describe("images agree with tfjs cpu, values and gradients", () => {
  const image = noise([2, 8, 8, 3]);
  const filters: Record<string, (x: tf.Tensor4D) => tf.Tensor> = {
    "max pool": (t) => tf.maxPool(t, 2, 2, "valid"),
    "mean pool": (t) => tf.avgPool(t, 2, 2, "same"),
    "twice as large": (t) => tf.image.resizeNearestNeighbor(t, [16, 16]),
    "1 × 1 convolution": (t) => tf.conv2d(t, tf.fill([1, 1, 3, 2], 0.3), 1, "valid"),
    "fused convolution": (t) =>
      tf.fused.conv2d({
        x: t,
        filter: tf.fill([3, 3, 3, 2], 0.1),
        strides: 1,
        pad: "same",
        bias: tf.tensor1d([0.1, -0.2]),
        activation: "relu",
      }),
  };
  it.each(Object.entries(filters))("%s", async (_, op) => {
    await expectSame(
      withGradients(({ x }: X) => op(x as tf.Tensor4D)),
      { x: image },
    );
  });
  it("overlapping max pool", () =>
    expectSame(
      valueOnly(({ x }: X) => tf.maxPool(x as tf.Tensor4D, 3, 2, "same")),
      { x: image },
    ));
  it("dilated convolution", () =>
    expectSame(
      valueOnly(({ x }: X) => tf.conv2d(x as tf.Tensor4D, tf.fill([3, 3, 3, 2], 0.1), 1, "same", "NHWC", 2)),
      { x: image },
    ));
});

describe("ops of two tensors", () => {
  const y = noise([4, 1], { seed: 5 });
  const pairs: Record<string, (x: tf.Tensor, y: tf.Tensor) => tf.Tensor> = {
    greater: tf.greater,
    greaterEqual: tf.greaterEqual,
    less: tf.less,
    lessEqual: tf.lessEqual,
    equal: (a, b) => tf.equal(a, tf.add(b, tf.sub(a, b))),
    notEqual: tf.notEqual,
    and: (a, b) => tf.logicalAnd(tf.greater(a, 0), tf.greater(b, 0)),
    or: (a, b) => tf.logicalOr(tf.greater(a, 0), tf.greater(b, 0)),
    xor: (a, b) => tf.logicalXor(tf.greater(a, 0), tf.greater(b, 0)),
    mod: tf.mod,
    floorDiv: tf.floorDiv,
    maximum: tf.maximum,
    minimum: tf.minimum,
    squaredDifference: tf.squaredDifference,
  };
  it.each(Object.entries(pairs))("%s", async (_, op) => {
    await expectSame(
      valueOnly(({ x, y }: X) => op(x, y)),
      { x, y },
    );
  });

  const whole = { a: ints([2, 3], [7, -7, 5, -5, 0, 9]), b: ints([3], [2, 3, -4]) };
  const integers: Record<string, (a: tf.Tensor, b: tf.Tensor) => tf.Tensor> = {
    add: tf.add,
    mul: tf.mul,
    maximum: tf.maximum,
    mod: tf.mod,
    floorDiv: tf.floorDiv,
    equal: tf.equal,
    div: tf.div,
    "less than a number": (a) => tf.less(a, tf.scalar(3, "int32")),
  };
  it.each(Object.entries(integers))("%s of int32", async (_, op) => {
    await expectSame(
      valueOnly(({ a, b }: X) => op(a, b)),
      whole,
    );
  });

  it("powers, with gradients", () =>
    expectSame(
      withGradients(({ x, y }: X) => tf.pow(x, y)),
      { x: positive, y: noise([5], { seed: 3 }) },
    ));
  it("sums of many", () =>
    expectSame(
      withGradients(({ x }: X) => tf.addN([x, tf.square(x), tf.ones([3, 4, 5])])),
      { x },
    ));
  it("fills that vanish", () =>
    expectSame(
      withGradients(({ x }: X) =>
        tf.add(tf.mul(tf.ones([3, 4, 5]), tf.mul(x, tf.zeros([5]))), tf.sub(tf.div(x, tf.ones([4, 5])), tf.zeros([1]))),
      ),
      { x },
    ));
  it("scalars below broadcasts", () =>
    expectSame(
      withGradients(({ y }: X) => tf.exp(tf.sub(2, tf.mul(tf.broadcastTo(y, [3, 4, 5]), 0.5)))),
      { y: noise([4, 5]) },
    ));
  it("two broadcasts against each other, and two fills", async () => {
    await expectSame(
      withGradients(({ x, y }: X) => tf.add(tf.broadcastTo(x, [3, 4]), tf.broadcastTo(y, [3, 4]))),
      { x: noise([1, 4]), y: noise([1, 4], { seed: 2 }) },
    );
    await expectSame(
      ({ x }: X) => ({
        whole: tf.add(tf.zerosLike(tf.cast(x, "int32")), tf.onesLike(tf.cast(x, "int32"))),
        compared: tf.greater(tf.onesLike(x), tf.zerosLike(x)),
      }),
      { x: noise([2, 3]) },
    );
  });
  it("empty parts of a concatenation", () =>
    expectSame(
      valueOnly(({ x }: X) => tf.concat([x, tf.zeros([3, 0, 5]), x], 1)),
      { x },
    ));
  it("gradients of one's own: straight through a rounding", () =>
    expectSame(
      withGradients(({ x }: X) => {
        const straight = tf.customGrad((t) => ({ value: tf.round(t as tf.Tensor), gradFunc: (dy) => dy as tf.Tensor }));
        return tf.mul(straight(x), x);
      }),
      { x },
    ));
  it("a scalar function", () =>
    expectSame(
      withGradients(({ x }: X) => tf.sigmoid(x)),
      { x: floats([], [0.3]) },
    ));
});

describe("products that are computed the other way round", () => {
  it("a deep one, first transposed, with a wide right side: the gradient of a layer that widens", async () => {
    const inputs = { a: noise([1100, 64]), b: noise([1100, 260], { seed: 2 }) };
    await expectSame(
      valueOnly(({ a, b }) => tf.matMul(a, b, true, false)),
      inputs,
    );
    await expectSame(
      valueOnly(({ a, b }) => tf.add(tf.matMul(a, b, true, false), 1)),
      inputs,
    );
  });
});
