import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it, vi } from "vitest";
import { BridgeClient } from "../../src/bridge/client.ts";
import { GREETING, Payload } from "../../src/bridge/frame.ts";
import { pythonFile } from "../../src/bridge/python-files.ts";
import type { EnvSource } from "../../src/bridge/session.ts";
import type { CliContext } from "../../src/cli/context.ts";
import { runCli } from "../../src/cli/program.ts";
import { type Services, services } from "../../src/cli/services.ts";
import { silentProgress } from "../../src/training/progress.ts";

const MAIN = fileURLToPath(new URL("../../dist/src/cli/main.js", import.meta.url));

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
});

/** The command as a process of its own, and a client of it. */
function start(...args: string[]) {
  const child = spawn(process.execPath, [MAIN, "serve", ...args], { stdio: "pipe" });
  children.push(child);
  let err = "";
  child.stderr.on("data", (chunk) => {
    err += chunk;
  });
  const client = () =>
    new BridgeClient(child.stdout, child.stdin, {
      failed: ({ name, message }) => new Error(`${name}: ${message}`),
      lost: () => new Error("lost"),
    });
  const exit = once(child, "exit");
  return { child, client, err: () => err, exit };
}

const action = (value: number) => {
  const payload = new Payload();
  payload.add(Int32Array.of(value));
  return payload;
};

