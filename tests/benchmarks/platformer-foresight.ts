import { PlatformerExplorer, PlatformerRunner, type Policy } from "../../agents/index.ts";
import { Platformer } from "../../envs/index.ts";
import { VIEW } from "../../envs/platformer/world.ts";
import { RandomStream } from "../../src/core/random.ts";
import type { Section } from "./sections.ts";

const EPISODES = 64;
const STEPS = 200; // at most, as the Genie pipeline collects
const WINDOWS = 8; // an episode
const PROMPT = 4;
const HORIZONS = [1, 4, 10] as const;
/** Squared error, in squared levels of 255, of pictures that went through a tokenizer of 32 dB. */
const TOKENIZER = 255 ** 2 / 10 ** 3.2;

interface Film {
  readonly frames: readonly Uint8Array[];
  /** The view's left edge in the level, in pixels, frame by frame. */
  readonly camera: readonly number[];
}

/**
 * Platformer: how much of a frame to come no prompt tells. A level scrolls into view, and what a prompt does not show can only
 * be guessed. Here the columns that it shows are foretold exactly; the others are drawn from another level, without regard to
 * what they adjoin, or filled with the last one that was seen: two plain guesses. A model that knows how levels go on does
 * better than they do. Episodes and mixture of players are those that the Genie pipeline learns from, on test levels.
 */
export async function foresightSection(): Promise<Section> {
  const films = Array.from({ length: EPISODES }, (_, i) => film(i));
  const random = new RandomStream(0, "foresight");
  const figures = HORIZONS.map((horizon) => {
    const sums = { held: 0, sampled: 0, cautious: 0, sampledTokens: 0, cautiousTokens: 0, unseen: 0 };
    let windows = 0;
    for (const one of films) {
      for (let k = 0; k < WINDOWS && one.frames.length > PROMPT + horizon; k++) {
        const now = random.integer(PROMPT - 1, one.frames.length - horizon);
        const other = films[random.integer(0, EPISODES)];
        const foreign = other.frames[random.integer(0, other.frames.length)];
        const { held, sampled, cautious, unseen } = errors(one, { now, horizon, foreign });
        sums.held += decibels(held);
        sums.sampled += decibels(sampled);
        sums.cautious += decibels(cautious);
        sums.sampledTokens += decibels(sampled + TOKENIZER);
        sums.cautiousTokens += decibels(cautious + TOKENIZER);
        sums.unseen += unseen;
        windows++;
      }
    }
    const mean = (sum: number) => sum / windows;
    return { horizon, windows, ...Object.fromEntries(Object.entries(sums).map(([name, sum]) => [name, mean(sum)])) };
  }) as (Record<"horizon" | "windows" | "held" | "sampled" | "cautious" | "unseen", number> &
    Record<"sampledTokens" | "cautiousTokens", number>)[];
  const row = (title: string, pick: (each: (typeof figures)[number]) => number, unit: string) => [
    title,
    ...figures.map((each) => `${pick(each).toFixed(1)}${unit}`),
  ];
  return {
    table: {
      title: `Platformer-v0: PSNR of plain guesses at what scrolls into view, prompts of ${PROMPT} frames, test levels`,
      head: ["steps ahead", ...HORIZONS.map(String)],
      rows: [
        row("columns that no prompt shows", ({ unseen }) => unseen, ""),
        row("the last frame held", ({ held }) => held, " dB"),
        row("what was seen exactly, the rest from another level", ({ sampled }) => sampled, " dB"),
        row("… through a tokenizer of 32 dB", ({ sampledTokens }) => sampledTokens, " dB"),
        row("what was seen exactly, the rest as its last column", ({ cautious }) => cautious, " dB"),
        row("… through a tokenizer of 32 dB", ({ cautiousTokens }) => cautiousTokens, " dB"),
      ],
    },
    figures,
  };
}

function film(index: number): Film {
  const env = new Platformer({ levels: "test" });
  const player: Policy<Uint8Array, number> =
    index % 2 === 0 ? new PlatformerExplorer() : new PlatformerRunner({}, { lapse: 0.05 });
  const actor = player.begin(index);
  let { observation, info } = env.reset({ seed: 1000 + index });
  const frames = [observation];
  const camera = [info["cameraX"] as number];
  for (let step = 0; step < STEPS; step++) {
    const after = env.step(actor.act(observation) as number);
    ({ observation, info } = after);
    frames.push(observation);
    camera.push(info["cameraX"] as number);
    if (after.terminated) break;
  }
  return { frames, camera };
}

/** Mean squared errors of a frame, in squared levels of 255, by what stands in for columns that the prompt did not show. */
function errors({ frames, camera }: Film, window: { now: number; horizon: number; foreign: Uint8Array }) {
  const { now, horizon, foreign } = window;
  const truth = frames[now + horizon];
  const left = camera[now + horizon];
  const shown = camera.slice(now - PROMPT + 1, now + 1);
  const [first, last] = [Math.min(...shown), Math.max(...shown) + VIEW - 1];
  const sums = { held: 0, sampled: 0, cautious: 0 };
  let unseen = 0;
  for (let x = 0; x < VIEW; x++) {
    const column = left + x;
    const nearest = Math.max(first, Math.min(last, column));
    const edge = Math.max(0, Math.min(VIEW - 1, nearest - left));
    if (nearest !== column) unseen++;
    for (let y = 0; y < VIEW; y++) {
      for (let c = 0; c < 3; c++) {
        const at = (y * VIEW + x) * 3 + c;
        sums.held += (truth[at] - frames[now][at]) ** 2;
        if (nearest === column) continue;
        sums.sampled += (truth[at] - foreign[at]) ** 2;
        sums.cautious += (truth[at] - truth[(y * VIEW + edge) * 3 + c]) ** 2;
      }
    }
  }
  const size = truth.length;
  return { held: sums.held / size, sampled: sums.sampled / size, cautious: sums.cautious / size, unseen };
}

/** PSNR in dB, at most 60. */
const decibels = (error: number): number => Math.min(60, 10 * Math.log10(255 ** 2 / Math.max(error, 1e-9)));
