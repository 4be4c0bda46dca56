import type { Report } from "../evaluation/report.ts";
import { formatEpisodes, formatScore, formatSummary } from "../evaluation/table.ts";
import { type Curve, curvePlots } from "./curve-plot.ts";
import { PAGE_STYLE } from "./page-style.ts";
import { returnsPlot } from "./returns-plot.ts";
import { stageBar } from "./stage-bar.ts";
import { escapeHtml } from "./svg.ts";

/** A picture inside the page. */
export interface PagePicture {
  readonly caption: string;
  /** A data URI: the page asks nothing of the network. */
  readonly uri: string;
  /** A data URI of a still picture for readers who asked for less motion. */
  readonly still?: string;
}

export interface PageContents {
  readonly film?: PagePicture;
  readonly pictures?: readonly PagePicture[];
  readonly curves?: readonly Curve[];
}

type Row = Report["policies"][number];

/** The report as one HTML page that stands alone. */
export function reportPage(report: Report, { film, pictures = [], curves = [] }: PageContents = {}): string {
  const title = `A dream of ${report.env}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<title>${escapeHtml(title)}</title>
<style>${PAGE_STYLE}</style>
</head>
<body>
<main>
<header>
<p class="kicker">reverie report · seed ${report.seed}</p>
<h1>${escapeHtml(title)}</h1>
<p class="lead">${verdict(report)}</p>
</header>
${hero(report, film)}
${section("Dream and reality", "Returns of whole episodes, mean ± sample standard deviation. Real ÷ dream says what one point in the dream is worth; a dream is to be trusted as far as it is the same for every policy.", `<div class="card scroll">${scoreTable(report.policies)}</div>`)}
${section("Every episode", "One dot an episode, one scale for all policies; the tick is the mean.", `<div class="card"><div class="scroll plot">${returnsPlot(report.policies)}</div><p class="legend"><i class="dream-dot"></i><span class="dream">above the line: in the dream</span><i class="real-dot"></i><span class="real">below: in the real environment</span></p></div>`)}
${pictures.length > 0 ? section("What the model sees", "", `<div class="pictures">${pictures.map(pictureFigure).join("")}</div>`) : ""}
${curves.length > 0 ? section("Learning", "The number beside each name is where its curve ends.", `<div class="charts">${curvePlots(curves)}</div>`) : ""}
${report.stages.length > 0 ? section("Where the time went", "", `<div class="card scroll">${stageBar(report.stages)}</div>`) : ""}
${section("The run", "", `<div class="twin"><div class="card"><h2>Settings</h2>${keyTable(report.settings)}</div><div class="card"><h2>Versions</h2>${keyTable(report.versions)}</div></div>`)}
<footer>The numbers behind this page, every return included: <code>report.json</code>, beside it.</footer>
</main>
</body>
</html>
`;
}

function section(title: string, note: string, content: string): string {
  return `<section><h2>${escapeHtml(title)}</h2><p class="note">${escapeHtml(note)}</p>${content}</section>`;
}

/** The policy that the page is about: the dream-trained one, else the best of those that dreamt, else the best. */
function subjectOf({ policies }: Report): Row | undefined {
  const named = policies.find(({ name }) => name === "dream-trained");
  const dreamt = policies.filter(({ dream }) => dream !== null);
  const best = (rows: readonly Row[]): Row | undefined => [...rows].sort((a, b) => b.real.mean - a.real.mean)[0];
  return named ?? best(dreamt) ?? best(policies);
}

/** How the subject stands to the random policy: a ratio where returns are positive, else a difference. */
function againstRandom({ policies }: Report, subject: Row): { text: string; mean: number } | undefined {
  const random = policies.find(({ name }) => name === "random");
  if (!random || random === subject) return undefined;
  const [own, base] = [subject.real.mean, random.real.mean];
  if (base > 0 && own > 0) return { text: `${(own / base).toFixed(1)} <small>×</small>`, mean: base };
  return { text: `${own >= base ? "+" : "−"}${formatScore(Math.abs(own - base))}`, mean: base };
}

