import { ConfigError, describe } from "../base/errors.ts";
import type { Awaitable, Env, EnvSpec, RenderMode, WrapperSpec } from "./env.ts";
import { warn } from "./warn.ts";
import { applyWrappers } from "./wrapper-table.ts";
import { OrderEnforcing } from "./wrappers/order-enforcing.ts";
import { PassiveEnvChecker } from "./wrappers/passive-env-checker.ts";
import { TimeLimit } from "./wrappers/time-limit.ts";
import { unwrap } from "./wrappers/wrapper.ts";

type EntryPoint = (kwargs: Readonly<Record<string, unknown>>) => Awaitable<Env>;

/** Constructs an environment and puts on it, in Gymnasium's order, all that its spec says. */
export async function wrapAsSpecified(spec: EnvSpec, entryPoint: EntryPoint): Promise<Env> {
  const { bare, kwargs, shown } = await construct(spec, entryPoint);
  const { id, plugin, rewardThreshold, nondeterministic } = spec;
  const own: EnvSpec = { id, kwargs, plugin, rewardThreshold, nondeterministic };
  remember(unwrap(bare), { ...own, disableEnvChecker: true, orderEnforce: false }); // what each layer takes back
  const { additionalWrappers = [] } = spec;
  const there = wrappersOnIt(bare, additionalWrappers, id);
  let env = bare;
  if (!spec.disableEnvChecker) env = new PassiveEnvChecker(env);
  if (spec.orderEnforce !== false) env = new OrderEnforcing(env);
  if (spec.maxEpisodeSteps !== undefined) env = new TimeLimit(env, { maxEpisodeSteps: spec.maxEpisodeSteps });
  return applyWrappers(env, [...additionalWrappers.slice(there), ...shown], spec);
}

interface Constructed {
  readonly bare: Env;
  readonly kwargs: Readonly<Record<string, unknown>>;
  /** The wrapper that gives a mode which the environment has not itself. */
  readonly shown: readonly WrapperSpec[];
}

/** In the mode that was asked for; where the environment has it not, in the one that a wrapper turns into it. */
async function construct({ id, kwargs }: EnvSpec, entryPoint: EntryPoint): Promise<Constructed> {
  const mode = kwargs["renderMode"] as RenderMode | undefined;
  const other = substitute(mode);
  if (!other) {
    const bare = check(await entryPoint(kwargs), id);
    const modes = bare.metadata?.renderModes;
    if (mode !== undefined && modes && !modes.includes(mode)) {
      warn(`${id} was made in render mode ${mode}, which is none of its own: ${modes.join(", ") || "it has none"}.`);
    }
    return { bare, kwargs, shown: [] };
  }
  let refusal: unknown;
  try {
    const bare = check(await entryPoint(kwargs), id);
    if (bare.metadata?.renderModes.includes(mode!)) return { bare, kwargs, shown: [] };
    await bare.close();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    refusal = error; // of the mode, unless the other mode is refused as well
  }
  const changed = { ...kwargs, renderMode: other.mode };
  const bare = check(
    await Promise.resolve(entryPoint(changed)).catch((error: unknown) => {
      throw refusal ?? error;
    }),
    id,
  );
  return { bare, kwargs: changed, shown: [{ name: other.wrapper, kwargs: {} }] };
}

function substitute(mode: RenderMode | undefined): { mode: RenderMode; wrapper: string } | undefined {
  if (mode === "human") return { mode: "rgb_array", wrapper: "HumanRendering" };
  if (mode === "rgb_array_list") return { mode: "rgb_array", wrapper: "RenderCollection" };
  return mode === "ansi_list" ? { mode: "ansi", wrapper: "RenderCollection" } : undefined;
}

function check(bare: unknown, id: string): Env {
  const methods = ["reset", "step", "render", "close"];
  if (
    typeof bare === "object" &&
    bare !== null &&
    methods.every((name) => typeof Reflect.get(bare, name) === "function")
  ) {
    return bare as Env;
  }
  throw new ConfigError(`Expected the entry point of ${id} to give an environment, got ${describe(bare)}.`);
}

/** The bare environment carries the spec, each wrapper adds itself: so `unwrap(env).spec` and `env.spec` both hold. */
function remember(bare: Env, spec: EnvSpec): void {
  Object.defineProperty(bare, "spec", { value: Object.freeze(spec), configurable: true, writable: true });
}

/** How many of the spec's wrappers the entry point has put on itself; they must be the same. */
function wrappersOnIt(bare: Env, wanted: readonly WrapperSpec[], id: string): number {
  const there = bare.spec?.additionalWrappers ?? [];
  if (there.length > wanted.length) return wanted.length; // the entry point's own, unknown to this spec
  const same = there.every((wrapper, i) => JSON.stringify(wrapper) === JSON.stringify(wanted[i]));
  if (same) return there.length;
  throw new ConfigError(
    `Expected the wrappers in the spec of ${id} to begin with those of its entry point, got ${describe(wanted)} and ${describe(there)}.`,
  );
}
