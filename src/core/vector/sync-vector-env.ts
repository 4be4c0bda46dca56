import { ConfigError } from "../../base/errors.ts";
import { isPromise } from "../awaitable.ts";
import type { Awaitable, Env, EnvSpec, Rendered, RenderMode } from "../env.ts";
import { ResetNeededError } from "../errors.ts";
import type { Space } from "../spaces/space.ts";
import { type BatchLayout, batchLayout } from "./batch-layout.ts";
import { callAttribute, readAttribute, valuesFor, writeAttribute } from "./env-attributes.ts";
import { EnvSlots, SlotFailure, type SlotMemory, slotMemory } from "./env-slots.ts";
import { VectorEnvClosedError, VectorEnvError } from "./errors.ts";
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
import { vectorSpaces } from "./vector-spaces.ts";

export interface SyncVectorOptions extends VectorOptions {
  readonly spec?: EnvSpec;
}

/**
 * Environments stepped one after the other in this thread. Where all of them answer at once, so does the vector; those that
 * answer by promises run side by side.
 */
export class SyncVectorEnv<Observation = unknown, Action = unknown> implements VectorOfEnvs<Observation, Action> {
  readonly envs: readonly Env<Observation, Action>[];
  readonly numEnvs: number;
  readonly singleObservationSpace: Space<Observation>;
  readonly singleActionSpace: Space<Action>;
  readonly observationSpace: Space<Batch<Observation>>;
  readonly actionSpace: Space<Batch<Action>>;
  readonly autoresetMode: AutoresetMode;
  readonly metadata: VectorMetadata;
  readonly renderMode?: RenderMode;
  readonly spec?: EnvSpec;
  readonly #slots: EnvSlots;
  readonly #answers: SlotAnswers<Observation>;
  readonly #actions: VectorActions<Action>;
  readonly #memory: SlotMemory;
  /** By slot: whether it has been reset at all. */
  readonly #begun: boolean[];
  #closed = false;
  #failure: VectorEnvError | undefined;

  /** The vector owns the environments and closes them. */
  constructor(
    envs: readonly Env<Observation, Action>[],
    { autoreset = "next-step", copy = true, observationMode, spec }: SyncVectorOptions = {},
  ) {
    if (envs.length === 0) throw new ConfigError("Expected at least one environment, got none.");
    if (new Set(envs).size < envs.length) {
      throw new ConfigError("Expected an environment of its own for each slot, got one twice. Make it once more.");
    }
    checkAutoreset(autoreset);
    const spaces = vectorSpaces(envs, observationMode);
    this.envs = envs;
    this.numEnvs = envs.length;
    this.singleObservationSpace = spaces.singleObservationSpace as Space<Observation>;
    this.singleActionSpace = spaces.singleActionSpace as Space<Action>;
    this.observationSpace = spaces.observationSpace as Space<Batch<Observation>>;
    this.actionSpace = spaces.actionSpace as Space<Batch<Action>>;
    this.autoresetMode = autoreset;
    this.metadata = { renderModes: [], ...envs[0].metadata, autoresetMode: autoreset };
    this.renderMode = envs[0].renderMode;
    this.spec = spec;
    const layout: BatchLayout = batchLayout(this.singleObservationSpace);
    this.#memory = slotMemory(layout, this.numEnvs);
    this.#slots = new EnvSlots(envs as readonly Env[], { mode: autoreset, layout, memory: this.#memory });
    this.#answers = new SlotAnswers({ layout, memory: this.#memory, copy });
    this.#actions = new VectorActions(this.singleActionSpace, this.numEnvs);
    this.#begun = new Array(this.numEnvs).fill(false);
  }

  reset(options?: VectorResetOptions): Awaitable<VectorReset<Observation>> {
    this.#checkOpen("reset()");
    const request = parseReset(options, this.numEnvs);
    if (request.mask && this.#begun.some((begun, slot) => !begun && !request.mask![slot])) {
      throw new ResetNeededError("a reset of some slots only");
    }
    return this.#run("reset()", () => this.#slots.reset(request), this.#answerReset);
  }

