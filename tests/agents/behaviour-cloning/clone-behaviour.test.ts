import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type BehaviourCloningOptions, cloneBehaviour } from "../../../agents/behaviour-cloning/clone-behaviour.ts";
import { ClonedPolicy } from "../../../agents/behaviour-cloning/cloned-policy.ts";
import { LabelledBatches } from "../../../agents/behaviour-cloning/labelled-batches.ts";
import { learnLatentToReal } from "../../../agents/behaviour-cloning/latent-to-real.ts";
import { ConfigError } from "../../../src/base/errors.ts";
import { RandomStream } from "../../../src/core/random.ts";
import { Discrete } from "../../../src/core/spaces/discrete.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "cloning-"));
});
afterEach(() => rm(folder, { recursive: true }));

const FEATURES = 4;

/** What a teacher does: 1 where the product of two features is positive, else 0, and 2 where a third is large. */
const teacher = ([a, b, c]: ArrayLike<number> & Iterable<number>) => (c > 21 ? 2 : Number((a - 5) * b > 0));

function taught(count: number, seed: number) {
  const random = new RandomStream(seed, "teacher");
  const features = Float32Array.from(
    { length: count * FEATURES },
    (_, i) => [5, 0, 20, 0][i % FEATURES] + [1, 0.1, 1, 0][i % FEATURES] * random.normal(),
  );
  const rows = Array.from({ length: count }, (_, row) => features.slice(row * FEATURES, (row + 1) * FEATURES));
  return { features, labels: Int32Array.from(rows, teacher) };
}

const options = (given: Partial<BehaviourCloningOptions> = {}): BehaviourCloningOptions => ({
  ...{ training: taught(3000, 1), heldOut: taught(700, 2), labels: 3, seed: 1 },
  snapshot: join(folder, "snapshot.safetensors"),
  metrics: join(folder, "metrics.jsonl"),
  progress: () => ({ update: () => {}, done: () => {} }),
  config: { hidden: [32], steps: 500, learningRate: 0.01 },
  ...given,
});

describe("cloneBehaviour", () => {
  it("does what the teacher does, also where it was not shown", async () => {
    const { policy, accuracy, majority } = await cloneBehaviour(options());
    expect(majority).toBeLessThan(0.5);
    expect(accuracy.training).toBeGreaterThan(0.93);
    expect(accuracy.heldOut).toBeGreaterThan(0.93);
    const held = taught(700, 2);
    const actor = policy.begin(0);
    let right = 0;
    for (const [row, label] of held.labels.entries())
      right += Number(actor.act(held.features.slice(row * FEATURES, (row + 1) * FEATURES)) === label);
    expect(accuracy.heldOut).toBe(right / 700);
  });

  it("acts through a dictionary from codes to real actions, and is kept in a checkpoint", async () => {
    const { policy } = await cloneBehaviour(options({ name: "from latents" }));
    const actionSpace = new Discrete(4);
    const dictionary = learnLatentToReal({ latents: [0, 1, 2], actions: [3, 0, 1], codes: 3, actionSpace });
    const acting = policy.translated(dictionary);
    const { features } = taught(50, 3);
    const path = join(folder, "policy.safetensors");
    await acting.save(path);
    const loaded = await ClonedPolicy.load(path);
    expect([loaded.name, loaded.actions]).toEqual(["from latents", [3, 0, 1]]);
    const batch = acting.beginBatch(Array.from({ length: 50 }, (_, i) => i));
    const together = await batch.act(features);
    await batch.dispose();
    for (let row = 0; row < 50; row++) {
      const observation = features.slice(row * FEATURES, (row + 1) * FEATURES);
      const code = policy.begin(0).act(observation);
      expect(acting.begin(0).act(observation)).toBe([3, 0, 1][code]);
      expect(loaded.begin(0).act(observation)).toBe([3, 0, 1][code]);
      expect(together[row]).toBe([3, 0, 1][code]);
    }
    expect(new Set(together)).toEqual(new Set([0, 1, 3]));
    expect(() => acting.translated({ actions: [0, 1] })).toThrow("Expected a dictionary of 3 codes, got one of 2.");
  });

  it("goes on after an interrupt and ends with the same weights, to the bit", async () => {
    const config = { hidden: [8], steps: 100 };
    const whole = await cloneBehaviour(options({ config, snapshot: join(folder, "whole.safetensors") }));
    const controller = new AbortController();
    const update = (done: number) => done >= 40 && controller.abort(new Error("interrupted"));
    const cut = options({ config, signal: controller.signal, progress: () => ({ update, done: () => {} }) });
    await expect(cloneBehaviour(cut)).rejects.toThrow("interrupted");
    const resumed = await cloneBehaviour(options({ config }));
    expect(resumed.policy.weights).toEqual(whole.policy.weights);
    expect(resumed.accuracy).toEqual(whole.accuracy);
  });

  it("refuses data that does not fit", async () => {
    const { features, labels } = taught(20, 1);
    const refused = (given: Partial<BehaviourCloningOptions>) => expect(cloneBehaviour(options(given))).rejects;
    await refused({ labels: 2 }).toThrow(ConfigError);
    await refused({ labels: 2 }).toThrow(/Expected labels 0 to 1 in training, got 2/);
    await refused({ heldOut: { features: features.slice(1), labels } }).toThrow(/rows of features.*in heldOut, got 79/);
    await refused({ heldOut: { features: features.slice(20), labels } }).toThrow("one length, got 4 and 3");
    await refused({ training: { features: features.slice(0, 4), labels: labels.slice(0, 1) } }).toThrow(/at least 2/);
  });
});

describe("LabelledBatches", () => {
  it("gives every step once an epoch, in another order each, and goes on from its place", () => {
    const data = { features: Float32Array.from({ length: 20 }, (_, i) => i), labels: new Int32Array(10) };
    const source = new LabelledBatches(data, { rows: 9, size: 3, seed: 1 });
    const epoch = () => Array.from({ length: 3 }, () => Array.from(source.next().features.data)).flat();
    const [first, second] = [epoch(), epoch()];
    for (const rows of [first, second])
      expect(rows.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 18 }, (_, i) => i));
    expect(second).not.toEqual(first);
    const place = source.state();
    const next = source.next();
    source.restore(3);
    expect(epoch()).toEqual(second);
    source.restore(JSON.parse(JSON.stringify(place)));
    expect(source.next()).toEqual(next);
  });
});
