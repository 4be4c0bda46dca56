import * as tf from "@tensorflow/tfjs";
import fc from "fast-check";
import { describe } from "vitest";
import type { NdArray } from "../../src/compute/array.ts";
import { expectSame, valueOnly, withGradients } from "./against-cpu.ts";
import { floats, ints, noise } from "./fixtures.ts";
import { fuzz, shape } from "./fuzzing.ts";

type X = { readonly [name: string]: tf.Tensor };
type Op = (x: tf.Tensor) => tf.Tensor;
type DType = "float32" | "int32" | "bool";

const named = <T>(ops: Readonly<Record<string, T>>): fc.Arbitrary<[string, T]> =>
  fc.constantFrom(...Object.keys(ops)).map((name) => [name, ops[name]]);

/** An array of any type; whole numbers lie within ±9. */
function arrayOf(dims: readonly number[], dtype: DType, salt: number): NdArray {
  const x = noise(dims, { scale: dtype === "int32" ? 9 : 1.7, seed: salt + 1 });
  if (dtype === "float32") return x;
  if (dtype === "int32") return ints(dims, x.data.map(Math.round));
  return { shape: dims, dtype: "bool", data: Uint8Array.from(x.data, (value) => Number(value > 0)) };
}

const dtypes = fc.constantFrom<DType>("float32", "int32", "bool");
const salts = fc.nat(999);

describe("ops of one tensor", () => {
  const floatOps: Readonly<Record<string, Op>> = {
    abs: tf.abs,
    neg: tf.neg,
    exp: tf.exp,
    expm1: tf.expm1,
    sigmoid: tf.sigmoid,
    tanh: tf.tanh,
    softplus: tf.softplus,
    relu: tf.relu,
    relu6: (x) => tf.relu6(tf.mul(x, 5)),
    elu: tf.elu,
    selu: tf.selu,
    leakyRelu: (x) => tf.leakyRelu(x, 0.3),
    erf: tf.erf,
    sin: tf.sin,
    cos: tf.cos,
    square: tf.square,
    gelu: (x) => tf.mul(x, tf.mul(0.5, tf.add(1, tf.erf(tf.mul(x, Math.SQRT1_2))))),
    "gelu of tanh": (x) => tf.mul(tf.mul(x, 0.5), tf.add(1, tf.tanh(tf.mul(tf.add(x, tf.mul(0.044715, tf.pow(x, 3))), 0.7978845)))), // biome-ignore format: one line
    silu: (x) => tf.mul(x, tf.sigmoid(x)),
    swish: (x) => tf.mul(tf.sigmoid(tf.mul(1.7, x)), x),
    mish: (x) => tf.mul(x, tf.tanh(tf.softplus(x))),
    clip: (x) => tf.clipByValue(x, -0.7, 0.9),
    sqrt: (x) => tf.sqrt(tf.add(tf.abs(x), 0.3)),
    rsqrt: (x) => tf.rsqrt(tf.add(tf.abs(x), 0.3)),
    log: (x) => tf.log(tf.add(tf.abs(x), 0.3)),
    log1p: (x) => tf.log1p(tf.abs(x)),
    reciprocal: (x) => tf.reciprocal(tf.add(tf.abs(x), 0.3)),
    atan: tf.atan,
    asinh: tf.asinh,
    acosh: (x) => tf.acosh(tf.add(tf.abs(x), 1.2)),
    sinh: tf.sinh,
    cosh: tf.cosh,
    softmax: (x) => tf.softmax(x),
    logSoftmax: (x) => tf.logSoftmax(x),
    logSumExp: (x) => tf.logSumExp(x, -1),
    "cosine of the angle": (x) => tf.atan2(x, tf.add(tf.reverse(x, -1), 0.1)),
  };
  fuzz(
    "values and slopes",
    { cases: 80, seed: 71 },
    fc.tuple(named(floatOps), shape, salts),
    async ([[, op], dims, salt]) => {
      await expectSame(
        withGradients(({ x }: X) => op(x)),
        { x: noise(dims, { scale: 1.7, seed: salt + 1 }) },
        3e-4,
      );
    },
  );

  const anyOps: Readonly<Record<string, Op>> = {
    abs: tf.abs,
    neg: tf.neg,
    sign: tf.sign,
    square: tf.square,
    relu: tf.relu,
    clip: (x) => tf.clipByValue(x, -2, 3),
    step: (x) => tf.step(x, 0.25),
    sum: (x) => tf.sum(x, -1),
    prod: (x) => tf.prod(x, 0),
    max: (x) => tf.max(x, -1),
    min: (x) => tf.min(x, 0, true),
    mean: (x) => tf.mean(x, 0),
    argMax: (x) => tf.argMax(x, -1),
    argMin: (x) => tf.argMin(x, 0),
    cumsum: (x) => tf.cumsum(x, -1),
    reverse: (x) => tf.reverse(x),
    transpose: (x) => tf.transpose(x),
    pad: (x) => tf.pad(x, x.shape.map(() => [1, 2] as [number, number]), 1), // biome-ignore format: one line
    tile: (x) => tf.tile(x, x.shape.map((_, i) => 1 + (i % 2))), // biome-ignore format: one line
    slice: (x) => tf.slice(x, x.shape.map((n) => n - 1)), // biome-ignore format: one line
    concat: (x) => tf.concat([x, x, tf.zerosLike(x)], -1),
    stack: (x) => tf.stack([x, x], -1),
    gather: (x) => tf.gather(x, tf.tensor1d([0, x.shape[0] - 1, 0], "int32")),
    zeros: (x) => tf.add(tf.zerosLike(x), tf.onesLike(x)),
    "as float32": (x) => tf.cast(x, "float32"),
    "as int32": (x) => tf.cast(x, "int32"),
    "as bool": (x) => tf.cast(x, "bool"),
    "not zero": (x) => tf.logicalNot(tf.cast(x, "bool")),
    broadcast: (x) => tf.broadcastTo(tf.expandDims(x, 0), [2, ...x.shape]),
  };
  const notOfBool = new Set("abs neg sign square relu clip step prod max min argMax argMin cumsum zeros".split(" "));
  fuzz(
    "of any type",
    { cases: 100, seed: 72 },
    fc.tuple(named(anyOps), dtypes, shape, salts),
    async ([[name, op], dtype, dims, salt]) => {
      if (dtype === "bool" && notOfBool.has(name)) return;
      await expectSame(valueOnly(({ x }: X) => op(x)), { x: arrayOf(dims, dtype, salt) }); // biome-ignore format: one line
    },
  );
});

