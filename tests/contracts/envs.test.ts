import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CarRacing } from "../../envs/car-racing/index.ts";
import { CartPole } from "../../envs/classic-control/cart-pole.ts";
import { Platformer } from "../../envs/platformer/index.ts";
import { TakeCover } from "../../envs/take-cover/index.ts";
import { checkEnv } from "../../src/core/check-env/check-env.ts";
import type { Env, RenderMode } from "../../src/core/env.ts";
import { make, registry } from "../../src/core/registry.ts";
import { makeVec } from "../../src/core/vector/make-vec.ts";
import { TimeLimit } from "../../src/core/wrappers/time-limit.ts";
import { unwrap } from "../../src/core/wrappers/wrapper.ts";
import { type SavedWorld, saveWorld } from "../../src/world-models/world-checkpoint.ts";
import { savedTinyGenie } from "../world-models/genie/tiny-genie.ts";
import { savedTinyWorld, tinyWorld } from "../world-models/tiny-world.ts";
import { describeEnvContract, type EnvContractOptions } from "./env-contract.ts";
import { describeVectorEnvContract } from "./vector-env-contract.ts";
import "../../src/registrations.ts";

type RgbArray = { renderMode?: "rgb_array" };
const mode = (renderMode?: RenderMode) => ({ renderMode }) as RgbArray;

// Without the wrappers of make().
describeEnvContract("CartPole", (renderMode) => new CartPole(mode(renderMode)));
describeEnvContract("TakeCover", (renderMode) => new TakeCover(mode(renderMode)), { steps: 60 });
describeEnvContract(
  "Platformer",
  (renderMode) => new TimeLimit(new Platformer(mode(renderMode)) as Env, { maxEpisodeSteps: 500 }), // one may stand still forever
);
describeEnvContract(
  "CarRacing",
  (renderMode) => new TimeLimit(new CarRacing(mode(renderMode)) as Env, { maxEpisodeSteps: 150 }), // alone it may never end
  { steps: 20 },
);

/** Worlds of a few random weights. */
const DREAMS: readonly SavedWorld[] = [
  savedTinyWorld(),
  {
    ...savedTinyWorld(tinyWorld({ actionSpace: new CarRacing().actionSpace })),
    env: { id: "CarRacing-v3", kwargs: { frames: "world-models" } },
  },
  savedTinyGenie({ size: 64, actionSpace: new Platformer().actionSpace }),
];

/** Environments that take long to step, or long to end. */
const OPTIONS: Readonly<Record<string, EnvContractOptions>> = {
  "CarRacing-v3": { steps: 20, stepsToEnd: 1000 },
  "CliffWalking-v1": { stepsToEnd: 1_000_000, chanceless: true }, // only its goal ends it
  "CliffWalkingSlippery-v1": { stepsToEnd: 1_000_000 },
  "TakeCover-v0": { steps: 60 },
  ...Object.fromEntries(DREAMS.map(({ env }) => [`Dream/${env.id}`, { steps: 60 }])),
};

/** What Gymnasium's own checker warns of, too: the task is so. */
const WARNINGS: Readonly<Record<string, readonly string[]>> = {
  "CartPole-v1": ["spaces: observationSpace"], // velocities without bounds
  "Pendulum-v1": ["spaces: actionSpace"], // torques from −2 to 2
  "CliffWalking-v1": ["seeding: reset with seeds 123, 456, 567"], // no chance in it
  // latents without bounds
  ...Object.fromEntries(DREAMS.map(({ env }) => [`Dream/${env.id}`, ["spaces: observationSpace"]])),
};

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "contracts-"));
  for (const world of DREAMS) await saveWorld(worldFile(`Dream/${world.env.id}`), world);
});
afterAll(() => rm(folder, { recursive: true }));

const isDream = (id: string) => id.startsWith("Dream/");
const worldFile = (id: string) => join(folder, `${id}.safetensors`);
const kwargsOf = (id: string) => (isDream(id) ? { checkpoint: worldFile(id) } : {});

for (const id of registry.keys()) {
  const makeIt = (renderMode?: RenderMode) => make(id, { ...kwargsOf(id), renderMode });
  describeEnvContract(`make("${id}")`, makeIt, OPTIONS[id]);

  describe(`${id} without its wrappers`, () => {
    it("passes checkEnv, with no warning but of what its task is", async () => {
      const bare = async (renderMode?: RenderMode) => unwrap(await makeIt(renderMode));
      const findings = await checkEnv(await bare(), {
        steps: OPTIONS[id]?.steps,
        make: bare,
        learned: isDream(id) && { horizon: 50 },
      });
      expect(findings.map(({ check, where }) => `${check}: ${where}`)).toEqual(WARNINGS[id] ?? []);
    });
  });

  if (isDream(id))
    describeVectorEnvContract(`makeVec("${id}"), as one batch`, ({ numEnvs, autoreset }) =>
      makeVec(id, { ...kwargsOf(id), numEnvs, autoreset }),
    );
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
