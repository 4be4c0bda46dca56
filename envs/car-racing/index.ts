export { type CarInfo, CarRacing, CarRacingConfig } from "./car-racing.ts";
export { CarRacingFrames } from "./car-racing-frames.ts";
export { CarRacingOptions, makeCarRacing } from "./make-car-racing.ts";
