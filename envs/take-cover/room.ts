/**
 * The place, in Doom's map units: a bare box. The player stands at its back (low x) and looks along +x;
 * the imps stand in a row before the far wall. y grows to the player's left.
 * Sizes and rates are those of ViZDoom's take_cover scenario, measured on ViZDoom 1.2.5, and of Doom's own tables.
 */
export const ROOM = { back: -448, front: 128, right: 0, left: 768, height: 104 } as const;

/** Where the player begins, its half-width, and the height of its eyes. */
export const PLAYER = { x: -416, y: 384, radius: 16, eye: 41, health: 100 } as const;

/** Imps stand in one row and never walk: their speed is zero. */
export const IMP = { x: 64, radius: 20, height: 56, firstYs: [652, 278, 20], lowestY: 20, highestY: 652 } as const;

/** Doom's imp missile: `speed` in units a tic, `z` the height at which it flies. */
export const FIREBALL = { radius: 6, speed: 10, z: 32 } as const;

/** Doom's clock ticks 35 times a second. */
export const TICS_PER_SECOND = 35;

/** Another imp appears whenever this many tics have gone by. */
export const TICS_PER_IMP = 60;

/** The scenario's time limit, in tics. */
export const TIME_LIMIT = 2100;
