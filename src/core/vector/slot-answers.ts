import type { Info } from "../env.ts";
import { type BatchLayout, copyColumns } from "./batch-layout.ts";
import type { SlotMemory } from "./env-slots.ts";
import type { Batch, VectorReset, VectorStep } from "./vector-env.ts";
import { mergeInfos, type VectorInfo } from "./vector-info.ts";

/** What a vector answers, made from the slots' memory. */
export class SlotAnswers<Observation> {
  readonly #layout: BatchLayout;
  readonly #memory: SlotMemory;
  readonly #copy: boolean;

  constructor({ layout, memory, copy }: { layout: BatchLayout; memory: SlotMemory; copy: boolean }) {
    this.#layout = layout;
    this.#memory = memory;
    this.#copy = copy;
  }

  /** Whether an episode is over in any slot. */
  anyOver(): boolean {
    return this.#memory.terminated.includes(1) || this.#memory.truncated.includes(1);
  }

  /** `infos` by slot; undefined: there are none. */
  reset(infos: readonly (Info | undefined)[] | undefined): VectorReset<Observation> {
    return { observations: this.#observations(), infos: merged(infos) };
  }

  step(infos: readonly (Info | undefined)[] | undefined): VectorStep<Observation> {
    const { rewards, terminated, truncated } = this.#memory;
    return {
      observations: this.#observations(),
      rewards: rewards.slice(),
      terminations: booleans(terminated),
      truncations: booleans(truncated),
      infos: merged(infos),
    };
  }

  #observations(): Batch<Observation> {
    const { columns } = this.#memory;
    return this.#layout.toBatch(this.#copy ? copyColumns(columns) : columns) as Batch<Observation>;
  }
}

const merged = (infos: readonly (Info | undefined)[] | undefined): VectorInfo => (infos ? mergeInfos(infos) : {});

function booleans(bytes: Uint8Array): boolean[] {
  const list = new Array<boolean>(bytes.length);
  for (let i = 0; i < bytes.length; i++) list[i] = bytes[i] !== 0;
  return list;
}
