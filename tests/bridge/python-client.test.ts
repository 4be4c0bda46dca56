import { execFile } from "node:child_process";
import { setMaxListeners } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { envSource } from "../../src/bridge/env-source.ts";
import { serveTcp } from "../../src/bridge/serve-tcp.ts";
import type { EnvSource } from "../../src/bridge/session.ts";
import type { Env } from "../../src/core/env.ts";
import { Box } from "../../src/core/spaces/box.ts";
import { Dict } from "../../src/core/spaces/dict.ts";
import { Discrete } from "../../src/core/spaces/discrete.ts";
import { Graph } from "../../src/core/spaces/graph.ts";
import { MultiBinary } from "../../src/core/spaces/multi-binary.ts";
import { MultiDiscrete } from "../../src/core/spaces/multi-discrete.ts";
import { OneOf } from "../../src/core/spaces/one-of.ts";
import { Sequence } from "../../src/core/spaces/sequence.ts";
import type { Space } from "../../src/core/spaces/space.ts";
import { Text } from "../../src/core/spaces/text.ts";
import { Tuple } from "../../src/core/spaces/tuple.ts";
import { SyncVectorEnv } from "../../src/core/vector/sync-vector-env.ts";
import { saveWorld } from "../../src/world-models/world-checkpoint.ts";
import { savedTinyWorld } from "../world-models/tiny-world.ts";
import { EchoEnv } from "./echo-env.ts";
import { PYTHON, WITHOUT_GYMNASIUM } from "./python.ts";
import "../../src/registrations.ts";

const CHECKS = [
  "cart_pole_passes_check_env",
  "take_cover_passes_check_env",
  "a_dream_passes_check_env",
  "cart_pole_is_gymnasiums",
  "the_limit_of_steps_is_carried_over",
  "vectors_are_gymnasiums",
  "a_dream_is_dreamt_as_a_vector",
  "every_space_is_carried_over_both_ways",
  "observations_are_the_callers_own",
  "ids_are_registered",
  "gymnasiums_wrappers_fit",
  "an_agent_learns_over_it",
  "pictures_are_carried_over",
  "a_server_may_run_already",
  "errors_say_what_went_wrong",
  "an_interrupted_call_ends_the_connection",
  "a_server_that_dies_is_missed",
];

const SPACES: Readonly<Record<string, Space<unknown>>> = {
  Box: new Box({ low: [-1, -Infinity, 0], high: [1, 2, Infinity] }),
  "Box of bytes": new Box({ low: 0, high: 255, shape: [3, 2, 4], dtype: "uint8" }),
  "Box of float64": new Box({ low: -2, high: 2, shape: [], dtype: "float64" }),
  "Box of int16": new Box({ low: -7, high: 9, shape: [5], dtype: "int16" }),
  "Box of int64": new Box({ low: -(2 ** 40), high: 2 ** 40, shape: [3], dtype: "int64" }),
  "Box of bool": new Box({ low: 0, high: 1, shape: [2, 2], dtype: "bool" }),
  Discrete: new Discrete(4, { start: -2 }),
  "Discrete beyond int32": new Discrete(2 ** 40),
  MultiDiscrete: new MultiDiscrete([2, 3, 4], { start: [0, -1, 5] }),
  MultiBinary: new MultiBinary([2, 3]),
  Text: new Text({ minLength: 0, maxLength: 9, charset: 'aé🤖"\\ ' }),
  Tuple: new Tuple([new Discrete(3), new Box({ low: 0, high: 1, shape: [2] })]),
  Dict: new Dict({ "10": new MultiBinary(3), "9": new Discrete(2), b: new Tuple([new Box({ low: 0, high: 1 })]) }),
  "Dict with text": new Dict({ word: new Text({ maxLength: 3 }), place: new Box({ low: 0, high: 1, shape: [2, 2] }) }),
  Sequence: new Sequence(new Box({ low: 0, high: 1, shape: [2] })),
  "Sequence of batches": new Sequence(new Dict({ x: new Box({ low: 0, high: 1, shape: [2] }) }), { stack: true }),
  OneOf: new OneOf([new Discrete(3), new Box({ low: 0, high: 1, shape: [2] }), new Text({ maxLength: 2 })]),
  Graph: new Graph({ nodeSpace: new Box({ low: 0, high: 1, shape: [2] }), edgeSpace: new Discrete(3) }),
};

/** An environment of a kind of space that shows what it is told. */
function echo(space: Space<unknown>): EnvSource {
  return {
    makeEnv: () => new EchoEnv(space) as Env,
    makeVector: (_, { numEnvs, autoresetMode }) =>
      new SyncVectorEnv(
        Array.from({ length: numEnvs }, () => new EchoEnv(space) as Env),
        { autoreset: autoresetMode },
      ),
  };
}

describe.skipIf(WITHOUT_GYMNASIUM)(`reverie_gym.py (${WITHOUT_GYMNASIUM ?? PYTHON})`, () => {
  const end = new AbortController();
  setMaxListeners(Object.keys(SPACES).length + 5, end.signal); // a server a kind of space and an id
  let folder: string;
  let results: Record<string, string | null>;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "bridge-"));
    await saveWorld(join(folder, "models", "world.safetensors"), savedTinyWorld());
    const serve = async (source: EnvSource) => (await serveTcp(source, { port: 0, signal: end.signal })).port;
    const ports = Object.entries(SPACES).map(async ([kind, space]) => [kind, await serve(echo(space))] as const);
    const noise = createServer((socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n")).listen(0, "127.0.0.1");
    end.signal.addEventListener("abort", () => noise.close());
    const ids = ["CartPole-v1", "MountainCar-v0", "TakeCover-v0", "Dream/TakeCover-v0"];
    const setup = {
      checkpoint: folder,
      servers: Object.fromEntries(await Promise.all(ids.map(async (id) => [id, await serve(envSource(id))]))),
      echo: Object.fromEntries(await Promise.all(ports)),
      noise: (noise.address() as { port: number }).port,
    };
    const script = fileURLToPath(new URL("./python/client_checks.py", import.meta.url));
    const { stdout } = await promisify(execFile)(PYTHON, ["-B", script, JSON.stringify(setup)], {
      env: { ...process.env, PYTHONPATH: fileURLToPath(new URL("../../src/bridge/python", import.meta.url)) },
    });
    results = JSON.parse(stdout.trim().split("\n").at(-1)!) as Record<string, string | null>;
  }, 300_000); // all checks in one process: ten seconds on a quiet machine
  afterAll(async () => {
    end.abort();
    await rm(folder, { recursive: true });
  });

  it.each(CHECKS)("%s", (name) => {
    expect(results[name]).toBeNull();
  });

  it("examples/06-python.py: a policy is trained from Python", async () => {
    const example = fileURLToPath(new URL("../../examples/06-python.py", import.meta.url));
    const { stdout } = await promisify(execFile)(PYTHON, ["-B", example]);
    const [, trained, untrained] = /^CartPole-v1: trained (\d+), untrained (\d+)\n$/.exec(stdout) ?? [];
    expect(Number(trained)).toBeGreaterThan(5 * Number(untrained));
  });

  it("has no check that is not listed here", () => {
    expect(Object.keys(results).sort()).toEqual([...CHECKS].sort());
  });
});
