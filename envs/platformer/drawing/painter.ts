import type { RenderFrame } from "../../../src/core/env.ts";
import type { Level } from "../level.ts";
import { sawX, sawY } from "../saw.ts";
import type { Simulation } from "../simulation.ts";
import { VIEW } from "../world.ts";
import { HILLS_TOP, LAYER_WIDTH, LAYERS, type Layer, PERIOD } from "./backdrop.ts";
import type { InkPicture } from "./ink.ts";
import { hurt, playerPose } from "./player-sprites.ts";
import { coloursOf, type Theme } from "./theme.ts";
import { COIN, SAW, SPARKLE } from "./thing-sprites.ts";
import { drawTiles } from "./tile-sprites.ts";

const STEPS_A_TURN = 4; // of the coin
const STEPS_A_TOOTH = 2; // of a saw
const LEVEL_SHIFT = 37; // pixels by which the backdrop of the next level is shifted: levels differ there, too

/** Draws moments of one level in one theme. */
export class Painter {
  readonly #colours: Int32Array; // by ink, 0xbbggrr: four pixels are three little-endian words, stored at once
  readonly #tiles: InkPicture;
  readonly #shift: number;
  readonly #inks = new Uint8Array(VIEW * VIEW);
  #cameraX = 0;

  constructor(level: Level, theme: Theme) {
    this.#colours = coloursOf(theme);
    this.#tiles = drawTiles(level);
    this.#shift = (level.number * LEVEL_SHIFT) & (PERIOD - 1);
  }

  /** RGB bytes (64, 64, 3), fresh for the caller. */
  draw(moment: Simulation): Uint8Array {
    this.#compose(moment);
    const inks = this.#inks;
    const colours = this.#colours;
    const words = new Uint32Array((VIEW * VIEW * 3) / 4);
    for (let i = 0, to = 0; i < inks.length; i += 4) {
      const second = colours[inks[i + 1]];
      const third = colours[inks[i + 2]];
      words[to++] = colours[inks[i]] | (second << 24);
      words[to++] = (second >> 8) | (third << 16);
      words[to++] = (third >> 16) | (colours[inks[i + 3]] << 8);
    }
    return new Uint8Array(words.buffer);
  }

  /** The same picture with every pixel `scale` × `scale` large. */
  drawLarge(moment: Simulation, scale: number): RenderFrame {
    const small = this.draw(moment);
    const side = VIEW * scale;
    const data = new Uint8Array(side * side * 3);
    for (let y = 0, to = 0; y < side; y++) {
      const row = Math.floor(y / scale) * VIEW;
      for (let x = 0; x < side; x++, to += 3) {
        const from = (row + Math.floor(x / scale)) * 3;
        data[to] = small[from];
        data[to + 1] = small[from + 1];
        data[to + 2] = small[from + 2];
      }
    }
    return { width: side, height: side, data };
  }

  #compose({ level, player, step, outcome, cameraX }: Simulation): void {
    this.#cameraX = cameraX;
    this.#drawScenery();
    for (const saw of level.saws) {
      const blade = SAW[Math.floor(step / STEPS_A_TOOTH) % SAW.length];
      this.#drawBehindTiles(blade, (sawX(saw, step) >> 4) - 5, (sawY(saw, step) >> 4) - 5);
    }
    const coin = outcome === "coin" ? SPARKLE : COIN[Math.floor(step / STEPS_A_TURN) % COIN.length];
    this.#drawInFront(coin, level.coin.x, level.coin.y);
    const pose = playerPose(player);
    this.#drawInFront(outcome === "dead" ? hurt(pose) : pose, (player.x >> 4) - 1, player.y >> 4);
  }

  /** The tiles, and where there are none the nearest layer that is not empty. */
  #drawScenery(): void {
    const { inks: tiles, width } = this.#tiles;
    const [sky, far, near] = LAYERS;
    const inks = this.#inks;
    for (let y = 0, to = 0; y < VIEW; y++) {
      let tileAt = y * width + this.#cameraX;
      let skyAt = this.#firstOf(sky, y);
      if (y < HILLS_TOP) {
        for (let x = 0; x < VIEW; x++) inks[to++] = tiles[tileAt++] || sky.inks[skyAt + x];
        continue;
      }
      let farAt = this.#firstOf(far, y);
      let nearAt = this.#firstOf(near, y);
      for (let x = 0; x < VIEW; x++, skyAt++, farAt++, nearAt++) {
        inks[to++] = tiles[tileAt++] || near.inks[nearAt] || far.inks[farAt] || sky.inks[skyAt];
      }
    }
  }

  /** Where a layer's row begins in the view. */
  #firstOf({ slowness }: Layer, row: number): number {
    return row * LAYER_WIDTH + ((this.#shift + Math.floor(this.#cameraX / slowness)) & (PERIOD - 1));
  }

  #drawInFront({ width, height, inks }: InkPicture, left: number, top: number): void {
    const firstX = left - this.#cameraX;
    for (let y = Math.max(0, -top); y < height && top + y < VIEW; y++) {
      for (let x = Math.max(0, -firstX); x < width && firstX + x < VIEW; x++) {
        const ink = inks[y * width + x];
        if (ink !== 0) this.#inks[(top + y) * VIEW + firstX + x] = ink;
      }
    }
  }

  #drawBehindTiles({ width, height, inks }: InkPicture, left: number, top: number): void {
    const firstX = left - this.#cameraX;
    const tiles = this.#tiles;
    for (let y = Math.max(0, -top); y < height && top + y < VIEW; y++) {
      for (let x = Math.max(0, -firstX); x < width && firstX + x < VIEW; x++) {
        const ink = inks[y * width + x];
        if (ink === 0 || tiles.inks[(top + y) * tiles.width + left + x] !== 0) continue;
        this.#inks[(top + y) * VIEW + firstX + x] = ink;
      }
    }
  }
}
