import * as tf from "@tensorflow/tfjs";
import { sizeOf } from "../array.ts";
import { type LinearMap, termsOf } from "../linear-map.ts";

/** A linear map along one axis, in ops that every engine has: a gather, a product with the weights and a sum. */
export function mapAxis(x: tf.Tensor, axis: number, map: LinearMap): tf.Tensor {
  const { width, places, weights, plain } = termsOf(map);
  const shape = x.shape.map((length, i) => (i === axis ? map.length : length));
  if (width === 0) return tf.zeros(shape);
  const [outer, inner] = [sizeOf(x.shape.slice(0, axis)), sizeOf(x.shape.slice(axis + 1))];
  if (plain && map.length === x.shape[axis] && places.every((place, i) => place === i)) return x;
  const flat = tf.reshape(x, [outer, x.shape[axis], inner]);
  const taken = tf.gather(flat, tf.tensor1d(places, "int32"), 1);
  if (plain) return tf.reshape(taken, shape);
  const terms = tf.reshape(taken, [outer * map.length, width, inner]);
  const factors = tf.tensor(weights, [1, map.length, width, 1]);
  const weighted = tf.mul(tf.reshape(terms, [outer, map.length, width, inner]), factors);
  return tf.reshape(tf.sum(tf.reshape(weighted, [outer * map.length, width, inner]), 1), shape);
}
