import type { Readable, Writable } from "node:stream";
import { ProtocolError, type RemoteFailure } from "./errors.ts";
import { encodeFrame, type Frame, GREETING, type Payload } from "./frame.ts";
import { FrameReader } from "./frame-reader.ts";

export interface BridgeClientOptions {
  /** What an error in reply becomes. */
  readonly failed: (failure: RemoteFailure, call: string) => Error;
  /** What the end of the stream becomes, while a reply is awaited or when something is sent after it. */
  readonly lost: (call: string) => Error | Promise<Error>;
}

/** The asking end of the protocol: a request, its reply, one after the other. */
export class BridgeClient {
  readonly #output: Writable;
  readonly #options: BridgeClientOptions;
  readonly #reader = new FrameReader();
  #waiting: { call: string; resolve: (frame: Frame) => void; reject: (error: unknown) => void } | undefined;
  #ended = false;
  /** Requests go one after the other, in the order they were asked for. */
  #last: Promise<unknown> = Promise.resolve();
  #queued = 0;

  constructor(input: Readable, output: Writable, options: BridgeClientOptions) {
    this.#output = output;
    this.#options = options;
    const end = () => {
      this.#ended = true;
      if (this.#waiting) void this.#lose(this.#waiting.call);
    };
    input.on("data", (chunk: Buffer) => this.#take(chunk));
    input.once("end", end).once("close", end).on("error", end);
    output.on("error", () => undefined); // whoever does not read any more will end, and may have said why
    output.write(GREETING);
  }

  /** Sends a request; the frame in reply is valid until the next one. */
  request(call: string, header: Readonly<Record<string, unknown>> = {}, payload?: Payload): Promise<Frame> {
    const message = encodeFrame({ call, ...header }, payload);
    const ask = () =>
      new Promise<Frame>((resolve, reject) => {
        this.#waiting = { call, resolve, reject };
        if (this.#ended) void this.#lose(call);
        else this.#output.write(message);
      });
    const reply = this.#queued === 0 ? ask() : this.#last.then(ask, ask);
    this.#queued++;
    const settled = () => {
      this.#queued--;
    };
    this.#last = reply.then(settled, settled);
    return reply;
  }

  #take(chunk: Buffer): void {
    this.#reader.push(chunk);
    try {
      const frame = this.#reader.next();
      if (!frame) return;
      const waiting = this.#waiting;
      if (!waiting) throw new ProtocolError("Expected no reply before a request, got one.");
      this.#waiting = undefined;
      const error = frame.header["error"] as RemoteFailure | undefined;
      if (error) waiting.reject(this.#options.failed(error, waiting.call));
      else waiting.resolve(frame);
    } catch (error) {
      this.#ended = true;
      this.#waiting?.reject(error);
      this.#waiting = undefined;
    }
  }

  async #lose(call: string): Promise<void> {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.reject(await this.#options.lost(call));
  }
}
