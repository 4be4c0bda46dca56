import type {
  Env,
  EnvMetadata,
  EnvSpec,
  EnvState,
  RenderFrame,
  RenderMode,
  Reset,
  ResetOptions,
  Step,
} from "../core/env.ts";
import type { Box } from "../core/spaces/box.ts";
import type { Space } from "../core/spaces/space.ts";
import { splitInfos } from "../core/vector/vector-info.ts";
import type { Dream } from "./dream.ts";
import type { DreamFunctions } from "./dream-functions.ts";
import { VectorDreamEnv } from "./vector-dream-env.ts";

export interface DreamEnvOptions extends Dream {
  readonly renderMode?: RenderMode;
  readonly spec?: EnvSpec;
  readonly functions?: DreamFunctions;
}

/**
 * A learned world as an environment: the one-slot view of `VectorDreamEnv`. Observations are the model's features (F floats),
 * actions the real environment's; `info` carries `terminationProbability` and `uncertainty`.
 */
export class DreamEnv implements Env<Float32Array, unknown> {
  readonly metadata: EnvMetadata;
  readonly observationSpace: Box;
  readonly actionSpace: Space<unknown>;
  readonly renderMode?: RenderMode;
  readonly spec?: EnvSpec;
  readonly #slots: VectorDreamEnv;

  constructor({ renderMode, spec, ...dream }: DreamEnvOptions) {
    this.#slots = new VectorDreamEnv({ ...dream, numEnvs: 1, autoresetMode: "disabled" });
    this.observationSpace = this.#slots.singleObservationSpace;
    this.actionSpace = this.#slots.singleActionSpace;
    const { renderModes, renderFps } = this.#slots.metadata;
    this.metadata = { renderModes, renderFps };
    this.renderMode = renderMode;
    this.spec = spec;
  }

  async reset({ seed }: ResetOptions = {}): Promise<Reset<Float32Array>> {
    const { observations, infos } = await this.#slots.reset({ seed });
    return { observation: observations, info: splitInfos(infos, 1)[0] };
  }

  async step(action: unknown): Promise<Step<Float32Array>> {
    const { observations, rewards, terminations, truncations, infos } = await this.#slots.step([action]);
    return {
      observation: observations,
      reward: rewards[0],
      terminated: terminations[0],
      truncated: truncations[0],
      info: splitInfos(infos, 1)[0],
    };
  }

  async render(): Promise<RenderFrame | undefined> {
    return this.renderMode === "rgb_array" ? (await this.#slots.render())[0] : undefined;
  }

  close(): Promise<void> {
    return this.#slots.close();
  }

  snapshot(): EnvState {
    return this.#slots.snapshot();
  }

  restore(state: EnvState): void {
    this.#slots.restore(state);
  }
}
