import { scalar } from "../compute/array.ts";
import type { RenderFrame } from "../core/env.ts";
import { RandomStream } from "../core/random.ts";
import { packActions } from "./actions.ts";
import type { Dream } from "./dream.ts";
import type { DreamFunctions } from "./dream-functions.ts";
import { toRenderFrames } from "./frames.ts";
import { drawNoise } from "./noise.ts";

/** Dreams on from a real first frame under given actions, ends ignored: one picture per observation. */
export async function replayInDream(
  dream: Dream,
  options: { first: Uint8Array; actions: readonly unknown[]; seed: number; functions: DreamFunctions },
): Promise<RenderFrame[]> {
  const { model, contexts, temperature = 1 } = dream;
  const { functions, seed } = options;
  const stream = [new RandomStream(seed, "replay")];
  const shape = [1, ...contexts.frames.shape.slice(2)];
  let { state } = await functions.perceive({ frames: { shape, dtype: "uint8", data: options.first } });
  const frames = toRenderFrames(await functions.decode(state));
  for (const action of options.actions) {
    const actions = packActions(model.actionSpace, [action]);
    const noise = drawNoise(model.noise, stream);
    ({ state } = await functions.step({ state, actions, ...noise, temperature: scalar(temperature) }));
    frames.push(...toRenderFrames(await functions.decode(state)));
  }
  return frames;
}
