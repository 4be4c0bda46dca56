export { ACTIONS as PLATFORMER_ACTIONS } from "./action.ts";
export type { Difficulty, Level, Saw } from "./level.ts";
export { generateLevel } from "./level-generator.ts";
export { solveLevel } from "./level-search.ts";
export { type LevelRange, LevelSet, levelRange } from "./level-set.ts";
export { Platformer, PlatformerConfig, type PlatformerInfo } from "./platformer.ts";
