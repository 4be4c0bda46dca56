import { formatCount, formatDuration, formatRate } from "../base/format.ts";
import { formatLine, formatMetrics, type LineParts } from "./progress-line.ts";

/** Figures shown beside the bar; a number is rounded, a string is shown as it is. */
export type ProgressMetrics = Readonly<Record<string, number | string>>;

export interface StageOptions {
  readonly name: string;
  /** How much there is to do; undefined where nobody knows. */
  readonly total?: number;
  /** What is counted, in the plural: "episodes". */
  readonly unit: string;
  /** What an earlier run had done already: the rate and the time left speak of the new work only. */
  readonly done?: number;
}

/** One stage's bar. */
export interface ProgressStage {
  update(done: number, metrics?: ProgressMetrics): void;
  /** Closes the stage with a line that stays. */
  done(end?: { readonly summary?: string }): void;
}

/** What long work reports to. */
export interface Progress {
  /** The names of all stages to come, for aligned names and "2/6". */
  plan(names: readonly string[]): void;
  stage(options: StageOptions): ProgressStage;
  /** A line above the bar that stays. */
  note(text: string): void;
  /** Leaves the terminal clean, whatever stage was open (after an error or Ctrl-C). */
  close(): void;
}

/** What the bar needs of `process.stderr`. */
export interface ProgressStream {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

export interface ProgressOptions {
  readonly stream?: ProgressStream;
  /** Milliseconds that only ever grow. */
  readonly now?: () => number;
  /** Default: a terminal, and NO_COLOR is not set. */
  readonly color?: boolean;
}

const REDRAW = 100; // ms: at most 10 Hz
const LINE = 10_000; // ms between lines where nothing can be redrawn
const MEMORY = 20; // seconds over which the rate forgets
const ERASE = "\r\u001b[2K";

/** Progress to stderr: a bar redrawn in place on a terminal, a line every ten seconds elsewhere. */
export function createProgress(options: ProgressOptions = {}): Progress {
  const stream = options.stream ?? process.stderr;
  const now = options.now ?? (() => performance.now());
  const live = stream.isTTY === true && process.env["TERM"] !== "dumb";
  const color = options.color ?? (live && !process.env["NO_COLOR"]);
  let plan: readonly string[] = [];
  let drawn = false;
  let open: { draw(force: boolean): void; abandon(): void } | undefined;

  const clear = (): void => {
    if (drawn) stream.write(ERASE);
    drawn = false;
  };

  const stage = ({ name, total, unit, done: first = 0 }: StageOptions): ProgressStage => {
    open?.abandon();
    const begin = now();
    const rate = new Rate(first, begin);
    let done = first;
    let metrics: ProgressMetrics = {};
    let drawnAt = live ? Number.NEGATIVE_INFINITY : begin;
    let closed = false;

    const parts = (at: number): LineParts => {
      const perSecond = rate.perSecond;
      const left = total !== undefined && perSecond ? (total - done) / perSecond : undefined;
      const place = plan.indexOf(name);
      return {
        name,
        nameWidth: Math.max(0, ...plan.map((other) => other.length)),
        place: place < 0 ? undefined : `${place + 1}/${plan.length}`,
        done,
        total,
        unit,
        perSecond,
        elapsed: (at - begin) / 1000,
        left,
        metrics: formatMetrics(metrics),
      };
    };
    const draw = (force: boolean): void => {
      const at = now();
      if (!force && at - drawnAt < (live ? REDRAW : LINE)) return;
      drawnAt = at;
      const line = formatLine(parts(at), { columns: live ? (stream.columns ?? 80) - 1 : undefined, color });
      stream.write(live ? ERASE + line : `${line}\n`);
      drawn = live;
    };
    const handle = {
      draw,
      abandon: () => {
        closed = true;
        if (live && drawn) stream.write("\n");
        drawn = false;
        open = undefined;
      },
    };
    open = handle;
    draw(live);

    return {
      update(value, figures) {
        if (closed) return;
        done = value;
        if (figures) metrics = figures;
        rate.update(done, now());
        draw(false);
      },
      done({ summary } = {}) {
        if (closed) return;
        closed = true;
        open = undefined;
        clear();
        const { nameWidth, place, elapsed } = parts(now());
        const mark = color ? "\u001b[32m✔\u001b[39m" : "✔";
        const head = [mark, place, name.padEnd(nameWidth)].filter((part) => part !== undefined).join(" ");
        const fresh = done - first;
        const pace = elapsed >= 1 && fresh > 0 ? ` (${formatRate(fresh / elapsed)})` : "";
        const tail = summary ?? formatMetrics(metrics);
        const count = `${formatCount(done)} ${unit} in ${formatDuration(elapsed)}${pace}`;
        stream.write(`${head}  ${count}${tail ? `  ${tail}` : ""}\n`);
      },
    };
  };

  return {
    plan: (names) => {
      plan = names;
    },
    stage,
    note(text) {
      clear();
      stream.write(`${text}\n`);
      if (live) open?.draw(true);
    },
    close: () => open?.abandon(),
  };
}

/** Progress that nobody watches. */
export const silentProgress: Progress = {
  plan: () => {},
  stage: () => ({ update: () => {}, done: () => {} }),
  note: () => {},
  close: () => {},
};

/** Work per second with a memory of about twenty seconds; both sums decay alike, so that a young rate is not biased. */
export class Rate {
  #done: number;
  #at: number;
  #work = 0;
  #seconds = 0;

  /** @param at milliseconds */
  constructor(done: number, at: number) {
    this.#done = done;
    this.#at = at;
  }

  update(done: number, at: number): void {
    const seconds = (at - this.#at) / 1000;
    if (seconds <= 0) return; // the work is counted with the next tick of the clock
    const keep = Math.exp(-seconds / MEMORY);
    this.#work = this.#work * keep + (done - this.#done);
    this.#seconds = this.#seconds * keep + seconds;
    this.#done = done;
    this.#at = at;
  }

  /** 0 while nothing was done. */
  get perSecond(): number {
    return this.#seconds > 0 ? Math.max(0, this.#work / this.#seconds) : 0;
  }
}
