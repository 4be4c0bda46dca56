import { type Eye, RoomPainter } from "./background.ts";
import type { Camera } from "./camera.ts";
import { drawGlow } from "./glow.ts";
import type { Imp } from "./imp.ts";
import { IMP_POSES, IMP_SPRITE, type ImpPose, paintImp, type Sprite } from "./imp-sprite.ts";
import { FIREBALL, IMP, PLAYER } from "./room.ts";
import type { Scene } from "./simulation.ts";
import { blendStamp, makeStamp, type Stamp } from "./stamp.ts";

const SPRITES = new Map<ImpPose, Sprite>(IMP_POSES.map((pose) => [pose, paintImp(pose)]));

const OFFSETS = 16; // positions of a stamp within a pixel
const CELL_Y = 0.5; // units across in which a kept background serves
const CELL_X = 8; // the same in depth: the player leaves its line only when it is hit, and ends at the back wall
const KEPT_BYTES = 64 * 2 ** 20;
const NEAREST = 6; // units: what is nearer than this to the eye is not drawn
const FULL_FLASH = 0.5; // redness of the screen at 100 points of damage

export interface PainterOptions {
  readonly camera: Camera;
  /** Rays a pixel, each way. */
  readonly samples: number;
  /** Keep backgrounds and draw from a grid of places (fast), or draw each one anew from the exact place (sharp). */
  readonly keepBackgrounds: boolean;
}

/** Draws scenes. What it keeps is only to be fast: the same scene gives the same bytes whatever was drawn before. */
export class Painter {
  readonly camera: Camera;
  readonly #room: RoomPainter;
  readonly #keepBackgrounds: boolean;
  readonly #backgrounds = new Map<number, Uint8Array>();
  readonly #stamps = new Map<number, Stamp>();

  constructor({ camera, samples, keepBackgrounds }: PainterOptions) {
    this.camera = camera;
    this.#room = new RoomPainter(camera, samples);
    this.#keepBackgrounds = keepBackgrounds;
  }

  /** RGB bytes (height, width, 3), fresh for the caller. */
  draw({ player, imps, fireballs }: Scene): Uint8Array {
    const pixels = this.#background(player);
    for (const imp of imps) this.#drawImp(pixels, imp, player);
    const farthestFirst = fireballs.length > 1 ? [...fireballs].sort((a, b) => b.x - a.x) : fireballs;
    for (const ball of farthestFirst) {
      const depth = ball.x - player.x;
      if (depth < NEAREST) continue;
      drawGlow(pixels, this.camera, {
        depth,
        right: player.y - ball.y,
        down: PLAYER.eye - FIREBALL.z - 1,
        burst: ball.burst,
      });
    }
    if (player.flash > 0) redden(pixels, (FULL_FLASH * player.flash) / 100);
    return pixels;
  }

  #background({ x, y }: Eye): Uint8Array {
    if (!this.#keepBackgrounds) return this.#room.draw({ x, y });
    const column = Math.round(x / CELL_X);
    const row = Math.round(y / CELL_Y);
    const key = column * 4096 + row;
    let kept = this.#backgrounds.get(key);
    if (!kept) {
      kept = this.#room.draw({ x: column * CELL_X, y: row * CELL_Y });
      this.#backgrounds.set(key, kept);
      if (this.#backgrounds.size * kept.length > KEPT_BYTES) {
        const [oldest] = this.#backgrounds.keys();
        this.#backgrounds.delete(oldest);
      }
    }
    return kept.slice();
  }

  #drawImp(pixels: Uint8Array, imp: Imp, eye: Eye): void {
    const { width, height, focalX, focalY } = this.camera;
    const depth = Math.round((IMP.x - eye.x) / CELL_X) * CELL_X;
    const unitsAcross = depth / focalX; // a pixel's size at this depth
    const unitsDown = depth / focalY;
    const left = width / 2 + (eye.y - imp.y - IMP_SPRITE.width / 2) / unitsAcross;
    if (left > width || left + IMP_SPRITE.width / unitsAcross < 0) return;
    const offset = Math.floor((left - Math.floor(left)) * OFFSETS);
    const pose = IMP_POSES.indexOf(poseOf(imp));
    const key = (depth * IMP_POSES.length + pose) * OFFSETS + offset;
    let stamp = this.#stamps.get(key);
    const top = height / 2 + (PLAYER.eye - IMP_SPRITE.height) / unitsDown;
    if (!stamp) {
      const sprite = SPRITES.get(IMP_POSES[pose])!;
      stamp = makeStamp(sprite, {
        offsetX: (offset + 0.5) / OFFSETS,
        offsetY: top - Math.floor(top),
        texelsAcross: unitsAcross * IMP_SPRITE.texelsPerUnit,
        texelsDown: unitsDown * IMP_SPRITE.texelsPerUnit,
      });
      this.#stamps.set(key, stamp);
    }
    blendStamp(pixels, this.camera, stamp, { left: Math.floor(left), top: Math.floor(top) });
  }
}

function poseOf(imp: Imp): ImpPose {
  if (imp.action === "raise" || imp.action === "aim" || imp.action === "throw") return imp.action;
  return IMP_POSES[(imp.stride >> 1) % 4]; // each of the four steps lasts two chase calls
}

/** Doom's red screen after a hit; `strength` from 0 to 1. */
function redden(pixels: Uint8Array, strength: number): void {
  const kept = 1 - strength;
  for (let i = 0; i < pixels.length; i += 3) {
    pixels[i] = pixels[i] * kept + 255 * strength;
    pixels[i + 1] *= kept;
    pixels[i + 2] *= kept;
  }
}