describe("ops of two tensors", () => {
  type Pair = (x: tf.Tensor, y: tf.Tensor) => tf.Tensor;
  const pairs: Readonly<Record<string, Pair>> = {
    add: tf.add,
    sub: tf.sub,
    mul: tf.mul,
    div: (x, y) => tf.div(x, tf.add(tf.abs(y), tf.onesLike(y))),
    maximum: tf.maximum,
    minimum: tf.minimum,
    squaredDifference: tf.squaredDifference,
    mod: (x, y) => tf.mod(x, tf.add(tf.abs(y), tf.onesLike(y))),
    "mod of a negative": (x, y) => tf.mod(x, tf.sub(tf.neg(tf.abs(y)), tf.onesLike(y))),
    floorDiv: (x, y) => tf.floorDiv(x, tf.add(tf.abs(y), tf.onesLike(y))),
    greater: tf.greater,
    greaterEqual: tf.greaterEqual,
    less: tf.less,
    lessEqual: tf.lessEqual,
    equal: tf.equal,
    notEqual: tf.notEqual,
    where: (x, y) => tf.where(tf.greater(x, y), tf.add(x, tf.zerosLike(y)), y),
  };
  const broadcast = fc.tuple(shape, fc.nat(15), fc.nat(15)).map(([dims, a, b]) => ({
    a: dims.map((n, i) => (a & (1 << i) ? 1 : n)),
    b: dims.map((n, i) => (b & (1 << i) ? 1 : n)),
  }));
  fuzz(
    "of one type, broadcast",
    { cases: 100, seed: 73 },
    fc.tuple(named(pairs), fc.boolean(), broadcast, salts),
    async ([[, op], whole, { a, b }, salt]) => {
      const dtype = whole ? "int32" : "float32";
      await expectSame(
        valueOnly(({ x, y }: X) => op(x, y)),
        { x: arrayOf(a, dtype, salt), y: arrayOf(b, dtype, salt + 500) },
      );
    },
  );

  const smooth: Readonly<Record<string, Pair>> = {
    div: (x, y) => tf.div(x, tf.add(tf.abs(y), 0.5)),
    pow: (x, y) => tf.pow(tf.add(tf.abs(x), 0.2), y),
    mod: (x, y) => tf.mod(x, tf.add(tf.abs(y), 0.6)),
    atan2: (x, y) => tf.atan2(x, y),
    maximum: tf.maximum,
    minimum: tf.minimum,
    squaredDifference: tf.squaredDifference,
    where: (x, y) => tf.where(tf.greater(x, y), tf.mul(x, 2), tf.mul(y, x)),
    prelu: (x, y) => tf.prelu(tf.add(x, tf.zerosLike(y)), y),
  };
  fuzz(
    "with slopes, broadcast",
    { cases: 60, seed: 74 },
    fc.tuple(named(smooth), broadcast, salts),
    async ([[, op], { a, b }, salt]) => {
      await expectSame(
        withGradients(({ x, y }: X) => op(x, y)),
        { x: noise(a, { scale: 1.7, seed: salt + 1 }), y: noise(b, { scale: 1.7, seed: salt + 2 }) },
        3e-4,
      );
    },
  );

  const logical: Readonly<Record<string, Pair>> = {
    and: tf.logicalAnd,
    or: tf.logicalOr,
    xor: tf.logicalXor,
    where: (x, y) => tf.where(x, tf.logicalNot(y), y),
    any: (x, y) => tf.any(tf.logicalAnd(x, y), -1),
    all: (x, y) => tf.all(tf.logicalOr(x, y), 0),
    "sum of both": (x, y) => tf.add(tf.cast(x, "int32"), tf.cast(y, "int32")),
  };
  fuzz(
    "of bool",
    { cases: 30, seed: 75 },
    fc.tuple(named(logical), broadcast, salts),
    async ([[, op], { a, b }, salt]) => {
      await expectSame(
        valueOnly(({ x, y }: X) => op(x, y)),
        { x: arrayOf(a, "bool", salt), y: arrayOf(b, "bool", salt + 1) },
      );
    },
  );
});

