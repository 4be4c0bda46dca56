import * as tf from "@tensorflow/tfjs";
import "./mended-gradients.ts";
import { TraceError } from "./errors.ts";
import { isTensor, rebuild } from "./tree.ts";

/** Tensors under parameter names. */
export type Gradients = Record<string, tf.Tensor>;
type Tensors = Readonly<Record<string, tf.Tensor>>;

/**
 * The value of `fn` and the gradient of its loss for every parameter. `fn` returns the loss, or an object with `loss` and
 * whatever else (metrics, a carried state), which comes back as `value`; the graph shares the forward work.
 */
export function valueAndGradients<R extends tf.Scalar | { readonly loss: tf.Scalar }>(
  parameters: Tensors,
  fn: (parameters: Tensors) => R,
): { value: R; gradients: Gradients } {
  const names = Object.keys(parameters);
  let kept: unknown; // the result, out of reach of the tidy inside tfjs' gradients
  const loss = (): tf.Scalar => {
    const result = fn(parameters);
    kept = rebuild(result, isTensor, (tensor) => tf.keep(tf.clone(tensor)));
    return isTensor(result) ? (result as tf.Scalar) : (result as { loss: tf.Scalar }).loss;
  };
  const tensors = names.map((name) => parameters[name]);
  const { value: spare, grads } = tf.engine().gradients(loss, tensors, undefined, true);
  spare.dispose();
  const value = rebuild(kept, isTensor, (tensor) => {
    const own = tf.clone(tensor); // in the caller's scope
    tensor.dispose();
    return own;
  }) as R;
  const gradients: Gradients = {};
  for (const [i, name] of names.entries()) {
    if (!grads[i]) {
      throw new TraceError(
        `Expected the loss to depend on every parameter, got none on "${name}". Use it, or leave it out of the parameters.`,
      );
    }
    gradients[name] = grads[i];
  }
  return { value, gradients };
}

/** Every element of every gradient within ±limit. */
export function clipByValue(gradients: Tensors, limit: number): Gradients {
  return mapValues(gradients, (gradient) => tf.clipByValue(gradient, -limit, limit));
}

/** The Euclidean length of all gradients taken as one vector. */
export function globalNorm(gradients: Tensors): tf.Scalar {
  const squares = Object.values(gradients).map((gradient) => tf.sum(tf.square(gradient)));
  return tf.sqrt(tf.addN(squares)) as tf.Scalar;
}

/** All gradients shortened by one factor so that their global norm is at most `limit` (Pascanu et al. 2013, algorithm 1). */
export function clipByGlobalNorm(gradients: Tensors, limit: number): Gradients {
  const scale = tf.div(limit, tf.maximum(globalNorm(gradients), limit));
  return mapValues(gradients, (gradient) => tf.mul(gradient, scale));
}

function mapValues(tensors: Tensors, map: (tensor: tf.Tensor) => tf.Tensor): Gradients {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, map(tensor)]));
}
