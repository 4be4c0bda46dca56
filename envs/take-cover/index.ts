export { TakeCover, TakeCoverConfig } from "./take-cover.ts";
