/** A pinhole looking along +x: picture size in pixels, focal lengths in pixels across and down. */
export interface Camera {
  readonly width: number;
  readonly height: number;
  readonly focalX: number;
  readonly focalY: number;
}

/** Doom's screen is 4:3 with pixels a fifth taller than wide; 90° across. */
const PIXEL_ASPECT = 1.2;

/** The whole 4:3 screen, as people see it. */
export function screenCamera(width: number, height: number): Camera {
  return { width, height, focalX: width / 2, focalY: (height / 2) * (4 / 3) * PIXEL_ASPECT };
}

/** What World Models sees: the top 400 of the 480 rows, centred on the horizon once the status bar is gone. */
export function observationCamera(width: number, height: number): Camera {
  return { width, height, focalX: width / 2, focalY: (height / 2) * (320 / 200) * PIXEL_ASPECT };
}
