import { ConfigError } from "../../base/errors.ts";
import type { CompileOptions } from "../../compute/compile.ts";
import { Discrete } from "../../core/spaces/discrete.ts";
import type { WorldModel } from "../../world-models/world-model.ts";
import { ActionMargin, actionMarginTicks } from "./action-margin.ts";
import { type EvaluationContext, ticker } from "./context.ts";
import { pearson } from "./correlation.ts";
import { DeltaPsnr, deltaStep } from "./delta-psnr.ts";
import { measureDrift } from "./drift.ts";
import { episodeTicks, foretellEpisodes } from "./episode-pass.ts";
import { type HeldOut, pictureShape, readHeldOut } from "./held-out.ts";
import { Horizon } from "./horizon.ts";
import { PSNR_CAP, squaredError } from "./picture-error.ts";
import { type Prediction, predictionsOf } from "./prediction.ts";
import { Reconstruction } from "./reconstruction.ts";
import { rewardFigures } from "./reward-figures.ts";
import { hasLatentActions, inferenceTicks, withRightActions } from "./right-actions.ts";
import { pooledSpread, type Spread } from "./spread.ts";
import { terminationFigures } from "./termination-figures.ts";
import { TokenFigures } from "./token-figures.ts";
import { dreamOn, followOn, rightAction, type Seen, startWindows } from "./window-passes.ts";
import { batchesOf, cutWindows, type Window } from "./windows.ts";
import { worldFunctions } from "./world-functions.ts";
import type { WorldModelReport } from "./world-model-report.ts";

/** How a world model is evaluated. */
export interface EvaluateWorldModelOptions {
  /** Frames that the model is shown before it dreams; default its context length. A memory may need more to fill. */
  readonly prompt?: number;
  /** Steps that it dreams on in each window; default 16. */
  readonly horizon?: number;
  /** How many windows are cut from the episodes; default 64. */
  readonly windows?: number;
  /** At most so many episodes, drawn where there are more; default 32. */
  readonly episodes?: number;
  /** Steps of the long dreams, 0 for none; default 64. */
  readonly driftSteps?: number;
  /** Dreams of each window, of which the mean is told as well; default 8. */
  readonly dreams?: number;
  /** Long dreams; default 16. */
  readonly driftWindows?: number;
  /** Of the windows' places and of the dreams; default 0. */
  readonly seed?: number;
  /** τ of the dreams; default 1. */
  readonly temperature?: number;
  /** Windows side by side; default 16. */
  readonly batch?: number;
  readonly engine?: CompileOptions["engine"];
  readonly signal?: AbortSignal;
  /** Steps of batches, done and in all. */
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void;
  /** Gets the first windows' pictures, for `drawPredictions`. */
  readonly onPredictions?: (predictions: readonly Prediction[]) => void;
}

const DEFAULTS = {
  horizon: 16,
  windows: 64,
  episodes: 32,
  dreams: 8,
  driftSteps: 64,
  driftWindows: 16,
  seed: 0,
  temperature: 1,
  batch: 16,
};
const SHOWN = 4; // windows whose pictures are handed out

/**
 * Holds a learned world of any family against episodes of the real environment that it was not trained on: what it keeps of
 * a picture, how its dreams agree with what really came, whether they obey the actions, what it foretells of rewards and
 * ends, how long dreams drift, and whether its uncertainty means anything.
 */
export async function evaluateWorldModel(
  model: WorldModel,
  heldOut: HeldOut,
  options: EvaluateWorldModelOptions = {},
): Promise<WorldModelReport> {
  const { signal, onProgress } = options;
  const settings = checked({ prompt: model.contextLength, ...DEFAULTS, ...withoutGaps(options) });
  const { prompt, horizon, seed, temperature, batch, driftSteps } = settings;
  const { observationSpace, actionSpace } = model;
  const latent = hasLatentActions(model);
  const recorded = await readHeldOut(heldOut, {
    observationSpace,
    actionSpace: latent ? undefined : actionSpace,
    limit: settings.episodes,
    seed,
  });
  const lengths = recorded.map(({ steps }) => steps);
  const windows = cutWindows({ lengths, prompt, horizon, count: settings.windows, seed });
  const long = windows.slice(0, settings.driftWindows);

  const step = deltaStep(horizon);
  const windowTicks = (1 + settings.dreams) * horizon + step + actionMarginTicks(actionSpace);
  const total =
    inferenceTicks(model, lengths, batch) +
    Math.ceil(windows.length / batch) * windowTicks +
    episodeTicks({ episodes: recorded, batch }) +
    Math.ceil(long.length / batch) * driftSteps;
  const functions = worldFunctions(model, options.engine);
  try {
    const shape = pictureShape(observationSpace);
    const tick = ticker({ signal, onTick: (done) => onProgress?.({ done, total }) });
    const base = { model, functions, shape, temperature, seed, batch, tick };
    const context: EvaluationContext = { ...base, episodes: await withRightActions(base, recorded) };
    const { episodes } = context;
    const ofWindows = await measureWindows(context, { ...settings, windows, onPredictions: options.onPredictions });
    const foretold = await foretellEpisodes(context);
    const drift = driftSteps > 0 ? await measureDrift(context, { windows: long, prompt, steps: driftSteps }) : [];
    return {
      family: model.kind,
      settings: {
        seed,
        temperature,
        prompt,
        horizon,
        dreams: settings.dreams,
        driftSteps,
        actions: latent ? "inferred" : "recorded",
        psnrCap: PSNR_CAP,
      },
      heldOut: {
        episodes: episodes.length,
        steps: lengths.reduce((sum, length) => sum + length, 0),
        windows: windows.length,
        tooShort: lengths.filter((length) => length < prompt - 1 + horizon).length,
      },
      ...ofWindows,
      reward: rewardFigures(episodes, foretold),
      termination: terminationFigures(episodes, foretold),
      drift,
    };
  } finally {
    await functions.dispose();
  }
}

