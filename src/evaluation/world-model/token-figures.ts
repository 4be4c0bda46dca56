import { codebookUse } from "../../nn/fsq.ts";
import { EpisodeMeans, pooledSpread, type Spread } from "./spread.ts";
import type { Rows, Window } from "./windows.ts";

/** Of models that keep pictures as discrete tokens: shares of tokens that are those of the real frame, so many steps on. */
export interface TokenAccuracyFigures {
  /** From 1. */
  readonly step: number;
  readonly all: Spread | null;
  /** Of the tokens that differ from the real frame before; null where none do. */
  readonly changed: Spread | null;
  /** What holding the last prompt frame still would give, of all tokens. */
  readonly copyLast: Spread | null;
}

/** How much of the codebook some frames use. */
export interface CodebookFigures {
  /** Share of the codes that occur. */
  readonly used: Spread | null;
  /** How many codes equally often used would be as varied. */
  readonly perplexity: Spread | null;
}

/** Codebook use of real frames and of dreamt ones. */
export interface CodebookUseFigures {
  readonly size: number;
  readonly real: CodebookFigures;
  readonly dream: CodebookFigures;
}

/** Tokens of real frames beside those of dreams. */
export class TokenFigures {
  readonly #size: number;
  readonly #count: number;
  readonly #steps: { all: EpisodeMeans; changed: EpisodeMeans; copyLast: EpisodeMeans }[];
  readonly #codes = { real: new Map<number, number[]>(), dream: new Map<number, number[]>() };

  constructor({ count, size, horizon }: { count: number; size: number; horizon: number }) {
    this.#count = count;
    this.#size = size;
    this.#steps = Array.from({ length: horizon }, () => ({
      all: new EpisodeMeans(),
      changed: new EpisodeMeans(),
      copyLast: new EpisodeMeans(),
    }));
  }

  /** `real`: of the frames from the prompts' last on, horizon + 1; `dream`: of the steps after it, horizon. Each (B · count). */
  add({ rows, used }: Rows<Window>, real: readonly Int32Array[], dream: readonly Int32Array[]): void {
    const row = (tokens: Int32Array, b: number) => tokens.subarray(b * this.#count, (b + 1) * this.#count);
    for (const [b, { episode }] of rows.slice(0, used).entries()) {
      for (const tokens of real) this.#keep(this.#codes.real, episode, row(tokens, b));
      for (const [i, means] of this.#steps.entries()) {
        const [first, before, truth, dreamt] = [real[0], real[i], real[i + 1], dream[i]].map((tokens) =>
          row(tokens, b),
        );
        this.#keep(this.#codes.dream, episode, dreamt);
        means.all.add(episode, share(dreamt, truth));
        means.copyLast.add(episode, share(first, truth));
        const changed = (k: number) => truth[k] !== before[k];
        if (truth.some((_, k) => changed(k))) means.changed.add(episode, share(dreamt, truth, changed));
      }
    }
  }

  accuracy(): TokenAccuracyFigures[] {
    return this.#steps.map(({ all, changed, copyLast }, i) => ({
      step: i + 1,
      all: all.spread(),
      changed: changed.spread(),
      copyLast: copyLast.spread(),
    }));
  }

  codebookUse(): CodebookUseFigures {
    const use = (codes: Map<number, number[]>): CodebookFigures => {
      const parts = [...codes.values()];
      const figure = (name: "used" | "perplexity") =>
        pooledSpread(parts, (all) => (all.length === 0 ? null : codebookUse(all.flat(), this.#size)[name]));
      return { used: figure("used"), perplexity: figure("perplexity") };
    };
    return { size: this.#size, real: use(this.#codes.real), dream: use(this.#codes.dream) };
  }

  #keep(codes: Map<number, number[]>, episode: number, tokens: Int32Array): void {
    const kept = codes.get(episode) ?? [];
    for (const token of tokens) kept.push(token);
    codes.set(episode, kept);
  }
}

/** Share of equal tokens among those that count. */
function share(a: Int32Array, b: Int32Array, counts: (k: number) => boolean = () => true): number {
  let [equal, all] = [0, 0];
  for (let k = 0; k < a.length; k++) {
    if (!counts(k)) continue;
    all++;
    if (a[k] === b[k]) equal++;
  }
  return equal / all;
}
