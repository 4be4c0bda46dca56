export { CartPole, CartPoleConfig } from "./classic-control/cart-pole.ts";
export { TakeCover, TakeCoverConfig } from "./take-cover/index.ts";
