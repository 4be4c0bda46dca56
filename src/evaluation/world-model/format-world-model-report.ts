import { formatCount } from "../../base/format.ts";
import type { RewardFigures } from "./reward-figures.ts";
import type { Spread } from "./spread.ts";
import type { WorldModelReport } from "./world-model-report.ts";

/** A line of the table: what is told of, and the figures. */
type Line = readonly [name: string, ...figures: (string | undefined)[]];

const BOLD = ["\u001b[1m", "\u001b[22m"];
const PLAIN = ["", ""];
/** Steps whose figures the table shows, of those that were measured; the last always. */
const SHOWN_STEPS = [1, 2, 4, 8, 10, 16, 32];

/** The report for the terminal, in sections; each figure with its spread over episodes. */
export function formatWorldModelReport(report: WorldModelReport, { color = false }: { color?: boolean } = {}): string {
  const [bold, plain] = color ? BOLD : PLAIN;
  const { heldOut, settings, reconstruction, deltaPsnr, actionMargin, reward, termination } = report;
  const skipped = heldOut.tooShort > 0 ? `, ${heldOut.tooShort} of them too short for windows` : "";
  const head =
    `${report.family} · ${formatCount(heldOut.episodes)} held-out episodes (${formatCount(heldOut.steps)} steps${skipped}) · ` +
    `${heldOut.windows} windows of ${settings.prompt} + ${settings.horizon} frames · ` +
    `${settings.actions} actions · temperature ${settings.temperature}`;
  const sections: [title: string, ...lines: Line[]][] = [
    [
      "reconstruction",
      ["PSNR", decibels(reconstruction.psnr)],
      ["SSIM", plainNumber(reconstruction.ssim)],
      ["PSNR of changed pixels", decibels(reconstruction.changedPsnr)],
      ["changed pixels right", percent(reconstruction.changedAccuracy)],
    ],
    [
      "dream against truth",
      ["step", "PSNR", "SSIM", "changed right", `mean of ${settings.dreams} dreams`, "last frame held"],
      ...horizonLines(report),
    ],
    [
      "actions",
      [`ΔPSNR at step ${deltaPsnr.step}`, decibels(deltaPsnr.delta)],
      ["  right actions", decibels(deltaPsnr.right)],
      ["  random actions", decibels(deltaPsnr.random)],
      ...(actionMargin
        ? ([
            ["margin", plainNumber(actionMargin.margin)],
            ["right action best", percent(actionMargin.rightIsBest), `chance ${toPercent(actionMargin.chance)}`],
          ] as Line[])
        : []),
    ],
    ["reward, one step ahead", ...rewardLines(reward)],
    [
      "termination, one step ahead",
      ["F1", percent(termination.f1), `${termination.events} ends`],
      ["precision", percent(termination.precision)],
      ["recall", percent(termination.recall)],
      ["average precision", percent(termination.averagePrecision)],
      ["base rate", percent(termination.baseRate, 2)],
      ["mean probability", percent(termination.meanProbability, 2)],
    ],
    ["long dreams", ["step", "PSNR", "distance to real", "of real frames"], ...driftLines(report)],
    ["uncertainty", ["correlation with error", plainNumber(report.uncertainty.errorCorrelation)]],
    ...tokenSections(report),
  ];
  return [
    head,
    ...sections
      .filter(([, ...lines]) => lines.length > 0)
      .map(([title, ...lines]) => `${bold}${title}${plain}\n${aligned(lines)}`),
  ].join("\n\n");
}

function horizonLines({ byHorizon }: WorldModelReport): Line[] {
  return shown(byHorizon).map(({ step, dream, meanDream, copyLast }) => [
    String(step),
    decibels(dream.psnr),
    plainNumber(dream.ssim),
    percent(dream.changedAccuracy),
    decibels(meanDream),
    decibels(copyLast.psnr),
  ]);
}

function driftLines({ drift }: WorldModelReport): Line[] {
  return shown(drift).map(({ step, psnr, distance, realDistance }) => [
    String(step),
    decibels(psnr),
    plainNumber(distance),
    plainNumber(realDistance),
  ]);
}

function rewardLines(reward: RewardFigures | null): Line[] {
  if (!reward) return [["no rewards in these episodes"]];
  if (reward.kind === "dense") {
    return [
      ["mean absolute error", plainNumber(reward.meanAbsoluteError)],
      ["correlation", plainNumber(reward.correlation)],
    ];
  }
  return [
    ["F1", percent(reward.f1), `${reward.events} rewards`],
    ["precision", percent(reward.precision)],
    ["recall", percent(reward.recall)],
  ];
}

function tokenSections({ tokenAccuracy, codebookUse }: WorldModelReport): [string, ...Line[]][] {
  if (!tokenAccuracy || !codebookUse) return [];
  return [
    [
      "tokens",
      ["step", "right", "changed right", "last frame held"],
      ...shown(tokenAccuracy).map(
        ({ step, all, changed, copyLast }): Line => [String(step), percent(all), percent(changed), percent(copyLast)],
      ),
    ],
    [
      `codebook of ${codebookUse.size}`,
      ["", "used", "perplexity"],
      ...(["real", "dream"] as const).map(
        (side): Line => [side, percent(codebookUse[side].used), plainNumber(codebookUse[side].perplexity)],
      ),
    ],
  ];
}

function shown<T extends { readonly step: number }>(steps: readonly T[]): T[] {
  return steps.filter(({ step }, i) => SHOWN_STEPS.includes(step) || i === steps.length - 1);
}

/** Names to the left, figures under each other. */
function aligned(lines: readonly Line[]): string {
  const columns = Math.max(...lines.map((line) => line.length));
  const widths = Array.from({ length: columns }, (_, i) => Math.max(...lines.map((line) => (line[i] ?? "").length)));
  return lines
    .map((line) =>
      line
        .map((cell = "", i) => (i === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[i])))
        .join("   ")
        .replace(/^/, "  ")
        .trimEnd(),
    )
    .join("\n");
}

function figure(spread: Spread | null, show: (value: number) => string, unit = ""): string {
  if (!spread) return "–";
  const text = spread.episodes > 1 ? `${show(spread.mean)} ± ${show(spread.sd)}` : show(spread.mean);
  return (text + unit).replaceAll("-", "−");
}

const decibels = (spread: Spread | null): string => figure(spread, (value) => value.toFixed(2), " dB");
const plainNumber = (spread: Spread | null): string =>
  figure(spread, (value) => value.toFixed(Math.abs(spread?.mean ?? 0) >= 10 ? 1 : 3));
const percent = (spread: Spread | null, digits = 1): string =>
  figure(spread, (value) => (100 * value).toFixed(digits), " %");
const toPercent = (value: number): string => `${(100 * value).toFixed(1)} %`;
