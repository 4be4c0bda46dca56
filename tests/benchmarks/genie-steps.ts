import { scalar } from "../../src/compute/array.ts";
import { RandomStream } from "../../src/core/random.ts";
import { Box } from "../../src/core/spaces/box.ts";
import { Discrete } from "../../src/core/spaces/discrete.ts";
import { dreamFunctions } from "../../src/imagination/dream-functions.ts";
import { drawNoise } from "../../src/imagination/noise.ts";
import { dynamicsParameters } from "../../src/world-models/genie/dynamics.ts";
import { dynamicsShapeOf, GenieConfig, GenieWorldModel } from "../../src/world-models/genie/genie-world-model.ts";
import {
  latentActionCodeParameters,
  latentActionParameters,
} from "../../src/world-models/genie/latent-action-model.ts";
import { videoTokenizerParameters } from "../../src/world-models/genie/video-tokenizer.ts";
import type { Section } from "./sections.ts";
import { figure } from "./text-table.ts";

const BATCHES = [1, 4, 16, 64] as const;
const FRAME = { height: 64, width: 64, channels: 3 };
const RUNS = 12;

/** Genie at the size of its quick preset: frames a second of its dreams, and of what an agent perceives of a real environment. */
export async function genieSection(): Promise<Section> {
  const model = freshGenie();
  const functions = dreamFunctions(model);
  const figures: { batch: number; dream: number; perceived: number; decoded: number }[] = [];
  for (const batch of BATCHES) {
    const streams = Array.from({ length: batch }, (_, b) => new RandomStream(b, "bench"));
    const random = new RandomStream(0, "bench/frames");
    const bytes = Uint8Array.from({ length: batch * 64 * 64 * 3 }, () => random.integer(0, 256));
    const frames = { shape: [batch, 64, 64, 3], dtype: "uint8" as const, data: bytes };
    const actions = { shape: [batch], dtype: "int32" as const, data: new Int32Array(batch) };
    let { state } = await functions.perceive({ frames });
    const best = { dream: 0, perceived: 0, decoded: 0 };
    for (let run = 0; run < RUNS; run++) {
      const noise = drawNoise(model.noise, streams);
      best.dream = Math.max(
        best.dream,
        await rate(batch, async () => {
          ({ state } = await functions.step({ state, actions, ...noise, temperature: scalar(1) }));
        }),
      );
      best.perceived = Math.max(
        best.perceived,
        await rate(batch, async () => {
          ({ state } = await functions.observe({ state, frames, actions }));
        }),
      );
      best.decoded = Math.max(best.decoded, await rate(batch, () => functions.decode(state)));
    }
    figures.push({ batch, ...best });
  }
  await functions.dispose();
  return {
    table: {
      title: `Genie, ${model.tokens.count} tokens of ${figure(model.tokens.size)} a frame, ${model.config.dynamics.passes} MaskGIT passes: frames/s`,
      head: ["batch", ...BATCHES.map(String)],
      rows: [
        ["dream step, sampled", ...figures.map(({ dream }) => figure(dream))],
        ["following a real environment", ...figures.map(({ perceived }) => figure(perceived))],
        ["decoding pixels", ...figures.map(({ decoded }) => figure(decoded))],
      ],
    },
    figures,
  };
}

/** Weights as training begins: speed does not depend on what they learned. */
function freshGenie(): GenieWorldModel {
  const config = GenieConfig.parse({});
  const actionSpace = new Discrete(6);
  const random = new RandomStream(0, "bench/genie");
  const draw = () => random.normal();
  return new GenieWorldModel({
    config,
    observationSpace: new Box({ low: 0, high: 255, shape: [64, 64, 3], dtype: "uint8" }),
    actionSpace,
    parameters: {
      ...videoTokenizerParameters(config.tokenizer, FRAME, draw),
      ...latentActionParameters(config.latentActions, FRAME, draw),
      ...latentActionCodeParameters(config.latentActions, {
        centres: Float32Array.from({ length: config.latentActions.clusters * config.latentActions.size }, draw),
        codes: Int32Array.from({ length: config.latentActions.clusters }, (_, i) => i % config.latentActions.count),
      }),
      ...dynamicsParameters(config.dynamics, dynamicsShapeOf(config, { frame: FRAME, actionSpace }), draw),
    },
  });
}

/** Frames a second of one call. */
async function rate(batch: number, call: () => Promise<unknown>): Promise<number> {
  const begin = performance.now();
  await call();
  return (1000 * batch) / (performance.now() - begin);
}
