import { beforeEach, describe, expect, test } from "vitest";
import { formatCount, formatDuration, formatRate } from "../../src/base/format.ts";
import { createProgress, type ProgressStream, Rate } from "../../src/training/progress.ts";
import { formatLine, formatMetrics, plainBar } from "../../src/training/progress-line.ts";

const ERASE = "\r\u001b[2K";

let clock = 0; // ms
const now = (): number => clock;
beforeEach(() => {
  clock = 0;
});

function sink(terminal?: { columns: number }): ProgressStream & { readonly written: string[]; text(): string } {
  const written: string[] = [];
  return {
    written,
    isTTY: terminal !== undefined,
    columns: terminal?.columns,
    write: (text) => written.push(text),
    text: () => written.join(""),
  };
}

describe("figures", () => {
  test("durations", () => {
    expect([0, 7.4, 59.6, 754, 3723, -3].map(formatDuration)).toEqual([
      "0:00",
      "0:07",
      "1:00",
      "12:34",
      "1:02:03",
      "0:00",
    ]);
  });

  test("counts and rates", () => {
    expect([521344, 7].map(formatCount)).toEqual(["521,344", "7"]);
    expect([5123.6, 41.27, 10, 0.2745].map(formatRate)).toEqual(["5,124/s", "41.3/s", "10.0/s", "0.27/s"]);
  });

  test("metrics", () => {
    const text = formatMetrics({ loss: 12.3456, kl: 32, lr: 0.0001, nll: 0.98312, size: 123456.7, at: "epoch 2" });
    expect(text).toBe("loss 12.35  kl 32  lr 1.00e-4  nll 0.983  size 123457  at epoch 2");
    expect(formatMetrics({ loss: Number.NaN })).toBe("loss NaN");
  });

  test("the bar moves in halves and never leaves its width", () => {
    expect(plainBar(0, 4)).toBe("────");
    expect(plainBar(0.4, 4)).toBe("━╸──");
    expect(plainBar(1, 4)).toBe("━━━━");
    for (let share = 0; share <= 1; share += 0.01) expect(plainBar(share, 9)).toHaveLength(9);
  });

  test("a line fits any terminal, and keeps the time left as long as there is room", () => {
    const parts = {
      name: "collect",
      nameWidth: 8,
      place: "1/6",
      done: 620,
      total: 1660,
      unit: "episodes",
      perSecond: 33.2,
      elapsed: 18.7,
      left: 31.3,
      metrics: "return 231.4  steps 194234",
    };
    expect(formatLine(parts, { columns: 120, color: false })).toBe(
      "1/6 collect   ━━━━━━━╸────────────   37%    620/1,660 episodes  33.2/s  0:19 < 0:31 left  return 231.4  steps 194234",
    );
    expect(formatLine(parts, { columns: 50, color: false })).toBe("1/6 collect   ━━━━━─────────   37%  0:31 left");
    expect(formatLine(parts, { color: false })).toBe(
      "1/6 collect    37%    620/1,660 episodes  33.2/s  0:19 < 0:31 left  return 231.4  steps 194234",
    );
    for (let columns = 10; columns < 160; columns++) {
      const line = formatLine(parts, { columns, color: false });
      expect(line.length).toBeLessThanOrEqual(columns);
      if (columns >= 40) expect(line).toContain("0:31 left");
    }
  });

  test("without a total there is a count and no percentage; an empty stage is complete", () => {
    const parts = { name: "x", nameWidth: 0, done: 3, unit: "steps", perSecond: 0, elapsed: 2, metrics: "" };
    expect(formatLine(parts, { color: false })).toBe("x  3 steps  0:02");
    expect(formatLine({ ...parts, done: 0, total: 0 }, { color: false })).toContain("100%");
  });
});

describe("the rate", () => {
  test("is exact while it is steady, from the first update on", () => {
    const rate = new Rate(100, 0);
    expect(rate.perSecond).toBe(0);
    for (let second = 1; second <= 60; second++) {
      rate.update(100 + 5 * second, second * 1000);
      expect(rate.perSecond).toBeCloseTo(5, 10);
    }
  });

  test("forgets: a minute after the work slowed down, the old pace weighs less than a tenth", () => {
    const rate = new Rate(0, 0);
    for (let second = 1; second <= 60; second++) rate.update(100 * second, second * 1000);
    for (let second = 1; second <= 60; second++) rate.update(6000 + 10 * second, (60 + second) * 1000);
    expect(rate.perSecond).toBeGreaterThan(10);
    expect(rate.perSecond).toBeLessThan(19);
  });

  test("work between two ticks of the clock is not lost", () => {
    const rate = new Rate(0, 0);
    rate.update(5, 0);
    rate.update(10, 1000);
    expect(rate.perSecond).toBe(10);
  });
});

