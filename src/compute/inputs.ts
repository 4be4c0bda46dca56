import { type NdArray, STORAGE, sizeOf } from "./array.ts";
import { InputError } from "./errors.ts";
import { isNdArray, type Leaf, leavesOf } from "./tree.ts";

/** Checks the arrays of a function against their own claims, and against the names and types of the first call. */
export class InputGate {
  readonly #name: string;
  readonly #role: string;
  #first: readonly Leaf<NdArray>[] | undefined;

  constructor(name: string, role: string) {
    this.#name = name;
    this.#role = role;
  }

  /** The arrays in order of their names. Lengths of axes may differ from call to call; names, types and ranks may not. */
  admit(tree: unknown): readonly Leaf<NdArray>[] {
    const leaves = leavesOf(tree, isNdArray, (path, got) =>
      this.#error(`an array { shape, dtype, data } at "${path}"`, got, "Wrap the numbers in one"),
    );
    for (const { path, value } of leaves) this.#checkOne(path, value);
    if (this.#first) this.#checkAgainst(this.#first, leaves);
    else this.#first = leaves.map(({ path, value }) => ({ path, value: { ...value, data: new Float32Array(0) } }));
    return leaves;
  }

  #checkOne(path: string, { shape, dtype, data }: NdArray): void {
    const storage = STORAGE[dtype];
    if (!storage)
      throw this.#error(`"${path}" as one of ${Object.keys(STORAGE).join(", ")}`, String(dtype), "Convert it");
    if (!(data instanceof storage))
      throw this.#error(`"${path}" (${dtype}) in a ${storage.name}`, data.constructor.name, "Convert it");
    if (data.length !== sizeOf(shape)) {
      throw this.#error(
        `${sizeOf(shape)} numbers in "${path}" of shape [${shape}]`,
        String(data.length),
        "Mend the shape or the data",
      );
    }
  }

  #checkAgainst(first: readonly Leaf<NdArray>[], leaves: readonly Leaf<NdArray>[]): void {
    for (let i = 0; i < Math.max(first.length, leaves.length); i++) {
      const [expected, got] = [first[i], leaves[i]];
      if (expected?.path !== got?.path) {
        const missing = expected && !leaves.some(({ path }) => path === expected.path);
        if (missing)
          throw this.#error(`an array named "${expected.path}"`, "none", "Pass every input of the first call");
        throw this.#error(`no array named "${got.path}"`, "one", "Pass only the inputs of the first call");
      }
      const [was, is] = [expected.value, got.value];
      if (was.dtype !== is.dtype) throw this.#error(`"${got.path}" as ${was.dtype}`, is.dtype, "Convert it");
      if (was.shape.length !== is.shape.length) {
        throw this.#error(
          `"${got.path}" with ${was.shape.length} axes like [${was.shape}]`,
          `[${is.shape}]`,
          "Reshape it",
        );
      }
    }
  }

  #error(expected: string, got: string, remedy: string): InputError {
    return new InputError(`Expected ${expected} in the ${this.#role} of "${this.#name}", got ${got}. ${remedy}.`);
  }
}

/** Checks that a replacement for a state has the form of the state. */
export function checkSameForm(name: string, form: readonly Leaf<NdArray>[], leaves: readonly Leaf<NdArray>[]): void {
  for (let i = 0; i < form.length; i++) {
    const [expected, got] = [form[i], leaves[i]];
    if (expected.value.shape.join() !== got.value.shape.join()) {
      throw new InputError(
        `Expected "${got.path}" in the state of "${name}" to have shape [${expected.value.shape}], got [${got.value.shape}]. Start a new one for other shapes.`,
      );
    }
  }
}
