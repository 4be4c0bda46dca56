export { type CarInfo, CarRacing, CarRacingConfig, CarRacingFrames } from "./car-racing/index.ts";
export { Acrobot, AcrobotConfig } from "./classic-control/acrobot.ts";
export { CartPole, CartPoleConfig } from "./classic-control/cart-pole.ts";
export { MountainCar, MountainCarConfig } from "./classic-control/mountain-car.ts";
export { MountainCarContinuous, MountainCarContinuousConfig } from "./classic-control/mountain-car-continuous.ts";
export { Pendulum, PendulumConfig } from "./classic-control/pendulum.ts";
export { TakeCover, TakeCoverConfig } from "./take-cover/index.ts";
