import { formatCount, formatDuration } from "../base/format.ts";
import type { Report } from "../evaluation/report.ts";
import { escapeHtml } from "./svg.ts";

/** The stages as one bar of their seconds, with a row of figures each. */
export function stageBar(stages: Report["stages"]): string {
  const total = stages.reduce((sum, { seconds }) => sum + seconds, 0);
  const share = (seconds: number): number => (total > 0 ? (seconds / total) * 100 : 0);
  const parts = stages
    .map(({ name, seconds }, i) => {
      const width = share(seconds).toFixed(3);
      return `<span class="c${i % 6}" style="width:${width}%" title="${escapeHtml(name)}: ${formatDuration(seconds)}"></span>`;
    })
    .join("");
  const rows = stages
    .map(({ name, seconds, ...figures }, i) => {
      const told = Object.entries(figures)
        .map(([key, value]) => `<span class="figure">${escapeHtml(key)} <b>${escapeHtml(figureText(value))}</b></span>`)
        .join("");
      return `<tr><td><i class="c${i % 6}"></i>${escapeHtml(name)}</td><td class="n">${formatDuration(seconds)}</td><td class="n">${share(seconds).toFixed(0)} %</td><td>${told}</td></tr>`;
    })
    .join("");
  return `<div class="stack" role="img" aria-label="Time by stage, ${formatDuration(total)} in all">${parts}</div>
<table class="stages"><tbody>${rows}<tr class="sum"><td>all</td><td class="n">${formatDuration(total)}</td><td></td><td></td></tr></tbody></table>`;
}

function figureText(value: unknown): string {
  if (typeof value === "number") {
    return Number.isInteger(value) || Math.abs(value) >= 100
      ? formatCount(value)
      : String(Number(value.toPrecision(4)));
  }
  return typeof value === "string" ? value : JSON.stringify(value);
}
