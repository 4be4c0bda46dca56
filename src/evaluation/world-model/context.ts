import { setImmediate } from "node:timers/promises";
import type { NdArray } from "../../compute/array.ts";
import { RandomStream } from "../../core/random.ts";
import { packActions } from "../../imagination/actions.ts";
import type { WorldModel } from "../../world-models/world-model.ts";
import type { HeldOutEpisode, PictureShape } from "./held-out.ts";
import type { WorldFunctions } from "./world-functions.ts";

/** What every pass of an evaluation works with. */
export interface EvaluationContext {
  readonly model: WorldModel;
  readonly functions: WorldFunctions;
  readonly episodes: readonly HeldOutEpisode[];
  readonly shape: PictureShape;
  /** τ of the dreams. */
  readonly temperature: number;
  readonly seed: number;
  /** Rows of every batch. */
  readonly batch: number;
  /** Called after each step of a batch: counts it, lets the event loop breathe, throws where the signal says so. */
  tick(): Promise<void>;
}

const BREATH = 50; // ms between visits to the event loop

/** A tick that counts. */
export function ticker(options: {
  readonly signal?: AbortSignal;
  readonly onTick?: (done: number) => void;
}): () => Promise<void> {
  let done = 0;
  let breath = performance.now();
  return async () => {
    options.signal?.throwIfAborted();
    options.onTick?.(++done);
    if (performance.now() - breath < BREATH) return;
    await setImmediate();
    options.signal?.throwIfAborted();
    breath = performance.now();
  };
}

/** A stream of random numbers for each row, the same in whatever batch the row is. */
export function rowStreams(seed: number, name: string, rows: readonly { readonly index: number }[]): RandomStream[] {
  const stream = new RandomStream(seed, name);
  return rows.map(({ index }) => stream.split(index));
}

/** Pictures as a model takes them, (B, height, width, channels). */
export function packPictures(pictures: readonly Uint8Array[], { height, width, channels }: PictureShape): NdArray {
  const size = height * width * channels;
  const data = new Uint8Array(pictures.length * size);
  pictures.forEach((picture, i) => {
    data.set(picture, i * size);
  });
  return { shape: [pictures.length, height, width, channels], dtype: "uint8", data };
}

/** Runs of n pictures and the actions between them, one a row: (B, n, height, width, channels) and (B, n − 1) or (B, n − 1, A). */
export function packPrompts(
  { model, shape }: Pick<EvaluationContext, "model" | "shape">,
  prompts: readonly { readonly pictures: readonly Uint8Array[]; readonly actions: readonly unknown[] }[],
): { frames: NdArray; actions: NdArray } {
  const { data } = packPictures(
    prompts.flatMap(({ pictures }) => pictures),
    shape,
  );
  const [batch, length] = [prompts.length, prompts[0].pictures.length];
  const packed = packActions(
    model.actionSpace,
    prompts.flatMap(({ actions }) => actions),
  );
  return {
    frames: { shape: [batch, length, shape.height, shape.width, shape.channels], dtype: "uint8", data },
    actions: { ...packed, shape: [batch, length - 1, ...packed.shape.slice(1)] },
  };
}

/** A number as a compiled function takes it. */
export function scalarOf(value: number): NdArray {
  return { shape: [], dtype: "float32", data: Float32Array.of(value) };
}
