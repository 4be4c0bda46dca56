/*
 * Sizes and laws of the world. Places and speeds are whole numbers of sixteenths of a pixel, so that every machine plays
 * the same game to the bit; x grows to the right and y downwards, as in the picture.
 */

/** Parts of a pixel in which places and speeds are counted. */
export const SUBPIXELS = 16;

/** A tile's side in pixels. */
export const TILE = 8;

/** A tile's side in subpixels, and the shift that divides by it. */
export const TILE_SUBPIXELS = TILE * SUBPIXELS;
export const TILE_SHIFT = 7;

/** A level's height in tiles: the view shows all of it. */
export const ROWS = 8;

/** Side of the view in pixels. */
export const VIEW = ROWS * TILE;

/** The player's box in subpixels: 6 × 10 pixels. */
export const BODY = { width: 6 * SUBPIXELS, height: 10 * SUBPIXELS } as const;

/** Running, in subpixels a step and subpixels a step². Top speed is two pixels a step. */
export const RUN = { speed: 32, acceleration: 8, friction: 8, airDrag: 2 } as const;

/**
 * Jumping, in the same units: a jump that is held rises 20 pixels (two and a half tiles) and, at full speed, carries 38
 * pixels; let go of while rising, it is cut short. Falls are slower than half a tile a step, so nothing is fallen through.
 */
export const JUMP = { speed: 64, gravity: 7, cutGravity: 16, fallSpeed: 64 } as const;

/** How near a saw's centre may come, in subpixels; it is drawn a pixel larger. */
export const SAW_RADIUS = 4 * SUBPIXELS;

/** Steps a second at which a recording looks natural. */
export const STEPS_PER_SECOND = 30;
