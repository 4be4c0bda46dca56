import type { CarRacingScene, Rgb } from "../car-racing-state.ts";
import { drawBars, type Panel } from "./bars.ts";
import { Camera, PANEL_TOP } from "./camera.ts";
import { CarDrawing } from "./car-drawing.ts";
import { CoverageLayer } from "./coverage-layer.ts";
import { addField, addGrass, seesBeyondField } from "./field.ts";
import { type Ink, NO_INK } from "./ink.ts";
import { RoadDrawing } from "./road-drawing.ts";
import { formatScore, roundHalfToEven, ScoreDrawing } from "./score.ts";
import { Shades } from "./shades.ts";
import { drawSkids } from "./skid-drawing.ts";

/** Draws scenes at one size. */
export class Picture {
  readonly width: number;
  readonly height: number;
  readonly #camera: Camera;
  readonly #shades: Shades;
  /** What lies above the panel. */
  readonly #view: CoverageLayer;
  readonly #panel: Panel;
  readonly #road: RoadDrawing;
  readonly #car: CarDrawing;
  readonly #score: ScoreDrawing;
  /** Bare ground and a panel with the score: what every frame starts from. */
  readonly #ground: Uint8Array;
  readonly #viewBytes: number;
  #groundColor: Rgb | undefined;
  #background: Rgb | undefined;
  #grass: Rgb | undefined;
  #backgroundInk: Ink = NO_INK;
  #grassInk: Ink = NO_INK;
  /** As it is written, that is rounded; −0 has a minus. */
  #groundScore = Number.NaN;

  constructor(width: number, height: number) {
    this.width = width;
    this.height = height;
    this.#camera = new Camera(width, height);
    this.#shades = new Shades(width, height);
    const viewHeight = Math.round(height - PANEL_TOP * this.#camera.scaleY);
    this.#viewBytes = viewHeight * width * 3;
    this.#view = new CoverageLayer(width, viewHeight);
    this.#panel = { width, height, scaleX: this.#camera.scaleX, scaleY: this.#camera.scaleY, shades: this.#shades };
    this.#road = new RoadDrawing(this.#camera, this.#view, this.#shades);
    this.#car = new CarDrawing(this.#camera, this.#view, this.#shades);
    this.#score = new ScoreDrawing(
      new CoverageLayer(width, height),
      this.#camera.scaleX,
      this.#camera.scaleY,
      this.#shades,
    );
    this.#ground = new Uint8Array(width * height * 3);
  }

  /** RGB bytes (height, width, 3); skid marks only where asked for. */
  draw(scene: CarRacingScene, out: Uint8Array, skids: boolean): void {
    const { colours } = scene;
    const camera = this.#camera;
    if (colours.background !== this.#background || colours.grass !== this.#grass) {
      this.#background = colours.background;
      this.#grass = colours.grass;
      this.#backgroundInk = this.#shades.ink(colours.background);
      this.#grassInk = this.#shades.ink(colours.grass);
    }
    camera.follow(scene);
    const beyond = seesBeyondField(camera);
    this.#prepareGround(scene.score, beyond ? BEYOND : colours.background);
    out.set(this.#ground);
    if (beyond) {
      addField(this.#view, camera);
      this.#view.paint(out, this.#backgroundInk);
    }
    addGrass(this.#view, camera);
    this.#view.paint(out, this.#grassInk);
    this.#road.draw(scene.road, colours.road, out);
    if (skids) drawSkids(scene.skids, camera, this.#view, this.#shades, out);
    this.#car.draw(scene, out);
    drawBars(scene, this.#panel, out);
  }

  #prepareGround(score: number, color: Rgb): void {
    const ground = this.#ground;
    if (color !== this.#groundColor) {
      this.#groundColor = color;
      for (let i = 0; i < this.#viewBytes; i += 3) {
        ground[i] = this.#shades.of(color[0]);
        ground[i + 1] = this.#shades.of(color[1]);
        ground[i + 2] = this.#shades.of(color[2]);
      }
    }
    const rounded = roundHalfToEven(score);
    if (Object.is(rounded, this.#groundScore)) return;
    this.#groundScore = rounded;
    ground.fill(0, this.#viewBytes);
    this.#score.draw(formatScore(rounded), ground);
  }
}

/** What the canvas is before anything is drawn. */
const BEYOND: Rgb = [0, 0, 0];
