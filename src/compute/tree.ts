import * as tf from "@tensorflow/tfjs";
import { describe } from "../base/errors.ts";
import type { NdArray } from "./array.ts";

/** A leaf with the dotted path that names it in errors, as `parameters.encoder/kernel`. */
export interface Leaf<T> {
  readonly path: string;
  readonly value: T;
}

/** Whether a value is an array as it crosses the border. */
export function isNdArray(value: unknown): value is NdArray {
  if (typeof value !== "object" || value === null || isTensor(value)) return false;
  return "shape" in value && "dtype" in value && "data" in value;
}

/** Whether a value is a tensor. */
export function isTensor(value: unknown): value is tf.Tensor {
  return value instanceof tf.Tensor;
}

/**
 * The leaves of a tree in the order of their sorted names, so that two trees that differ only in the order of their keys
 * count as the same. `fail` makes the error for anything that is neither a leaf nor a branch.
 */
export function leavesOf<T>(
  tree: unknown,
  isLeaf: (value: unknown) => value is T,
  fail: (path: string, got: string) => Error,
): Leaf<T>[] {
  const leaves: Leaf<T>[] = [];
  const visit = (node: unknown, path: string): void => {
    if (isLeaf(node)) {
      leaves.push({ path, value: node });
    } else if (Array.isArray(node)) {
      for (let i = 0; i < node.length; i++) visit(node[i], join(path, i));
    } else if (typeof node === "object" && node !== null && isBranch(node)) {
      for (const [key, child] of Object.entries(node).sort(byName)) visit(child, join(path, key));
    } else {
      throw fail(path, nameOf(node));
    }
  };
  visit(tree, "");
  return leaves;
}

/** The same tree with its leaves replaced, one by one, by `values` (in the order of {@link leavesOf}). */
export function rebuild<T>(
  tree: unknown,
  isLeaf: (value: unknown) => value is T,
  replace: (leaf: T, index: number) => unknown,
): unknown {
  let index = 0;
  const visit = (node: unknown): unknown => {
    if (isLeaf(node)) return replace(node, index++);
    if (Array.isArray(node)) return node.map(visit);
    const entries = Object.entries(node as object);
    const replaced = new Map([...entries].sort(byName).map(([key, child]) => [key, visit(child)]));
    return Object.fromEntries(entries.map(([key]) => [key, replaced.get(key)])); // keys keep the caller's order
  };
  return visit(tree);
}

const byName = ([a]: [string, unknown], [b]: [string, unknown]): number => (a < b ? -1 : a > b ? 1 : 0);
const join = (path: string, key: string | number): string => (path === "" ? String(key) : `${path}.${key}`);
const isBranch = (node: object): boolean => {
  const prototype = Object.getPrototypeOf(node);
  return prototype === Object.prototype || prototype === null;
};
const nameOf = (node: unknown): string =>
  typeof node === "object" && node !== null && !isBranch(node) ? `a ${node.constructor.name}` : describe(node);
