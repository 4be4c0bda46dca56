import { availableParallelism } from "node:os";
import { ConfigError, describe } from "../../base/errors.ts";
import type { EnvSpec, Info, Rendered, RenderMode } from "../env.ts";
import { ResetNeededError } from "../errors.ts";
import type { Space, SpaceJson } from "../spaces/space.ts";
import { spaceFromJSON } from "../spaces/space-from-json.ts";
import { type BatchLayout, batchLayout, type Column } from "./batch-layout.ts";
import { valuesFor } from "./env-attributes.ts";
import type { SlotMemory } from "./env-slots.ts";
import type { VectorWrapping } from "./env-wrapping.ts";
import { parseReset } from "./reset-request.ts";
import { SlotAnswers } from "./slot-answers.ts";
import { VectorActions } from "./vector-actions.ts";
import type {
  AutoresetMode,
  Batch,
  VectorMetadata,
  VectorOfEnvs,
  VectorReset,
  VectorResetOptions,
  VectorStep,
} from "./vector-env.ts";
import { checkAutoreset, type VectorOptions } from "./vector-options.ts";
import { type EnvSpaces, vectorSpaces } from "./vector-spaces.ts";
import { WorkerPool } from "./worker-pool.ts";
import type { Answer, EnvDescription } from "./worker-protocol.ts";

export interface WorkerVectorOptions extends VectorOptions {
  /** What each environment is made from, by `make(id, options)`. */
  readonly id: string | EnvSpec;
  /** Must be what a message can carry: no functions. */
  readonly options?: Readonly<Record<string, unknown>>;
  readonly numEnvs: number;
  /** Threads that share the environments; default as many as there are processors, at most one an environment. */
  readonly workers?: number;
  /** URLs of modules that register environments, imported in every worker beside the package's own. */
  readonly modules?: readonly string[];
  /** Wrappers for each environment, from the inside out; each named by module and export. */
  readonly wrappers?: readonly VectorWrapping[];
  /** The vector's spec from that of an environment. */
  readonly specOf?: (spec: EnvSpec | undefined) => EnvSpec | undefined;
}

/**
 * Environments in worker threads, several a thread, stepped at the same time. Actions, observations, rewards and flags lie in
 * memory that all threads share; infos, and values of no fixed size, go by message. For the same seeds it gives what
 * `SyncVectorEnv` gives, to the bit.
 */
export class WorkerVectorEnv<Observation = unknown, Action = unknown> implements VectorOfEnvs<Observation, Action> {
  readonly numEnvs: number;
  readonly workers: number;
  readonly singleObservationSpace: Space<Observation>;
  readonly singleActionSpace: Space<Action>;
  readonly observationSpace: Space<Batch<Observation>>;
  readonly actionSpace: Space<Batch<Action>>;
  readonly autoresetMode: AutoresetMode;
  readonly metadata: VectorMetadata;
  readonly renderMode?: RenderMode;
  readonly spec?: EnvSpec;
  readonly #pool: WorkerPool;
  readonly #layout: BatchLayout;
  readonly #actions: VectorActions<Action>;
  readonly #actionLayout: BatchLayout;
  readonly #infos: (Info | undefined)[];
  readonly #begun: boolean[];
  /** Let go of when the vector is closed. */
  #shared: Shared<Observation> | undefined;

  /** Starts the workers and waits until they have made their environments. */
  static async create<Observation = unknown, Action = unknown>(
    options: WorkerVectorOptions,
  ): Promise<WorkerVectorEnv<Observation, Action>> {
    const { id, numEnvs, autoreset = "next-step", modules = [], wrappers = [] } = options;
    checkAutoreset(autoreset);
    const workers = countWorkers(options);
    const data = { id, slots: numEnvs, options: options.options ?? {}, modules, wrappers, autoreset };
    const pool = new WorkerPool(workers, data);
    try {
      const env = new WorkerVectorEnv<Observation, Action>(options, pool, await pool.ready());
      await env.#begin();
      return env;
    } catch (error) {
      await pool.close().catch(() => undefined); // why it failed says more
      throw error;
    }
  }

