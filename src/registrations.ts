/* Registers the package's own environments; importing this module is enough. Worker threads that call `make` do. */

import type { z } from "zod";
import type { CarRacingOptions } from "../envs/car-racing/index.ts";
import type { AcrobotConfig } from "../envs/classic-control/acrobot.ts";
import type { CartPoleConfig } from "../envs/classic-control/cart-pole.ts";
import type { MountainCarConfig } from "../envs/classic-control/mountain-car.ts";
import type { MountainCarContinuousConfig } from "../envs/classic-control/mountain-car-continuous.ts";
import type { PendulumConfig } from "../envs/classic-control/pendulum.ts";
import type { PlatformerConfig } from "../envs/platformer/index.ts";
import type { TakeCoverConfig } from "../envs/take-cover/index.ts";
import type { BlackjackConfig } from "../envs/toy-text/blackjack.ts";
import type { CliffWalkingConfig } from "../envs/toy-text/cliff-walking.ts";
import type { FrozenLakeConfig } from "../envs/toy-text/frozen-lake.ts";
import type { TaxiConfig } from "../envs/toy-text/taxi.ts";
import { registerScheme } from "./core/env-scheme.ts";
import { register } from "./core/registry.ts";
import type { VectorEnv } from "./core/vector/vector-env.ts";
import type { LearnedDreamConfig } from "./learned-dream.ts";

register({
  id: "CartPole-v1",
  entryPoint: async (kwargs: z.input<typeof CartPoleConfig>) =>
    new (await import("../envs/classic-control/cart-pole.ts")).CartPole(kwargs),
  maxEpisodeSteps: 500,
  rewardThreshold: 475,
});

register({
  id: "MountainCar-v0",
  entryPoint: async (kwargs: z.input<typeof MountainCarConfig>) =>
    new (await import("../envs/classic-control/mountain-car.ts")).MountainCar(kwargs),
  maxEpisodeSteps: 200,
  rewardThreshold: -110,
});

register({
  id: "MountainCarContinuous-v0",
  entryPoint: async (kwargs: z.input<typeof MountainCarContinuousConfig>) =>
    new (await import("../envs/classic-control/mountain-car-continuous.ts")).MountainCarContinuous(kwargs),
  maxEpisodeSteps: 999,
  rewardThreshold: 90,
});

register({
  id: "Pendulum-v1",
  entryPoint: async (kwargs: z.input<typeof PendulumConfig>) =>
    new (await import("../envs/classic-control/pendulum.ts")).Pendulum(kwargs),
  maxEpisodeSteps: 200,
});

register({
  id: "Acrobot-v1",
  entryPoint: async (kwargs: z.input<typeof AcrobotConfig>) =>
    new (await import("../envs/classic-control/acrobot.ts")).Acrobot(kwargs),
  maxEpisodeSteps: 500,
  rewardThreshold: -100,
});

register({
  id: "Blackjack-v1",
  entryPoint: async (kwargs: z.input<typeof BlackjackConfig>) =>
    new (await import("../envs/toy-text/blackjack.ts")).Blackjack(kwargs),
  kwargs: { sab: true, natural: false },
});

register({
  id: "FrozenLake-v1",
  entryPoint: frozenLake,
  kwargs: { mapName: "4x4" },
  maxEpisodeSteps: 100,
  rewardThreshold: 0.7, // best possible: 0.74
});

register({
  id: "FrozenLake8x8-v1",
  entryPoint: frozenLake,
  kwargs: { mapName: "8x8" },
  maxEpisodeSteps: 200,
  rewardThreshold: 0.85, // best possible: 0.91
});

register({
  id: "CliffWalking-v1",
  entryPoint: cliffWalking,
});

register({
  id: "CliffWalkingSlippery-v1",
  entryPoint: cliffWalking,
  kwargs: { isSlippery: true },
});

register({
  id: "Taxi-v4",
  entryPoint: async (kwargs: z.input<typeof TaxiConfig>) => new (await import("../envs/toy-text/taxi.ts")).Taxi(kwargs),
  maxEpisodeSteps: 200,
  rewardThreshold: 8, // best possible: 8.46
});

register({
  id: "TakeCover-v0", // cuts itself off at 2100 tics, however many steps those are
  entryPoint: async (kwargs: z.input<typeof TakeCoverConfig>) =>
    new (await import("../envs/take-cover/index.ts")).TakeCover(kwargs),
  rewardThreshold: 750,
});

register({
  id: "Platformer-v0",
  entryPoint: async (kwargs: z.input<typeof PlatformerConfig>) =>
    new (await import("../envs/platformer/index.ts")).Platformer(kwargs),
  maxEpisodeSteps: 500,
});

register({
  id: "CarRacing-v3",
  entryPoint: async (kwargs: CarRacingOptions) => (await import("../envs/car-racing/index.ts")).makeCarRacing(kwargs),
  maxEpisodeSteps: 1000,
  rewardThreshold: 900,
});

for (const env of ["TakeCover-v0", "CarRacing-v3", "Platformer-v0"]) registerDreamOf(env);

// "python:CartPole-v1": a Gymnasium environment in a Python process of its own
registerScheme("python:", async (name, options) =>
  (await import("./bridge/python-env.ts")).makePythonEnv(name, options),
);

/** A learned world: wants { checkpoint } of a run that `reverie train <env>` made. */
function registerDreamOf(env: string): void {
  register({
    id: `Dream/${env}`,
    entryPoint: async (kwargs: LearnedDreamConfig) => (await import("./learned-dream.ts")).learnedDream(env, kwargs),
    vectorEntryPoint: async (kwargs: LearnedDreamConfig, request) =>
      (await (await import("./learned-dream.ts")).learnedVectorDream(env, kwargs, request)) as unknown as VectorEnv,
  });
}

async function frozenLake(kwargs: z.input<typeof FrozenLakeConfig>) {
  return new (await import("../envs/toy-text/frozen-lake.ts")).FrozenLake(kwargs);
}

async function cliffWalking(kwargs: z.input<typeof CliffWalkingConfig>) {
  return new (await import("../envs/toy-text/cliff-walking.ts")).CliffWalking(kwargs);
}
