import { ConfigError } from "../base/errors.ts";
import type { NdArray } from "../compute/array.ts";
import type { CompileOptions } from "../compute/compile.ts";
import type { Env, EnvMetadata, EnvSpec, RenderMode, Reset, ResetOptions, Step } from "../core/env.ts";
import { ResetNeededError } from "../core/errors.ts";
import { Box } from "../core/spaces/box.ts";
import type { Space } from "../core/spaces/space.ts";
import type { WorldModel } from "../world-models/world-model.ts";
import { packActions } from "./actions.ts";
import { featureSpace } from "./dream.ts";
import { type DreamFunctions, dreamFunctions, type Started, type StateRows } from "./dream-functions.ts";

export interface PerceiveOptions {
  readonly functions?: DreamFunctions;
  readonly engine?: CompileOptions["engine"];
}

/**
 * The real environment as an agent from the dream sees it: the model follows its frames, and the observation is the model's
 * features. The same policy object plays here and in `DreamEnv`.
 */
export function perceive<Action>(
  env: Env<Uint8Array, Action>,
  model: WorldModel,
  options: PerceiveOptions = {},
): PerceivedEnv<Action> {
  return new PerceivedEnv(env, model, options);
}

export class PerceivedEnv<Action> implements Env<Float32Array, Action> {
  readonly env: Env<Uint8Array, Action>;
  readonly observationSpace: Box;
  readonly #functions: DreamFunctions;
  readonly #ownsFunctions: boolean;
  readonly #frameShape: readonly number[];
  #state: StateRows | undefined;
  #observation: Uint8Array | undefined;

  constructor(env: Env<Uint8Array, Action>, model: WorldModel, { functions, engine }: PerceiveOptions) {
    for (const part of ["observationSpace", "actionSpace"] as const) {
      if (!env[part].equals(model[part]))
        throw new ConfigError(
          `Expected an environment whose ${part} is ${model[part]}, as the world model was trained on, got ${env[part]}.`,
        );
    }
    this.env = env;
    this.observationSpace = featureSpace(model);
    this.#frameShape = env.observationSpace instanceof Box ? env.observationSpace.shape : [];
    this.#functions = functions ?? dreamFunctions(model, engine);
    this.#ownsFunctions = functions === undefined;
  }

  get actionSpace(): Space<Action> {
    return this.env.actionSpace;
  }

  get metadata(): EnvMetadata | undefined {
    return this.env.metadata;
  }

  get renderMode(): RenderMode | undefined {
    return this.env.renderMode;
  }

  get spec(): EnvSpec | undefined {
    return this.env.spec;
  }

  async reset(options?: ResetOptions): Promise<Reset<Float32Array>> {
    const { observation, info } = await this.env.reset(options);
    return { observation: this.#keep(await this.#functions.perceive({ frames: this.#frame(observation) })), info };
  }

  async step(action: Action): Promise<Step<Float32Array>> {
    if (!this.#state) throw new ResetNeededError();
    const step = await this.env.step(action);
    const frames = this.#frame(step.observation);
    const actions = packActions(this.actionSpace, [action]);
    return { ...step, observation: this.#keep(await this.#functions.observe({ state: this.#state, frames, actions })) };
  }

  /** The model's state as it follows the real episode; a dream can go on from here. */
  get state(): StateRows | undefined {
    return this.#state;
  }

  /** The real observation behind the features that were handed out last. */
  get observation(): Uint8Array {
    if (!this.#observation) throw new ResetNeededError("observation");
    return this.#observation;
  }

  render(): ReturnType<Env["render"]> {
    return this.env.render();
  }

  async close(): Promise<void> {
    await this.env.close();
    if (this.#ownsFunctions) await this.#functions.dispose();
  }

  #frame(observation: Uint8Array): NdArray {
    this.#observation = observation;
    return { shape: [1, ...this.#frameShape], dtype: "uint8", data: observation };
  }

  #keep({ state, features }: Started): Float32Array {
    this.#state = state;
    return Float32Array.from(features.data);
  }
}
