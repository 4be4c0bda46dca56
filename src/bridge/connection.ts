import type { Duplex, Readable, Writable } from "node:stream";
import { ReverieError } from "../base/errors.ts";
import { isPromise } from "../core/awaitable.ts";
import { ProtocolError, type RemoteFailure } from "./errors.ts";
import { encodeFrame, type Frame, FramePool, GREETING, MAX_FRAME_BYTES } from "./frame.ts";
import { FrameReader } from "./frame-reader.ts";
import { type EnvSource, openSession, type Session } from "./session.ts";

export interface ConnectionOptions {
  /** Ends the connection from this side. */
  readonly signal?: AbortSignal;
  /** The most bytes of a request; default 256 MiB. */
  readonly maxBytes?: number;
}

/**
 * Serves one client until it leaves, is refused, or `signal` aborts; then its environments are closed. What the client
 * sends is its own affair: nothing of it throws here. Resolves at the end with what the client was refused for, if it was.
 */
export function serveConnection(
  input: Readable,
  output: Writable,
  source: EnvSource,
  { signal, maxBytes = MAX_FRAME_BYTES }: ConnectionOptions = {},
): Promise<ProtocolError | undefined> {
  const pool = new FramePool();
  const session = openSession(source, pool);
  const reader = new FrameReader({ maxBytes });
  return new Promise((resolve) => {
    let pending: Promise<unknown> | undefined; // an answer on its way
    let full = false; // the client does not read as fast as it asks
    let ended = false; // no more bytes will come
    let done = false;

    const finish = async (refusal?: ProtocolError): Promise<void> => {
      if (done) return;
      done = true;
      input.removeListener("data", take);
      if (refusal) write(output, encodeError(refusal));
      await pending; // nothing is closed under a step that runs
      try {
        await session.close();
      } catch {
        // the client that would want to know has left
      }
      signal?.removeEventListener("abort", abort);
      output.end(() => input.destroy());
      resolve(refusal);
    };
    const abort = (): void => void finish();

    /** Answers frame after frame: synchronously as long as the environment and the stream let it. */
    const pump = (): void => {
      if (pending || full || done) return;
      try {
        for (let frame = reader.next(); frame; frame = reader.next()) {
          const reply = answer(session, frame);
          if (isPromise(reply)) {
            pending = reply.then(arrive);
            return;
          }
          deliver(reply);
          if (full || done) return;
        }
        if (ended) {
          reader.end();
          void finish();
        }
      } catch (error) {
        void finish(error instanceof ProtocolError ? error : new ProtocolError(String(error)));
      }
    };
    const arrive = (reply: Buffer): void => {
      pending = undefined;
      if (done) return;
      deliver(reply);
      if (input.isPaused() && !full) input.resume();
      pump();
    };
    const deliver = (reply: Buffer): void => {
      full = !write(output, reply, () => pool.give(reply));
      if (session.closed) abort();
      if (done || !full) return;
      input.pause();
      output.once("drain", () => {
        full = false;
        input.resume();
        pump();
      });
    };
    const take = (chunk: Buffer): void => {
      reader.push(chunk);
      if (pending && reader.buffered > maxBytes) input.pause();
      pump();
    };
    const end = (): void => {
      ended = true;
      pump();
    };

    input.on("data", take).once("end", end).once("close", end).on("error", end);
    output.on("error", abort); // the client does not read any more
    signal?.addEventListener("abort", abort, { once: true });
    write(output, GREETING);
    if (signal?.aborted) abort();
  });
}

/** The same over one stream that goes both ways. */
export function serveDuplex(
  stream: Duplex,
  source: EnvSource,
  options?: ConnectionOptions,
): Promise<ProtocolError | undefined> {
  return serveConnection(stream, stream, source, options);
}

/** The reply to a request; an environment that refuses or fails is a reply too, and only protocol errors are thrown. */
function answer(session: Session, frame: Frame): Buffer | Promise<Buffer> {
  try {
    const reply = session.handle(frame);
    return isPromise(reply) ? reply.catch(encodeError) : reply;
  } catch (error) {
    if (error instanceof ProtocolError) throw error;
    return encodeError(error);
  }
}

function encodeError(error: unknown): Buffer {
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
  const expected = error instanceof ReverieError; // its message says enough
  const failure: RemoteFailure = { name, message, traceback: expected ? undefined : stack };
  return encodeFrame({ error: { ...failure, fatal: error instanceof ProtocolError } });
}

/** `sent` is called when nobody looks at the bytes any more. */
function write(output: Writable, bytes: Buffer, sent?: () => void): boolean {
  return output.writable ? output.write(bytes, sent) : true;
}
