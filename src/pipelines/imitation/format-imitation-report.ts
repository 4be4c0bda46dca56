import { formatCount } from "../../base/format.ts";
import { formatSummary } from "../../evaluation/table.ts";
import type { CloneAccuracy, ImitationReport } from "./imitation-report.ts";

const BOLD = ["\u001b[1m", "\u001b[22m"];
const PLAIN = ["", ""];

/** The report for the terminal: who was paid what, how well the clones know their labels, and the dictionary in words. */
export function formatImitationReport(report: ImitationReport, { color = false }: { color?: boolean } = {}): string {
  const [bold, plain] = color ? BOLD : PLAIN;
  const { env, experts, settings, policies, accuracy, dictionary, translated } = report;
  const title = (text: string) => `${bold}${text}${plain}`;
  return [
    `${env.id} · ${formatCount(experts.episodes)} expert episodes (${formatCount(experts.steps)} steps), ` +
      `${formatCount(experts.heldOut.episodes)} of them held out · ${formatCount(dictionary.pairs)} labelled steps · seed ${settings.seed}`,
    `${title("for real, where nothing was learned")}\n${aligned([
      ["policy", "return", "episodes"],
      ...policies.map(({ name, real }) => [name, formatSummary(real), formatCount(real.episodes)]),
    ])}`,
    `${title("labels that the clones get right")}\n${aligned([
      ["", "training", "held out", "commonest label"],
      ["latent actions", ...shares(accuracy.latent)],
      ["real actions (oracle)", ...shares(accuracy.oracle)],
    ])}`,
    `${title("dictionary")}: right for ${percent(translated)} of the held-out steps\n${aligned(
      dictionary.names.map((words, code) => {
        const steps = dictionary.counts[code].reduce((sum, count) => sum + count, 0);
        return [`${code}  ${words}`, `${formatCount(steps)} labelled steps`];
      }),
    )}`,
  ].join("\n\n");
}

function shares({ training, heldOut, majority }: CloneAccuracy): string[] {
  return [training, heldOut, majority].map(percent);
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

/** Names to the left, figures under each other. */
function aligned(lines: readonly (readonly string[])[]): string {
  const widths = lines[0].map((_, column) => Math.max(...lines.map((line) => line[column].length)));
  return lines
    .map((line) => {
      const cells = line.map((cell, i) => (i === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[i])));
      return `  ${cells.join("   ")}`;
    })
    .join("\n");
}
