import { z } from "zod";
import { describe } from "../base/errors.ts";
import { andThen } from "../core/awaitable.ts";
import type { Awaitable, Env, Info, Rendered, RenderFrame, ResetOptions } from "../core/env.ts";
import type { AutoresetMode, VectorEnv, VectorResetOptions } from "../core/vector/vector-env.ts";
import { ProtocolError } from "./errors.ts";
import { encodeFrame, type Frame, type FramePool, Payload } from "./frame.ts";
import { type SpaceValues, spaceValues } from "./space-values.ts";
import { decodeTree, encodeArray, encodeTree } from "./value-tree.ts";

/** The most environments that one client gets at once. */
export const MAX_ENVS = 4096;

export interface VectorRequest {
  readonly numEnvs: number;
  readonly autoresetMode?: AutoresetMode;
}

/** Where a client's environments come from. */
export interface EnvSource {
  /** How many environments step together unless the client says; absent: a single one. */
  readonly numEnvs?: number;
  makeEnv(kwargs: Readonly<Record<string, unknown>>): Awaitable<Env>;
  makeVector(kwargs: Readonly<Record<string, unknown>>, request: VectorRequest): Awaitable<VectorEnv>;
}

/** One client's environments: a request in, its reply out, ready to be written. */
export interface Session {
  /** Answers at once where the environment does. Throws what the environment throws; the session goes on. */
  handle(frame: Frame): Awaitable<Buffer>;
  /** Whether the client has asked for the end. */
  readonly closed: boolean;
  close(): Awaitable<void>;
}

const OpenRequest = z.strictObject({
  call: z.literal("open"),
  kwargs: z.record(z.string(), z.unknown()).default({}),
  /** null: a single environment; absent: what the server was started with. */
  numEnvs: z.int().min(1).max(MAX_ENVS).nullish(),
  autoresetMode: z.enum(["next-step", "same-step", "disabled"]).optional(),
});

const ResetRequest = z.strictObject({
  call: z.literal("reset"),
  seed: z.union([z.int().min(0), z.array(z.int().min(0).nullable())]).nullish(),
  options: z.record(z.string(), z.unknown()).nullish(),
  resetMask: z.array(z.boolean()).nullish(),
});

/** Environments from `source` for one client, who opens them first; replies are written into buffers of `pool`. */
export function openSession(source: EnvSource, pool?: FramePool): Session {
  let served: Served | undefined;
  let closed = false;
  const open = (frame: Frame): Awaitable<Buffer> => {
    if (served) throw new ProtocolError('Expected one "open" a connection, got a second one. Connect again.');
    const { kwargs, numEnvs = source.numEnvs, autoresetMode } = parse(OpenRequest, frame);
    const made =
      typeof numEnvs === "number"
        ? andThen(source.makeVector(kwargs, { numEnvs, autoresetMode }), (env): Served => new ServedVector(env, pool))
        : andThen(source.makeEnv(kwargs), (env): Served => new ServedEnv(env, pool));
    return andThen(made, (env) => {
      served = env;
      return encodeFrame(env.describe());
    });
  };
  const close = (): Awaitable<void> => {
    if (closed) return;
    closed = true;
    return served?.close();
  };
  return {
    get closed() {
      return closed;
    },
    close,
    handle(frame) {
      const { call } = frame.header;
      if (call === "step" && served) return served.step(frame);
      if (call === "open") return open(frame);
      if (call === "close") return andThen(close(), () => encodeFrame({}));
      if (call !== "reset" && call !== "step" && call !== "render") {
        throw new ProtocolError(`Expected a call of open, reset, step, render or close, got ${describe(call)}.`);
      }
      if (!served) throw new ProtocolError(`Expected "open" before "${call}".`);
      return call === "reset" ? served.reset(frame) : served.render();
    },
  };
}

interface Served {
  describe(): Record<string, unknown>;
  reset(frame: Frame): Awaitable<Buffer>;
  step(frame: Frame): Awaitable<Buffer>;
  render(): Awaitable<Buffer>;
  close(): Awaitable<void>;
}

class ServedEnv implements Served {
  readonly #env: Env;
  readonly #pool: FramePool | undefined;
  readonly #observations: SpaceValues;
  readonly #actions: SpaceValues;

  constructor(env: Env, pool: FramePool | undefined) {
    this.#env = env;
    this.#pool = pool;
    this.#observations = spaceValues(env.observationSpace, "observation");
    this.#actions = spaceValues(env.actionSpace, "action");
  }

  describe(): Record<string, unknown> {
    const { observationSpace, actionSpace, spec, metadata, renderMode = null } = this.#env;
    return { numEnvs: null, observationSpace, actionSpace, spec, metadata, renderMode };
  }

  reset(frame: Frame): Awaitable<Buffer> {
    const { seed, options } = resetOptions(frame);
    if (Array.isArray(seed)) throw new ProtocolError("Expected one seed for one environment, got a list.");
    return andThen(this.#env.reset({ seed, options } as ResetOptions), ({ observation, info }) =>
      this.#reply(observation, info),
    );
  }

