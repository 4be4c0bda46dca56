import { CartPole } from "../../envs/classic-control/cart-pole.ts";
import { TakeCover } from "../../envs/take-cover/index.ts";
import type { RenderMode } from "../../src/core/env.ts";
import { make } from "../../src/core/registry.ts";
import { describeEnvContract } from "./env-contract.ts";
import "../../src/registrations.ts";

type RgbArray = { renderMode?: "rgb_array" };
const mode = (renderMode?: RenderMode) => ({ renderMode }) as RgbArray;

describeEnvContract("CartPole", (renderMode) => new CartPole(mode(renderMode)));
describeEnvContract('make("CartPole-v1")', (renderMode) => make("CartPole-v1", { renderMode }));
describeEnvContract("TakeCover", (renderMode) => new TakeCover(mode(renderMode)), { steps: 60 });
describeEnvContract('make("TakeCover-v0")', (renderMode) => make("TakeCover-v0", { renderMode }), { steps: 60 });
