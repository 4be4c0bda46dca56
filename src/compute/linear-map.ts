/*
 * Linear maps along one axis of which each result is a sum of a few elements: enlarging, shrinking, mirroring and mean
 * pooling of images, axis by axis, and their gradients, which are the same maps turned round.
 */

/** One element that a result is made of. */
export interface Term {
  readonly place: number;
  readonly weight: number;
}

/** For each result along the axis, what is summed into it. */
export type LinearMap = readonly (readonly Term[])[];

/** The map's transpose: which of its results each of `length` elements went into. */
export function transposed(map: LinearMap, length: number): LinearMap {
  const back: Term[][] = Array.from({ length }, () => []);
  for (const [result, terms] of map.entries()) {
    for (const { place, weight } of terms) back[place].push({ place: result, weight });
  }
  return back;
}

/** A map as arrays: `width` terms for each result, the missing ones with weight 0. */
export interface Terms {
  readonly width: number;
  readonly places: Int32Array;
  readonly weights: Float32Array;
  /** Whether every result is one element as it stands. */
  readonly plain: boolean;
}

export function termsOf(map: LinearMap): Terms {
  const width = map.reduce((most, terms) => Math.max(most, terms.length), 0);
  const places = new Int32Array(map.length * width);
  const weights = new Float32Array(map.length * width);
  for (const [result, terms] of map.entries()) {
    for (const [i, { place, weight }] of terms.entries()) {
      places[result * width + i] = place;
      weights[result * width + i] = weight;
    }
  }
  return { width, places, weights, plain: width === 1 && weights.every((weight) => weight === 1) };
}

/** How an axis is resampled; the options of tfjs' resize ops. */
export interface Resampling {
  readonly from: number;
  readonly to: number;
  readonly alignCorners: boolean;
  readonly halfPixelCenters: boolean;
}

/** Length of a source pixel's side in target pixels, upside down, as tfjs defines it. */
const scaleOf = ({ from, to, alignCorners }: Resampling): number =>
  alignCorners && to > 1 ? (from - 1) / (to - 1) : from / to;

/** Linear interpolation between the two nearest pixels. */
export function bilinear(axis: Resampling): LinearMap {
  const scale = scaleOf(axis);
  return Array.from({ length: axis.to }, (_, i) => {
    const source = axis.halfPixelCenters ? scale * (i + 0.5) - 0.5 : scale * i;
    const low = Math.max(0, Math.floor(source));
    const high = Math.min(axis.from - 1, Math.ceil(source));
    const share = source - low;
    if (low >= high || share === 0) return [{ place: Math.min(low, axis.from - 1), weight: 1 }];
    return [
      { place: low, weight: 1 - share },
      { place: high, weight: share },
    ];
  });
}

/** The nearest pixel. */
export function nearest(axis: Resampling): LinearMap {
  const scale = scaleOf(axis);
  return Array.from({ length: axis.to }, (_, i) => {
    const source = axis.halfPixelCenters ? scale * (i + 0.5) : scale * i;
    const whole = axis.alignCorners ? Math.round(source) : Math.floor(source);
    return [{ place: Math.max(0, Math.min(axis.from - 1, whole)), weight: 1 }];
  });
}

/** An axis of `length` elements with its ends mirrored outwards; "symmetric" repeats the edge itself. */
export function mirrored(
  length: number,
  [before, after]: readonly [number, number],
  mode: "reflect" | "symmetric",
): LinearMap {
  const offset = mode === "reflect" ? 1 : 0;
  return Array.from({ length: before + length + after }, (_, i) => {
    const place = i - before;
    if (place < 0) return [{ place: -place - 1 + offset, weight: 1 }];
    return [{ place: place < length ? place : 2 * length - 1 - place - offset, weight: 1 }];
  });
}

/** How windows lie along one axis. */
export interface WindowAxis {
  /** Elements of the axis. */
  readonly length: number;
  /** Windows along it. */
  readonly count: number;
  /** Elements of a window. */
  readonly size: number;
  readonly stride: number;
  readonly dilation: number;
  /** Elements of padding before the first. */
  readonly before: number;
}

/** The mean of each window over the elements that exist. */
export function windowMeans({ length, count, size, stride, dilation, before }: WindowAxis): LinearMap {
  return Array.from({ length: count }, (_, i) => {
    const places = Array.from({ length: size }, (_, tap) => i * stride + tap * dilation - before);
    const inside = places.filter((place) => place >= 0 && place < length);
    return inside.map((place) => ({ place, weight: 1 / inside.length }));
  });
}

interface WindowInfo2D {
  readonly inHeight: number;
  readonly inWidth: number;
  readonly outHeight: number;
  readonly outWidth: number;
  readonly filterHeight: number;
  readonly filterWidth: number;
  readonly strideHeight: number;
  readonly strideWidth: number;
  readonly dilationHeight: number;
  readonly dilationWidth: number;
  readonly padInfo: { readonly top: number; readonly left: number };
}

interface WindowInfo3D extends WindowInfo2D {
  readonly inDepth: number;
  readonly outDepth: number;
  readonly filterDepth: number;
  readonly strideDepth: number;
  readonly dilationDepth: number;
  readonly padInfo: { readonly front: number; readonly top: number; readonly left: number };
}

/** The axes (depth,) height, width of what tfjs computes about a convolution or pooling. */
export function windowAxes(info: WindowInfo2D | WindowInfo3D): readonly WindowAxis[] {
  const rows: WindowAxis = {
    length: info.inHeight,
    count: info.outHeight,
    size: info.filterHeight,
    stride: info.strideHeight,
    dilation: info.dilationHeight,
    before: info.padInfo.top,
  };
  const columns: WindowAxis = {
    length: info.inWidth,
    count: info.outWidth,
    size: info.filterWidth,
    stride: info.strideWidth,
    dilation: info.dilationWidth,
    before: info.padInfo.left,
  };
  if (!("inDepth" in info)) return [rows, columns];
  const layers: WindowAxis = {
    length: info.inDepth,
    count: info.outDepth,
    size: info.filterDepth,
    stride: info.strideDepth,
    dilation: info.dilationDepth,
    before: info.padInfo.front,
  };
  return [layers, rows, columns];
}