describe("scans along any axis, exclusive or not, either way", () => {
  const scans = fc.tuple(shape, salts, fc.boolean(), fc.boolean());
  fuzz("sums", { cases: 25, seed: 76 }, scans, async ([dims, salt, exclusive, reverse]) => {
    const axis = salt % dims.length;
    await expectSame(withGradients(({ x }: X) => tf.cumsum(x, axis, exclusive, reverse)), { x: noise(dims) }); // biome-ignore format: one line
  });
  fuzz("products, also with zeros", { cases: 25, seed: 77 }, scans, async ([dims, salt, exclusive, reverse]) => {
    const axis = salt % dims.length;
    const x = noise(dims, { scale: 1.5, seed: salt + 1 });
    const some = floats(dims, x.data.map((value, i) => ((i + salt) % 4 ? value : 0))); // biome-ignore format: one line
    await expectSame(withGradients(({ x }: X) => tf.cumprod(x, axis, exclusive, reverse)), { x: salt % 2 ? some : x }); // biome-ignore format: one line
  });
});

describe("losses", () => {
  const losses: Readonly<Record<string, (x: tf.Tensor, y: tf.Tensor) => tf.Tensor>> = {
    "softmax cross entropy": (x, y) => tf.losses.softmaxCrossEntropy(tf.softmax(y), x),
    "sigmoid cross entropy": (x, y) => tf.losses.sigmoidCrossEntropy(tf.sigmoid(y), x),
    "mean squared error": (x, y) => tf.losses.meanSquaredError(x, y),
    "absolute difference": (x, y) => tf.losses.absoluteDifference(x, y),
    huber: (x, y) => tf.losses.huberLoss(x, y),
    cosine: (x, y) => tf.losses.cosineDistance(x, y, 1),
    log: (x, y) => tf.losses.logLoss(tf.sigmoid(x), tf.sigmoid(y)),
  };
  fuzz(
    "with slopes",
    { cases: 25, seed: 78 },
    fc.tuple(named(losses), fc.nat(5), salts),
    async ([[, op], rows, salt]) => {
      const dims = [rows + 1, 4];
      await expectSame(
        withGradients(({ x, y }: X) => op(x, y)),
        { x: noise(dims, { seed: salt + 1 }), y: noise(dims, { seed: salt + 2 }) },
        3e-4,
      );
    },
  );
});
