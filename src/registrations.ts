/* Registers the package's own environments; importing this module is enough. Worker threads that call `make` do. */

import type { z } from "zod";
import type { CartPoleConfig } from "../envs/classic-control/cart-pole.ts";
import type { TakeCoverConfig } from "../envs/take-cover/index.ts";
import { register } from "./core/registry.ts";
import type { LearnedDreamConfig } from "./learned-dream.ts";

register({
  id: "CartPole-v1",
  entryPoint: async (kwargs: z.input<typeof CartPoleConfig>) =>
    new (await import("../envs/classic-control/cart-pole.ts")).CartPole(kwargs),
  maxEpisodeSteps: 500,
  rewardThreshold: 475,
});

register({
  id: "TakeCover-v0", // cuts itself off at 2100 tics, however many steps those are
  entryPoint: async (kwargs: z.input<typeof TakeCoverConfig>) =>
    new (await import("../envs/take-cover/index.ts")).TakeCover(kwargs),
  rewardThreshold: 750,
});

register({
  id: "Dream/TakeCover-v0", // learned: wants { checkpoint } of a run that `reverie train TakeCover-v0` made
  entryPoint: async (kwargs: LearnedDreamConfig) =>
    (await import("./learned-dream.ts")).learnedDream("TakeCover-v0", kwargs),
});
