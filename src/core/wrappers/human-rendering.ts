import { ConfigError, describe } from "../../base/errors.ts";
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
import { resizeArea } from "./resize-area.ts";
import { Wrapper } from "./wrapper.ts";

/** Where the pictures are drawn: a terminal. */
export interface Terminal {
  write(text: string): unknown;
  readonly columns?: number;
  readonly rows?: number;
}

export interface HumanRenderingOptions {
  /** Default: standard output. */
  readonly terminal?: Terminal;
  /** Frames a second that are waited for, blocking; default `metadata.renderFps`; 0: as fast as it goes. */
  readonly fps?: number;
}

/**
 * Shows every reset and step in the terminal, two pixels a character (upper half blocks in 24-bit colour), for an
 * environment in mode rgb_array. `render` answers nothing.
 */
export class HumanRendering<Observation, Action> extends Wrapper<Observation, Action> {
  readonly #terminal: Terminal;
  readonly #interval: number; // ms between two frames
  #drawn = false;
  #next = 0; // when the next frame is due, of performance.now()

  constructor(env: Env<Observation, Action>, options: HumanRenderingOptions = {}) {
    if (env.renderMode !== "rgb_array" && env.renderMode !== "rgb_array_list") {
      throw new ConfigError(`Expected an environment in mode rgb_array, got mode ${env.renderMode}.`);
    }
    const fps = options.fps ?? env.metadata?.renderFps;
    if (fps === undefined || !(fps >= 0)) {
      throw new ConfigError(`Expected metadata.renderFps or the option fps ≥ 0, got ${fps}.`);
    }
    super(env, { kwargs: options });
    this.#terminal = options.terminal ?? process.stdout;
    this.#interval = fps === 0 ? 0 : 1000 / fps;
  }

  override get renderMode(): RenderMode {
    return "human";
  }

  override get metadata(): EnvMetadata {
    const modes = this.env.metadata?.renderModes ?? [];
    return { ...this.env.metadata, renderModes: modes.includes("human") ? modes : [...modes, "human"] };
  }

  override reset(options?: ResetOptions): Awaitable<Reset<Observation>> {
    return andThen(this.env.reset(options), (answer) => this.#show(answer));
  }

  override step(action: Action): Awaitable<Step<Observation>> {
    return andThen(this.env.step(action), (answer) => this.#show(answer));
  }

  override render(): undefined {}

  override close(): Awaitable<void> {
    if (this.#drawn) this.#terminal.write("\u001b[0m\u001b[?25h\n"); // colours back, cursor shown
    this.#drawn = false;
    return this.env.close();
  }

  #show<T>(answer: T): Awaitable<T> {
    return andThen(this.env.render(), (rendered) => {
      this.#wait();
      this.#draw(lastFrame(rendered));
      return answer;
    });
  }

  #draw(frame: RenderFrame): void {
    const { columns = 80, rows = 24 } = this.#terminal;
    const scale = Math.min(columns / frame.width, (2 * (rows - 1)) / frame.height, 1);
    const width = Math.max(1, Math.floor(frame.width * scale));
    const height = 2 * Math.max(1, Math.floor((frame.height * scale) / 2));
    const { data } = frame;
    const picture = resizeArea(data, { width: frame.width, height: frame.height, channels: 3 }, { width, height });
    const clear = this.#drawn ? "" : "\u001b[2J\u001b[?25l"; // once: an empty screen, no cursor
    this.#terminal.write(`${clear}\u001b[H${halfBlocks(picture, width)}`);
    this.#drawn = true;
  }

  #wait(): void {
    const rest = this.#next - performance.now();
    if (rest > 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, rest);
    this.#next = performance.now() + this.#interval;
  }
}

/** RGB rows, two to a line of text: the upper pixel is a half block's colour, the lower one its background. */
export function halfBlocks(rgb: Uint8Array, width: number): string {
  const lines: string[] = [];
  for (let top = 0; top < rgb.length; top += 2 * width * 3) {
    let line = "";
    let before = "";
    for (let x = 0; x < width * 3; x += 3) {
      const [a, b] = [top + x, top + width * 3 + x];
      const colour = `\u001b[38;2;${rgb[a]};${rgb[a + 1]};${rgb[a + 2]};48;2;${rgb[b]};${rgb[b + 1]};${rgb[b + 2]}m`;
      line += colour === before ? "▀" : `${colour}▀`;
      before = colour;
    }
    lines.push(`${line}\u001b[0m`);
  }
  return lines.join("\n");
}

function lastFrame(rendered: Rendered): RenderFrame {
  const last: unknown = Array.isArray(rendered) ? rendered[rendered.length - 1] : rendered;
  if (typeof last === "object" && last !== null && "data" in last) return last as RenderFrame;
  throw new ConfigError(`Expected render() to give a picture, got ${describe(last)}.`);
}
