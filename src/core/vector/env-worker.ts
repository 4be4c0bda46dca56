/** The thread of some of a vector's environments: makes them, then sleeps until it is given a call. */
import { parentPort, receiveMessageOnPort, workerData } from "node:worker_threads";
import type { Env } from "../env.ts";
import { make } from "../registry.ts";
import { spaceFromJSON } from "../spaces/space-from-json.ts";
import { type BatchLayout, batchLayout, type Column } from "./batch-layout.ts";
import { callAttribute, readAttribute, writeAttribute } from "./env-attributes.ts";
import { EnvSlots, SlotFailure } from "./env-slots.ts";
import { wrapAll } from "./env-wrapping.ts";
import {
  ANSWERED,
  type Answer,
  type BeginOrder,
  BUSY,
  BY_MESSAGE,
  CALL,
  CLOSE,
  type EnvDescription,
  type EnvWorkerData,
  type Order,
  toPlainError,
  type WorkerMessage,
  wordsOf,
} from "./worker-protocol.ts";

/** Milliseconds of sleep after which timers and sockets of the environments get a turn. */
const NAP = 50;

const parent = parentPort;
if (!parent) throw new Error("Expected env-worker to be started as a worker thread.");
const { worker, first, count, slots, id, options, modules, wrappers, autoreset, control, port } =
  workerData as EnvWorkerData;
const words = wordsOf(worker);
const say = (message: WorkerMessage) => parent.postMessage(message);

/** What a call works on, once the memory is there. */
interface Workplace {
  readonly envSlots: EnvSlots;
  readonly layout: BatchLayout;
  readonly columns: readonly Column[];
  readonly sharedObservations: boolean;
  readonly actionLayout: BatchLayout;
  readonly actions: readonly Column[] | undefined;
  /** Room for one action of each slot of the vector. */
  readonly list: unknown[];
}

async function makeEnvs(): Promise<Env[]> {
  await import(new URL("../../registrations.js", import.meta.url).href);
  for (const module of modules) await import(module);
  const envs: Env[] = [];
  for (let index = 0; index < count; index++) {
    try {
      envs.push(await wrapAll(await make(id, options), wrappers));
    } catch (error) {
      throw new SlotFailure(first + index, error);
    }
  }
  return envs;
}

function describeEnv({ observationSpace, actionSpace, metadata, renderMode, spec }: Env): EnvDescription {
  const spaces = { observationSpace: observationSpace.toJSON(), actionSpace: actionSpace.toJSON() };
  return { ...spaces, metadata, renderMode, spec };
}

function begin(envs: readonly Env[], order: BeginOrder): Workplace {
  const layout = batchLayout(spaceFromJSON(order.observationSpace));
  const columns = order.columns ?? layout.create(slots);
  const { rewards, terminated, truncated, actions } = order;
  const memory = { columns, rewards, terminated, truncated };
  return {
    envSlots: new EnvSlots(envs, { first, mode: autoreset, layout, memory }),
    layout,
    columns,
    sharedObservations: order.columns !== undefined,
    actionLayout: batchLayout(spaceFromJSON(order.actionSpace)),
    actions,
    list: new Array(slots).fill(undefined),
  };
}

/** The answer to an order; undefined where shared memory says it all. */
async function obey(order: Order | undefined, place: Workplace): Promise<Answer | undefined> {
  const { envSlots } = place;
  const { envs } = envSlots;
  switch (order?.kind) {
    case undefined:
    case "step": {
      const done = envSlots.step(order?.actions ?? sharedActions(place));
      if (done) await done;
      return slotsAnswer(place);
    }
    case "reset":
      await envSlots.reset(order.request);
      return slotsAnswer(place);
    case "call":
      return valuesAnswer(envs.map((env) => () => callAttribute(env, order.name, order.args)));
    case "get":
      return valuesAnswer(envs.map((env) => () => readAttribute(env, order.name)));
    case "set":
      return valuesAnswer(envs.map((env, i) => () => writeAttribute(env, order.name, order.values[first + i])));
    case "begin":
      return undefined;
  }
}

