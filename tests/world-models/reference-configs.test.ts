import { describe, expect, it } from "vitest";
import { LinearController } from "../../agents/linear-controller.ts";
import type { Parameters } from "../../src/compute/array.ts";
import { Box } from "../../src/core/spaces/box.ts";
import { Discrete } from "../../src/core/spaces/discrete.ts";
import type { Space } from "../../src/core/spaces/space.ts";
import { mdnRnnParameters } from "../../src/world-models/recurrent/mdn-rnn.ts";
import { REFERENCE_CONFIGS, RecurrentWorldModel } from "../../src/world-models/recurrent/recurrent-world-model.ts";
import { vaeParameters } from "../../src/world-models/recurrent/vae.ts";

const count = (parameters: Parameters) => Object.values(parameters).reduce((sum, { data }) => sum + data.length, 0);
const draw = () => 0;

function sizes(name: keyof typeof REFERENCE_CONFIGS, actionSpace: Space<unknown>, bias: boolean) {
  const config = REFERENCE_CONFIGS[name];
  const observationSpace = new Box({ low: 0, high: 255, shape: [64, 64, 3], dtype: "uint8" });
  const model = new RecurrentWorldModel({ config, observationSpace, actionSpace, parameters: {} });
  return {
    vae: count(vaeParameters(config.vae, draw)),
    rnn: count(mdnRnnParameters(config.mdnRnn, draw)),
    controller: new LinearController({ featureSize: model.featureSize, actionSpace, config: { bias } }).weights.length,
  };
}

describe("the reference configurations have the original's sizes", () => {
  it("CarRacing", () => {
    const actionSpace = new Box({ low: [-1, 0, 0], high: [1, 1, 1] });
    expect(sizes("carRacing", actionSpace, true)).toEqual({ vae: 4_348_547, rnn: 422_368, controller: 867 });
  });

  it("TakeCover", () => {
    expect(sizes("takeCover", new Discrete(3), false)).toEqual({ vae: 4_446_915, rnn: 1_678_785, controller: 1_088 });
  });
});
