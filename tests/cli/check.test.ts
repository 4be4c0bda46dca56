import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, describe, expect, it } from "vitest";
import { runCli } from "../../src/cli/program.ts";
import { services } from "../../src/cli/services.ts";
import { capturedContext } from "./captured-context.ts";

async function cli(...args: string[]) {
  const { context, written } = capturedContext();
  const code = await runCli(args, context, services);
  return { code, ...written() };
}

let folder: string | undefined;
afterEach(async () => {
  if (folder) await rm(folder, { recursive: true });
  folder = undefined;
});

describe("reverie check", () => {
  it("prints what it found and exits 0 where there is no breach", async () => {
    const { code, out, err } = await cli("check", "CartPole-v1", "--steps", "50");
    expect([code, err]).toEqual([0, ""]);
    expect(out).toMatch(
      /^warning \[spaces\] observationSpace: Expected finite bounds, got Box.*\n {2}→ Give the bounds/,
    );
    expect(out).not.toContain("wrapping");
    expect(out).toContain("CartPole-v1 keeps the contract.\n");
  });

  it("prints JSON, and gives keyword arguments to the environment", async () => {
    const { out } = await cli("check", "CartPole-v1", "--set", "suttonBartoReward=true", "--steps", "9", "--json");
    expect(JSON.parse(out)).toMatchObject([{ severity: "warning", check: "spaces" }]);
    const wrong = await cli("check", "CartPole-v1", "--set", "colour=red");
    expect([wrong.code, wrong.err]).toEqual([2, expect.stringContaining("Expected options of CartPole")]);
  });

  it("exits 1 and names the breaches of an environment from a module of the user's", async () => {
    folder = await mkdtemp(join(tmpdir(), "check-"));
    const registryUrl = pathToFileURL("src/core/registry.ts").href;
    const cartPoleUrl = pathToFileURL("envs/classic-control/cart-pole.ts").href;
    const module = join(folder, "my-envs.mjs");
    await writeFile(
      module,
      `import { register } from ${JSON.stringify(registryUrl)};
       import { CartPole } from ${JSON.stringify(cartPoleUrl)};
       class Broken extends CartPole { step(action) { return { ...super.step(action), reward: NaN }; } }
       register({ id: "Mine/Broken-v0", entryPoint: (kwargs) => new Broken(kwargs) });`,
    );
    const { code, out, err } = await cli("check", `${module}:Mine/Broken-v0`, "--learned");
    expect(code).toBe(1);
    expect(out).not.toContain("keeps the contract");
    expect(err).toContain("error [step] step() number 1: Expected a finite reward, got NaN.");
    expect(err).toContain("Expected Broken to keep the environment contract, got 1 breach(es).");
  });

  it("exits 2 where there is no such environment or module", async () => {
    expect((await cli("check", "CartPoel-v1")).err).toContain('Did you mean "CartPole-v1"?');
    const { code, err } = await cli("check", "./no-such-module.js:Maze-v0");
    expect([code, err]).toEqual([2, expect.stringContaining("Expected a module that registers environments")]);
  });
});
