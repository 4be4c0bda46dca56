import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { RenderFrame } from "../../src/core/env.ts";
import { type Report, readReport } from "../../src/evaluation/report.ts";
import { summarize } from "../../src/evaluation/statistics.ts";
import { curvePlots } from "../../src/viewer/curve-plot.ts";
import { reportPage } from "../../src/viewer/report-page.ts";
import { returnsPlot } from "../../src/viewer/returns-plot.ts";
import { stageBar } from "../../src/viewer/stage-bar.ts";
import { linearAxis, logAxis, tickLabel, tightAxis } from "../../src/viewer/svg.ts";
import { writeReport } from "../../src/viewer/write-report.ts";

const report: Report = {
  env: "TakeCover-v0",
  seed: 3,
  versions: { "reverie-gym": "0.1.0" },
  settings: { preset: "quick", vae: { epochs: 2.5, channels: [16, 32] } },
  policies: [
    { name: "random", dream: null, real: summarize([200, 240]) },
    { name: "dream-trained", dream: summarize([640, 666]), real: summarize([827, 900, 753]) },
  ],
  stages: [
    { name: "collect", seconds: 30, episodes: 1660 },
    { name: "vae", seconds: 90, loss: 3.21 },
  ],
};

const frame = (shade: number): RenderFrame => ({ width: 8, height: 8, data: new Uint8Array(192).fill(shade) });

/** The tags that are open at the end; void elements and self-closed ones aside. */
function unclosed(html: string): string[] {
  const open: string[] = [];
  for (const [, slash, name, rest] of html.replace(/<style>.*?<\/style>/s, "").matchAll(/<(\/?)([a-z0-9]+)([^>]*)>/g)) {
    if (["meta", "img", "source"].includes(name) || rest.endsWith("/")) continue;
    if (!slash) open.push(name);
    else if (open.pop() !== name) return [...open, `/${name}`];
  }
  return open;
}

describe("the page", () => {
  test("says the result in a sentence", () => {
    const page = reportPage(report);
    expect(page).toContain("the agent scores <b>827 ± 74</b> in the real TakeCover-v0 over 3 episodes");
    expect(page).toContain("the random policy scores 220. The dream had promised 653.");
    expect(page).toContain("3.8 <small>×</small>");
  });

  test("is well formed, whatever is left out", () => {
    expect(unclosed(reportPage(report))).toEqual([]);
    expect(unclosed(reportPage({ ...report, stages: [], policies: report.policies.slice(1), settings: {} }))).toEqual(
      [],
    );
    const film = { uri: "data:image/gif;base64,AA", still: "data:image/png;base64,AA", caption: "both" };
    const curves = [{ name: "loss", points: [{ x: 0, y: 1 }] }];
    expect(unclosed(reportPage(report, { film, pictures: [film], curves }))).toEqual([]);
  });

  test("text from outside cannot become markup", () => {
    const evil = '<script>alert("x")</script>';
    const page = reportPage(
      {
        ...report,
        env: evil,
        settings: { [evil]: evil },
        policies: report.policies.map((policy) => ({ ...policy, name: evil + policy.name })),
        stages: [{ name: evil, seconds: 1, [evil]: evil }],
      },
      { curves: [{ name: evil, chart: evil, xLabel: evil, points: [{ x: 0, y: 1 }] }] },
    );
    expect(page).not.toContain("<script");
    expect(page).toContain("&#60;script&#62;");
  });

  test("losses are told as differences where a ratio means nothing", () => {
    const negative = report.policies.map((policy) => ({ ...policy, real: summarize([-100, -140]) }));
    negative[1] = { ...negative[1], real: summarize([-20, -20]) };
    expect(reportPage({ ...report, policies: negative })).toContain("+100");
  });
});

