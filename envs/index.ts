export { CartPole, CartPoleConfig } from "./cart-pole.ts";
export { TakeCover, TakeCoverConfig } from "./take-cover/index.ts";
