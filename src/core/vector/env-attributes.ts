import { ConfigError } from "../../base/errors.ts";
import type { Awaitable, Env } from "../env.ts";
import { Wrapper } from "../wrappers/wrapper.ts";

/** Calls the environment's method of this name, or reads its property: of the outermost layer that has it. */
export function callAttribute(env: Env, name: string, args: readonly unknown[]): Awaitable<unknown> {
  const owner = layerWith(env, name);
  const attribute: unknown = Reflect.get(owner, name);
  return typeof attribute === "function" ? (Reflect.apply(attribute, owner, args) as unknown) : attribute;
}

/** Reads the property of this name of the outermost layer that has it. */
export function readAttribute(env: Env, name: string): unknown {
  return Reflect.get(layerWith(env, name), name);
}

/** Sets the property of this name on the outermost layer that has it. */
export function writeAttribute(env: Env, name: string, value: unknown): void {
  const owner = layerWith(env, name);
  if (!Reflect.set(owner, name, value)) {
    throw new ConfigError(
      `Expected a property that can be set, got ${name} of ${owner.constructor.name}, which cannot.`,
    );
  }
}

function layerWith(env: Env, name: string): Env {
  for (let layer = env; ; layer = layer.env as Env) {
    // A wrapper declares snapshot and restore also where the environment has none.
    if (name in layer && Reflect.get(layer, name) !== undefined) return layer;
    if (!(layer instanceof Wrapper)) {
      if (name in layer) return layer;
      throw new ConfigError(
        `Expected the name of something that ${layer.constructor.name} has, got ${JSON.stringify(name)}. Private fields cannot be reached.`,
      );
    }
  }
}

/** One value for each of `slots` environments: a list is taken apart, anything else is repeated. */
export function valuesFor(values: unknown, slots: number): readonly unknown[] {
  if (!Array.isArray(values)) return new Array(slots).fill(values);
  if (values.length !== slots) {
    throw new ConfigError(`Expected ${slots} values, one for each environment, got ${values.length}.`);
  }
  return values;
}
