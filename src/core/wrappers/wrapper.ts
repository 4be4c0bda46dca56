import type {
  Awaitable,
  Env,
  EnvMetadata,
  EnvSpec,
  EnvState,
  Rendered,
  RenderMode,
  Reset,
  ResetOptions,
  Step,
} from "../env.ts";
import type { Space } from "../spaces/space.ts";

/** What a wrapper tells its base class about itself. */
export interface WrapperParts<Observation, Action> {
  /** The options that make it again, for the spec; absent: the spec says that it cannot be made again. */
  readonly kwargs?: object;
  /** Default: the inner environment's. */
  readonly observationSpace?: Space<Observation>;
  /** Default: the inner environment's. */
  readonly actionSpace?: Space<Action>;
}

/**
 * An environment around another one that changes nothing: what wrappers extend. It answers at once where the inner one
 * does, and has `snapshot` and `restore` exactly where the inner one has them.
 */
export class Wrapper<Observation, Action, InnerObservation = Observation, InnerAction = Action>
  implements Env<Observation, Action>
{
  readonly env: Env<InnerObservation, InnerAction>;
  readonly snapshot?: () => EnvState;
  readonly restore?: (state: EnvState) => void;
  readonly #parts: WrapperParts<Observation, Action>;

  constructor(env: Env<InnerObservation, InnerAction>, parts: WrapperParts<Observation, Action> = {}) {
    this.env = env;
    this.#parts = parts;
    if (env.snapshot && env.restore) {
      this.snapshot = () => ({ inner: env.snapshot!(), own: this.saveOwn() });
      this.restore = ({ inner, own }) => {
        env.restore!(inner as EnvState);
        this.restoreOwn(own as EnvState);
      };
    }
  }

  get observationSpace(): Space<Observation> {
    return this.#parts.observationSpace ?? (this.env.observationSpace as unknown as Space<Observation>);
  }

  get actionSpace(): Space<Action> {
    return this.#parts.actionSpace ?? (this.env.actionSpace as unknown as Space<Action>);
  }

  /** The inner environment's, and this wrapper upon it. */
  get spec(): EnvSpec | undefined {
    const inner = this.env.spec;
    return inner && this.extendSpec(inner);
  }

  get metadata(): EnvMetadata | undefined {
    return this.env.metadata;
  }

  get renderMode(): RenderMode | undefined {
    return this.env.renderMode;
  }

  reset(options?: ResetOptions): Awaitable<Reset<Observation>> {
    return this.env.reset(options) as unknown as Awaitable<Reset<Observation>>;
  }

  step(action: Action): Awaitable<Step<Observation>> {
    return this.env.step(action as unknown as InnerAction) as unknown as Awaitable<Step<Observation>>;
  }

  render(): Awaitable<Rendered> {
    return this.env.render();
  }

  close(): Awaitable<void> {
    return this.env.close();
  }

  /** How this wrapper shows in the spec. */
  protected extendSpec(inner: EnvSpec): EnvSpec {
    const { kwargs } = this.#parts;
    const own = { name: this.constructor.name, ...(kwargs && { kwargs: { ...kwargs } }) };
    return { ...inner, additionalWrappers: [...(inner.additionalWrappers ?? []), own] };
  }

  /** What this wrapper itself remembers between steps; structured-cloneable. */
  protected saveOwn(): EnvState {
    return {};
  }

  protected restoreOwn(_state: EnvState): void {}
}

/** The environment within all wrappers. */
export function unwrap(env: Env): Env {
  return env instanceof Wrapper ? unwrap(env.env as Env) : env;
}

/** The outermost layer of a class in a stack of wrappers: `findLayer(env, NormalizeReward)?.updateRunningMean = false`. */
export function findLayer<W extends object>(env: object, layer: abstract new (...args: never) => W): W | undefined {
  if (env instanceof layer) return env;
  return env instanceof Wrapper ? findLayer(env.env, layer) : undefined;
}
