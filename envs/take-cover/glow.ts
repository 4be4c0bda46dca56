import type { Camera } from "./camera.ts";

/** A ball of fire before the eye: depth, right and down in map units; `burst` tics left to burn, 0 in flight. */
export interface Glow {
  readonly depth: number;
  readonly right: number;
  readonly down: number;
  readonly burst: number;
}

const RADIUS = 7.2; // units, as Freedoom's fireball is drawn
const BURST_GROWTH = 0.75; // units a tic
const BURST_LENGTH = 18;
const HALO = 2.3; // radii
const HALO_STRENGTH = 0.42;
const BLUR = 0.25; // a pixel's own variance and a little more, in pixels²

/**
 * Draws a white-hot ball that turns yellow and orange outwards, with a halo that only adds light. Its edge is as soft
 * as a pixel is wide, so that a ball of less than a pixel is a dimmer, wider spot and still moves smoothly.
 */
export function drawGlow(pixels: Uint8Array, camera: Camera, { depth, right, down, burst }: Glow): void {
  const { width, height, focalX, focalY } = camera;
  const age = burst > 0 ? BURST_LENGTH - burst : 0;
  const radius = RADIUS + BURST_GROWTH * age;
  const heat = burst > 0 ? 1 - age / (BURST_LENGTH + 3) : 1; // a burst cools down
  const radiusX = (radius * focalX) / depth; // pixels
  const radiusY = (radius * focalY) / depth;
  const blurredX = Math.sqrt(radiusX * radiusX + BLUR);
  const blurredY = Math.sqrt(radiusY * radiusY + BLUR);
  const kept = (radiusX * radiusY) / (blurredX * blurredY); // of its light, spread over what is now wider
  const strength = Math.min(1, 1.5 * kept) * (0.1 + 0.9 * heat);
  const softness = Math.min(0.9, 0.1 + 0.55 / Math.min(blurredX, blurredY) + 0.5 * (1 - heat));
  const centreX = width / 2 + (right * focalX) / depth;
  const centreY = height / 2 + (down * focalY) / depth;

  const firstX = Math.max(0, Math.floor(centreX - HALO * blurredX));
  const lastX = Math.min(width, Math.ceil(centreX + HALO * blurredX));
  const firstY = Math.max(0, Math.floor(centreY - HALO * blurredY));
  const lastY = Math.min(height, Math.ceil(centreY + HALO * blurredY));
  for (let y = firstY; y < lastY; y++) {
    const offY = (y + 0.5 - centreY) / blurredY;
    for (let x = firstX; x < lastX; x++) {
      const offX = (x + 0.5 - centreX) / blurredX;
      const distance2 = offX * offX + offY * offY;
      if (distance2 >= HALO * HALO) continue;
      const distance = Math.sqrt(distance2);
      const cover = strength * smoothFall(distance, 1 - softness, 1 + softness);
      const fade = 1 - distance / HALO;
      const halo = HALO_STRENGTH * strength * fade * fade;
      const yellow = heat * smoothFall(distance, 0.75, 1.15);
      const white = heat * smoothFall(distance, 0.15, 0.75);
      const at = (y * width + x) * 3;
      pixels[at] = Math.min(255, pixels[at] * (1 - cover) + 255 * (cover + halo));
      const green = 118 + 112 * yellow + 25 * white;
      pixels[at + 1] = Math.min(255, pixels[at + 1] * (1 - cover) + green * cover + 130 * halo);
      const blue = 38 + 52 * yellow + 160 * white;
      pixels[at + 2] = Math.min(255, pixels[at + 2] * (1 - cover) + blue * cover + 40 * halo);
    }
  }
}

/** 1 below `from`, 0 above `to`, smooth between. */
function smoothFall(value: number, from: number, to: number): number {
  if (value <= from) return 1;
  if (value >= to) return 0;
  const t = (to - value) / (to - from);
  return t * t * (3 - 2 * t);
}
