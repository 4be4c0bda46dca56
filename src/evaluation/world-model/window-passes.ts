import { packActions } from "../../imagination/actions.ts";
import type { StateRows, Stepped } from "../../imagination/dream-functions.ts";
import { drawNoise } from "../../imagination/noise.ts";
import { type EvaluationContext, packPictures, packPrompts, rowStreams, scalarOf } from "./context.ts";
import type { Rows, Window } from "./windows.ts";

/** A batch of windows whose prompts a model has seen. */
export interface StartedWindows extends Rows<Window> {
  readonly state: StateRows;
}

/** What a model makes of one moment of each row. */
export interface Seen {
  /** Decoded, one a row. */
  readonly pictures: readonly Uint8Array[];
  /** (B · count), of models with tokens. */
  readonly tokens?: Int32Array;
}

/** Shows the model the prompts. */
export async function startWindows(
  context: EvaluationContext,
  { rows, used }: Rows<Window>,
  prompt: number,
): Promise<StartedWindows> {
  const prompts = rows.map(({ episode, at }) => {
    const { pictures, actions } = context.episodes[episode];
    return { pictures: pictures.slice(at - prompt + 1, at + 1), actions: actions.slice(at - prompt + 1, at) };
  });
  return { rows, used, state: await context.functions.start(packPrompts(context, prompts)) };
}

/**
 * Dreams on from the prompts for so many steps; what is seen after each. The same windows have the same noise, whatever the
 * actions; another `name` is another dream.
 */
export async function* dreamOn(
  context: EvaluationContext,
  { rows, state: first }: StartedWindows,
  {
    steps,
    action,
    name = "dream",
  }: { steps: number; action: (window: Window, step: number) => unknown; name?: string },
): AsyncGenerator<Seen> {
  const { model, functions } = context;
  const streams = rowStreams(context.seed, name, rows);
  let state = first;
  for (let k = 0; k < steps; k++) {
    const actions = rows.map((window) => action(window, k));
    const next = await functions.step({
      state,
      actions: packActions(model.actionSpace, actions),
      ...drawNoise(model.noise, streams),
      temperature: scalarOf(context.temperature),
    });
    state = next.state;
    yield await look(context, state);
    await context.tick();
  }
}

/** The right action `step` steps after the prompt; after the recording's end its actions from the window on again. */
export function rightAction({ episodes }: EvaluationContext, { episode, at }: Window, step: number): unknown {
  const { actions } = episodes[episode];
  return actions[at + (step % (actions.length - at))];
}

/** A moment of the real environment as the model followed it there, and what it foretold of the next. */
export interface Followed extends Seen {
  /** One step ahead under the right action; undefined after the last. */
  readonly foretold?: {
    readonly pictures: readonly Uint8Array[];
    readonly uncertainty: ArrayLike<number>; // (B)
  };
}

/** Follows the real environment for so many steps after the prompts, foretelling each; moment 0 is the prompts' last. */
export async function* followOn(
  context: EvaluationContext,
  { rows, state: first }: StartedWindows,
  steps: number,
): AsyncGenerator<Followed> {
  const { model, functions, episodes, shape } = context;
  const streams = rowStreams(context.seed, "one-step", rows);
  let state = first;
  for (let k = 0; k < steps; k++) {
    const actions = packActions(
      model.actionSpace,
      rows.map((window) => rightAction(context, window, k)),
    );
    const seen = await look(context, state);
    const next: Stepped = await functions.step({
      state,
      actions,
      ...drawNoise(model.noise, streams),
      temperature: scalarOf(context.temperature),
    });
    yield {
      ...seen,
      foretold: { pictures: await functions.decode(next.state), uncertainty: next.uncertainty.data },
    };
    const frames = packPictures(
      rows.map(({ episode, at }) => episodes[episode].pictures[at + k + 1]),
      shape,
    );
    state = await functions.observe({ state, frames, actions });
    await context.tick();
  }
  yield look(context, state);
}

async function look({ functions }: EvaluationContext, state: StateRows): Promise<Seen> {
  return { pictures: await functions.decode(state), tokens: await functions.tokens?.(state) };
}
