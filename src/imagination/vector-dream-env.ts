import { ConfigError } from "../base/errors.ts";
import type { NdArray } from "../compute/array.ts";
import type { EnvState, Info, RenderFrame } from "../core/env.ts";
import { ResetNeededError } from "../core/errors.ts";
import { type RandomState, RandomStream } from "../core/random.ts";
import { systemEntropy } from "../core/seed-sequence.ts";
import { batchSpace } from "../core/spaces/batch-space.ts";
import type { Box } from "../core/spaces/box.ts";
import type { Space } from "../core/spaces/space.ts";
import { VectorEnvClosedError } from "../core/vector/errors.ts";
import { parseReset } from "../core/vector/reset-request.ts";
import { VectorActions } from "../core/vector/vector-actions.ts";
import type {
  AutoresetMode,
  VectorEnv,
  VectorMetadata,
  VectorReset,
  VectorResetOptions,
  VectorStep,
} from "../core/vector/vector-env.ts";
import { mergeInfos } from "../core/vector/vector-info.ts";
import { idleAction, packActions } from "./actions.ts";
import { checkDream, type Dream, featureSpace } from "./dream.ts";
import { type DreamFunctions, dreamFunctions, type Started, type StateRows } from "./dream-functions.ts";
import { toRenderFrames } from "./frames.ts";
import { drawNoise } from "./noise.ts";
import { copyRow, gatherRows, zeroRows } from "./rows.ts";

export interface VectorDreamOptions extends Dream {
  readonly numEnvs: number;
  readonly autoresetMode?: AutoresetMode;
  /** Functions that are compiled already, shared with other environments of the same model; their maker disposes of them. */
  readonly functions?: DreamFunctions;
}

/**
 * B dreams that step together. A reset picks a real moment with the slot's seed; reward and termination come from learned
 * heads, termination sampled; truncation at the horizon. Each slot draws its noise from a stream of its own, so that a seed
 * and its actions replay a dream to the bit in any slot of a batch of the same size.
 */
export class VectorDreamEnv implements VectorEnv<Float32Array, unknown> {
  readonly numEnvs: number;
  readonly singleObservationSpace: Box;
  readonly singleActionSpace: Space<unknown>;
  readonly observationSpace: Box;
  readonly actionSpace: Space<unknown>;
  readonly autoresetMode: AutoresetMode;
  readonly metadata: VectorMetadata;
  readonly renderMode = "rgb_array";
  readonly #dream: Dream;
  readonly #functions: DreamFunctions;
  readonly #ownsFunctions: boolean;
  readonly #temperature: NdArray;
  readonly #actions: VectorActions<unknown>;
  #streams: RandomStream[] = [];
  #state: StateRows | undefined;
  /** What the slots saw last, (B, F). */
  #features: Float32Array;
  #elapsed: number[];
  #over: boolean[];
  #closed = false;

  constructor({ numEnvs, autoresetMode = "next-step", functions, ...dream }: VectorDreamOptions) {
    checkDream(dream);
    if (!Number.isInteger(numEnvs) || numEnvs < 1)
      throw new ConfigError(`Expected numEnvs to be an integer ≥ 1, got ${numEnvs}.`);
    this.numEnvs = numEnvs;
    this.autoresetMode = autoresetMode;
    this.metadata = { renderModes: ["rgb_array"], renderFps: dream.renderFps ?? 30, autoresetMode };
    this.#dream = dream;
    this.#functions = functions ?? dreamFunctions(dream.model, dream.engine);
    this.#ownsFunctions = functions === undefined;
    this.#temperature = { shape: [], dtype: "float32", data: Float32Array.of(dream.temperature ?? 1) };
    this.singleObservationSpace = featureSpace(dream.model);
    this.singleActionSpace = dream.model.actionSpace;
    this.observationSpace = batchSpace(this.singleObservationSpace, numEnvs);
    this.actionSpace = batchSpace(this.singleActionSpace, numEnvs);
    this.#actions = new VectorActions(this.singleActionSpace, numEnvs);
    this.#features = new Float32Array(this.observationSpace.flatSize);
    this.#elapsed = new Array(numEnvs).fill(0);
    this.#over = new Array(numEnvs).fill(true);
  }

