import { CarRacing } from "../../envs/car-racing/index.ts";
import { CartPole } from "../../envs/classic-control/cart-pole.ts";
import { TakeCover } from "../../envs/take-cover/index.ts";
import type { Env, RenderMode } from "../../src/core/env.ts";
import { make, registry } from "../../src/core/registry.ts";
import { TimeLimit } from "../../src/core/wrappers/time-limit.ts";
import { describeEnvContract, type EnvContractOptions } from "./env-contract.ts";
import "../../src/registrations.ts";

type RgbArray = { renderMode?: "rgb_array" };
const mode = (renderMode?: RenderMode) => ({ renderMode }) as RgbArray;

// Without the wrappers of make().
describeEnvContract("CartPole", (renderMode) => new CartPole(mode(renderMode)));
describeEnvContract("TakeCover", (renderMode) => new TakeCover(mode(renderMode)), { steps: 60 });
describeEnvContract(
  "CarRacing",
  (renderMode) => new TimeLimit(new CarRacing(mode(renderMode)) as Env, { maxEpisodeSteps: 150 }), // alone it may never end
  { steps: 20 },
);

/** Environments that take long to step, or long to end. */
const OPTIONS: Readonly<Record<string, EnvContractOptions>> = {
  "CarRacing-v3": { steps: 20, stepsToEnd: 1000 },
  "CliffWalking-v1": { stepsToEnd: 1_000_000, chanceless: true }, // only its goal ends it
  "CliffWalkingSlippery-v1": { stepsToEnd: 1_000_000 },
  "TakeCover-v0": { steps: 60 },
};

// Every registered environment but the dreams, which want a checkpoint: those have a suite of their own.
for (const id of registry.keys()) {
  if (!id.startsWith("Dream/"))
    describeEnvContract(`make("${id}")`, (renderMode) => make(id, { renderMode }), OPTIONS[id]);
}

// With other spaces and other draws than by default.
describeEnvContract(
  'make("CarRacing-v3", { continuous: false, … })',
  (renderMode) =>
    make("CarRacing-v3", {
      renderMode,
      continuous: false,
      domainRandomize: true,
      startTile: "random",
      frames: "world-models",
    }),
  { steps: 20 },
);