  step(actions: Batch<Action> | readonly Action[]): Awaitable<VectorStep<Observation>> {
    this.#checkOpen("step()");
    if (!this.#begun[0]) throw new ResetNeededError();
    const nextStep = this.autoresetMode === "next-step";
    const list = this.#actions.list(actions, nextStep ? this.#isOver : undefined);
    if (this.autoresetMode === "disabled" && this.#answers.anyOver()) throw new ResetNeededError();
    return this.#run("step()", () => this.#slots.step(list), this.#answerStep);
  }

  render(): Awaitable<readonly Rendered[]> {
    if (!this.#begun[0]) throw new ResetNeededError("render()");
    return this.call("render") as Awaitable<Rendered[]>;
  }

  call(name: string, ...args: readonly unknown[]): Awaitable<unknown[]> {
    return this.#ofEach(`${name}()`, (env) => callAttribute(env, name, args));
  }

  getAttr(name: string): Awaitable<unknown[]> {
    return this.#ofEach(`reading ${name}`, (env) => readAttribute(env, name));
  }

  setAttr(name: string, values: unknown): void {
    const list = valuesFor(values, this.numEnvs);
    this.#ofEach(`setting ${name}`, (env, slot) => writeAttribute(env, name, list[slot]));
  }

  /** Closes every environment, also where one of them fails to; then throws what the first of them threw. */
  close(): Awaitable<void> {
    if (this.#closed) return undefined;
    this.#closed = true;
    return closeAll(this.envs as readonly Env[]);
  }

  readonly #isOver = (slot: number): boolean => (this.#memory.terminated[slot] | this.#memory.truncated[slot]) !== 0;

  readonly #answerReset = (): VectorReset<Observation> => {
    this.#begun.fill(true);
    return this.#answers.reset(this.#slots.hasInfos ? this.#slots.infos : undefined);
  };

  readonly #answerStep = (): VectorStep<Observation> =>
    this.#answers.step(this.#slots.hasInfos ? this.#slots.infos : undefined);

  #checkOpen(what: string): void {
    if (this.#closed) throw new VectorEnvClosedError(what, this.#failure);
  }

  /** Lets the slots work and answers; an environment that throws closes them all. */
  #run<T>(doing: string, work: () => Awaitable<void>, answer: () => T): Awaitable<T> {
    try {
      const done = work();
      return isPromise(done) ? done.then(answer, (error) => this.#fail(doing, error)) : answer();
    } catch (error) {
      return this.#fail(doing, error);
    }
  }

  #ofEach(doing: string, of: (env: Env, slot: number) => Awaitable<unknown>): Awaitable<unknown[]> {
    this.#checkOpen(doing);
    const refuse = (slot: number, thrown: unknown): never => {
      const cause = thrown instanceof Error ? thrown : new Error(String(thrown));
      throw new VectorEnvError({ envs: [slot], doing, what: cause.message, closed: false, cause });
    };
    const values = this.envs.map((env, slot) => {
      try {
        const value = of(env as Env, slot);
        return isPromise(value) ? value.catch((error) => refuse(slot, error)) : value;
      } catch (error) {
        return refuse(slot, error);
      }
    });
    return values.some((value) => isPromise(value)) ? Promise.all(values) : values;
  }

  #fail(doing: string, error: unknown): Awaitable<never> {
    if (!(error instanceof SlotFailure)) throw error;
    const { slot, cause } = error;
    this.#failure = new VectorEnvError({ envs: [slot], doing, what: cause.message, cause });
    const failure = this.#failure;
    try {
      const closing = this.close();
      if (!isPromise(closing)) throw failure;
      return closing.then(
        () => Promise.reject(failure),
        () => Promise.reject(failure),
      );
    } catch {
      throw failure; // that closing failed as well says nothing new
    }
  }
}

/** Closes all, then throws what the first of them threw. */
function closeAll(envs: readonly Env[]): Awaitable<void> {
  const failures: SlotFailure[] = [];
  const fail = (slot: number, error: unknown) => void failures.push(new SlotFailure(slot, error));
  const pending: Promise<void>[] = [];
  envs.forEach((env, slot) => {
    try {
      const closing = env.close();
      if (isPromise(closing)) pending.push(closing.catch((error) => fail(slot, error)));
    } catch (error) {
      fail(slot, error);
    }
  });
  const conclude = () => {
    if (failures.length === 0) return;
    const { slot, cause } = failures[0];
    throw new VectorEnvError({ envs: [slot], doing: "close()", what: cause.message, cause });
  };
  return pending.length > 0 ? Promise.all(pending).then(conclude) : conclude();
}