describe("on a terminal", () => {
  test("redraws in place, at most ten times a second, and leaves one line a stage", () => {
    const stream = sink({ columns: 100 });
    const progress = createProgress({ stream, now, color: false });
    progress.plan(["collect", "vae"]);
    const stage = progress.stage({ name: "vae", total: 1000, unit: "steps" });
    for (let i = 1; i <= 1000; i++) {
      clock += 2;
      stage.update(i, { loss: 3.5 });
    }
    const redraws = stream.written.length;
    expect(redraws).toBeGreaterThanOrEqual(20);
    expect(redraws).toBeLessThanOrEqual(21); // two seconds, and the first drawing
    for (const text of stream.written) expect([text.indexOf(ERASE), text.indexOf("\n")]).toEqual([0, -1]);
    stage.done();
    expect(stream.text().endsWith(`${ERASE}✔ 2/2 vae      1,000 steps in 0:02 (500/s)  loss 3.500\n`)).toBe(true);
    stage.update(5);
    stage.done();
    expect(stream.text().match(/\n/g)).toHaveLength(1);
  });

  test("no line is wider than the terminal", () => {
    const stream = sink({ columns: 44 });
    const stage = createProgress({ stream, now, color: false }).stage({
      name: "evolve",
      total: 80,
      unit: "generations",
    });
    clock = 5000;
    stage.update(40, { fitness: 612.25, best: 801, sigma: 0.0832 });
    for (const text of stream.written) expect(text.replace(ERASE, "").length).toBeLessThan(44);
  });

  test("a note goes above the bar, and close leaves a clean line", () => {
    const stream = sink({ columns: 80 });
    const progress = createProgress({ stream, now, color: false });
    const stage = progress.stage({ name: "rnn", total: 10, unit: "epochs" });
    stage.update(3);
    progress.note("Stopping.");
    expect(stream.text()).toContain(`${ERASE}Stopping.\n${ERASE}rnn`);
    progress.close();
    progress.close();
    expect(stream.text().endsWith("\n")).toBe(true);
    const length = stream.written.length;
    stage.update(4);
    stage.done();
    expect(stream.written).toHaveLength(length);
  });

  test("colour codes are there only when asked for", () => {
    const [plain, painted] = [sink({ columns: 80 }), sink({ columns: 80 })];
    for (const [stream, color] of [[plain, false] as const, [painted, true] as const]) {
      createProgress({ stream, now, color }).stage({ name: "vae", total: 2, unit: "steps" }).done();
    }
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the codes are what is looked for
    const codes = /\u001b\[\d+m/;
    expect(plain.text()).not.toMatch(codes);
    expect(painted.text()).toMatch(codes);
  });
});

describe("in a log", () => {
  test("a line every ten seconds and one at the end, without control codes", () => {
    const stream = sink();
    const stage = createProgress({ stream, now }).stage({ name: "collect", total: 350, unit: "episodes" });
    for (let i = 1; i <= 350; i++) {
      clock += 100;
      stage.update(i);
    }
    stage.done({ summary: "mean return 219" });
    expect(stream.written).toEqual([
      "collect   28%  100/350 episodes  10.0/s  0:10 < 0:25 left\n",
      "collect   57%  200/350 episodes  10.0/s  0:20 < 0:15 left\n",
      "collect   85%  300/350 episodes  10.0/s  0:30 < 0:05 left\n",
      "✔ collect  350 episodes in 0:35 (10.0/s)  mean return 219\n",
    ]);
  });

  test("a resumed stage counts only the new work", () => {
    const stream = sink();
    const stage = createProgress({ stream, now }).stage({ name: "vae", total: 1000, unit: "steps", done: 900 });
    clock = 10_000;
    stage.update(920);
    clock = 50_000;
    stage.update(1000);
    stage.done();
    expect(stream.written[0]).toBe("vae   92%    920/1,000 steps  2.00/s  0:10 < 0:40 left\n");
    expect(stream.written.at(-1)).toBe("✔ vae  1,000 steps in 0:50 (2.00/s)\n");
  });
});
