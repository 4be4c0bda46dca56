import { ConfigError, describe } from "../../base/errors.ts";
import type { Env } from "../env.ts";
import { Dict } from "../spaces/dict.ts";
import type { Space } from "../spaces/space.ts";
import { Tuple } from "../spaces/tuple.ts";
import { ObservationWrapper } from "./observation-wrapper.ts";

export interface FilterObservationOptions<Key extends PropertyKey> {
  /** The names in a Dict, or the places in a Tuple, that are kept; at least one, none twice. */
  readonly filterKeys: readonly Key[];
}

type Filtered<Inner, Key extends PropertyKey> = Inner extends readonly unknown[]
  ? readonly Inner[number][]
  : Pick<Inner, Key & keyof Inner>;

/** Keeps only some parts of a Dict or a Tuple of observations. */
export class FilterObservation<Inner extends object, Action, const Key extends PropertyKey> extends ObservationWrapper<
  Filtered<Inner, Key>,
  Action,
  Inner
> {
  readonly #filterKeys: readonly Key[];

  constructor(env: Env<Inner, Action>, options: FilterObservationOptions<Key>) {
    const { filterKeys } = options;
    const filtered = filter(env.observationSpace, filterKeys);
    super(env, { kwargs: options, observationSpace: filtered as Space<unknown> as Space<Filtered<Inner, Key>> });
    this.#filterKeys = filterKeys;
  }

  observation(observation: Inner): Filtered<Inner, Key> {
    const parts = observation as Readonly<Record<PropertyKey, unknown>>;
    const kept = Array.isArray(observation)
      ? this.#filterKeys.map((key) => parts[key])
      : Object.fromEntries(this.#filterKeys.map((key) => [key, parts[key]]));
    return kept as Filtered<Inner, Key>;
  }
}

function filter(space: Space<unknown>, keys: readonly PropertyKey[]): Space<unknown> {
  if (!(space instanceof Dict || space instanceof Tuple)) {
    throw new ConfigError(`Expected a Dict or a Tuple to filter, got ${space}.`);
  }
  const parts = space.spaces as Readonly<Record<PropertyKey, Space<unknown>>>;
  const wrong = space instanceof Dict ? "string" : "number";
  const unknown = keys.filter((key) => typeof key !== wrong || !Object.hasOwn(parts, key));
  if (!Array.isArray(keys) || keys.length === 0 || unknown.length > 0 || new Set(keys).size !== keys.length) {
    const known = Object.keys(parts).join(", ");
    throw new ConfigError(`Expected filterKeys to be some of ${known}, each once, got ${describe(keys)}.`);
  }
  return space instanceof Dict
    ? new Dict(Object.fromEntries(keys.map((key) => [key, parts[key]])))
    : new Tuple(keys.map((key) => parts[key]));
}
