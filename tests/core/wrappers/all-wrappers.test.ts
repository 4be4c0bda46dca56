import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { CartPole } from "../../../envs/classic-control/cart-pole.ts";
import { Pendulum } from "../../../envs/classic-control/pendulum.ts";
import type { Env, ResetOptions } from "../../../src/core/env.ts";
import { RandomStream } from "../../../src/core/random.ts";
import { makeFromSpec, register, unregister } from "../../../src/core/registry.ts";
import { Box } from "../../../src/core/spaces/box.ts";
import { Dict } from "../../../src/core/spaces/dict.ts";
import { ActionRepeat } from "../../../src/core/wrappers/action-repeat.ts";
import { AddRenderObservation } from "../../../src/core/wrappers/add-render-observation.ts";
import { Autoreset } from "../../../src/core/wrappers/autoreset.ts";
import { ClipAction } from "../../../src/core/wrappers/clip-action.ts";
import { ClipReward } from "../../../src/core/wrappers/clip-reward.ts";
import { DelayObservation } from "../../../src/core/wrappers/delay-observation.ts";
import { DiscretizeAction } from "../../../src/core/wrappers/discretize-action.ts";
import { DiscretizeObservation } from "../../../src/core/wrappers/discretize-observation.ts";
import { DtypeObservation } from "../../../src/core/wrappers/dtype-observation.ts";
import { FilterObservation } from "../../../src/core/wrappers/filter-observation.ts";
import { FlattenObservation } from "../../../src/core/wrappers/flatten-observation.ts";
import { FrameStackObservation } from "../../../src/core/wrappers/frame-stack-observation.ts";
import { GrayscaleObservation } from "../../../src/core/wrappers/grayscale-observation.ts";
import { HumanRendering } from "../../../src/core/wrappers/human-rendering.ts";
import { MaxAndSkipObservation } from "../../../src/core/wrappers/max-and-skip-observation.ts";
import { NormalizeObservation } from "../../../src/core/wrappers/normalize-observation.ts";
import { NormalizeReward } from "../../../src/core/wrappers/normalize-reward.ts";
import { RecordEpisodeStatistics } from "../../../src/core/wrappers/record-episode-statistics.ts";
import { RecordVideo } from "../../../src/core/wrappers/record-video.ts";
import { RenderCollection } from "../../../src/core/wrappers/render-collection.ts";
import { RescaleAction } from "../../../src/core/wrappers/rescale-action.ts";
import { RescaleObservation } from "../../../src/core/wrappers/rescale-observation.ts";
import { ReshapeObservation } from "../../../src/core/wrappers/reshape-observation.ts";
import { resizeArea } from "../../../src/core/wrappers/resize-area.ts";
import { ResizeObservation } from "../../../src/core/wrappers/resize-observation.ts";
import { StickyAction } from "../../../src/core/wrappers/sticky-action.ts";
import { TimeAwareObservation } from "../../../src/core/wrappers/time-aware-observation.ts";
import { TimeLimit } from "../../../src/core/wrappers/time-limit.ts";
import { TransformAction } from "../../../src/core/wrappers/transform-action.ts";
import { TransformObservation } from "../../../src/core/wrappers/transform-observation.ts";
import { TransformReward } from "../../../src/core/wrappers/transform-reward.ts";

type Bare = () => Env;
const cartPole = () => new CartPole() as Env;
const pendulum = () => new Pendulum() as unknown as Env;
const small = { width: 12, height: 8 };

/** Draws itself small: whole pictures are compared here. */
class SmallCartPole extends CartPole {
  override render() {
    const { data } = super.render()!;
    return { ...small, data: resizeArea(data, { width: 600, height: 400, channels: 3 }, small) };
  }
}
const drawn = () => new SmallCartPole({ renderMode: "rgb_array" }) as Env;
const pictures = () => new AddRenderObservation(drawn(), { size: small }) as Env;
const split = {
  func: (observation: unknown) => ({ a: observation as Float32Array, b: (observation as Float32Array).slice(0, 1) }),
  observationSpace: new Dict({ a: new CartPole().observationSpace, b: new Box({ low: -10, high: 10, shape: [1] }) }),
};
const parts = () => new TransformObservation(cartPole(), split) as unknown as Env;
const quiet = { write: () => undefined, columns: 20, rows: 8 };
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "films-"));
  vi.spyOn(process, "emitWarning").mockImplementation(() => undefined); // that films may be overwritten
});
afterAll(async () => {
  vi.restoreAllMocks();
  await rm(folder, { recursive: true });
});

