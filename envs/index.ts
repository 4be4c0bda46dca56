export { TakeCover, TakeCoverConfig } from "./take-cover/index.ts";
