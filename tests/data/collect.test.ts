import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { HeldRandomPolicy } from "../../agents/held-random-policy.ts";
import { RandomPolicy } from "../../agents/random-policy.ts";
import { ConfigError } from "../../src/base/errors.ts";
import { type CollectOptions, type CollectProgress, collect } from "../../src/data/collect.ts";
import { openDataset } from "../../src/data/dataset.ts";
import { CollectError, DatasetError } from "../../src/data/errors.ts";

const walk = new URL("./fixtures/walk.mjs", import.meta.url).href;

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "reverie-collect-"));
});
afterAll(() => rm(root, { recursive: true }));

function options(name: string, changes: Partial<CollectOptions> = {}): CollectOptions {
  return {
    env: { id: "Walk-v0" },
    behaviour: RandomPolicy.behaviour(),
    episodes: 10,
    seed: 3,
    shardEpisodes: 4,
    modules: [walk],
    directory: join(root, name),
    workers: 0,
    ...changes,
  };
}

async function bytes(name: string): Promise<Record<string, string>> {
  const names = (await readdir(join(root, name))).sort();
  const contents = await Promise.all(names.map((file) => readFile(join(root, name, file), "base64")));
  return Object.fromEntries(names.map((file, i) => [file, contents[i]]));
}

describe("collect", () => {
  it("makes the same bytes in this thread, in one worker and in three", async () => {
    const mixed = {
      behaviour: [HeldRandomPolicy.behaviour({ maximum: [2, 5] }), { ...RandomPolicy.behaviour(), weight: 2 }],
    };
    for (const workers of [0, 1, 3]) await collect(options(`workers-${workers}`, { ...mixed, workers }));
    const inline = await bytes("workers-0");
    expect(Object.keys(inline)).toEqual([
      "dataset.json",
      "shard-00000.episodes",
      "shard-00001.episodes",
      "shard-00002.episodes",
    ]);
    expect(await bytes("workers-1")).toEqual(inline);
    expect(await bytes("workers-3")).toEqual(inline);
  });

  it("stores aligned episodes, the environment's seed and the header", async () => {
    const dataset = await collect(options("aligned"));
    expect(dataset.header).toMatchObject({
      env: { id: "Walk-v0", kwargs: {} },
      behaviours: [{ name: "random", export: "RandomPolicy" }],
      seed: 3,
      episodes: 10,
      complete: true,
    });
    const seeds = new Set<number>();
    for await (const episode of dataset) {
      seeds.add(episode.seed);
      expect(episode.terminated).toBe(true);
      for (let t = 0; t <= episode.steps; t++) expect(episode.observations[t * 36]).toBe(t);
      for (let t = 0; t < episode.steps; t++) expect(episode.rewards[t]).toBe(t === 2 ? 10 : episode.actions[t]);
    }
    expect(seeds.size).toBe(10);
  });

  it("gives other episodes for another seed", async () => {
    await collect(options("seed-3"));
    await collect(options("seed-4", { seed: 4 }));
    const [a, b] = await Promise.all(["seed-3", "seed-4"].map((name) => openDataset(join(root, name))));
    expect(Array.from(b.lengths)).not.toEqual(Array.from(a.lengths));
  });

  it("shares episodes among weighted behaviours, and takes functions as policies", async () => {
    const source = (action: number, weight: number) => ({
      module: walk,
      export: "always",
      options: { action },
      weight,
    });
    const dataset = await collect(options("weights", { behaviour: [source(1, 1), source(2, 3)], episodes: 200 }));
    let second = 0;
    for await (const episode of dataset) {
      second += episode.behaviour;
      expect(new Set(episode.actions)).toEqual(new Set([episode.behaviour + 1]));
    }
    expect(second).toBeGreaterThan(200 * 0.75 - 4 * Math.sqrt(200 * 0.75 * 0.25));
    expect(second).toBeLessThan(200 * 0.75 + 4 * Math.sqrt(200 * 0.75 * 0.25));
    expect(dataset.header.behaviours.map((behaviour) => behaviour.name)).toEqual(["always-1", "always-2"]);
  });

  it("goes on after an interruption and ends with the same bytes", async () => {
    await collect(options("straight"));
    const stopper = new AbortController();
    const seen: CollectProgress[] = [];
    const interrupted = collect(
      options("resumed", {
        workers: 1,
        signal: stopper.signal,
        onProgress: (progress) => {
          seen.push(progress);
          if (progress.done === 6) stopper.abort(new Error("enough"));
        },
      }),
    );
    await expect(interrupted).rejects.toThrow("enough");
    await expect(openDataset(join(root, "resumed"))).rejects.toThrow(/Run the same collection again/);
    const kept = await stat(join(root, "resumed", "shard-00000.episodes"));
    const again: CollectProgress[] = [];
    await collect(options("resumed", { onProgress: (progress) => again.push(progress) }));
    expect(again[0].done).toBeGreaterThanOrEqual(4);
    expect(again.at(-1)).toMatchObject({ done: 10, total: 10 });
    expect((await stat(join(root, "resumed", "shard-00000.episodes"))).mtimeMs).toBe(kept.mtimeMs);
    expect(await bytes("resumed")).toEqual(await bytes("straight"));
  });

  it("adds episodes to a finished collection, and does nothing for the same one", async () => {
    await collect(options("grown", { episodes: 6 }));
    await collect(options("grown"));
    await collect(options("direct"));
    expect(await bytes("grown")).toEqual(await bytes("direct"));
    const progress: CollectProgress[] = [];
    await collect(options("grown", { onProgress: (now) => progress.push(now) }));
    expect(progress).toEqual([{ done: 10, total: 10, steps: 0 }]);
    await expect(collect(options("grown", { episodes: 5 }))).rejects.toThrow(/Expected at most 5 episodes/);
  });

  it("refuses a directory that holds another collection, and says what differs", async () => {
    await collect(options("mine"));
    const other = collect(options("mine", { seed: 8 }));
    await expect(other).rejects.toThrow(DatasetError);
    await expect(other).rejects.toThrow(/another seed: 3\. Choose another directory/);
  });

  it.each([0, 2])(
    "stops an endless episode when aborted (workers: %i) and leaves no temporary file",
    async (workers) => {
      const name = `aborted-${workers}`;
      const stopper = new AbortController();
      const onProgress = () => setTimeout(() => stopper.abort(new Error("stop now")), 50);
      const endless = {
        env: { id: "Walk-v0", kwargs: { endless: true } },
        signal: stopper.signal,
        workers,
        onProgress,
      };
      await expect(collect(options(name, endless))).rejects.toThrow("stop now");
      expect(await readdir(join(root, name))).toEqual(["dataset.json"]);
    },
  );

  it("does not begin when the signal is aborted already", async () => {
    await expect(collect(options("never", { signal: AbortSignal.abort(new Error("no")) }))).rejects.toThrow("no");
    await expect(readdir(join(root, "never"))).rejects.toThrow("ENOENT");
  });

  it("stops a collector that is still starting", async () => {
    const stopper = new AbortController();
    const slow = new URL("./fixtures/slow-start.mjs", import.meta.url).href;
    const starting = collect(options("starting", { modules: [slow], workers: 1, signal: stopper.signal }));
    setTimeout(() => stopper.abort(new Error("too slow")), 100);
    await expect(starting).rejects.toThrow("too slow");
    await expect(readdir(join(root, "starting"))).rejects.toThrow("ENOENT");
  });

  it.each([{ workers: -1 }, { episodes: 0 }, { behaviour: [] }, { sed: 1 }])("refuses %o", async (changes) => {
    await expect(collect(options("refused", changes))).rejects.toThrow(ConfigError);
  });

  it("cuts episodes at maximumSteps", async () => {
    const dataset = await collect(options("cut", { maximumSteps: 2 }));
    expect(Array.from(dataset.lengths)).toEqual(new Array(10).fill(2));
    expect(dataset.counts).toMatchObject({ steps: 20, terminated: 0, truncated: 10 });
  });

  it.each([0, 2])("names the collector and the episodes when the environment throws (workers: %i)", async (workers) => {
    const failing = collect(options(`throw-${workers}`, { env: { id: "Walk-v0", kwargs: { throwAt: 1 } }, workers }));
    await expect(failing).rejects.toThrow(CollectError);
    await expect(failing).rejects.toThrow(
      /collector.* to go on with episodes \d+ to \d+ of Walk-v0, got: the floor gave way/,
    );
  });

  it("names a worker that dies", async () => {
    const dying = collect(options("exit", { env: { id: "Walk-v0", kwargs: { exitAt: 1 } }, workers: 1 }));
    await expect(dying).rejects.toThrow(
      "Expected collector 1 of 1 to go on with episodes 0 to 3 of Walk-v0, got: its thread ended with exit code 7.",
    );
  });

  it.each([0, 1])("says which environment or policy is missing (workers: %i)", async (workers) => {
    const unknown = collect(options("unknown", { env: { id: "Walkk-v0" }, workers }));
    await expect(unknown).rejects.toThrow(/collector.* to go on with starting, got: .*Walk/);
    const behaviour = { module: walk, export: "notAPolicy" };
    await expect(collect(options("no-policy", { behaviour, workers }))).rejects.toThrow(
      /Expected .*walk\.mjs to export a policy class or a function named notAPolicy/,
    );
  });
});
