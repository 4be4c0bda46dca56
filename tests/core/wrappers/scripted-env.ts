import type { Env, EnvState, RenderFrame, RenderMode, Reset, Step } from "../../../src/core/env.ts";
import { Box } from "../../../src/core/spaces/box.ts";
import { Discrete } from "../../../src/core/spaces/discrete.ts";
import type { Space } from "../../../src/core/spaces/space.ts";

interface Script<Observation, Action> {
  readonly observationSpace: Space<Observation>;
  readonly actionSpace?: Space<Action>;
  /** The first is the reset's. */
  readonly observations: readonly Observation[];
  readonly rewards?: readonly number[];
  readonly terminations?: readonly boolean[];
  readonly truncations?: readonly boolean[];
  readonly renderMode?: RenderMode;
}

/** Plays back what it was given, whatever the actions; remembers them. A reset goes on with the next observation. */
export class ScriptedEnv<Observation, Action = number> implements Env<Observation, Action> {
  readonly observationSpace: Space<Observation>;
  readonly actionSpace: Space<Action>;
  readonly metadata = { renderModes: ["rgb_array", "ansi"], renderFps: 25 } as const;
  readonly renderMode: RenderMode | undefined;
  readonly actions: Action[] = [];
  readonly resets: unknown[] = [];
  closed = 0;
  readonly #script: Script<Observation, Action>;
  #at = -1;

  constructor(script: Script<Observation, Action>) {
    this.#script = script;
    this.observationSpace = script.observationSpace;
    this.actionSpace = script.actionSpace ?? (new Discrete(2) as Space<unknown> as Space<Action>);
    this.renderMode = script.renderMode;
  }

  reset(options?: unknown): Reset<Observation> {
    this.resets.push(options);
    this.#at = this.resets.length === 1 ? 0 : this.#at + 1;
    return { observation: this.#next(), info: { reset: true } };
  }

  step(action: Action): Step<Observation> {
    this.actions.push(action);
    const step = this.actions.length - 1;
    this.#at++;
    return {
      observation: this.#next(),
      reward: this.#script.rewards?.[step] ?? 1,
      terminated: this.#script.terminations?.[step] ?? false,
      truncated: this.#script.truncations?.[step] ?? false,
      info: { step },
    };
  }

  render(): RenderFrame | string | undefined {
    if (this.renderMode === "ansi") return `frame ${this.#at}`;
    if (this.renderMode === undefined) return undefined;
    return { width: 4, height: 2, data: new Uint8Array(24).fill(this.#at * 10) };
  }

  close(): void {
    this.closed++;
  }

  snapshot(): EnvState {
    return { at: this.#at, actions: [...this.actions], resets: this.resets.length };
  }

  restore(state: EnvState): void {
    this.#at = state["at"] as number;
    this.actions.splice(0, Infinity, ...(state["actions"] as Action[]));
  }

  #next(): Observation {
    const { observations } = this.#script;
    return structuredClone(observations[this.#at % observations.length]);
  }
}

/** Numbers 0, 1, 2, … in a Box of one element: the observation says how often the environment was asked. */
export function counting(length = 64): ScriptedEnv<Float32Array> {
  return new ScriptedEnv({
    observationSpace: new Box({ low: 0, high: length, shape: [1] }),
    observations: Array.from({ length }, (_, i) => Float32Array.of(i)),
  });
}
