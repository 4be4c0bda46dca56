import { ConfigError, describe } from "../../base/errors.ts";
import { andThen, isPromise } from "../awaitable.ts";
import type { Awaitable, Env, Rendered, RenderFrame } from "../env.ts";
import { Box } from "../spaces/box.ts";
import { Dict } from "../spaces/dict.ts";
import type { Space } from "../spaces/space.ts";
import { ObservationWrapper } from "./observation-wrapper.ts";

export interface AddRenderObservationOptions {
  /** The picture alone, as a Box (height, width, 3) of bytes; default true. False: a Dict of it and the observation. */
  readonly renderOnly?: boolean;
  /** The picture's name in the Dict; default "pixels". */
  readonly renderKey?: string;
  /** The observation's name, where it is no Dict itself; default "state". */
  readonly obsKey?: string;
  /** The picture's size; default: a reset and a look, which needs an environment that answers at once. */
  readonly size?: { readonly width: number; readonly height: number };
}

/** Makes the rendered picture the observation, or a part of it. The environment's mode must be rgb_array. */
export class AddRenderObservation<Inner, Action, Observation = Uint8Array> extends ObservationWrapper<
  Observation,
  Action,
  Inner
> {
  readonly #join: (observation: Inner, pixels: Uint8Array) => unknown;

  constructor(env: Env<Inner, Action>, options: AddRenderObservationOptions = {}) {
    if (env.renderMode !== "rgb_array") {
      throw new ConfigError(
        `Expected an environment in mode rgb_array, got mode ${env.renderMode}. Give make() renderMode: "rgb_array".`,
      );
    }
    const { width, height } = options.size ?? look(env);
    const pixels = new Box({ low: 0, high: 255, shape: [height, width, 3], dtype: "uint8" });
    const { space, join } = withPixels<Inner>(env.observationSpace, pixels as Space<unknown>, options);
    super(env, { kwargs: options, observationSpace: space as Space<Observation> });
    this.#join = join;
  }

  observation(observation: Inner): Awaitable<Observation> {
    return andThen(this.render(), (rendered) => this.#join(observation, frameOf(rendered).data) as Observation);
  }
}

function withPixels<Inner>(inner: Space<unknown>, pixels: Space<unknown>, options: AddRenderObservationOptions) {
  const { renderOnly = true, renderKey = "pixels", obsKey = "state" } = options;
  type Join = (observation: Inner, data: Uint8Array) => unknown;
  const made = (space: Space<unknown>, join: Join) => ({ space, join });
  if (renderOnly) return made(pixels, (_, data) => data);
  const taken = inner instanceof Dict ? Object.hasOwn(inner.spaces, renderKey) : renderKey === obsKey;
  if (taken) throw new ConfigError(`Expected a renderKey that is free, got "${renderKey}".`);
  if (inner instanceof Dict) {
    const space = new Dict({ ...inner.spaces, [renderKey]: pixels });
    return made(space, (observation, data) => ({ ...observation, [renderKey]: data }));
  }
  const space = new Dict({ [obsKey]: inner, [renderKey]: pixels });
  return made(space, (observation, data) => ({ [obsKey]: observation, [renderKey]: data }));
}

/** The size of the pictures, from a first one. */
function look<Inner, Action>(env: Env<Inner, Action>): RenderFrame {
  const begun = env.reset();
  const rendered: Awaitable<unknown> = isPromise(begun) ? begun : env.render();
  if (isPromise(rendered)) {
    rendered.catch(() => undefined); // nobody waits for it
    throw new ConfigError("Expected an environment that answers at once, got a promise. Give size: { width, height }.");
  }
  return frameOf(rendered as Rendered);
}

function frameOf(rendered: Rendered): RenderFrame {
  if (typeof rendered === "object" && "data" in rendered) return rendered;
  throw new ConfigError(`Expected render() to give a picture, got ${describe(rendered)}.`);
}
