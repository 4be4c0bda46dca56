export { type CarInfo, CarRacing, CarRacingConfig, CarRacingFrames } from "./car-racing/index.ts";
export { Acrobot, AcrobotConfig } from "./classic-control/acrobot.ts";
export { CartPole, CartPoleConfig } from "./classic-control/cart-pole.ts";
export { MountainCar, MountainCarConfig } from "./classic-control/mountain-car.ts";
export { MountainCarContinuous, MountainCarContinuousConfig } from "./classic-control/mountain-car-continuous.ts";
export { Pendulum, PendulumConfig } from "./classic-control/pendulum.ts";
export {
  generateLevel,
  PLATFORMER_ACTIONS,
  Platformer,
  PlatformerConfig,
  type PlatformerInfo,
  solveLevel,
} from "./platformer/index.ts";
export { TakeCover, TakeCoverConfig } from "./take-cover/index.ts";
export { Blackjack, BlackjackConfig, type BlackjackObservation } from "./toy-text/blackjack.ts";
export { CliffWalking, CliffWalkingConfig } from "./toy-text/cliff-walking.ts";
export { FrozenLake, FrozenLakeConfig } from "./toy-text/frozen-lake.ts";
export { generateRandomMap, LAKE_MAPS, RandomMapOptions } from "./toy-text/frozen-lake-map.ts";
export { Taxi, TaxiConfig } from "./toy-text/taxi.ts";
export type { TaxiState } from "./toy-text/taxi-model.ts";
export type { Transition, TransitionTable } from "./toy-text/transition.ts";