describe("reverie serve --stdio", () => {
  it("serves frames on stdout and nothing else, and ends with its client", async () => {
    const { child, client, err, exit } = start("CartPole-v1", "--stdio");
    const cartPole = client();
    expect((await cartPole.request("open")).header["spec"]).toMatchObject({ id: "CartPole-v1" });
    const begun = await cartPole.request("reset", { seed: 123 });
    expect(begun.payload.readFloatLE(0)).toBeCloseTo(0.01823519, 8); // as Gymnasium begins with this seed
    expect((await cartPole.request("step", {}, action(1))).payload.readDoubleLE(16)).toBe(1);
    child.stdin.end();
    expect([await exit, err()]).toEqual([[0, null], ""]);
  });

  it("serves vectors, shared among threads if asked", async () => {
    const { client, exit } = start("CartPole-v1", "--num-envs", "3", "--workers", "2");
    const envs = client();
    expect((await envs.request("open")).header).toMatchObject({ numEnvs: 3, autoresetMode: "next-step" });
    expect((await envs.request("reset", { seed: 123 })).payload.readFloatLE(0)).toBeCloseTo(0.01823519, 8);
    await envs.request("close");
    expect(await exit).toEqual([0, null]);
  });

  it("serves what a module of one's own registers", async () => {
    const folder = await mkdtemp(join(tmpdir(), "own-"));
    const built = (path: string) => JSON.stringify(new URL(`../../dist/${path}`, import.meta.url).href);
    await writeFile(
      join(folder, "maze.mjs"),
      `import { register } from ${built("src/index.js")};
       import { CartPole } from ${built("envs/index.js")};
       register({ id: "Maze-v0", entryPoint: () => new CartPole(), maxEpisodeSteps: 7 });`,
    );
    const { client, exit } = start(`${join(folder, "maze.mjs")}:Maze-v0`);
    const maze = client();
    expect((await maze.request("open")).header["spec"]).toMatchObject({ id: "Maze-v0", maxEpisodeSteps: 7 });
    await maze.request("close");
    expect(await exit).toEqual([0, null]);
    const missing = start("./no-such-module.mjs:Maze-v0");
    expect(await missing.exit).toEqual([2, null]);
    expect(missing.err()).toContain("no-such-module.mjs");
    await rm(folder, { recursive: true });
  });

  it.each(["SIGINT", "SIGTERM"] as const)("closes the environment and ends on %s", async (signal) => {
    const { child, client, err, exit } = start("CartPole-v1");
    await client().request("open");
    child.kill(signal);
    expect(await exit).toEqual([0, null]);
    expect(err()).toBe("Closing the environments. (Ctrl-C again stops at once.)\n");
  });

  it("refuses what is no client of its protocol, on both streams", async () => {
    const { child, err, exit } = start("CartPole-v1");
    const out: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
    child.stdin.end("hello\n");
    expect(await exit).toEqual([1, null]);
    expect(err()).toMatch(/^error: Expected the greeting "REVERIE" .* got "hello/);
    const bytes = Buffer.concat(out);
    expect(bytes.subarray(0, GREETING.length)).toEqual(GREETING);
    expect(bytes.toString("utf8")).toContain('"fatal":true');
  });

  it("does not begin without an environment that there is", async () => {
    const { err, exit } = start("CartPoel-v1");
    expect(await exit).toEqual([2, null]);
    expect(err()).toMatch(
      /^error: Expected a registered environment, got "CartPoel-v1"\. Did you mean "CartPole-v1"\?/,
    );
  });
});

describe("reverie serve --port", () => {
  it("prints its address, serves several clients, and ends them all on SIGTERM", async () => {
    const { child, exit } = start("CartPole-v1", "--port", "0");
    const [line] = (await Promise.race([once(child.stdout!, "data"), exit])) as [Buffer];
    const port = Number(/^CartPole-v1 is served at 127\.0\.0\.1:(\d+)\n$/.exec(line.toString())?.[1]);
    const sockets = [connect(port, "127.0.0.1"), connect(port, "127.0.0.1")];
    const ends = sockets.map((socket) => once(socket, "close"));
    for (const socket of sockets) {
      const client = new BridgeClient(socket, socket, { failed: () => new Error(), lost: () => new Error() });
      expect((await client.request("open")).header["numEnvs"]).toBeNull();
    }
    child.kill("SIGTERM");
    await Promise.all(ends);
    expect(await exit).toEqual([0, null]);
  });
});

describe("the command line", () => {
  const cli = async (args: readonly string[], replaced: Partial<Services> = {}) => {
    const [out, err]: [string[], string[]] = [[], []];
    const context: CliContext = {
      stdout: { write: (text: string) => out.push(text) },
      stderr: { write: (text: string) => err.push(text) },
      color: false,
      progress: silentProgress,
      interruptible: () => AbortSignal.abort(),
      interrupted: false,
    };
    const serveStdio = vi.fn<Services["serveStdio"]>(async () => undefined);
    const envSource = vi.fn<Services["envSource"]>(async () => ({}) as EnvSource);
    const code = await runCli(args, context, { ...services, serveStdio, envSource, ...replaced });
    return { code, out: out.join(""), err: err.join(""), envSource, serveStdio };
  };

  it("hands over what an environment is made with", async () => {
    const args = "serve Dream/TakeCover-v0 --checkpoint runs/a --set temperature=1.2 --num-envs 64 --workers 2";
    const { code, envSource, serveStdio } = await cli(args.split(" "));
    expect(code).toBe(0);
    expect(serveStdio).toHaveBeenCalledOnce();
    expect(envSource).toHaveBeenCalledExactlyOnceWith("Dream/TakeCover-v0", {
      kwargs: { temperature: 1.2, checkpoint: "runs/a" },
      numEnvs: 64,
      workers: 2,
    });
  });

  it("warns of an address that others reach, and of none else", async () => {
    const open = await cli(["serve", "CartPole-v1", "--port", "0", "--host", "0.0.0.0"]);
    expect(open.err).toMatch(/^warning: 0\.0\.0\.0 is not the loopback: whoever reaches this port can use/);
    expect(open.out).toMatch(/^CartPole-v1 is served at 0\.0\.0\.0:\d+\n$/);
    const closed = await cli(["serve", "CartPole-v1", "--port", "0"]);
    expect([closed.code, closed.err]).toEqual([0, ""]);
  });

  it.each([
    [["serve"], "missing required argument 'env'"],
    [["serve", "CartPole-v1", "--stdio", "--port", "1"], "cannot be used with option"],
    [["serve", "CartPole-v1", "--port", "70000"], "Expected a whole number from 0 to 65535."],
    [["serve", "CartPole-v1", "--num-envs", "0"], "Expected a whole number from 1 to 4096."],
    [["serve", "CartPole-v1", "--host", "0.0.0.0"], "Expected --port with --host."],
    [["serve", "CartPole-v1", "--port", "1", "--host", "a b"], "Expected an address"],
  ])("%j is a usage error", async (args, message) => {
    const { code, out, err } = await cli(args);
    expect([code, out]).toEqual([2, ""]);
    expect(err).toContain(message);
  });

  it("prints the Python client, or where it lies", async () => {
    const path = pythonFile("reverie_gym.py");
    expect(await cli(["python-client", "--path"])).toMatchObject({ code: 0, out: `${path}\n` });
    expect((await cli(["python-client"])).out).toBe(await readFile(path, "utf8"));
    const packed = JSON.parse(await readFile(new URL("../../package.json", import.meta.url), "utf8")) as {
      files: string[];
    };
    expect(packed.files).toContain("src/bridge/python/*.py");
  });
});
