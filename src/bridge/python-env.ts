import { z } from "zod";
import { ConfigError, describe } from "../base/errors.ts";
import type {
  Env,
  EnvMetadata,
  EnvSpec,
  Info,
  Rendered,
  RenderFrame,
  RenderMode,
  Reset,
  ResetOptions,
  Step,
} from "../core/env.ts";
import { InvalidActionError } from "../core/errors.ts";
import type { MakeOptions } from "../core/registry.ts";
import type { Space } from "../core/spaces/space.ts";
import { spaceFromJSON } from "../core/spaces/space-from-json.ts";
import { OrderEnforcing } from "../core/wrappers/order-enforcing.ts";
import { PassiveEnvChecker } from "../core/wrappers/passive-env-checker.ts";
import { ProtocolError } from "./errors.ts";
import { align, type Frame, Payload } from "./frame.ts";
import { PythonProcess } from "./python-process.ts";
import { type SpaceValues, spaceValues } from "./space-values.ts";
import { decodeTree, encodeTree } from "./value-tree.ts";

const Described = z.object({
  observationSpace: z.unknown(),
  actionSpace: z.unknown(),
  renderMode: z.string().nullable(),
  metadata: z.object({ renderModes: z.array(z.string()), renderFps: z.number().optional() }),
  spec: z.object({
    id: z.string(),
    maxEpisodeSteps: z.int().optional(),
    rewardThreshold: z.number().optional(),
    nondeterministic: z.boolean().optional(),
  }),
});

/** A Gymnasium environment that runs in a Python process of its own, behind this package's contract. */
export class PythonEnv implements Env {
  readonly observationSpace: Space<unknown>;
  readonly actionSpace: Space<unknown>;
  readonly spec: EnvSpec;
  readonly metadata: EnvMetadata;
  readonly renderMode?: RenderMode;
  readonly #process: PythonProcess;
  readonly #observations: SpaceValues;
  readonly #actions: SpaceValues;

  constructor(process: PythonProcess, frame: Frame, { id, kwargs }: Pick<EnvSpec, "id" | "kwargs">) {
    const described = Described.safeParse(frame.header);
    if (!described.success) {
      throw new ProtocolError(`Expected Python to describe ${id}, got:\n${z.prettifyError(described.error)}`);
    }
    const { observationSpace, actionSpace, metadata, renderMode, spec } = described.data;
    this.#process = process;
    this.observationSpace = spaceFromJSON(observationSpace);
    this.actionSpace = spaceFromJSON(actionSpace);
    this.metadata = metadata as EnvMetadata;
    this.renderMode = (renderMode ?? undefined) as RenderMode | undefined;
    this.spec = { ...spec, id, kwargs };
    this.#observations = spaceValues(this.observationSpace, "observation");
    this.#actions = spaceValues(this.actionSpace, "action");
  }

  async reset({ seed, options }: ResetOptions = {}): Promise<Reset<unknown>> {
    if (seed !== undefined && !(Number.isSafeInteger(seed) && seed >= 0)) {
      throw new ConfigError(`Expected seed to be an integer ≥ 0, got ${describe(String(seed))}.`);
    }
    const payload = new Payload();
    const frame = await this.#process.request("reset", { seed, options: encodeTree(options, payload) }, payload);
    return { observation: this.#observations.take(frame), info: infoOf(frame) };
  }

  async step(action: unknown): Promise<Step<unknown>> {
    if (!this.actionSpace.contains(action)) throw new InvalidActionError(action, this.actionSpace);
    const payload = new Payload();
    const header: Record<string, unknown> = {};
    this.#actions.put(action, header, payload);
    const frame = await this.#process.request("step", header, payload);
    const at = align(this.#observations.bytes);
    if (frame.payload.length < at + 17) {
      throw new ProtocolError(
        `Expected reward and ends after an observation, got ${frame.payload.length} bytes in all.`,
      );
    }
    return {
      observation: this.#observations.take(frame),
      reward: frame.payload.readDoubleLE(at),
      terminated: frame.payload[at + 8] === 1,
      truncated: frame.payload[at + 16] === 1,
      info: infoOf(frame),
    };
  }

  async render(): Promise<Rendered> {
    const { header, payload } = await this.#process.request("render");
    return pictureOf(header["pictures"], payload);
  }

  close(): Promise<void> {
    return this.#process.close();
  }
}

/** Options of `make("python:…")` beside those of the environment, which go to `gymnasium.make` as they are. */
interface PythonOptions extends MakeOptions {
  /** The interpreter; default the environment variable REVERIE_PYTHON, else python3. */
  readonly python?: string;
}

/** `make("python:CartPole-v1", options)`: checked, ordered, and limited by Python as `maxEpisodeSteps` says. */
export async function makePythonEnv(name: string, options: PythonOptions): Promise<Env> {
  const { python, maxEpisodeSteps, disableEnvChecker, ...kwargs } = options;
  const child = new PythonProcess(name, python);
  try {
    const payload = new Payload();
    const header = { kwargs: encodeTree(kwargs, payload), maxEpisodeSteps };
    const described = await child.request("open", header, payload);
    const id = `python:${name}`;
    const given = python === undefined ? kwargs : { ...kwargs, python };
    const env = new PythonEnv(child, described, { id, kwargs: given });
    return new OrderEnforcing(disableEnvChecker ? env : new PassiveEnvChecker(env));
  } catch (error) {
    await child.close();
    throw error;
  }
}

function infoOf({ header, payload }: Frame): Info {
  return "info" in header ? (decodeTree(header["info"], payload) as Info) : {};
}

/** A picture of shape (height, width, 3), a text, or a list of either. */
function pictureOf(json: unknown, payload: Buffer): Rendered {
  if (json === null || json === undefined || typeof json === "string") return json ?? undefined;
  if (Array.isArray(json)) return json.map((entry) => pictureOf(entry, payload)) as RenderFrame[] | string[];
  const shape = (json as { $?: [string, number[], number] }).$?.[1];
  const data = decodeTree(json, payload);
  if (!(data instanceof Uint8Array) || shape?.length !== 3 || shape[2] !== 3) {
    throw new ProtocolError(`Expected a picture of (height, width, 3) bytes, got ${describe(json)}.`);
  }
  return { width: shape[1], height: shape[0], data };
}