describe("pictures of numbers", () => {
  test("every episode is a dot", () => {
    const many = summarize(Array.from({ length: 500 }, (_, i) => 100 + (i % 7)));
    const svg = returnsPlot([{ name: "p", dream: many, real: summarize([1, 2, 3]) }]);
    expect(svg.match(/<circle/g)).toHaveLength(503);
    expect(svg).not.toMatch(/NaN|Infinity/);
    const heights = [...svg.matchAll(/cy="([\d.]+)"/g)].map(([, y]) => Number(y));
    expect(Math.min(...heights)).toBeGreaterThan(12); // a crowded stack stays inside its band
  });

  test("equal returns and a single episode can be drawn", () => {
    const flat = summarize([0]);
    expect(returnsPlot([{ name: "p", dream: flat, real: flat }])).not.toMatch(/NaN|Infinity/);
  });

  test("curves of one chart share a picture, long ones are thinned but keep their spike, gaps are left out", () => {
    const points = Array.from({ length: 5000 }, (_, x) => ({ x, y: x === 2500 ? 9 : 1 }));
    const svg = curvePlots([
      { name: "train", chart: "loss", points },
      {
        name: "validation",
        chart: "loss",
        points: [
          { x: 0, y: Number.NaN },
          { x: 10, y: 2 },
        ],
      },
      { name: "fitness", points: points.slice(0, 3) },
      { name: "nothing", points: [] },
    ]);
    expect(svg.match(/<figure/g)).toHaveLength(2);
    expect(svg).not.toMatch(/NaN|Infinity/);
    const [, line] = /<polyline class="curve c0" points="([^"]+)"/.exec(svg)!;
    expect(line.split(" ").length).toBeLessThanOrEqual(300);
    const ys = line.split(" ").map((pair) => Number(pair.split(",")[1]));
    expect(Math.min(...ys)).toBeLessThan(40); // the spike is near the top
  });

  test("a curve over many magnitudes is drawn on a logarithmic scale, and says so", () => {
    const points = Array.from({ length: 100 }, (_, x) => ({ x, y: x === 0 ? 1000 : 1 + 1 / x }));
    expect(curvePlots([{ name: "loss", points }])).toContain("logarithmic scale");
    expect(curvePlots([{ name: "loss", points: points.slice(1) }])).not.toContain("logarithmic scale");
  });

  test("the stages' widths add up to the whole bar", () => {
    const widths = [...stageBar(report.stages).matchAll(/width:([\d.]+)%/g)].map(([, width]) => Number(width));
    expect(widths).toEqual([25, 75]);
    expect(stageBar([{ name: "x", seconds: 0 }])).not.toContain("NaN");
  });

  test("axes have round ticks and map their ends to the edges", () => {
    const linear = linearAxis([3, 97], [0, 500], 5);
    expect(linear.ticks).toEqual([0, 20, 40, 60, 80, 100]);
    expect([linear.at(0), linear.at(100)]).toEqual([0, 500]);
    const tight = tightAxis([3, 97], [0, 500], 5);
    expect(tight.ticks).toEqual([20, 40, 60, 80]);
    expect([tight.at(3), tight.at(97)]).toEqual([0, 500]);
    const log = logAxis([1, 100], [0, 10]);
    expect(log.ticks).toEqual([1, 2, 5, 10, 20, 50, 100]);
    expect(log.at(10)).toBeCloseTo(5, 12);
    expect([0.25, -40, 1500, 25_000, 0.00002, 0].map(tickLabel)).toEqual(["0.25", "−40", "1500", "25k", "2e−5", "0"]);
  });
});

test("a written report holds its three files, and the page needs nothing else", async () => {
  const directory = await mkdtemp(join(tmpdir(), "report-"));
  try {
    const frames = { real: [frame(10), frame(90)], dream: [frame(20), frame(80)], caption: "Two frames." };
    await writeReport(directory, report, { frames, pictures: [{ frame: frame(5), caption: "One picture." }] });
    expect((await readdir(directory)).sort()).toEqual(["index.html", "report.json", "side-by-side.gif"]);
    expect(await readReport(directory)).toEqual(report);
    const page = await readFile(join(directory, "index.html"), "utf8");
    const gif = await readFile(join(directory, "side-by-side.gif"));
    expect(page).toContain(`src="data:image/gif;base64,${gif.toString("base64")}"`);
    expect(page).toContain("Two frames.");
    expect(page).toContain("One picture.");
    expect(page).not.toMatch(/https?:|<link|<script|@import|url\(/);
  } finally {
    await rm(directory, { recursive: true });
  }
});
