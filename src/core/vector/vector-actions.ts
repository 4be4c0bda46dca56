import { ConfigError, describe } from "../../base/errors.ts";
import { InvalidActionError } from "../errors.ts";
import type { Box } from "../spaces/box.ts";
import { DTYPES } from "../spaces/dtype.ts";
import type { Space } from "../spaces/space.ts";
import { type BatchLayout, batchLayout } from "./batch-layout.ts";

/** Takes a vector's actions apart: one a slot. */
export class VectorActions<Action> {
  readonly #space: Space<Action>;
  readonly #slots: number;
  readonly #layout: BatchLayout;
  readonly #hasForm: (value: unknown) => boolean;

  /** `space` is one slot's action space. */
  constructor(space: Space<Action>, slots: number) {
    this.#space = space;
    this.#slots = slots;
    this.#layout = batchLayout(space);
    this.#hasForm = formOf(space);
  }

  /**
   * The action of each slot, from a list of actions or a batch. Refuses, before anything has been stepped, what no
   * environment could take: a wrong number of actions, a value that is not of the space's form. Whether the numbers of
   * an array are within their bounds is the environment's own business: some clip.
   */
  list(actions: unknown, isIgnored?: (slot: number) => boolean): readonly Action[] {
    const list = this.#isList(actions) ? actions : this.#unbatched(actions);
    if (list.length !== this.#slots) {
      throw new ConfigError(`Expected ${this.#slots} actions, one a slot, got ${list.length}.`);
    }
    for (let slot = 0; slot < list.length; slot++) {
      if (!this.#hasForm(list[slot]) && !isIgnored?.(slot)) {
        throw new InvalidActionError(list[slot], this.#space);
      }
    }
    return list;
  }

  /** A list of values is the batch of a Tuple too; then it is its first value that tells. */
  #isList(actions: unknown): actions is readonly Action[] {
    if (!Array.isArray(actions)) return false;
    return this.#space.type !== "Tuple" || (actions.length === this.#slots && this.#hasForm(actions[0]));
  }

  #unbatched(actions: unknown): Action[] {
    if (typeof actions !== "object" || actions === null) {
      throw new ConfigError(
        `Expected ${this.#slots} actions as a list or as a value of actionSpace, got ${describe(actions)}.`,
      );
    }
    const columns = this.#layout.columnsOf(actions, this.#slots);
    const list = new Array<Action>(this.#slots);
    for (let slot = 0; slot < list.length; slot++) list[slot] = this.#layout.read(columns, slot) as Action;
    return list;
  }
}

/** Tells whether a value is of the space's form. */
function formOf(space: Space<unknown>): (value: unknown) => boolean {
  switch (space.type) {
    case "Box": {
      const { dtype, flatSize } = space as Box;
      const ArrayClass = DTYPES[dtype].array;
      return (value) => value instanceof ArrayClass && value.length === flatSize;
    }
    case "Tuple":
    case "Dict": {
      const { spaces } = space as unknown as { spaces: Readonly<Record<string, Space<unknown>>> };
      const forms = Object.entries(spaces).map(([name, part]) => ({ name, hasForm: formOf(part) }));
      return (value) =>
        typeof value === "object" &&
        value !== null &&
        forms.every(({ name, hasForm }) => hasForm((value as Readonly<Record<string, unknown>>)[name]));
    }
    default:
      return (value) => space.contains(value);
  }
}
