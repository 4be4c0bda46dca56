import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { ConfigError } from "../../src/base/errors.ts";
import { envSource } from "../../src/bridge/env-source.ts";
import { encodeFrame, type Frame, GREETING, Payload } from "../../src/bridge/frame.ts";
import { FrameReader } from "../../src/bridge/frame-reader.ts";
import { isLoopback, serveTcp, type TcpServer } from "../../src/bridge/serve-tcp.ts";
import type { EnvSource } from "../../src/bridge/session.ts";
import type { Env, Reset } from "../../src/core/env.ts";
import { UnregisteredEnvError } from "../../src/core/errors.ts";
import { make } from "../../src/core/registry.ts";
import { Box } from "../../src/core/spaces/box.ts";
import { EchoEnv } from "./echo-env.ts";
import "../../src/registrations.ts";

/** A client that sends what it likes, frames or not. */
class RawClient {
  readonly socket: Socket;
  readonly #reader = new FrameReader();
  readonly #frames: Frame[] = [];
  /** Everything that came before the end. */
  readonly end: Promise<Frame[]>;

  constructor({ port }: TcpServer) {
    this.socket = connect({ host: "127.0.0.1", port });
    this.socket.on("data", (chunk: Buffer) => {
      this.#reader.push(chunk);
      for (let frame = this.#reader.next(); frame; frame = this.#reader.next()) {
        this.#frames.push({ header: frame.header, payload: Buffer.from(frame.payload) });
        this.socket.emit("frame");
      }
    });
    this.socket.on("error", () => undefined); // a server that is gone
    this.end = once(this.socket, "close").then(() => this.#frames);
  }

  send(...bytes: Buffer[]): void {
    this.socket.write(Buffer.concat(bytes));
  }

  async next(): Promise<Frame> {
    while (this.#frames.length === 0) await once(this.socket, "frame");
    return this.#frames.shift()!;
  }

  /** A request and its reply. */
  ask(header: Record<string, unknown>, payload?: Payload): Promise<Frame> {
    this.send(encodeFrame(header, payload));
    return this.next();
  }
}

const controllers: AbortController[] = [];
afterEach(() => {
  for (const controller of controllers.splice(0)) controller.abort();
});

async function serve(source: EnvSource, options: { maxBytes?: number; log?: (line: string) => void } = {}) {
  const controller = new AbortController();
  controllers.push(controller);
  const listening = await serveTcp(source, { port: 0, signal: controller.signal, ...options });
  return { listening, controller, client: () => new RawClient(listening) };
}

async function opened(source: EnvSource = envSource("CartPole-v1"), open: Record<string, unknown> = {}) {
  const server = await serve(source);
  const client = server.client();
  client.send(GREETING);
  return { ...server, client, description: (await client.ask({ call: "open", ...open })).header };
}

const echoes = () => {
  const made: EchoEnv<Float32Array>[] = [];
  const source: EnvSource = {
    makeEnv: () => {
      made.push(new EchoEnv(new Box({ low: -1, high: 1, shape: [3] })));
      return made.at(-1) as unknown as Env;
    },
    makeVector: () => {
      throw new ConfigError("Expected one.");
    },
  };
  return { made, source };
};

const action = (...values: number[]) => {
  const payload = new Payload();
  payload.add(Int32Array.from(values));
  return payload;
};
const failureOf = ({ header }: Frame) => header["error"] as { name: string; message: string; fatal: boolean };

describe("a client", () => {
  it("learns the spaces, and plays the same episode as in this process", async () => {
    const { client, description } = await opened();
    const env = await make<Float32Array, number>("CartPole-v1");
    expect(description).toMatchObject({
      numEnvs: null,
      renderMode: null,
      spec: { id: "CartPole-v1", maxEpisodeSteps: 500 },
    });
    expect(description["observationSpace"]).toEqual(JSON.parse(JSON.stringify(env.observationSpace)));
    const floats = ({ payload }: Frame) => [0, 4, 8, 12].map((at) => payload.readFloatLE(at));
    const begun = await client.ask({ call: "reset", seed: 9 });
    expect(floats(begun)).toEqual([...(await env.reset({ seed: 9 })).observation]);
    for (let t = 0; ; t++) {
      const reply = await client.ask({ call: "step" }, action(t % 2));
      const step = await env.step(t % 2);
      expect(floats(reply)).toEqual([...step.observation]);
      expect(reply.header).toEqual({});
      expect(reply.payload.readDoubleLE(16)).toBe(step.reward);
      expect([reply.payload[24], reply.payload[32]]).toEqual([Number(step.terminated), Number(step.truncated)]);
      if (step.terminated) break;
    }
  });

  it("gives options and keyword arguments, and gets infos and pictures", async () => {
    const { client } = await opened(envSource("CartPole-v1"), { kwargs: { renderMode: "rgb_array" } });
    const begun = await client.ask({ call: "reset", seed: 1, options: { low: 0.01, high: 0.01 } });
    expect(begun.payload.readFloatLE(0)).toBeCloseTo(0.01, 7);
    const picture = await client.ask({ call: "render" });
    expect(picture.header).toEqual({ pictures: { $: ["uint8", [400, 600, 3], 0] } });
    expect(picture.payload.length).toBe(400 * 600 * 3);
  });

  it("may send several requests at once and is answered in order", async () => {
    const { client } = await opened();
    client.send(
      encodeFrame({ call: "reset", seed: 3 }),
      ...Array.from({ length: 5 }, (_, t) => encodeFrame({ call: "step" }, action(t % 2))),
    );
    const positions = [];
    for (let i = 0; i < 6; i++) positions.push((await client.next()).payload.readFloatLE(0));
    const env = await make<Float32Array, number>("CartPole-v1");
    const expected = [(await env.reset({ seed: 3 })).observation[0]];
    for (let t = 0; t < 5; t++) expected.push((await env.step(t % 2)).observation[0]);
    expect(positions).toEqual(expected);
  });

  it("that asks without reading is not answered into the server's memory", async () => {
    let resets = 0;
    class WideEnv extends EchoEnv<Float32Array> {
      readonly #observation = new Float32Array(100_000);
      override reset(): Reset<Float32Array> {
        resets++;
        return { observation: this.#observation, info: {} };
      }
    }
    const wide = new WideEnv(new Box({ low: -1, high: 1, shape: [100_000] }));
    const { client } = await opened({ ...echoes().source, makeEnv: () => wide as unknown as Env });
    client.socket.pause();
    client.send(...Array.from({ length: 1000 }, () => encodeFrame({ call: "reset" }))); // 400 MB of answers
    let before: number;
    do {
      before = resets;
      await new Promise((resolve) => setTimeout(resolve, 100));
    } while (resets > before);
    expect(resets).toBeLessThan(200);
    client.socket.destroy();
    while (wide.closed === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  });

  it("is told what the environment refuses, and goes on", async () => {
    const { client } = await opened();
    expect(failureOf(await client.ask({ call: "step" }, action(0)))).toMatchObject({
      name: "ResetNeededError",
      fatal: false,
    });
    await client.ask({ call: "reset", seed: 1 });
    const refused = failureOf(await client.ask({ call: "step" }, action(7)));
    expect(refused).toMatchObject({ name: "InvalidActionError", message: "Expected action in Discrete(2), got 7." });
    expect(failureOf(await client.ask({ call: "reset", options: { low: 1, high: 0 } })).message).toContain(
      "low ≤ high",
    );
    expect((await client.ask({ call: "reset", seed: 1 })).header).toEqual({});
  });

  it("is told why an environment cannot be made, and may ask for another", async () => {
    const { client, description } = await opened(envSource("CartPole-v1"), { kwargs: { gravity: 1 } });
    expect((description["error"] as { name: string }).name).toBe("ConfigError");
    expect((await client.ask({ call: "open" })).header["spec"]).toMatchObject({ id: "CartPole-v1" });
  });

  it("cannot change what the server has set", async () => {
    const source = envSource("TakeCover-v0", { kwargs: { frameSkip: 3 } });
    const { client, description } = await opened(source, { kwargs: { frameSkip: 1 } });
    expect((description["error"] as { message: string }).message).toContain("no frameSkip from the client");
    expect((await client.ask({ call: "open" })).header["spec"]).toMatchObject({ kwargs: { frameSkip: 3 } });
  });

  it("gets vectors with its own number and mode, but names no modules to load", async () => {
    const { client, description } = await opened(envSource("CartPole-v1", { numEnvs: 2 }), {
      numEnvs: 3,
      autoresetMode: "same-step",
    });
    expect(description).toMatchObject({ numEnvs: 3, autoresetMode: "same-step" });
    const begun = await client.ask({ call: "reset", seed: 5 });
    expect(begun.payload.length).toBe(3 * 4 * 4);
    const env = await make<Float32Array, number>("CartPole-v1");
    expect(begun.payload.readFloatLE(2 * 16)).toBe((await env.reset({ seed: 7 })).observation[0]);
    const { description: refused } = await opened(envSource("CartPole-v1", { numEnvs: 2 }), {
      kwargs: { vectorization: "workers", modules: ["file:///tmp/other.js"] },
    });
    expect((refused["error"] as { message: string }).message).toContain("no vectorization, modules from the client");
  });

  it("closes and is answered; its environment is closed once", async () => {
    const { made, source } = echoes();
    const { client } = await opened(source);
    client.send(encodeFrame({ call: "close" }));
    expect(await client.end).toMatchObject([{ header: {} }]);
    expect(made.map(({ closed }) => closed)).toEqual([1]);
  });

  it.each(["end", "destroy"] as const)("that leaves in the middle of a frame (%s) takes nobody along", async (how) => {
    const { made, source } = echoes();
    const { client, listening } = await opened(source);
    const other = new RawClient(listening);
    other.send(GREETING);
    await other.ask({ call: "open" });
    client.send(encodeFrame({ call: "reset" }).subarray(0, 10));
    client.socket[how]();
    const frames = await client.end;
    if (how === "end") expect(failureOf(frames[0])).toMatchObject({ name: "ProtocolError", fatal: true });
    while (made[0].closed === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    expect((await other.ask({ call: "reset", seed: 1 })).header["info"]).toEqual({ seed: 1 });
    expect(made[1].closed).toBe(0);
  });
});

describe("a client is refused, with an error and the connection's end,", () => {
  const words = (...values: number[]) => Buffer.from(Uint32Array.from(values).buffer);
  it.each<[string, Buffer, RegExp]>([
    ["for another protocol", Buffer.from("GET / HTTP/1.1\r\n\r\n"), /greeting/],
    ["for another version", Buffer.from("REVERIE\x09", "latin1"), /version 1 of the protocol, got 9/],
    ["for a frame too large", Buffer.concat([GREETING, words(5000, 8)]), /4 to 4096 bytes, got one of 5000/],
    ["for a header longer than its frame", Buffer.concat([GREETING, words(12, 99)]), /at most 8 bytes/],
    ["for garbage instead of JSON", Buffer.concat([GREETING, words(12, 8), Buffer.from("garbage!")]), /JSON object/],
    [
      "for an unknown call",
      Buffer.concat([GREETING, encodeFrame({ call: "eval" })]),
      /open, reset, step, .*got "eval"/,
    ],
    ["for no call", Buffer.concat([GREETING, encodeFrame({})]), /got undefined/],
    ["for a step before open", Buffer.concat([GREETING, encodeFrame({ call: "step" })]), /"open" before "step"/],
    ["for unknown keys", Buffer.concat([GREETING, encodeFrame({ call: "open", env: "x" })]), /env/],
    ["for too many environments", Buffer.concat([GREETING, encodeFrame({ call: "open", numEnvs: 1e6 })]), /4096/],
    [
      "for a second open",
      Buffer.concat([GREETING, encodeFrame({ call: "open" }), encodeFrame({ call: "open" })]),
      /one "open" a connection/,
    ],
    [
      "for a seed that is none",
      Buffer.concat([GREETING, encodeFrame({ call: "open" }), encodeFrame({ call: "reset", seed: -1 })]),
      /seed/,
    ],
    [
      "for a step without its action",
      Buffer.concat([
        GREETING,
        encodeFrame({ call: "open" }),
        encodeFrame({ call: "reset" }),
        encodeFrame({ call: "step" }),
      ]),
      /a value of Discrete\(2\) in the payload, got only 0 bytes/,
    ],
  ])("%s", async (_, bytes, message) => {
    const lines: string[] = [];
    const { client, listening } = await serve(envSource("CartPole-v1"), {
      maxBytes: 4096,
      log: (line) => lines.push(line),
    });
    const refused = client();
    refused.send(bytes);
    const failure = failureOf((await refused.end).at(-1)!);
    expect(failure).toMatchObject({ name: "ProtocolError", fatal: true, message: expect.stringMatching(message) });
    expect(lines).toEqual([expect.stringMatching(/^127\.0\.0\.1:\d+ was refused: /)]);
    const next = new RawClient(listening);
    next.send(GREETING);
    expect((await next.ask({ call: "open" })).header["spec"]).toMatchObject({ id: "CartPole-v1" });
  });
});

describe("a server", () => {
  it("that is stopped closes every environment and stops listening", async () => {
    const { made, source } = echoes();
    const { client, controller, listening } = await opened(source);
    const idle = new RawClient(listening);
    await once(idle.socket, "connect");
    controller.abort();
    await Promise.all([client.end, idle.end, listening.closed]);
    expect(made.map(({ closed }) => closed)).toEqual([1]);
    const late = connect({ host: "127.0.0.1", port: listening.port });
    expect((await once(late, "error"))[0]).toMatchObject({ code: "ECONNREFUSED" });
  });

  it("waits for the step that runs before it closes the environment", async () => {
    const events: string[] = [];
    const slow = new EchoEnv(new Box({ low: -1, high: 1, shape: [1] })) as unknown as Env;
    let release = () => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const source: EnvSource = {
      ...echoes().source,
      makeEnv: () =>
        Object.assign(Object.create(slow), {
          reset: async () => {
            events.push("reset begins");
            await released;
            events.push("reset ends");
            return slow.reset();
          },
          close: () => void events.push("closed"),
        }) as Env,
    };
    const { client, controller, listening } = await opened(source);
    client.send(encodeFrame({ call: "reset" }));
    while (events.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    controller.abort();
    release();
    await listening.closed;
    expect(events).toEqual(["reset begins", "reset ends", "closed"]);
  });

  it("says which port is taken, and refuses an id that is not known at once", async () => {
    const { listening } = await serve(envSource("CartPole-v1"));
    const taken = serveTcp(envSource("CartPole-v1"), { port: listening.port });
    await expect(taken).rejects.toThrow(ConfigError);
    await expect(taken).rejects.toThrow(`127.0.0.1:${listening.port}`);
    expect(() => envSource("CartPoel-v1")).toThrow(UnregisteredEnvError);
  });

  it.each([
    ["127.0.0.1", true],
    ["127.8.9.1", true],
    ["localhost", true],
    ["::1", true],
    ["0.0.0.0", false],
    ["192.168.1.4", false],
    ["::", false],
    ["127.0.0.1.example.org", false],
  ])("knows whether %s is the loopback", (host, loopback) => {
    expect(isLoopback(host)).toBe(loopback);
  });
});
