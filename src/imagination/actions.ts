import type { NdArray } from "../compute/array.ts";
import { InvalidActionError } from "../core/errors.ts";
import { Discrete } from "../core/spaces/discrete.ts";
import type { Space } from "../core/spaces/space.ts";

/** Actions of B slots as a model takes them: (B) integers of a discrete space, (B, A) numbers of any other. */
export function packActions(space: Space<unknown>, actions: readonly unknown[]): NdArray {
  for (const action of actions) if (!space.contains(action)) throw new InvalidActionError(action, space);
  const batch = actions.length;
  if (space instanceof Discrete)
    return { shape: [batch], dtype: "int32", data: Int32Array.from(actions as readonly number[]) };
  const data = new Float32Array(batch * space.flatSize);
  actions.forEach((action, b) => {
    data.set(space.flatten(action), b * space.flatSize);
  });
  return { shape: [batch, space.flatSize], dtype: "float32", data };
}

/** Any action at all, for a slot whose action is ignored. */
export function idleAction(space: Space<unknown>): unknown {
  return space instanceof Discrete ? space.start : space.unflatten(new Float32Array(space.flatSize));
}