  async reset(options?: VectorResetOptions): Promise<VectorReset<Float32Array>> {
    if (this.#closed) throw new VectorEnvClosedError("reset()");
    const { seeds, mask } = parseReset(options, this.numEnvs);
    const slots = Array.from({ length: this.numEnvs }, (_, b) => b).filter((b) => mask?.[b] ?? true);
    if (!this.#state && slots.length < this.numEnvs) throw new ResetNeededError("a reset of some slots only");
    this.#seed(seeds, slots);
    for (const [b, features] of await this.#start(slots)) this.#features.set(features, b * features.length);
    return { observations: this.#features.slice(), infos: {} };
  }

  async step(actions: unknown): Promise<VectorStep<Float32Array>> {
    if (this.#closed) throw new VectorEnvClosedError("step()");
    if (!this.#state) throw new ResetNeededError();
    const sameStep = this.autoresetMode === "same-step";
    const resetting = this.#over.map((over) => over && !sameStep);
    const list = this.#actions.list(actions, (b) => resetting[b]);
    if (this.autoresetMode === "disabled" && resetting.includes(true)) throw new ResetNeededError();
    const idle = idleAction(this.singleActionSpace);
    const packed = packActions(
      this.singleActionSpace,
      list.map((action, b) => (resetting[b] ? idle : action)),
    );
    const noise = drawNoise(this.#dream.model.noise, this.#streams);
    const next = await this.#functions.step({
      state: this.#state,
      actions: packed,
      ...noise,
      temperature: this.#temperature,
    });
    this.#state = next.state;
    const observations = (next.features.data as Float32Array).slice();
    const rewards = Float64Array.from(next.reward.data);
    const terminations = Array.from(next.terminated.data, (value) => value > 0);
    const truncations = terminations.map((terminated, b) => ++this.#elapsed[b] >= this.#dream.horizon && !terminated);
    const infos: Info[] = terminations.map((_, b) => ({
      terminationProbability: next.terminationProbability.data[b],
      uncertainty: next.uncertainty.data[b],
    }));
    this.#over = terminations.map((terminated, b) => terminated || truncations[b]);

    const slots = (sameStep ? this.#over : resetting).flatMap((begins, b) => (begins ? [b] : []));
    for (const [b, features] of await this.#start(slots)) {
      const offset = b * features.length;
      if (sameStep) {
        infos[b] = { final_obs: observations.slice(offset, offset + features.length), final_info: infos[b] };
      } else {
        rewards[b] = 0;
        terminations[b] = false;
        truncations[b] = false;
        infos[b] = {};
      }
      observations.set(features, offset);
    }
    this.#features = observations;
    return { observations: observations.slice(), rewards, terminations, truncations, infos: mergeInfos(infos) };
  }

  async render(): Promise<RenderFrame[]> {
    if (!this.#state) throw new ResetNeededError("render()");
    return toRenderFrames(await this.#functions.decode(this.#state));
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#ownsFunctions) await this.#functions.dispose();
  }

  snapshot(): EnvState {
    return structuredClone({
      streams: this.#streams.map((stream) => stream.state()),
      state: this.#state,
      features: this.#features,
      elapsed: this.#elapsed,
      over: this.#over,
    });
  }

  restore(snapshot: EnvState): void {
    const saved = structuredClone(snapshot) as {
      streams: RandomState[];
      state: StateRows | undefined;
      features: Float32Array;
      elapsed: number[];
      over: boolean[];
    };
    this.#streams = saved.streams.map((state) => RandomStream.from(state));
    this.#state = saved.state;
    this.#features = saved.features;
    this.#elapsed = saved.elapsed;
    this.#over = saved.over;
  }

  /** Gives the slots new streams; without a seed they keep theirs, or get some from the system's entropy. */
  #seed(seeds: readonly (number | undefined)[], slots: readonly number[]): void {
    const entropy = systemEntropy();
    for (const b of slots) {
      const seed = seeds[b] ?? (this.#streams[b] ? undefined : String(entropy + BigInt(b)));
      if (seed !== undefined) this.#streams[b] = new RandomStream(seed, "dream");
    }
  }

  /** Begins new dreams in these slots; what each of them sees. One at a time, so that a start never depends on the others. */
  async #start(slots: readonly number[]): Promise<Map<number, Float32Array>> {
    const { model, contexts } = this.#dream;
    const seen = new Map<number, Float32Array>();
    for (const b of slots) {
      const stream = this.#streams[b];
      const index = [stream.integer(0, contexts.frames.shape[0])];
      const { normal, uniform } = drawNoise(model.noise, [stream]);
      const started: Started = await this.#functions.start({
        frames: gatherRows(contexts.frames, index),
        actions: gatherRows(contexts.actions, index),
        normal,
        uniform,
      });
      const state = this.#state ?? emptyState(started.state, this.numEnvs);
      for (const name of Object.keys(state)) copyRow(started.state[name], 0, state[name], b);
      this.#state = state;
      this.#elapsed[b] = 0;
      this.#over[b] = false;
      seen.set(b, started.features.data as Float32Array);
    }
    return seen;
  }
}

function emptyState(row: StateRows, n: number): StateRows {
  return Object.fromEntries(Object.entries(row).map(([name, array]) => [name, zeroRows(array, n)]));
}
