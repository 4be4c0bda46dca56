import type { RenderFrame } from "../../../src/core/env.ts";
import type { CarRacingScene } from "../car-racing-state.ts";
import { Picture } from "./picture.ts";

/** Side of the observation in pixels. */
export const OBSERVATION_SIZE = 96;

/** Draws scenes: the observation, and pictures for people. The same scene gives the same bytes whatever came before. */
export class CarRacingPainter {
  readonly #observation = new Picture(OBSERVATION_SIZE, OBSERVATION_SIZE);
  #large: Picture | undefined;

  /** The observation as RGB bytes (96, 96, 3), all of them written. */
  draw(scene: CarRacingScene, out: Uint8Array): void {
    this.#observation.draw(scene, out, false);
  }

  /** The same view in any size, with the tyres' marks. */
  drawLarge(scene: CarRacingScene, width: number, height: number): RenderFrame {
    if (this.#large?.width !== width || this.#large.height !== height) this.#large = new Picture(width, height);
    const data = new Uint8Array(width * height * 3);
    this.#large.draw(scene, data, true);
    return { width, height, data };
  }
}
