import type {
  Awaitable,
  Env,
  EnvMetadata,
  EnvSpec,
  EnvState,
  RenderFrame,
  RenderMode,
  Reset,
  ResetOptions,
  Step,
} from "../env.ts";
import type { Space } from "../spaces/space.ts";

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

  constructor(env: Env<InnerObservation, InnerAction>) {
    this.env = env;
    if (env.snapshot && env.restore) {
      this.snapshot = () => ({ inner: env.snapshot!(), own: this.saveOwn() });
      this.restore = ({ inner, own }) => {
        env.restore!(inner as EnvState);
        this.restoreOwn(own as EnvState);
      };
    }
  }

  get observationSpace(): Space<Observation> {
    return this.env.observationSpace as unknown as Space<Observation>;
  }

  get actionSpace(): Space<Action> {
    return this.env.actionSpace as unknown as Space<Action>;
  }

  get spec(): EnvSpec | undefined {
    return this.env.spec;
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

  render(): Awaitable<RenderFrame | string | undefined> {
    return this.env.render();
  }

  close(): Awaitable<void> {
    return this.env.close();
  }

  /** What this wrapper itself remembers between steps; JSON-able. */
  protected saveOwn(): EnvState {
    return {};
  }

  protected restoreOwn(_state: EnvState): void {}
}

/** The environment within all wrappers. */
export function unwrap(env: Env): Env {
  return env instanceof Wrapper ? unwrap(env.env as Env) : env;
}
