import { expect, it } from "vitest";
import { checkEnv } from "../../src/core/check-env/check-env.ts";
import type { LearnedCheckOptions } from "../../src/core/check-env/check-learned.ts";
import { EnvCheckError, type Finding } from "../../src/core/check-env/findings.ts";
import type { Env, Reset, ResetOptions, Step } from "../../src/core/env.ts";
import { InvalidActionError, ResetNeededError } from "../../src/core/errors.ts";
import { RandomStream } from "../../src/core/random.ts";
import { Box } from "../../src/core/spaces/box.ts";
import { Discrete } from "../../src/core/spaces/discrete.ts";

interface Faults {
  readonly horizon?: number;
  /** Steps by which the reward comes late. */
  readonly late?: number;
  /** Actions do nothing. */
  readonly deaf?: boolean;
  /** What the noise of a seed begins from. */
  readonly instance?: number;
  readonly rewardAt?: (step: number) => number;
}

/** A small dream: a point drifts with noise from the seed, an action pushes it; pushing right pays. */
class Dream implements Env<Float32Array, number> {
  readonly observationSpace = new Box({ low: -100, high: 100, shape: [2] });
  readonly actionSpace = new Discrete(2);
  readonly #faults: Faults;
  #random = new RandomStream(0);
  #position = 0;
  #step = -1;
  #owed: number[] = [];

  constructor(faults: Faults = {}) {
    this.#faults = faults;
  }

  reset({ seed }: ResetOptions = {}): Reset<Float32Array> {
    if (seed !== undefined) this.#random = new RandomStream(seed, `dream/${this.#faults.instance ?? 0}`);
    this.#position = this.#random.uniform();
    this.#step = 0;
    this.#owed = Array<number>(this.#faults.late ?? 0).fill(0);
    return { observation: this.#observe(), info: {} };
  }

  step(action: number): Step<Float32Array> {
    const { horizon = 20, deaf = false, rewardAt } = this.#faults;
    if (this.#step < 0) throw new ResetNeededError();
    if (!this.actionSpace.contains(action)) throw new InvalidActionError(action, this.actionSpace);
    this.#step++;
    this.#position += 0.1 * this.#random.normal() + (deaf ? 0 : action);
    this.#owed.push(deaf ? 0 : action);
    const reward = rewardAt?.(this.#step) ?? this.#owed.shift()!;
    const truncated = this.#step >= horizon;
    const observation = this.#observe();
    if (truncated) this.#step = -1;
    return { observation, reward, terminated: false, truncated, info: {} };
  }

  render(): undefined {}
  close(): void {}

  #observe(): Float32Array {
    return Float32Array.of(this.#position, this.#step);
  }
}

async function findingsOf(env: Env, learned: LearnedCheckOptions): Promise<readonly Finding[]> {
  try {
    return await checkEnv(env, { steps: 40, learned });
  } catch (error) {
    if (error instanceof EnvCheckError) return error.findings;
    throw error;
  }
}

it("has nothing to say about a sound dream", async () => {
  const learned = { horizon: 20, reference: new Dream(), remake: () => new Dream() };
  expect(await findingsOf(new Dream(), learned)).toEqual([]);
  expect(await checkEnv(new Dream(), { learned: { horizon: 20 }, make: () => new Dream() })).toEqual([]);
});

it.each<[string, Faults, LearnedCheckOptions, RegExp, "error" | "warning"]>([
  ["a horizon that comes late", { horizon: 25 }, { horizon: 20 }, /over after 20 steps, got neither/, "error"],
  ["a horizon that comes early", { horizon: 19 }, { horizon: 20 }, /truncation at step 20, got it at step 19/, "error"],
  ["a horizon that nobody knows", {}, {}, /Expected a horizon to check/, "warning"],
  ["actions that do nothing", { deaf: true }, { horizon: 20 }, /depend on actions/, "error"],
  ["rewards a step late", { late: 1 }, { horizon: 20 }, /none before 1 step\(s\) later/, "warning"],
  [
    "rewards later than the reference's",
    { late: 2 },
    { horizon: 20, reference: new Dream() },
    /in the reference \(after 0 steps\), got after 2/,
    "error",
  ],
  [
    "another dream from the same seed",
    {},
    { horizon: 20, remake: () => new Dream({ instance: 1 }) },
    /same dream from the same seed, to the bit/,
    "error",
  ],
  [
    "a reward that is not finite",
    { rewardAt: (step) => (step === 17 ? Number.NaN : 0) },
    { horizon: 20 },
    /finite reward, got NaN/,
    "error",
  ],
])("finds %s", async (_, faults, learned, says, severity) => {
  const findings = await findingsOf(new Dream(faults), learned);
  expect(findings.map((finding) => `${finding.severity}: ${finding.message}`)).toEqual([
    expect.stringMatching(new RegExp(`^${severity}: .*${says.source}`)),
  ]);
});

it("takes late rewards as they are where the reference has them, too", async () => {
  const learned = { horizon: 20, reference: new Dream({ late: 1 }) };
  expect(await findingsOf(new Dream({ late: 1 }), learned)).toEqual([]);
});