// each around an environment that it fits
const wrappers: [name: string, bare: Bare, wrap: (env: never) => unknown][] = [
  ["ActionRepeat", cartPole, (env) => new ActionRepeat(env, { repeat: 2 })],
  ["AddRenderObservation", drawn, (env) => new AddRenderObservation(env, { renderOnly: false, size: small })],
  ["Autoreset", cartPole, (env) => new Autoreset(env)],
  ["ClipAction", pendulum, (env) => new ClipAction(env)],
  ["ClipReward", pendulum, (env) => new ClipReward(env, { minReward: -1 })],
  ["DelayObservation", cartPole, (env) => new DelayObservation(env, { delay: 2 })],
  ["DiscretizeAction", pendulum, (env) => new DiscretizeAction(env, { bins: 5 })],
  ["DiscretizeObservation", pendulum, (env) => new DiscretizeObservation(env, { bins: [4, 4, 9] })],
  ["DtypeObservation", cartPole, (env) => new DtypeObservation(env, { dtype: "float64" })],
  [
    "FilterObservation",
    parts,
    (env) => new FilterObservation(env as Env<{ a: unknown; b: unknown }>, { filterKeys: ["b"] }),
  ],
  ["FlattenObservation", parts, (env) => new FlattenObservation(env)],
  ["FrameStackObservation", cartPole, (env) => new FrameStackObservation(env, { stackSize: 3 })],
  ["GrayscaleObservation", pictures, (env) => new GrayscaleObservation(env, { keepDim: true })],
  ["HumanRendering", drawn, (env) => new HumanRendering(env, { terminal: quiet, fps: 0 })],
  ["MaxAndSkipObservation", cartPole, (env) => new MaxAndSkipObservation(env, { skip: 2 })],
  ["NormalizeObservation", cartPole, (env) => new NormalizeObservation(env, { epsilon: 1e-6 })],
  ["NormalizeReward", pendulum, (env) => new NormalizeReward(env, { gamma: 0.9 })],
  ["RecordEpisodeStatistics", cartPole, (env) => new RecordEpisodeStatistics(env, { bufferLength: 2 })],
  ["RecordVideo", drawn, (env) => new RecordVideo(env, { videoFolder: folder, episodeTrigger: () => false })],
  ["RenderCollection", drawn, (env) => new RenderCollection(env, { resetClean: false })],
  ["RescaleAction", pendulum, (env) => new RescaleAction(env, { minAction: -1, maxAction: [1] })],
  ["RescaleObservation", pendulum, (env) => new RescaleObservation(env, { minObs: 0, maxObs: 1 })],
  ["ReshapeObservation", cartPole, (env) => new ReshapeObservation(env, { shape: [2, -1] })],
  ["ResizeObservation", pictures, (env) => new ResizeObservation(env, { shape: [4, 6] })],
  [
    "StickyAction",
    cartPole,
    (env) => new StickyAction(env, { repeatActionProbability: 0.4, repeatActionDuration: [1, 3] }),
  ],
  [
    "TimeAwareObservation",
    () => new TimeLimit(cartPole(), { maxEpisodeSteps: 50 }),
    (env) => new TimeAwareObservation(env, { flatten: false }),
  ],
  ["TransformAction", cartPole, (env) => new TransformAction(env, { func: (action: number) => 1 - action })],
  ["TransformObservation", cartPole, (env) => new TransformObservation(env, { func: (observation) => observation })],
  ["TransformReward", cartPole, (env) => new TransformReward(env, { func: (reward) => reward + 1 })],
];

