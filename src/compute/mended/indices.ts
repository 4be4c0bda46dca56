import * as tf from "@tensorflow/tfjs";
import { sizeOf } from "../array.ts";
import { mirrored, transposed } from "../linear-map.ts";
import { type Strides, stridesOf } from "../strided-slice.ts";
import { mapAxis } from "./map-axis.ts";
import { mend, zero } from "./mend.ts";

/*
 * Reading and writing at places. GatherNd, ScatterNd, TensorScatterUpdate, TopK, StridedSlice, MirrorPad, DepthToSpace and
 * Diag have no gradient; GatherV2's cannot batch over more than one axis and refuses indices that were computed from a
 * parameter; Tile's stops at rank 4; SplitV and Unpack into a single part fail.
 */

const rangeOf = (length: number, step: number): tf.Tensor =>
  tf.tensor2d(
    Int32Array.from({ length }, (_, i) => i * step),
    [length, 1],
    "int32",
  );

/** Rows of dy are summed where their indices point; the indices of each batch count from its beginning. */
mend("GatherV2", {
  inputsToSave: ["x", "indices"],
  gradFunc: (dy, [x, indices], attributes) => {
    const { axis, batchDims } = attributes as unknown as tf.GatherV2Attrs;
    const [along] = tf.util.parseAxisParam(axis, x.shape);
    const count = sizeOf(x.shape.slice(0, batchDims));
    const outer = sizeOf(x.shape.slice(batchDims, along));
    const inner = sizeOf(x.shape.slice(along + 1));
    const length = x.shape[along];
    const each = indices.size / count;
    return {
      x: () => {
        const slopes = tf.reshape(dy as tf.Tensor, [count, outer, each, inner]);
        const rows = tf.reshape(tf.transpose(slopes, [0, 2, 1, 3]), [count * each, outer * inner]);
        const places = tf.reshape(tf.cast(indices, "int32"), [count, each]);
        const flat = count === 1 ? places : tf.add(places, rangeOf(count, length));
        const sums = tf.unsortedSegmentSum(rows, tf.reshape(flat, [count * each]) as tf.Tensor1D, count * length);
        return tf.reshape(tf.transpose(tf.reshape(sums, [count, length, outer, inner]), [0, 2, 1, 3]), x.shape);
      },
      indices: zero(indices),
    };
  },
});

mend("GatherNd", {
  inputsToSave: ["params", "indices"],
  gradFunc: (dy, [params, indices]) => ({
    params: () => tf.scatterND(indices, dy as tf.Tensor, params.shape),
    indices: zero(indices),
  }),
});

mend("ScatterNd", {
  inputsToSave: ["indices"],
  gradFunc: (dy, [indices]) => ({ updates: () => tf.gatherND(dy as tf.Tensor, indices), indices: zero(indices) }),
});

mend("TensorScatterUpdate", {
  inputsToSave: ["indices", "updates"],
  gradFunc: (dy, [indices, updates]) => ({
    tensor: () => tf.tensorScatterUpdate(dy as tf.Tensor, indices, tf.zeros(updates.shape)),
    updates: () => tf.gatherND(dy as tf.Tensor, indices),
    indices: zero(indices),
  }),
});

mend("TopK", {
  inputsToSave: ["x"],
  outputsToSave: [false, true],
  gradFunc: (dys, [x, indices]) => ({
    x: () => {
      const length = x.shape.at(-1)!;
      const rows = x.size / length;
      const places = tf.add(tf.reshape(indices, [rows, indices.size / rows]), rangeOf(rows, length));
      const slopes = tf.reshape((dys as unknown as tf.Tensor[])[0], [indices.size]);
      return tf.reshape(
        tf.unsortedSegmentSum(slopes, tf.reshape(places, [indices.size]) as tf.Tensor1D, x.size),
        x.shape,
      );
    },
  }),
});

mend("StridedSlice", {
  inputsToSave: ["x"],
  gradFunc: (dy, [x], attributes) => ({
    x: () => {
      const slice: Strides = stridesOf(x.shape, attributes as unknown as tf.StridedSliceAttrs);
      const { begin, strides, sizes } = slice;
      return x.shape.reduce(
        (slope, length, axis) => {
          const taken = Array.from({ length: sizes[axis] }, (_, i) => [
            { place: begin[axis] + i * strides[axis], weight: 1 },
          ]);
          return mapAxis(slope, axis, transposed(taken, length));
        },
        tf.reshape(dy as tf.Tensor, [...sizes]),
      );
    },
  }),
});

mend("MirrorPad", {
  inputsToSave: ["x"],
  gradFunc: (dy, [x], attributes) => ({
    x: () => {
      const { paddings, mode } = attributes as unknown as tf.MirrorPadAttrs;
      return x.shape.reduce(
        (slope, length, axis) => mapAxis(slope, axis, transposed(mirrored(length, paddings[axis], mode), length)),
        dy as tf.Tensor,
      );
    },
  }),
});

mend("Tile", {
  inputsToSave: ["x"],
  gradFunc: (dy, [x], attributes) => ({
    x: () => {
      const { reps } = attributes as unknown as tf.TileAttrs;
      return x.shape.reduce((slope, length, axis) => {
        if (reps[axis] === 1) return slope;
        const [before, after] = [slope.shape.slice(0, axis), slope.shape.slice(axis + 1)];
        const copies = tf.reshape(slope, [sizeOf(before), reps[axis], length * sizeOf(after)]);
        return tf.reshape(tf.sum(copies, 1), [...before, length, ...after]);
      }, dy as tf.Tensor);
    },
  }),
});

mend("DepthToSpace", {
  inputsToSave: ["x"],
  gradFunc: (dy, [x], attributes) => ({
    x: () => {
      const { blockSize: block } = attributes as unknown as tf.DepthToSpaceAttrs;
      const [batch, height, width, channels] = x.shape;
      const cells = tf.reshape(dy as tf.Tensor, [batch, height, block, width, block, channels / block ** 2]);
      return tf.reshape(tf.transpose(cells, [0, 1, 3, 2, 4, 5]), x.shape);
    },
  }),
});

mend("Diag", {
  inputsToSave: ["x"],
  gradFunc: (dy, [x]) => ({
    x: () => tf.reshape(tf.sum(tf.mul(tf.reshape(dy as tf.Tensor, [x.size, x.size]), tf.eye(x.size)), 1), x.shape),
  }),
});

mend("SplitV", {
  gradFunc: (dy, _saved, attributes) => {
    const { axis } = attributes as unknown as tf.SplitVAttrs;
    return { x: () => tf.concat([dy].flat(), axis) };
  },
});

mend("Unpack", {
  gradFunc: (dy, _saved, attributes) => {
    const { axis } = attributes as unknown as tf.UnpackAttrs;
    return { value: () => tf.stack([dy].flat(), axis) };
  },
});