function verdict(report: Report): string {
  const subject = subjectOf(report);
  if (!subject) return "No policy has been played yet.";
  const { real, dream } = subject;
  const how = subject.name === "dream-trained" ? "Trained in its dream alone, the agent" : escapeHtml(subject.name);
  const played = `${how} scores <b>${formatSummary(real)}</b> in the real ${escapeHtml(report.env)} over ${real.episodes} episodes`;
  const against = againstRandom(report, subject);
  const compared = against ? `; the random policy scores ${formatScore(against.mean)}` : "";
  const promised = dream ? ` The dream had promised ${formatScore(dream.mean)}.` : "";
  return `${played}${compared}.${promised}`;
}

function hero(report: Report, film: PagePicture | undefined): string {
  const subject = subjectOf(report);
  if (!subject) return "";
  const name = escapeHtml(subject.name);
  const against = againstRandom(report, subject);
  const value = (summary: Row["real"]): string =>
    `${formatScore(summary.mean)}${summary.episodes > 1 ? ` <small>± ${formatScore(summary.sd, summary.mean)}</small>` : ""}`;
  const facts = [
    fact("real", `${name}, real environment`, value(subject.real)),
    subject.dream ? fact("dream", `${name}, in the dream`, value(subject.dream)) : "",
    against ? fact("", `against the random policy’s ${formatScore(against.mean)}`, against.text) : "",
  ].join("");
  const picture = film
    ? `<figure class="film">${image(film)}<figcaption>${escapeHtml(film.caption)}</figcaption></figure>`
    : "";
  return `<div class="hero${film ? "" : " bare"}">${picture}<div class="facts">${facts}</div></div>`;
}

function fact(kind: string, label: string, value: string): string {
  return `<div class="fact ${kind}"><span class="label">${label}</span><span class="value">${value}</span></div>`;
}

function scoreTable(policies: readonly Row[]): string {
  const best = policies.reduce((top, { real }, i) => (real.mean > policies[top].real.mean ? i : top), 0);
  const rows = policies.map((policy, i) => {
    const { name, dream, real } = policy;
    const ratio = dream && dream.mean > 0 && real.mean > 0 ? (real.mean / dream.mean).toFixed(2) : "–";
    return `<tr${i === best ? ' class="best"' : ""}><td>${escapeHtml(name)}</td><td class="n dream">${formatSummary(dream)}</td><td class="n real">${formatSummary(real)}</td><td class="n">${ratio}</td><td class="n">${formatEpisodes(policy)}</td></tr>`;
  });
  return `<table><thead><tr><th>policy</th><th class="n dream">dream</th><th class="n real">real</th><th class="n">real ÷ dream</th><th class="n">episodes</th></tr></thead><tbody>${rows.join("")}</tbody></table>`;
}

function pictureFigure(picture: PagePicture): string {
  return `<figure class="card">${image(picture)}<figcaption>${escapeHtml(picture.caption)}</figcaption></figure>`;
}

function image({ uri, still, caption }: PagePicture): string {
  const tag = `<img src="${uri}" alt="${escapeHtml(caption)}">`;
  return still ? `<picture><source media="(prefers-reduced-motion: reduce)" srcset="${still}">${tag}</picture>` : tag;
}

/** Nested settings as rows of dotted keys. */
function keyTable(tree: Readonly<Record<string, unknown>>): string {
  const rows = flat(tree, "").map(
    ([key, value]) => `<tr><td>${escapeHtml(key)}</td><td>${escapeHtml(value)}</td></tr>`,
  );
  return rows.length > 0 ? `<table class="keys"><tbody>${rows.join("")}</tbody></table>` : '<p class="note">none</p>';
}

function flat(tree: object, prefix: string): [key: string, value: string][] {
  return Object.entries(tree).flatMap(([key, value]): [string, string][] => {
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return flat(value, `${prefix}${key}.`);
    return [[prefix + key, typeof value === "string" ? value : (JSON.stringify(value) ?? "")]];
  });
}