function sharedActions({ actionLayout, actions, list }: Workplace): readonly unknown[] {
  for (let slot = first; slot < first + count; slot++) list[slot] = actionLayout.read(actions!, slot);
  return list;
}

function slotsAnswer({ envSlots, layout, columns, sharedObservations }: Workplace): Answer | undefined {
  if (sharedObservations && !envSlots.hasInfos) return undefined;
  const observations = sharedObservations
    ? undefined
    : envSlots.envs.map((_, index) => layout.read(columns, first + index));
  return { kind: "slots", infos: envSlots.hasInfos ? envSlots.infos : undefined, observations };
}

/** The value of each environment; says whose it was that could not be had. */
async function valuesAnswer(ways: readonly (() => unknown)[]): Promise<Answer> {
  const values = ways.map(async (way, index) => {
    try {
      const value = await way();
      structuredClone(value); // a value that cannot travel is refused here, where its slot is known
      return value;
    } catch (error) {
      throw new SlotFailure(first + index, error);
    }
  });
  for (const outcome of await Promise.allSettled(values)) if (outcome.status === "rejected") throw outcome.reason;
  return { kind: "values", values: await Promise.all(values) };
}

/** Posts the answer; an info that cannot travel makes the call fail. */
function answer(message: Answer): void {
  try {
    port.postMessage(message);
  } catch (error) {
    const infos = message.kind === "slots" ? (message.infos ?? []) : [];
    const index = infos.findIndex((info) => !travels(info));
    port.postMessage({ kind: "failed", slot: first + Math.max(index, 0), error: toPlainError(error) } satisfies Answer);
  }
}

function travels(value: unknown): boolean {
  try {
    structuredClone(value);
    return true;
  } catch {
    return false;
  }
}

/** Sleeps until there is a call that is not the `last` one. */
async function nextCall(last: number): Promise<void> {
  while (Atomics.load(control, words + CALL) === last) {
    if (Atomics.wait(control, words + CALL, last, NAP) === "timed-out") {
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}

async function serve(envs: readonly Env[]): Promise<void> {
  let place: Workplace | undefined;
  for (let call = 0; ; call++) {
    await nextCall(call);
    if (Atomics.load(control, words + CLOSE) !== 0) return;
    const byMessage = Atomics.load(control, words + BY_MESSAGE) !== 0;
    const order = byMessage ? (receiveMessageOnPort(port)?.message as Order) : undefined;
    let message: Answer | undefined;
    try {
      if (order?.kind === "begin") place = begin(envs, order);
      message = await obey(order, place!);
    } catch (error) {
      const { slot, cause } = error instanceof SlotFailure ? error : new SlotFailure(first, error);
      message = { kind: "failed", slot, error: toPlainError(cause) };
    }
    if (message) answer(message);
    Atomics.store(control, words + ANSWERED, message ? 1 : 0);
    if (Atomics.sub(control, BUSY, 1) === 1) say({ kind: "answered" });
  }
}

/** Closes every environment, then says what the first of them threw. */
async function closeEnvs(envs: readonly Env[]): Promise<void> {
  let failure: WorkerMessage | undefined;
  for (const [index, env] of envs.entries()) {
    try {
      await env.close();
    } catch (error) {
      failure ??= { kind: "failed", slot: first + index, error: toPlainError(error) };
    }
  }
  say(failure ?? { kind: "closed" });
  port.close();
}

try {
  const envs = await makeEnvs();
  say({ kind: "ready", envs: envs.map(describeEnv) });
  await serve(envs);
  await closeEnvs(envs);
} catch (error) {
  const [slot, cause] = error instanceof SlotFailure ? [error.slot, error.cause] : [undefined, error];
  say({ kind: "failed", slot, error: toPlainError(cause) });
}
