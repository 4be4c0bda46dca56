import { describe, expect, it } from "vitest";
import { ConfigError } from "../../../src/base/errors.ts";
import { PendingCallError, VectorEnvClosedError, VectorEnvError } from "../../../src/core/vector/errors.ts";
import { makeVec } from "../../../src/core/vector/make-vec.ts";
import { SyncVectorEnv } from "../../../src/core/vector/sync-vector-env.ts";
import type { ToyEnv as Toy, ToyOptions } from "./fixtures/toy-env.mjs";
import { ToyEnv, toyModule, toys, type Vectorization } from "./toy.ts";

const BOTH: readonly Vectorization[] = ["sync", "workers"];
const ZEROS = [0, 0, 0, 0];

const thrownBy = async (call: () => unknown): Promise<VectorEnvError> => {
  try {
    await call();
  } catch (error) {
    return error as VectorEnvError;
  }
  throw new Error("Expected the call to throw, it did not.");
};

/** Four toys with a fault in the one whose seed it names; slot i is seeded with i. */
const faulty = async (vectorization: Vectorization, fault: ToyOptions["fault"], late = false) => {
  const env = await toys({ vectorization, numEnvs: 4, workers: 2, fault, late });
  return { env, begin: () => env.reset({ seed: 0 }) };
};

describe.each(BOTH)("an environment that throws (%s)", (vectorization) => {
  const where = vectorization === "sync" ? "environment 2" : "environment 2 (worker 1)";

  it.each([false, true])(
    "in step: an error that names it, its message and stack; the vector is closed (late: %s)",
    async (late) => {
      const { env, begin } = await faulty(vectorization, { seed: 2, at: 1, kind: "throw" }, late);
      await begin();
      const error = await thrownBy(() => env.step(ZEROS));
      expect(error).toBeInstanceOf(VectorEnvError);
      expect(error.message).toBe(
        `Expected ${where} to go on with step(), got: the floor gave way. All environments are closed: make new ones.`,
      );
      expect(error.envs).toEqual([2]);
      expect(error.worker).toBe(vectorization === "sync" ? undefined : 1);
      expect(error.name).toBe("VectorEnvError");
      expect((error.cause as Error).name).toBe("RangeError");
      expect((error.cause as Error).message).toBe("the floor gave way");
      expect(error.stack).toContain("toy-env.mjs");
      const after = await thrownBy(() => env.step(ZEROS));
      expect(after).toBeInstanceOf(VectorEnvClosedError);
      expect(after.message).toContain("closed by an earlier failure");
      expect(after.cause).toBe(error);
      await env.close();
    },
  );

  it("in reset, too; of several the first is named", async () => {
    const { env } = await faulty(vectorization, { seed: 5, at: 0, kind: "throw" });
    const error = await thrownBy(() => env.reset({ seed: [0, 5, 5, 5] }));
    expect(error.envs).toEqual([1]);
    expect(error.message).toContain("to go on with reset(), got: the floor gave way");
    await env.close();
  });

  it("in close: all are closed, then it is told, once", async () => {
    const { env, begin } = await faulty(vectorization, { kind: "close" });
    await begin();
    const error = await thrownBy(() => env.close());
    expect(error).toBeInstanceOf(VectorEnvError);
    expect(error.message).toContain("to go on with close(), got: the door is stuck");
    await env.close();
  });

  it("in a call of its own, which closes nothing", async () => {
    const env = await toys({ vectorization });
    await env.reset({ seed: 0 });
    const error = await thrownBy(() => env.call("scale", 0));
    expect(error).toBeInstanceOf(VectorEnvError);
    expect(error.message).toBe(
      `Expected environment 0${vectorization === "sync" ? "" : " (worker 0)"} to go on with scale(), got: scaled to nothing.`,
    );
    expect(await env.call("scale", 2)).toEqual([19.6, 19.6, 19.6]);
    await env.close();
  });
});

