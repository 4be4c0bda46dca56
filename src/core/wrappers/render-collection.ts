import { ConfigError } from "../../base/errors.ts";
import { andThen } from "../awaitable.ts";
import type {
  Awaitable,
  Env,
  EnvMetadata,
  Rendered,
  RenderFrame,
  RenderMode,
  Reset,
  ResetOptions,
  Step,
} from "../env.ts";
import { Wrapper } from "./wrapper.ts";

export interface RenderCollectionOptions {
  /** `render` empties the collection; default true. */
  readonly popFrames?: boolean;
  /** `reset` empties the collection; default true. */
  readonly resetClean?: boolean;
}

/** Renders after every reset and step; `render` answers with all pictures (or texts) since the last call. */
export class RenderCollection<Observation, Action> extends Wrapper<Observation, Action> {
  readonly #mode: "rgb_array" | "ansi";
  readonly #popFrames: boolean;
  readonly #resetClean: boolean;
  #frames: (RenderFrame | string)[] = [];

  constructor(env: Env<Observation, Action>, options: RenderCollectionOptions = {}) {
    const mode = env.renderMode;
    if (mode !== "rgb_array" && mode !== "ansi") {
      throw new ConfigError(`Expected an environment in mode rgb_array or ansi, got mode ${mode}.`);
    }
    super(env, { kwargs: options });
    this.#mode = mode;
    this.#popFrames = options.popFrames ?? true;
    this.#resetClean = options.resetClean ?? true;
  }

  override get renderMode(): RenderMode {
    return `${this.#mode}_list`;
  }

  override get metadata(): EnvMetadata {
    const modes = this.env.metadata?.renderModes ?? [];
    const renderModes = modes.includes(this.renderMode) ? modes : [...modes, this.renderMode];
    return { ...this.env.metadata, renderModes };
  }

  override reset(options?: ResetOptions): Awaitable<Reset<Observation>> {
    return andThen(this.env.reset(options), (reset) => {
      if (this.#resetClean) this.#frames = [];
      return andThen(this.env.render(), (frame) => this.#keep(frame, reset));
    });
  }

  override step(action: Action): Awaitable<Step<Observation>> {
    return andThen(this.env.step(action), (step) => andThen(this.env.render(), (frame) => this.#keep(frame, step)));
  }

  override render(): readonly RenderFrame[] | readonly string[] {
    const frames = this.#frames;
    if (this.#popFrames) this.#frames = [];
    return (this.#popFrames ? frames : [...frames]) as RenderFrame[] | string[];
  }

  #keep<T>(frame: Rendered, answer: T): T {
    if (frame !== undefined) this.#frames.push(frame as RenderFrame | string);
    return answer;
  }
}
