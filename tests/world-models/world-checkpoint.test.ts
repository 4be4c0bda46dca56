import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CheckpointError } from "../../src/base/errors.ts";
import { loadCheckpoint, saveCheckpoint } from "../../src/compute/checkpoint.ts";
import { loadWorld, saveWorld } from "../../src/world-models/world-checkpoint.ts";
import { savedTinyWorld } from "./tiny-world.ts";

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "world-checkpoint-"));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

/** A saved world whose header was changed. */
async function withHeader(change: (header: Record<string, unknown>) => Record<string, unknown>): Promise<string> {
  const path = join(directory, "world.safetensors");
  await saveWorld(path, savedTinyWorld());
  const { config, parameters } = await loadCheckpoint(path, { kind: "world" });
  await saveCheckpoint(path, { kind: "world", config: change(config as Record<string, unknown>), parameters });
  return path;
}

describe("a world on disk", () => {
  it("comes back as it was", async () => {
    const path = await withHeader((header) => header);
    const world = await loadWorld(path);
    expect(world.model.parameters).toEqual(savedTinyWorld().model.parameters);
    expect(world.dream).toEqual(savedTinyWorld().dream);
  });

  it("is refused where its weights are arranged as an earlier version had them", async () => {
    const path = await withHeader(({ revision: _, ...header }) => header);
    await expect(loadWorld(path)).rejects.toThrow(CheckpointError);
    await expect(loadWorld(path)).rejects.toThrow(/revision 2.*got one of revision 1.*Train it again/);
  });

  it("is refused where its family is unknown", async () => {
    const path = await withHeader((header) => ({ ...header, family: "dreamer" }));
    await expect(loadWorld(path)).rejects.toThrow(/recurrent, genie.*got dreamer/);
  });

  it("is refused for another environment than it was learned from", async () => {
    const path = await withHeader((header) => header);
    await expect(loadWorld(path, { env: "Pong-v9" })).rejects.toThrow(/learned from Pong-v9/);
  });
});
