import { ConfigError, describe } from "../base/errors.ts";
import type { Awaitable, Env, EnvSpec, WrapperSpec } from "./env.ts";

/** Puts a wrapper on an environment, from the options that its spec remembers. */
export type WrapperFactory = (env: Env, kwargs: Readonly<Record<string, unknown>>) => Awaitable<Env>;

type Kwargs = never; // each constructor checks what it gets

const table = new Map<string, WrapperFactory>(
  Object.entries<WrapperFactory>({
    ActionRepeat: async (env, kwargs) =>
      new (await import("./wrappers/action-repeat.ts")).ActionRepeat(env, kwargs as Kwargs),
    AddRenderObservation: async (env, kwargs) =>
      new (await import("./wrappers/add-render-observation.ts")).AddRenderObservation(env, kwargs as Kwargs) as Env,
    Autoreset: async (env) => new (await import("./wrappers/autoreset.ts")).Autoreset(env),
    ClipAction: async (env) => new (await import("./wrappers/clip-action.ts")).ClipAction(env as never) as Env,
    ClipReward: async (env, kwargs) =>
      new (await import("./wrappers/clip-reward.ts")).ClipReward(env, kwargs as Kwargs),
    DelayObservation: async (env, kwargs) =>
      new (await import("./wrappers/delay-observation.ts")).DelayObservation(env, kwargs as Kwargs),
    DiscretizeAction: async (env, kwargs) =>
      new (await import("./wrappers/discretize-action.ts")).DiscretizeAction(env as never, kwargs as Kwargs) as Env,
    DiscretizeObservation: async (env, kwargs) =>
      new (await import("./wrappers/discretize-observation.ts")).DiscretizeObservation(
        env as never,
        kwargs as Kwargs,
      ) as Env,
    DtypeObservation: async (env, kwargs) =>
      new (await import("./wrappers/dtype-observation.ts")).DtypeObservation(env, kwargs as Kwargs) as Env,
    FilterObservation: async (env, kwargs) =>
      new (await import("./wrappers/filter-observation.ts")).FilterObservation(env as never, kwargs as Kwargs) as Env,
    FlattenObservation: async (env) =>
      new (await import("./wrappers/flatten-observation.ts")).FlattenObservation(env) as Env,
    FrameStackObservation: async (env, kwargs) =>
      new (await import("./wrappers/frame-stack-observation.ts")).FrameStackObservation(env, kwargs as Kwargs),
    GrayscaleObservation: async (env, kwargs) =>
      new (await import("./wrappers/grayscale-observation.ts")).GrayscaleObservation(
        env as never,
        kwargs as Kwargs,
      ) as Env,
    HumanRendering: async (env, kwargs) =>
      new (await import("./wrappers/human-rendering.ts")).HumanRendering(env, kwargs as Kwargs),
    MaxAndSkipObservation: async (env, kwargs) =>
      new (await import("./wrappers/max-and-skip-observation.ts")).MaxAndSkipObservation(
        env as never,
        kwargs as Kwargs,
      ) as Env,
    NormalizeObservation: async (env, kwargs) =>
      new (await import("./wrappers/normalize-observation.ts")).NormalizeObservation(
        env as never,
        kwargs as Kwargs,
      ) as Env,
    NormalizeReward: async (env, kwargs) =>
      new (await import("./wrappers/normalize-reward.ts")).NormalizeReward(env, kwargs as Kwargs),
    RecordEpisodeStatistics: async (env, kwargs) =>
      new (await import("./wrappers/record-episode-statistics.ts")).RecordEpisodeStatistics(env, kwargs as Kwargs),
    RecordVideo: async (env, kwargs) =>
      new (await import("./wrappers/record-video.ts")).RecordVideo(env, kwargs as Kwargs),
    RenderCollection: async (env, kwargs) =>
      new (await import("./wrappers/render-collection.ts")).RenderCollection(env, kwargs as Kwargs),
    RescaleAction: async (env, kwargs) =>
      new (await import("./wrappers/rescale-action.ts")).RescaleAction(env as never, kwargs as Kwargs) as Env,
    RescaleObservation: async (env, kwargs) =>
      new (await import("./wrappers/rescale-observation.ts")).RescaleObservation(env as never, kwargs as Kwargs) as Env,
    ReshapeObservation: async (env, kwargs) =>
      new (await import("./wrappers/reshape-observation.ts")).ReshapeObservation(env as never, kwargs as Kwargs) as Env,
    ResizeObservation: async (env, kwargs) =>
      new (await import("./wrappers/resize-observation.ts")).ResizeObservation(env as never, kwargs as Kwargs) as Env,
    StickyAction: async (env, kwargs) =>
      new (await import("./wrappers/sticky-action.ts")).StickyAction(env, kwargs as Kwargs),
    TimeAwareObservation: async (env, kwargs) =>
      new (await import("./wrappers/time-aware-observation.ts")).TimeAwareObservation(env, kwargs as Kwargs),
    TransformAction: async (env, kwargs) =>
      new (await import("./wrappers/transform-action.ts")).TransformAction(env, kwargs as Kwargs),
    TransformObservation: async (env, kwargs) =>
      new (await import("./wrappers/transform-observation.ts")).TransformObservation(env, kwargs as Kwargs),
    TransformReward: async (env, kwargs) =>
      new (await import("./wrappers/transform-reward.ts")).TransformReward(env, kwargs as Kwargs),
  }),
);

/** Makes a wrapper of one's own known, by its class's name, so that a spec with it can be made again. */
export function registerWrapper(name: string, factory: WrapperFactory): void {
  if (table.has(name)) throw new ConfigError(`Expected a wrapper's name that is free, got ${describe(name)}.`);
  table.set(name, factory);
}

/** Puts the wrappers of a spec on an environment, the first one innermost. */
export async function applyWrappers(env: Env, wrappers: readonly WrapperSpec[], spec: EnvSpec): Promise<Env> {
  let wrapped = env;
  for (const { name, kwargs } of wrappers) {
    const factory = table.get(name);
    if (!factory) {
      throw new ConfigError(
        `Expected a known wrapper in the spec of ${spec.id}, got ${describe(name)}. Make it known with registerWrapper.`,
      );
    }
    if (!kwargs) {
      throw new ConfigError(
        `Expected the options of ${name} in the spec of ${spec.id}, got none. Let it give its kwargs to Wrapper's constructor.`,
      );
    }
    wrapped = await factory(wrapped, kwargs);
  }
  return wrapped;
}