/** The same environment, answering later. */
function late(env: Env): Env {
  return {
    observationSpace: env.observationSpace,
    actionSpace: env.actionSpace,
    spec: { id: "Late-v0", kwargs: {}, maxEpisodeSteps: 50 }, // the limit that no layer here is seen to set
    metadata: env.metadata,
    renderMode: env.renderMode,
    reset: async (options?: ResetOptions) => env.reset(options),
    step: async (action) => env.step(action),
    render: async () => env.render(),
    close: async () => env.close(),
  };
}

/** Seven steps of random actions, resets where they are due; times are left out. */
async function run(env: Env, options?: ResetOptions): Promise<unknown[]> {
  const random = new RandomStream(8);
  const seen: unknown[] = [structuredClone(await env.reset(options))];
  for (let i = 0; i < 7; i++) {
    const step = await env.step(env.actionSpace.sample(random));
    expect(env.observationSpace.contains(step.observation)).toBe(true);
    seen.push(structuredClone({ ...step, info: undefined }));
    if (step.terminated || step.truncated) seen.push(structuredClone(await env.reset()));
  }
  return seen;
}

describe.each(wrappers)("%s", (name, bare, wrapAny) => {
  const wrap = (env: Env) => wrapAny(env as never) as Env;

  it("answers at once around an environment that does, and later, with the same, around one that does not", async () => {
    const [now, later] = [wrap(bare()), wrap(late(bare() as Env))];
    const begun = later.reset({ seed: 3 });
    expect(begun).toBeInstanceOf(Promise);
    expect(now.reset({ seed: 3 })).toEqual(await begun);
    const action = now.actionSpace.sample(new RandomStream(0));
    const step = later.step(action);
    expect(step).toBeInstanceOf(Promise);
    expect({ ...now.step(action), info: undefined }).toEqual({ ...(await step), info: undefined });
    expect(await run(later, { seed: 5 })).toEqual(await run(now, { seed: 5 }));
  });

  it("gives observations in its space, and never touches one that it has given", async () => {
    const env = wrap(bare());
    const { observation } = await env.reset({ seed: 4 });
    expect(env.observationSpace.contains(observation)).toBe(true);
    const copy = structuredClone(observation);
    const expected = await run(wrap(bare()), { seed: 6 });
    await run(env);
    expect(observation).toEqual(copy);
    if (ArrayBuffer.isView(observation)) new Uint8Array(observation.buffer).fill(9);
    if (name !== "NormalizeObservation" && name !== "NormalizeReward") {
      expect(await run(env, { seed: 6 })).toEqual(expected); // what it keeps between steps ends with a reset
    }
  });

  it("goes on from a snapshot as it went on before, where the environment has them", async () => {
    const env = wrap(bare());
    expect(wrap(late(bare())).snapshot).toBeUndefined();
    await run(env, { seed: 7 });
    const state = structuredClone(env.snapshot!());
    const copy = structuredClone(state);
    const ahead = async () => {
      const random = new RandomStream(2);
      const steps = [];
      for (let i = 0; i < 4; i++) {
        const { info: _, ...step } = await env.step(env.actionSpace.sample(random));
        steps.push(structuredClone(step));
        if (step.terminated || step.truncated) await env.reset();
      }
      return steps;
    };
    const first = await ahead();
    expect(state).toEqual(copy);
    env.restore!(state);
    expect(await ahead()).toEqual(first);
    env.restore!(copy);
    expect(await ahead()).toEqual(first);
  });

  it("is made again from its spec", async () => {
    const id = `Wrapped/${name}-v0`;
    register({ id, entryPoint: bare });
    try {
      const env = wrap(await makeFromSpec({ id, kwargs: {}, maxEpisodeSteps: 60 }));
      const again = await makeFromSpec(env.spec!);
      expect(again.constructor).toBe(env.constructor);
      expect(again.spec).toEqual(env.spec);
      expect(String(again.observationSpace)).toBe(String(env.observationSpace));
      expect(String(again.actionSpace)).toBe(String(env.actionSpace));
      if (name !== "HumanRendering") expect(await run(again, { seed: 2 })).toEqual(await run(env, { seed: 2 }));
    } finally {
      unregister(id);
    }
  });
});
