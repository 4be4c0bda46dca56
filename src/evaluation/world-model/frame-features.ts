import { RandomStream } from "../../core/random.ts";
import type { PictureShape } from "./held-out.ts";

const GRID = 16; // cells along each side
const FEATURES = 64;

/**
 * A small fixed space in which pictures can be near or far without a reference frame: each of 16×16 cells gives its mean
 * colour and how much neighbouring pixels differ in it (blurred pictures are far from sharp ones), and a fixed Gaussian
 * projection takes these to 64 numbers. Distances are, as Johnson and Lindenstrauss have it, about the root mean square
 * difference of the cells' numbers, in levels of 255. An honest stand-in for features of a trained network, such as FVD's:
 * it knows colours, places and sharpness, and nothing of what a picture means.
 */
export class FrameFeatures {
  readonly #shape: PictureShape;
  readonly #projection: Float32Array; // (FEATURES, numbers)
  readonly #numbers: number;

  constructor(shape: PictureShape) {
    this.#shape = shape;
    this.#numbers = GRID * GRID * (shape.channels + 1);
    const random = new RandomStream(0, "frame-features");
    const scale = 1 / Math.sqrt(FEATURES * this.#numbers);
    this.#projection = Float32Array.from({ length: FEATURES * this.#numbers }, () => scale * random.normal());
  }

  /** Of one 8-bit picture, 64 numbers. */
  of(picture: Uint8Array): Float32Array {
    const cells = this.#cells(picture);
    const projection = this.#projection;
    const features = new Float32Array(FEATURES);
    for (let feature = 0, at = 0; feature < FEATURES; feature++) {
      let sum = 0;
      for (let i = 0; i < cells.length; i++) sum += projection[at++] * cells[i];
      features[feature] = sum;
    }
    return features;
  }

  #cells(picture: Uint8Array): Float32Array {
    const { height, width, channels } = this.#shape;
    const [rows, columns] = [Math.min(GRID, height), Math.min(GRID, width)];
    const cells = new Float32Array(this.#numbers);
    const counts = new Float32Array(GRID * GRID);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const cell = Math.floor((y * rows) / height) * GRID + Math.floor((x * columns) / width);
        const [pixel, first] = [(y * width + x) * channels, cell * (channels + 1)];
        const right = x + 1 < width ? pixel + channels : pixel;
        const below = y + 1 < height ? pixel + width * channels : pixel;
        counts[cell]++;
        for (let c = 0; c < channels; c++) {
          const value = picture[pixel + c];
          cells[first + c] += value;
          const differences = Math.abs(picture[right + c] - value) + Math.abs(picture[below + c] - value);
          cells[first + channels] += differences / (2 * channels);
        }
      }
    }
    for (let i = 0; i < cells.length; i++) cells[i] /= Math.max(1, counts[Math.floor(i / (channels + 1))]);
    return cells;
  }
}

/** Euclidean distance. */
export function distance(a: Float32Array, b: Float32Array): number {
  let squares = 0;
  for (let i = 0; i < a.length; i++) squares += (a[i] - b[i]) ** 2;
  return Math.sqrt(squares);
}
