import { existsSync } from "node:fs";
import { join } from "node:path";
import { ConfigError, describe } from "../../base/errors.ts";
import { writeFileAtomic } from "../../base/write-file.ts";
import { andThen } from "../awaitable.ts";
import type { Awaitable, Env, Rendered, RenderFrame, Reset, ResetOptions, Step } from "../env.ts";
import { warn } from "../warn.ts";
import { Wrapper } from "./wrapper.ts";

/** A kind of file that a recording can become. */
export type VideoFormat = "mp4" | "gif";

export interface RecordVideoOptions {
  /** The folder of the recordings; made where it is not there. */
  readonly videoFolder: string;
  /** Whether to record the episode of this number (from 0); default, without a stepTrigger: `cappedCubicVideoSchedule`. */
  readonly episodeTrigger?: (episode: number) => boolean;
  /** Whether a recording begins at the step of this number, counted from 0 over all episodes. */
  readonly stepTrigger?: (step: number) => boolean;
  /** Steps of a recording, over the ends of episodes too; 0 (default): to the episode's end. */
  readonly videoLength?: number;
  /** What file names begin with; default "rl-video". */
  readonly namePrefix?: string;
  /** Frames a second; default the environment's `metadata.renderFps`, else 30. */
  readonly fps?: number;
  /** Which files each recording becomes; default MP4 alone. */
  readonly formats?: readonly VideoFormat[];
}

/** Episodes 0, 1, 8, 27, …, 729, then every thousandth. */
export function cappedCubicVideoSchedule(episode: number): boolean {
  return episode < 1000 ? Math.round(Math.cbrt(episode)) ** 3 === episode : episode % 1000 === 0;
}

const FORMATS = ["mp4", "gif"];

/**
 * Films episodes: `<prefix>-episode-<n>.mp4`, or `<prefix>-step-<n>.mp4`. The reset, step or close that ends a recording
 * answers when its files are written; all others answer as the inner environment does. `close` ends the last one.
 */
export class RecordVideo<Observation, Action> extends Wrapper<Observation, Action> {
  readonly videoFolder: string;
  readonly #options: RecordVideoOptions;
  readonly #length: number; // frames after the first; infinite: to the episode's end
  #name: string | undefined;
  #frames: RenderFrame[] = [];
  #unseen: RenderFrame[] = []; // of a list mode, taken by the recording before `render` asked for them
  #episode = -1;
  #step = -1;

  constructor(env: Env<Observation, Action>, options: RecordVideoOptions) {
    const { videoFolder, videoLength = 0, formats = ["mp4"], fps } = options;
    if (env.renderMode !== "rgb_array" && env.renderMode !== "rgb_array_list") {
      throw new ConfigError(
        `Expected an environment in mode rgb_array, got mode ${env.renderMode}. Give make() renderMode: "rgb_array".`,
      );
    }
    if (!Number.isInteger(videoLength) || videoLength < 0) {
      throw new ConfigError(`Expected videoLength to be an integer ≥ 0, got ${describe(videoLength)}.`);
    }
    if (formats.length === 0 || !formats.every((format) => FORMATS.includes(format))) {
      throw new ConfigError(`Expected formats to be some of ${FORMATS.join(", ")}, got ${describe(formats)}.`);
    }
    if (fps !== undefined && !(fps > 0)) throw new ConfigError(`Expected fps > 0, got ${fps}.`);
    super(env, { kwargs: options });
    if (existsSync(videoFolder)) {
      warn(
        `Recordings in ${videoFolder} of the same name will be overwritten. Choose another videoFolder to keep them.`,
      );
    }
    this.videoFolder = videoFolder;
    this.#length = videoLength === 0 ? Infinity : videoLength;
    this.#options = options;
  }

  get recording(): boolean {
    return this.#name !== undefined;
  }

  /** Of the recording that runs. */
  get recordedFrames(): readonly RenderFrame[] {
    return this.#frames;
  }

  override reset(options?: ResetOptions): Awaitable<Reset<Observation>> {
    return andThen(this.env.reset(options), (answer) => {
      this.#episode++;
      const ended = this.recording && this.#length === Infinity ? this.stopRecording() : undefined;
      return andThen(ended, () => {
        const { episodeTrigger, stepTrigger } = this.#options;
        const begins = episodeTrigger ?? (stepTrigger ? undefined : cappedCubicVideoSchedule);
        return this.#record(begins?.(this.#episode) ? `episode-${this.#episode}` : undefined, answer);
      });
    });
  }

  override step(action: Action): Awaitable<Step<Observation>> {
    return andThen(this.env.step(action), (answer) => {
      this.#step++;
      return this.#record(this.#options.stepTrigger?.(this.#step) ? `step-${this.#step}` : undefined, answer);
    });
  }

  override render(): Awaitable<Rendered> {
    return andThen(this.env.render(), (rendered) => {
      if (!Array.isArray(rendered)) return rendered;
      const since = rendered as RenderFrame[];
      if (this.recording) this.#frames.push(...since);
      const all = [...this.#unseen, ...since];
      this.#unseen = [];
      return all;
    });
  }

  override close(): Awaitable<void> {
    return andThen(this.recording ? this.stopRecording() : undefined, () => this.env.close());
  }

  /** Begins a recording now, whatever the triggers say; ends the one that runs. The name has no ending. */
  startRecording(name: string): Awaitable<void> {
    return andThen(this.recording ? this.stopRecording() : undefined, () => {
      this.#name = name;
    });
  }

  /** Ends the recording and writes its files. */
  async stopRecording(): Promise<void> {
    const [name, frames] = [this.#name, this.#frames];
    this.#name = undefined;
    this.#frames = [];
    if (name === undefined)
      throw new ConfigError("Expected a recording that runs, got none. Call startRecording first.");
    if (frames.length === 0) {
      warn(`The recording ${name} has no frames: nothing was written.`);
      return;
    }
    const fps = this.#options.fps ?? this.metadata?.renderFps ?? 30;
    for (const format of this.#options.formats ?? ["mp4"]) {
      const film = await encode(format, frames, fps);
      await writeFileAtomic(join(this.videoFolder, `${name}.${format}`), film);
    }
  }

  #record<T>(begins: string | undefined, answer: T): Awaitable<T> {
    const { namePrefix = "rl-video" } = this.#options;
    const started = begins === undefined ? undefined : this.startRecording(`${namePrefix}-${begins}`);
    return andThen(started, () => {
      if (!this.recording) return answer;
      return andThen(this.env.render(), (rendered) => {
        this.#capture(rendered);
        if (this.#frames.length <= this.#length) return answer;
        return andThen(this.stopRecording(), () => answer);
      });
    });
  }

  #capture(rendered: Rendered): void {
    if (Array.isArray(rendered)) {
      const since = rendered as RenderFrame[];
      this.#unseen.push(...since);
      if (since.length > 0) this.#frames.push(since[since.length - 1]);
    } else if (typeof rendered === "object" && "data" in rendered) {
      this.#frames.push(rendered);
    } else {
      throw new ConfigError(`Expected render() to give a picture to record, got ${describe(rendered)}.`);
    }
  }
}

async function encode(format: VideoFormat, frames: readonly RenderFrame[], fps: number): Promise<Uint8Array> {
  return format === "gif"
    ? (await import("../../media/gif.ts")).encodeGif(frames, { fps })
    : (await import("../../media/mp4.ts")).encodeMp4(frames, { fps });
}