/** All that windows tell: each batch is started once, then followed, and dreamt on under right, random and all actions. */
async function measureWindows(
  context: EvaluationContext,
  options: {
    readonly windows: readonly Window[];
    readonly prompt: number;
    readonly horizon: number;
    readonly dreams: number;
    readonly onPredictions?: (predictions: readonly Prediction[]) => void;
  },
): Promise<
  Pick<
    WorldModelReport,
    "reconstruction" | "byHorizon" | "deltaPsnr" | "actionMargin" | "uncertainty" | "tokenAccuracy" | "codebookUse"
  >
> {
  const { model, episodes, batch } = context;
  const { windows, prompt, horizon, dreams, onPredictions } = options;
  const reconstruction = new Reconstruction(context);
  const byHorizon = new Horizon({ ...context, horizon });
  const step = deltaStep(horizon);
  const deltaPsnr = new DeltaPsnr(context, step);
  const { actionSpace } = model;
  const margin = actionSpace instanceof Discrete ? new ActionMargin(context, actionSpace) : null;
  const tokens = model.tokens && new TokenFigures({ ...model.tokens, horizon });
  const doubts = episodes.map(() => ({ x: [] as number[], y: [] as number[] }));

  for (const [i, rows] of batchesOf(windows, batch).entries()) {
    const started = await startWindows(context, rows, prompt);
    const realTokens: Int32Array[] = [];
    let k = 0;
    for await (const followed of followOn(context, started, horizon)) {
      reconstruction.add(rows, k, followed);
      if (followed.tokens) realTokens.push(followed.tokens);
      for (const [b, { episode, at }] of rows.rows.slice(0, rows.used).entries()) {
        if (!followed.foretold) continue;
        const { pictures, uncertainty } = followed.foretold;
        doubts[episode].x.push(uncertainty[b]);
        doubts[episode].y.push(squaredError(pictures[b], episodes[episode].pictures[at + k + 1]));
      }
      k++;
    }
    const dreamt: Seen[] = [];
    const action = (window: Window, at: number) => rightAction(context, window, at);
    for await (const seen of dreamOn(context, started, { steps: horizon, action })) {
      byHorizon.add(rows, dreamt.push(seen), seen);
    }
    const sums = dreamt.map(({ pictures }) => pictures.map((picture) => Float32Array.from(picture)));
    for (let other = 1; other < dreams; other++) {
      let step = 0;
      for await (const seen of dreamOn(context, started, { steps: horizon, action, name: `dream ${other}` }))
        addTo(sums[step++], seen.pictures);
    }
    for (const [k, ofStep] of sums.entries()) byHorizon.addMean(rows, k + 1, { sums: ofStep, dreams });
    await deltaPsnr.measure(started, dreamt[step - 1].pictures);
    await margin?.measure(started, dreamt[0].pictures);
    tokens?.add(
      rows,
      realTokens,
      dreamt.map((seen) => seen.tokens as Int32Array),
    );
    if (i === 0) onPredictions?.(predictionsOf(context, rows, { prompt, dreamt, most: SHOWN }));
  }
  return {
    reconstruction: reconstruction.figures(),
    byHorizon: byHorizon.figures(),
    deltaPsnr: deltaPsnr.figures(),
    actionMargin: margin?.figures() ?? null,
    uncertainty: { errorCorrelation: correlationOf(doubts) },
    tokenAccuracy: tokens?.accuracy() ?? null,
    codebookUse: tokens?.codebookUse() ?? null,
  };
}

function addTo(sums: readonly Float32Array[], pictures: readonly Uint8Array[]): void {
  for (const [b, sum] of sums.entries()) {
    const picture = pictures[b];
    for (let i = 0; i < sum.length; i++) sum[i] += picture[i];
  }
}

function correlationOf(doubts: readonly { x: number[]; y: number[] }[]): Spread | null {
  return pooledSpread(
    doubts.filter(({ x }) => x.length > 0),
    pearson,
  );
}

/** Leaves out what is undefined, so that it cannot hide a default. */
function withoutGaps<T extends object>(options: T): Partial<T> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Partial<T>;
}

type Settings = typeof DEFAULTS & { prompt: number };

function checked(settings: Settings): Settings {
  const least = {
    prompt: 1,
    horizon: 1,
    windows: 1,
    episodes: 1,
    dreams: 1,
    driftSteps: 0,
    driftWindows: 1,
    batch: 1,
    seed: 0,
  };
  for (const [name, from] of Object.entries(least)) {
    const value = settings[name as keyof Settings];
    if (!Number.isSafeInteger(value) || value < from)
      throw new ConfigError(`Expected ${name} to be a whole number ≥ ${from}, got ${value}.`);
  }
  if (!(settings.temperature > 0 && Number.isFinite(settings.temperature)))
    throw new ConfigError(`Expected temperature to be a number > 0, got ${settings.temperature}.`);
  return settings;
}
