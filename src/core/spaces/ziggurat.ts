import type { Pcg64 } from "../pcg64.ts";
import { EXPONENTIAL_WIDTHS, NORMAL_WIDTHS } from "./ziggurat-layers.ts";

// Marsaglia and Tsang's ziggurat as numpy.random.Generator draws it (numpy/random/src/distributions/distributions.c):
// which of the 64 bits choose the layer, the sign and the place in it, and which further draws a miss takes.

const NORMAL_TAIL = 3.6541528853610088;
const EXPONENTIAL_TAIL = 7.69711747013105;

const NORMAL = layers(NORMAL_WIDTHS, 2 ** 52, NORMAL_TAIL, (x) => Math.exp(-0.5 * x * x));
const EXPONENTIAL = layers(EXPONENTIAL_WIDTHS, 2 ** 53, EXPONENTIAL_TAIL, (x) => Math.exp(-x));

interface Layers {
  readonly width: Float64Array;
  /** Places below this lie under the curve for certain. */
  readonly inside: Float64Array;
  readonly density: Float64Array;
}

/** numpy.random.Generator.standard_normal. */
export function standardNormal(random: Pcg64): number {
  const { width, inside, density } = NORMAL;
  for (;;) {
    const { high, low } = random.bits64();
    const layer = low & 0xff;
    const sign = low & 0x100 ? -1 : 1;
    const place = (high & 0x1fffffff) * 2 ** 23 + (low >>> 9); // 52 bits
    const x = sign * place * width[layer];
    if (place < inside[layer]) return x;
    if (layer === 0) return normalTail(random, Math.floor(place / 256) % 2 === 1);
    if ((density[layer - 1] - density[layer]) * random.random() + density[layer] < Math.exp(-0.5 * x * x)) return x;
  }
}

function normalTail(random: Pcg64, negative: boolean): number {
  for (;;) {
    const beyond = -Math.log1p(-random.random()) / NORMAL_TAIL;
    const height = -Math.log1p(-random.random());
    if (2 * height > beyond * beyond) return negative ? -(NORMAL_TAIL + beyond) : NORMAL_TAIL + beyond;
  }
}

/** numpy.random.Generator.standard_exponential. */
export function standardExponential(random: Pcg64): number {
  const { width, inside, density } = EXPONENTIAL;
  for (;;) {
    const { high, low } = random.bits64();
    const layer = (low >>> 3) & 0xff;
    const place = high * 2 ** 21 + (low >>> 11); // 53 bits
    const x = place * width[layer];
    if (place < inside[layer]) return x;
    if (layer === 0) return EXPONENTIAL_TAIL - Math.log1p(-random.random());
    if ((density[layer - 1] - density[layer]) * random.random() + density[layer] < Math.exp(-x)) return x;
  }
}

/** Layer 0 is the base strip, cut off at the tail; layer 1 the cap, where nothing is certain. */
function layers(width: Float64Array, scale: number, tail: number, curve: (x: number) => number): Layers {
  const inside = width.map((w, i) => (i < 2 ? 0 : Math.floor((width[i - 1] / w) * scale)));
  inside[0] = Math.floor((tail / (width[0] * scale)) * scale);
  const density = width.map((w, i) => (i === 0 ? 1 : curve(w * scale)));
  return { width, inside, density };
}