  private constructor(options: WorkerVectorOptions, pool: WorkerPool, envs: readonly EnvDescription[]) {
    const { autoreset = "next-step", copy = true, observationMode, specOf } = options;
    const spaces = vectorSpaces(readSpaces(envs), observationMode);
    this.numEnvs = envs.length;
    this.workers = pool.threads.length;
    this.singleObservationSpace = spaces.singleObservationSpace as Space<Observation>;
    this.singleActionSpace = spaces.singleActionSpace as Space<Action>;
    this.observationSpace = spaces.observationSpace as Space<Batch<Observation>>;
    this.actionSpace = spaces.actionSpace as Space<Batch<Action>>;
    this.autoresetMode = autoreset;
    this.metadata = { renderModes: [], ...envs[0].metadata, autoresetMode: autoreset };
    this.renderMode = envs[0].renderMode;
    this.spec = specOf?.(envs[0].spec);
    this.#pool = pool;
    this.#actions = new VectorActions(this.singleActionSpace, this.numEnvs);
    this.#layout = batchLayout(this.singleObservationSpace);
    this.#actionLayout = batchLayout(this.singleActionSpace);
    const memory = sharedMemory(this.#layout, this.numEnvs);
    this.#shared = {
      memory,
      answers: new SlotAnswers({ layout: this.#layout, memory, copy }),
      actions: this.#actionLayout.fixed ? this.#actionLayout.create(this.numEnvs, { shared: true }) : undefined,
    };
    this.#infos = new Array(this.numEnvs).fill(undefined);
    this.#begun = new Array(this.numEnvs).fill(false);
  }

  async reset(options?: VectorResetOptions): Promise<VectorReset<Observation>> {
    const refused = this.#pool.enter("reset()");
    if (refused) await refused;
    const shared = this.#shared!;
    const request = parseReset(options, this.numEnvs);
    if (request.mask && this.#begun.some((begun, slot) => !begun && !request.mask![slot])) {
      throw new ResetNeededError("a reset of some slots only");
    }
    const answers = await this.#pool.ask("reset()", { kind: "reset", request });
    this.#begun.fill(true);
    return shared.answers.reset(this.#take(answers, shared));
  }

  async step(actions: Batch<Action> | readonly Action[]): Promise<VectorStep<Observation>> {
    const refused = this.#pool.enter("step()");
    if (refused) await refused;
    const shared = this.#shared!;
    if (!this.#begun[0]) throw new ResetNeededError();
    const { terminated, truncated } = shared.memory;
    const isIgnored = (slot: number) =>
      this.autoresetMode === "next-step" && (terminated[slot] | truncated[slot]) !== 0;
    const list = this.#actions.list(actions, isIgnored);
    if (this.autoresetMode === "disabled" && shared.answers.anyOver()) throw new ResetNeededError();
    const columns = shared.actions;
    if (columns) {
      for (let slot = 0; slot < list.length; slot++) {
        if (!isIgnored(slot)) this.#actionLayout.write(columns, slot, list[slot]);
      }
    }
    const answers = await this.#pool.ask("step()", columns ? undefined : { kind: "step", actions: list });
    return shared.answers.step(this.#take(answers, shared));
  }

  async render(): Promise<readonly Rendered[]> {
    const refused = this.#pool.enter("render()");
    if (refused) await refused;
    if (!this.#begun[0]) throw new ResetNeededError("render()");
    return (await this.call("render")) as Rendered[];
  }

  /** What is answered has been copied between threads: of an instance of a class only its data arrives. */
  async call(name: string, ...args: readonly unknown[]): Promise<unknown[]> {
    const refused = this.#pool.enter(`${name}()`);
    if (refused) await refused;
    return valuesOf(await this.#pool.ask(`${name}()`, { kind: "call", name, args }));
  }

  async getAttr(name: string): Promise<unknown[]> {
    const refused = this.#pool.enter("getAttr()");
    if (refused) await refused;
    return valuesOf(await this.#pool.ask(`reading ${name}`, { kind: "get", name }));
  }

  async setAttr(name: string, values: unknown): Promise<void> {
    const refused = this.#pool.enter("setAttr()");
    if (refused) await refused;
    await this.#pool.ask(`setting ${name}`, { kind: "set", name, values: valuesFor(values, this.numEnvs) });
  }

  /** Lets a call that is running end, closes every environment, ends the threads, and lets go of the shared memory. */
  async close(): Promise<void> {
    this.#shared = undefined;
    await this.#pool.close();
  }

  async #begin(): Promise<void> {
    const { memory, actions } = this.#shared!;
    await this.#pool.ask("being made", {
      kind: "begin",
      observationSpace: this.singleObservationSpace.toJSON(),
      actionSpace: this.singleActionSpace.toJSON(),
      ...memory,
      columns: this.#layout.fixed ? memory.columns : undefined,
      actions,
    });
  }

  /** The infos that came with a step or a reset; observations that came by message are put in their place. */
  #take(answers: readonly (Answer | undefined)[], { memory }: Shared<Observation>) {
    let hasInfos = false;
    this.#infos.fill(undefined);
    answers.forEach((answer, i) => {
      if (answer?.kind !== "slots") return;
      const { first } = this.#pool.threads[i];
      answer.infos?.forEach((info, index) => {
        this.#infos[first + index] = info;
        hasInfos = true;
      });
      answer.observations?.forEach((observation, index) => {
        this.#layout.write(memory.columns, first + index, observation);
      });
    });
    return hasInfos ? this.#infos : undefined;
  }
}

interface Shared<Observation> {
  readonly memory: SlotMemory;
  readonly answers: SlotAnswers<Observation>;
  /** Undefined: actions go by message. */
  readonly actions: Column[] | undefined;
}

function sharedMemory(layout: BatchLayout, slots: number): SlotMemory {
  return {
    columns: layout.create(slots, { shared: layout.fixed }),
    rewards: new Float64Array(new SharedArrayBuffer(8 * slots)),
    terminated: new Uint8Array(new SharedArrayBuffer(slots)),
    truncated: new Uint8Array(new SharedArrayBuffer(slots)),
  };
}

function valuesOf(answers: readonly (Answer | undefined)[]): unknown[] {
  return answers.flatMap((answer) => (answer?.kind === "values" ? answer.values : []));
}

function countWorkers({ numEnvs, workers }: WorkerVectorOptions): number {
  const count = workers ?? availableParallelism();
  for (const [name, value] of Object.entries({ numEnvs, workers: count })) {
    if (!Number.isInteger(value) || value < 1) {
      throw new ConfigError(`Expected ${name} to be an integer ≥ 1, got ${describe(value)}.`);
    }
  }
  return Math.min(count, numEnvs);
}

/** The environments' spaces, those that are alike read once. */
function readSpaces(envs: readonly EnvDescription[]): EnvSpaces[] {
  const known = new Map<string, Space<unknown>>();
  const read = (json: SpaceJson): Space<unknown> => {
    const text = JSON.stringify(json);
    const space = known.get(text) ?? spaceFromJSON(json);
    known.set(text, space);
    return space;
  };
  return envs.map(({ observationSpace, actionSpace }) => ({
    observationSpace: read(observationSpace),
    actionSpace: read(actionSpace),
  }));
}