describe("this thread", () => {
  it("closes every environment, also where one of them fails to close", async () => {
    const envs: Toy[] = [new ToyEnv(), new ToyEnv({ fault: { kind: "close" } }), new ToyEnv()];
    const env = new SyncVectorEnv(envs);
    const error = await thrownBy(() => env.close());
    expect(error.envs).toEqual([1]);
    await env.close();
    expect(envs.map(({ closed }) => closed)).toEqual([1, 1, 1]);
  });

  it("closes the others when one throws", async () => {
    const envs: Toy[] = [0, 1, 2].map(() => new ToyEnv({ fault: { seed: 1, at: 1, kind: "throw" } }));
    const env = new SyncVectorEnv(envs);
    await env.reset({ seed: 0 });
    await thrownBy(() => env.step([0, 0, 0]));
    expect(envs.map(({ closed }) => closed)).toEqual([1, 1, 1]);
  });
});

describe("a worker", () => {
  it("that dies in a call is named with its environments and its exit code; the others are closed", async () => {
    const { env, begin } = await faulty("workers", { seed: 3, at: 1, kind: "exit" });
    await begin();
    const error = await thrownBy(() => env.step(ZEROS));
    expect(error).toBeInstanceOf(VectorEnvError);
    expect(error.message).toBe(
      "Expected environments 2 to 3 (worker 1) to go on with step(), got: its thread ended with exit code 7. " +
        "All environments are closed: make new ones.",
    );
    expect([error.envs, error.worker]).toEqual([[2, 3], 1]);
    expect(await thrownBy(() => env.reset())).toBeInstanceOf(VectorEnvClosedError);
    await env.close();
    await env.close();
  });

  it("that something happens to between calls tells at the next call", async () => {
    const { env, begin } = await faulty("workers", { seed: 1, at: 1, kind: "later" });
    await begin();
    const error = await thrownBy(async () => {
      for (;;) {
        await env.step(ZEROS);
        await new Promise((resolve) => setTimeout(resolve, 100)); // longer than a worker sleeps at a time
      }
    });
    expect(error).toBeInstanceOf(VectorEnvError);
    expect(error.message).toMatch(
      /environments 0 to 1 \(worker 0\) to go on with (waiting for a call|step\(\)), got: an afterthought/, // as it happens
    );
    expect(error.stack).toContain("toy-env.mjs");
    expect(await thrownBy(() => env.step(ZEROS))).toBeInstanceOf(VectorEnvClosedError);
  });

  it("that hangs does not keep the vector from being closed; its call is told", async () => {
    const { env, begin } = await faulty("workers", { seed: 3, at: 1, kind: "hang" });
    await begin();
    const stuck = thrownBy(() => env.step(ZEROS));
    const busy = await thrownBy(() => env.step(ZEROS));
    expect(busy).toBeInstanceOf(PendingCallError);
    expect(busy.message).toBe("Expected step() to be done before step(), got it still running. Await it first.");
    expect(await thrownBy(() => env.reset())).toBeInstanceOf(PendingCallError);
    await env.close();
    expect(await stuck).toBeInstanceOf(VectorEnvClosedError);
  });

  it("that cannot make its environment says which and why", async () => {
    const options = { vectorization: "workers", numEnvs: 4, workers: 2, modules: [toyModule] } as const;
    const error = await thrownBy(() => makeVec("Unmade-v0", options));
    expect(error).toBeInstanceOf(VectorEnvError);
    expect(error.message).toMatch(/environment [13] \(worker [01]\) to go on with being made, got: no such level/);
    const unknown = await thrownBy(() => makeVec("Toyy-v0", options));
    expect(unknown.message).toMatch(/environment [02] \(worker [01]\).*Toy-v0/);
    const nowhere = { ...options, modules: ["file:///no/such/module.mjs"] };
    expect((await thrownBy(() => makeVec("Toy-v0", nowhere))).message).toMatch(/environments \d to \d .*module/);
  });

  it("refuses what cannot go between threads", async () => {
    const env = await toys({ vectorization: "workers" });
    await expect(env.reset({ options: { seed: () => 1 } })).rejects.toThrow(ConfigError);
    await env.reset({ seed: 1 });
    expect((await thrownBy(() => env.call("secret"))).message).toMatch(
      /environment 0 \(worker 0\).*could not be cloned/,
    );
    expect((await env.step([0, 0, 0])).rewards.length).toBe(3);
    await env.close();
    const options = { vectorization: "workers", modules: [toyModule], fault: () => 1 } as const;
    await expect(makeVec("Toy-v0", options)).rejects.toThrow(ConfigError);
  });
});
