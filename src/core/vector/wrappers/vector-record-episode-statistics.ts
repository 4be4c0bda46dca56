import { ConfigError } from "../../../base/errors.ts";
import { andThen } from "../../awaitable.ts";
import type { Awaitable } from "../../env.ts";
import type { Batch, VectorEnv, VectorReset, VectorResetOptions, VectorStep } from "../vector-env.ts";
import type { VectorInfo } from "../vector-info.ts";
import { VectorWrapper } from "./vector-wrapper.ts";

export interface VectorRecordEpisodeStatisticsOptions {
  /** How many of the last episodes the queues hold; default 100. */
  readonly bufferLength?: number;
  /** The info's name; default `episode`. */
  readonly statsKey?: string;
}

/**
 * Adds `infos.episode = { r, l, t }` (return, length, seconds; one of each a slot) to steps with which an episode ends. The
 * step of an autoreset belongs to no episode.
 */
export class VectorRecordEpisodeStatistics<Observation, Action> extends VectorWrapper<Observation, Action> {
  /** Episodes that have ended. */
  episodeCount = 0;
  /** Of the last episodes, the oldest first. */
  readonly returnQueue: number[] = [];
  readonly lengthQueue: number[] = [];
  readonly timeQueue: number[] = [];
  readonly #bufferLength: number;
  readonly #statsKey: string;
  readonly #returns: Float64Array;
  readonly #lengths: Float64Array;
  readonly #startedAt: Float64Array; // milliseconds, of performance.now()
  #over: boolean[];

  constructor(
    env: VectorEnv<Observation, Action>,
    { bufferLength = 100, statsKey = "episode" }: VectorRecordEpisodeStatisticsOptions = {},
  ) {
    super(env);
    if (!Number.isInteger(bufferLength) || bufferLength < 1) {
      throw new ConfigError(`Expected bufferLength to be an integer ≥ 1, got ${bufferLength}.`);
    }
    this.#bufferLength = bufferLength;
    this.#statsKey = statsKey;
    this.#returns = new Float64Array(env.numEnvs);
    this.#lengths = new Float64Array(env.numEnvs);
    this.#startedAt = new Float64Array(env.numEnvs);
    this.#over = new Array(env.numEnvs).fill(false);
  }

  override reset(options?: VectorResetOptions): Awaitable<VectorReset<Observation>> {
    return andThen(this.env.reset(options), (reset) => {
      const mask = options?.options?.resetMask;
      for (let slot = 0; slot < this.numEnvs; slot++) if (mask?.[slot] ?? true) this.#begin(slot);
      return reset;
    });
  }

  override step(actions: Batch<Action> | readonly Action[]): Awaitable<VectorStep<Observation>> {
    return andThen(this.env.step(actions), this.#count);
  }

  readonly #count = (step: VectorStep<Observation>): VectorStep<Observation> => {
    const sameStep = this.autoresetMode === "same-step";
    const over = step.terminations.map((terminated, slot) => terminated || step.truncations[slot]);
    for (let slot = 0; slot < over.length; slot++) {
      if (this.#over[slot] && !sameStep) this.#begin(slot);
      else {
        this.#returns[slot] += step.rewards[slot];
        this.#lengths[slot]++;
      }
    }
    this.#over = over;
    if (!over.includes(true)) return step;
    const infos = this.#withStatistics(step.infos, over);
    if (sameStep) {
      over.forEach((ended, slot) => {
        if (ended) this.#begin(slot);
      });
    }
    return { ...step, infos };
  };

  #withStatistics(infos: VectorInfo, over: readonly boolean[]): VectorInfo {
    const key = this.#statsKey;
    if (key in infos || `_${key}` in infos) {
      throw new ConfigError(
        `Expected infos without ${JSON.stringify(key)}, got one from below. Give another statsKey.`,
      );
    }
    const now = performance.now();
    const ended = (values: Float64Array) => values.map((value, slot) => (over[slot] ? value : 0));
    const r = ended(this.#returns);
    const l = ended(this.#lengths);
    const t = ended(this.#startedAt.map((start) => Math.round((now - start) * 1000) / 1e6));
    over.forEach((isOver, slot) => {
      if (!isOver) return;
      this.episodeCount++;
      push(this.returnQueue, r[slot], this.#bufferLength);
      push(this.lengthQueue, l[slot], this.#bufferLength);
      push(this.timeQueue, t[slot], this.#bufferLength);
    });
    const mask = () => [...over];
    return { ...infos, [key]: { r, _r: mask(), l, _l: mask(), t, _t: mask() }, [`_${key}`]: mask() };
  }

  #begin(slot: number): void {
    this.#returns[slot] = 0;
    this.#lengths[slot] = 0;
    this.#startedAt[slot] = performance.now();
    this.#over[slot] = false;
  }
}

function push(queue: number[], value: number, most: number): void {
  queue.push(value);
  if (queue.length > most) queue.shift();
}