  step(frame: Frame): Awaitable<Buffer> {
    return andThen(this.#env.step(this.#actions.take(frame)), ({ observation, reward, terminated, truncated, info }) =>
      this.#reply(observation, info, [
        Float64Array.of(reward),
        Uint8Array.of(terminated ? 1 : 0),
        Uint8Array.of(truncated ? 1 : 0),
      ]),
    );
  }

  render(): Awaitable<Buffer> {
    return andThen(this.#env.render(), encodePictures);
  }

  close(): Awaitable<void> {
    return this.#env.close();
  }

  #reply(observation: unknown, info: Info, arrays?: readonly ArrayBufferView[]): Buffer {
    return encodeReply({ values: this.#observations, pool: this.#pool }, observation, info, arrays);
  }
}

class ServedVector implements Served {
  readonly #env: VectorEnv;
  readonly #pool: FramePool | undefined;
  readonly #observations: SpaceValues;
  readonly #actions: SpaceValues;

  constructor(env: VectorEnv, pool: FramePool | undefined) {
    this.#env = env;
    this.#pool = pool;
    this.#observations = spaceValues(env.singleObservationSpace, "observation", env.numEnvs);
    this.#actions = spaceValues(env.singleActionSpace, "action", env.numEnvs);
  }

  describe(): Record<string, unknown> {
    const { numEnvs, autoresetMode, spec, metadata, renderMode = null } = this.#env;
    const { singleObservationSpace: observationSpace, singleActionSpace: actionSpace } = this.#env;
    return { numEnvs, autoresetMode, observationSpace, actionSpace, spec, metadata, renderMode };
  }

  reset(frame: Frame): Awaitable<Buffer> {
    const { seed, options } = resetOptions(frame);
    return andThen(this.#env.reset({ seed, options } as VectorResetOptions), ({ observations, infos }) =>
      encodeReply({ values: this.#observations, pool: this.#pool }, observations, infos),
    );
  }

  step(frame: Frame): Awaitable<Buffer> {
    return andThen(
      this.#env.step(this.#actions.take(frame) as never),
      ({ observations, rewards, terminations, truncations, infos }) =>
        encodeReply({ values: this.#observations, pool: this.#pool }, observations, infos, [
          rewards instanceof Float64Array ? rewards : Float64Array.from(rewards),
          Uint8Array.from(terminations, Number),
          Uint8Array.from(truncations, Number),
        ]),
    );
  }

  render(): Awaitable<Buffer> {
    return andThen(this.#env.render(), encodePictures);
  }

  close(): Awaitable<void> {
    return this.#env.close();
  }
}

function parse<T>(schema: z.ZodType<T>, { header, payload }: Frame): T {
  const parsed = schema.safeParse(decodeTree(header, payload));
  if (parsed.success) return parsed.data;
  throw new ProtocolError(`Expected another form of ${describe(header["call"])}:\n${z.prettifyError(parsed.error)}`);
}

/** What `reset` of either kind of environment takes. */
function resetOptions(frame: Frame): { seed?: number | (number | undefined)[]; options?: Record<string, unknown> } {
  const { seed, options, resetMask } = parse(ResetRequest, frame);
  return {
    seed: Array.isArray(seed) ? seed.map((own) => own ?? undefined) : (seed ?? undefined),
    options: resetMask ? { ...options, resetMask } : (options ?? undefined),
  };
}

/** The arrays of an observation of one size, then those of a step, then all that the header refers to. */
function encodeReply(
  { values, pool }: { values: SpaceValues; pool: FramePool | undefined },
  observation: unknown,
  info: Info,
  arrays: readonly ArrayBufferView[] = [],
): Buffer {
  const header: Record<string, unknown> = {};
  const payload = new Payload();
  if (values.fixed) values.put(observation, header, payload);
  for (const array of arrays) payload.add(array);
  if (!values.fixed) values.put(observation, header, payload);
  if (hasEntries(info)) header["info"] = encodeTree(info, payload); // an empty info, the usual one, takes no JSON
  return encodeFrame(header, payload, pool);
}

function hasEntries(info: Info): boolean {
  for (const _ in info) return true;
  return false;
}

/** Text as it is, pictures as bytes of shape (height, width, 3), lists of either, null where there is nothing. */
function encodePictures(rendered: Rendered | readonly Rendered[]): Buffer {
  const payload = new Payload();
  const encode = (picture: Rendered | readonly Rendered[]): unknown => {
    if (picture === undefined || typeof picture === "string") return picture ?? null;
    if (!isFrame(picture)) return picture.map(encode);
    return encodeArray(picture.data, payload, { shape: [picture.height, picture.width, 3] });
  };
  return encodeFrame({ pictures: encode(rendered) }, payload);
}

function isFrame(picture: RenderFrame | readonly unknown[]): picture is RenderFrame {
  return "data" in picture;
}
