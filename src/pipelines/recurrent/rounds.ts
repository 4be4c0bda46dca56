/** Which turn of the iterative procedure it is: collect, learn, evolve; then collect with what was evolved, and so on. */
export interface Round {
  /** From 0. */
  readonly index: number;
  readonly last: boolean;
}

export const ONLY_ROUND: Round = { index: 0, last: true };

/** All rounds of a run that goes through `more` of them after the first. */
export function roundsOf(more: number): Round[] {
  return Array.from({ length: more + 1 }, (_, index) => ({ index, last: index === more }));
}

export function previous({ index }: Round): Round {
  return { index: index - 1, last: false };
}

/** A stage, or a folder of data: `memory` in the first round, `memory-2` in the second. */
export function inRound(name: string, { index }: Pick<Round, "index">): string {
  return index === 0 ? name : `${name}-${index + 1}`;
}

/** A model's file: the last round's has the bare name, `models/memory.safetensors`, an earlier one's its number. */
export function modelFile(name: string, { index, last }: Round): string {
  return `models/${last ? name : `${name}-${index + 1}`}.safetensors`;
}
