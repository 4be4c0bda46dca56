import { ConfigError } from "../base/errors.ts";
import type { NdArray } from "../compute/array.ts";
import type { CompileOptions } from "../compute/compile.ts";
import type { Env } from "../core/env.ts";
import type { Space } from "../core/spaces/space.ts";
import { VectorEnvClosedError } from "../core/vector/errors.ts";
import { SyncVectorEnv } from "../core/vector/sync-vector-env.ts";
import { VectorActions } from "../core/vector/vector-actions.ts";
import type {
  AutoresetMode,
  Batch,
  VectorEnv,
  VectorReset,
  VectorResetOptions,
  VectorStep,
} from "../core/vector/vector-env.ts";
import { VectorWrapper } from "../core/vector/wrappers/vector-wrapper.ts";
import type { WorldModel } from "../world-models/world-model.ts";
import { idleAction, packActions } from "./actions.ts";
import { featureSpace } from "./dream.ts";
import { type DreamFunctions, dreamFunctions, type StateRows } from "./dream-functions.ts";
import { copyRow, gatherRows, zeroRows } from "./rows.ts";

export interface VectorPerceiveOptions {
  /** Functions that are compiled already, shared with other environments of the same model; their maker disposes of them. */
  readonly functions?: DreamFunctions;
  readonly engine?: CompileOptions["engine"];
}

/**
 * Many real environments as an agent from the dream sees them: the model follows the frames of all slots as one batch, and
 * the observations are its features. Rewards, ends, infos and the autoreset are those of the vector inside; `final_obs` are
 * features too. With an episode's first frame the model begins anew in that slot, as `PerceivedEnv` does.
 */
export class VectorPerceivedEnv<Action = unknown> extends VectorWrapper<Float32Array, Action, Uint8Array, Action> {
  readonly #functions: DreamFunctions;
  readonly #ownsFunctions: boolean;
  readonly #frameShape: readonly number[];
  readonly #actions: VectorActions<Action>;
  #state: StateRows | undefined;
  /** What the slots saw last, (B, F). */
  #features: Float32Array;
  /** Slots whose episode is over; with next-step their next step begins another. */
  #over: readonly boolean[];
  #closed = false;

  /** The wrapper owns the vector and closes it. */
  constructor(
    env: VectorEnv<Uint8Array, Action>,
    model: WorldModel,
    { functions, engine }: VectorPerceiveOptions = {},
  ) {
    const spaces = [
      { part: "observationSpace", found: env.singleObservationSpace, expected: model.observationSpace },
      { part: "actionSpace", found: env.singleActionSpace, expected: model.actionSpace },
    ];
    for (const { part, found, expected } of spaces) {
      if (!found.equals(expected))
        throw new ConfigError(
          `Expected environments whose ${part} is ${expected}, as the world model was trained on, got ${found}.`,
        );
    }
    super(env, { singleObservationSpace: featureSpace(model) });
    this.#frameShape = (model.observationSpace as Space<Uint8Array> & { readonly shape: readonly number[] }).shape;
    this.#functions = functions ?? dreamFunctions(model, engine);
    this.#ownsFunctions = functions === undefined;
    this.#actions = new VectorActions(env.singleActionSpace, env.numEnvs);
    this.#features = new Float32Array(env.numEnvs * model.featureSize);
    this.#over = new Array(env.numEnvs).fill(false);
  }

  /** Of environments that are stepped one after the other in this thread. */
  static of<Action>(
    envs: readonly Env<Uint8Array, Action>[],
    model: WorldModel,
    { autoresetMode, ...options }: VectorPerceiveOptions & { readonly autoresetMode?: AutoresetMode } = {},
  ): VectorPerceivedEnv<Action> {
    const env = new SyncVectorEnv(envs, { autoreset: autoresetMode, copy: false }); // frames are looked at once
    return new VectorPerceivedEnv<Action>(env as unknown as VectorEnv<Uint8Array, Action>, model, options);
  }

  override async reset(options?: VectorResetOptions): Promise<VectorReset<Float32Array>> {
    if (this.#closed) throw new VectorEnvClosedError("reset()");
    const { observations, infos } = await this.env.reset(options);
    const mask = options?.options?.resetMask;
    const begins = this.#over.map((_, b) => mask?.[b] ?? true);
    this.#over = this.#over.map((over, b) => over && !begins[b]);
    await this.#begin(begins, this.#frames(observations));
    return { observations: this.#features.slice(), infos };
  }

  override async step(actions: Batch<Action> | readonly Action[]): Promise<VectorStep<Float32Array>> {
    if (this.#closed) throw new VectorEnvClosedError("step()");
    const mode = this.autoresetMode;
    const beginning = this.#over.map((over) => over && mode === "next-step");
    const list = this.#actions.list(actions, (b) => beginning[b]);
    const idle = idleAction(this.singleActionSpace);
    const packed = packActions(
      this.singleActionSpace,
      list.map((action, b) => (beginning[b] ? idle : action)),
    );
    const step = await this.env.step(list);
    this.#over = step.terminations.map((terminated, b) => terminated || step.truncations[b]);

    const replaced = mode === "same-step" ? this.#over : beginning;
    const frames = this.#frames(step.observations);
    const finals = mode === "same-step" ? (step.infos["final_obs"] as readonly Uint8Array[] | undefined) : undefined;
    const state = this.#state as StateRows; // or the vector would have refused
    const seen = await this.#functions.observe({ state, frames: withRows(frames, finals), actions: packed });
    this.#state = seen.state;
    this.#features = Float32Array.from(seen.features.data);
    const size = this.#features.length / this.numEnvs;
    const infos = finals && {
      ...step.infos,
      final_obs: finals.map((final, b) => final && this.#features.slice(b * size, (b + 1) * size)),
    };
    await this.#begin(replaced, frames);
    return { ...step, observations: this.#features.slice(), infos: infos ?? step.infos };
  }

  override async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.env.close();
    if (this.#ownsFunctions) await this.#functions.dispose();
  }

  #frames(observations: Uint8Array): NdArray {
    return { shape: [this.numEnvs, ...this.#frameShape], dtype: "uint8", data: observations };
  }

  /** Starts the model anew from these slots' frames. One at a time, so that a start never depends on the others. */
  async #begin(begins: readonly boolean[], frames: NdArray): Promise<void> {
    for (const [b, here] of begins.entries()) {
      if (!here) continue;
      const first = await this.#functions.perceive({ frames: gatherRows(frames, [b]) });
      this.#state ??= Object.fromEntries(
        Object.entries(first.state).map(([name, rows]) => [name, zeroRows(rows, this.numEnvs)]),
      );
      for (const name of Object.keys(this.#state)) copyRow(first.state[name], 0, this.#state[name], b);
      this.#features.set(first.features.data as Float32Array, b * first.features.data.length);
    }
  }
}

/** The frames with some rows replaced. */
function withRows(frames: NdArray, rows: readonly (Uint8Array | undefined)[] | undefined): NdArray {
  if (!rows) return frames;
  const data = (frames.data as Uint8Array).slice();
  const size = data.length / rows.length;
  for (const [b, row] of rows.entries()) if (row) data.set(row, b * size);
  return { ...frames, data };
}
