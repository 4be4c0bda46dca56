import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";

/** A drive recorded from Gymnasium 1.4 with Box2D 2.3.8; numbers are rounded to six decimals. */
export interface RecordedDrive {
  readonly seed: number;
  readonly policy: string;
  readonly columns: readonly string[];
  /** x and y of each tile's point. */
  readonly track: readonly (readonly [number, number])[];
  readonly actions: readonly (readonly [number, number, number])[];
  /** A row after each action, by `columns`. */
  readonly rows: readonly (readonly number[])[];
}

/** A road recorded from Gymnasium 1.3's own track code. */
export interface RecordedRoad {
  readonly seed: number;
  /** Tracks drawn until one closed. */
  readonly tries: number;
  readonly tiles: number;
  readonly quads: number;
  /** Sums over the tiles' points. */
  readonly x: number;
  readonly y: number;
  readonly beta: number;
  /** Σ cos(i) · corner i over all quads in drawing order. */
  readonly corners: number;
  /** By quad: a shade 0, 1, 2, or w and r for the borders. */
  readonly paint?: string;
  /** What the generator draws next. */
  readonly next: number;
}

interface RecordedColours {
  readonly seed: number;
  readonly road: readonly number[];
  readonly background: readonly number[];
  readonly grass: readonly number[];
}

function golden<T>(name: string): T {
  const url = new URL(`../golden/car-racing/${name}.json.gz`, import.meta.url);
  return JSON.parse(gunzipSync(readFileSync(url)).toString()) as T;
}

export const recordedDrives = (): RecordedDrive[] =>
  ["0-gas", "0-held", "1-slalom", "2-brake"].map((name) => golden<RecordedDrive>(name));

/** x and y of each tile's point by seed. */
export const recordedTracks = () =>
  golden<{ tracks: Readonly<Record<string, readonly (readonly [number, number])[]>> }>("tracks").tracks;

export const recordedRoads = () =>
  golden<{ roads: readonly RecordedRoad[]; colours: readonly RecordedColours[] }>("roads");
