import { isPromise } from "../awaitable.ts";
import type { Awaitable, Env, Info, Reset, Step } from "../env.ts";
import type { BatchLayout, Column } from "./batch-layout.ts";
import type { ResetRequest } from "./reset-request.ts";
import type { AutoresetMode } from "./vector-env.ts";

/** What N slots gave last; may be shared among threads. */
export interface SlotMemory {
  /** The observations, as the layout has them. */
  readonly columns: readonly Column[];
  readonly rewards: Float64Array; // (N)
  readonly terminated: Uint8Array; // (N), 1 = true
  readonly truncated: Uint8Array; // (N), 1 = true
}

/** Memory of its own for N slots. */
export function slotMemory(layout: BatchLayout, slots: number): SlotMemory {
  return {
    columns: layout.create(slots),
    rewards: new Float64Array(slots),
    terminated: new Uint8Array(slots),
    truncated: new Uint8Array(slots),
  };
}

/** An environment threw. */
export class SlotFailure extends Error {
  readonly slot: number;
  override readonly cause: Error;

  constructor(slot: number, cause: unknown) {
    super("an environment failed");
    this.slot = slot;
    this.cause = cause instanceof Error ? cause : new Error(String(cause));
  }
}

/**
 * Environments that stand in the slots `first`, `first` + 1, … of a vector, and the autoreset: the part that is the same in
 * the caller's thread and in a worker. Those that answer at once are stepped without a promise; others run side by side.
 */
export class EnvSlots {
  readonly envs: readonly Env[];
  readonly first: number;
  /** By environment: what came beside the last observation; undefined where nothing did. */
  readonly infos: (Info | undefined)[];
  /** Whether any of the infos is there. */
  hasInfos = false;
  /** An info that will stay empty; most environments give one and the same at every step. */
  #nothing: Info | undefined;
  readonly #mode: AutoresetMode;
  readonly #layout: BatchLayout;
  readonly #memory: SlotMemory;

  constructor(
    envs: readonly Env[],
    {
      first = 0,
      mode,
      layout,
      memory,
    }: { first?: number; mode: AutoresetMode; layout: BatchLayout; memory: SlotMemory },
  ) {
    this.envs = envs;
    this.first = first;
    this.infos = new Array(envs.length).fill(undefined);
    this.#mode = mode;
    this.#layout = layout;
    this.#memory = memory;
  }

  /** Resets the slots of the mask; `seeds` and `mask` count all slots of the vector. */
  reset({ seeds, mask, options }: ResetRequest): Awaitable<void> {
    this.#forgetInfos();
    return this.#each((index, slot) => {
      if (mask && !mask[slot]) return undefined;
      this.#memory.terminated[slot] = 0;
      this.#memory.truncated[slot] = 0;
      return this.#begun(index, this.envs[index].reset({ seed: seeds[slot], options }));
    });
  }

  /** Steps every slot; `actions` counts all slots of the vector. */
  step(actions: readonly unknown[]): Awaitable<void> {
    if (this.hasInfos) this.#forgetInfos();
    return this.#each((index, slot) => this.#step(index, slot, actions[slot]));
  }

  #step(index: number, slot: number, action: unknown): Awaitable<void> {
    const { terminated, truncated, rewards } = this.#memory;
    if (this.#mode === "next-step" && (terminated[slot] | truncated[slot]) !== 0) {
      rewards[slot] = 0;
      terminated[slot] = 0;
      truncated[slot] = 0;
      return this.#begun(index, this.envs[index].reset());
    }
    const step = this.envs[index].step(action);
    return isPromise(step) ? step.then((step) => this.#stepped(index, step)) : this.#stepped(index, step);
  }

  /** `call` for every environment, in order; promises are awaited together. What fails first by slot is what is thrown. */
  #each(call: (index: number, slot: number) => Awaitable<void>): Awaitable<void> {
    let pending: Promise<void>[] | undefined;
    let slot = this.first;
    try {
      for (let index = 0; index < this.envs.length; index++, slot++) {
        const outcome = call(index, slot);
        if (outcome === undefined) continue;
        const own = slot;
        pending ??= [];
        pending.push(outcome.catch((error) => Promise.reject(new SlotFailure(own, error))));
      }
    } catch (error) {
      const failure = new SlotFailure(slot, error);
      if (!pending) throw failure;
      pending.push(Promise.reject(failure));
    }
    if (pending) return settled(pending);
  }

  #stepped(index: number, { observation, reward, terminated, truncated, info }: Step<unknown>): Awaitable<void> {
    const slot = this.first + index;
    const memory = this.#memory;
    memory.rewards[slot] = reward;
    memory.terminated[slot] = terminated ? 1 : 0;
    memory.truncated[slot] = truncated ? 1 : 0;
    if (this.#mode === "same-step" && (terminated || truncated)) {
      return this.#begun(index, this.envs[index].reset(), { final_obs: observation, final_info: info });
    }
    this.#layout.write(memory.columns, slot, observation);
    this.#note(index, info);
  }

  #begun(index: number, reset: Awaitable<Reset<unknown>>, final?: Info): Awaitable<void> {
    if (isPromise(reset)) return reset.then((reset) => this.#begun(index, reset, final));
    this.#layout.write(this.#memory.columns, this.first + index, reset.observation);
    this.#note(index, final ? { ...final, ...reset.info } : reset.info);
  }

  #note(index: number, info: Info): void {
    if (info === this.#nothing) return;
    for (const _ in info) {
      this.infos[index] = info;
      this.hasInfos = true;
      return;
    }
    if (Object.isFrozen(info)) this.#nothing = info;
  }

  #forgetInfos(): void {
    this.infos.fill(undefined);
    this.hasInfos = false;
  }
}

/** When all are done; throws what the first of them threw. */
async function settled(pending: readonly Promise<void>[]): Promise<void> {
  for (const outcome of await Promise.allSettled(pending)) {
    if (outcome.status === "rejected") throw outcome.reason;
  }
}
