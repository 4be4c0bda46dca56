import { Box } from "./box.ts";
import { Dict } from "./dict.ts";
import { Discrete } from "./discrete.ts";
import { Graph } from "./graph.ts";
import { MultiBinary } from "./multi-binary.ts";
import { MultiDiscrete } from "./multi-discrete.ts";
import { OneOf } from "./one-of.ts";
import { Sequence } from "./sequence.ts";
import type { Space } from "./space.ts";
import { Text } from "./text.ts";
import { Tuple } from "./tuple.ts";

/**
 * Whether values of both spaces have the same shape and element type, so that they fit one batch, whatever their bounds
 * (Gymnasium's `is_space_dtype_shape_equiv`). Custom spaces must be equal.
 */
export function isSpaceDtypeShapeEquiv(space: Space<unknown>, other: Space<unknown>): boolean {
  if (space instanceof Box) return other instanceof Box && other.dtype === space.dtype && sameShape(space, other);
  if (space instanceof Discrete) return other instanceof Discrete;
  if (space instanceof MultiDiscrete) return other instanceof MultiDiscrete && sameShape(space, other);
  if (space instanceof MultiBinary) return other instanceof MultiBinary && sameShape(space, other);
  if (space instanceof Text) {
    return other instanceof Text && other.maxLength === space.maxLength && other.charset === space.charset;
  }
  if (space instanceof Tuple) return other instanceof Tuple && allEquivalent(space.spaces, other.spaces);
  if (space instanceof OneOf) return other instanceof OneOf && allEquivalent(space.spaces, other.spaces);
  if (space instanceof Dict) {
    return (
      other instanceof Dict &&
      space.names.join("\n") === other.names.join("\n") &&
      space.names.every((name) => isSpaceDtypeShapeEquiv(space.spaces[name], other.spaces[name]))
    );
  }
  if (space instanceof Sequence) {
    return (
      other instanceof Sequence &&
      other.stack === space.stack &&
      isSpaceDtypeShapeEquiv(space.featureSpace, other.featureSpace)
    );
  }
  if (space instanceof Graph) {
    if (!(other instanceof Graph) || !isSpaceDtypeShapeEquiv(space.nodeSpace, other.nodeSpace)) return false;
    if (space.edgeSpace === null || other.edgeSpace === null) return space.edgeSpace === other.edgeSpace;
    return isSpaceDtypeShapeEquiv(space.edgeSpace, other.edgeSpace);
  }
  return space.equals(other);
}

function allEquivalent(spaces: readonly Space<unknown>[], others: readonly Space<unknown>[]): boolean {
  return spaces.length === others.length && spaces.every((space, i) => isSpaceDtypeShapeEquiv(space, others[i]));
}

function sameShape(
  space: { readonly shape: readonly number[] },
  other: { readonly shape: readonly number[] },
): boolean {
  return space.shape.join() === other.shape.join();
}
