import { describe } from "../base/errors.ts";
import { ProtocolError } from "./errors.ts";
import { type Frame, GREETING, MAX_FRAME_BYTES, MAX_HEADER_BYTES, PREFIX_BYTES } from "./frame.ts";

/** Cuts a stream of bytes into frames. What a sender claims allocates nothing: only bytes that came are held. */
export class FrameReader {
  readonly #maxBytes: number;
  /** Bytes that came and have not been read, oldest first. */
  #chunks: Buffer[] = [];
  #buffered = 0;
  #greeted = false;

  constructor({ maxBytes = MAX_FRAME_BYTES }: { maxBytes?: number } = {}) {
    this.#maxBytes = maxBytes;
  }

  /** Bytes that came and have not been read. */
  get buffered(): number {
    return this.#buffered;
  }

  push(chunk: Buffer): void {
    if (chunk.length === 0) return;
    this.#chunks.push(chunk);
    this.#buffered += chunk.length;
  }

  /** The next frame, or undefined while it has not come whole. Throws ProtocolError on what is none; then it is of no more use. */
  next(): Frame | undefined {
    if (!this.#greeted && !this.#greet()) return undefined;
    if (this.#buffered < PREFIX_BYTES) return undefined;
    const head = this.#peek(PREFIX_BYTES);
    const length = head.readUInt32LE(0);
    const headerBytes = head.readUInt32LE(4);
    if (length < 4 || length > this.#maxBytes) {
      throw new ProtocolError(`Expected a frame of 4 to ${this.#maxBytes} bytes, got one of ${length}.`);
    }
    if (headerBytes > length - 4 || headerBytes > MAX_HEADER_BYTES) {
      const most = Math.min(length - 4, MAX_HEADER_BYTES);
      throw new ProtocolError(`Expected a header of at most ${most} bytes in this frame, got ${headerBytes}.`);
    }
    if (this.#buffered < length + 4) return undefined;
    const frame = this.#take(length + 4);
    const end = PREFIX_BYTES + headerBytes;
    return { header: parseHeader(frame.subarray(PREFIX_BYTES, end)), payload: frame.subarray(end) };
  }

  /** What the stream's end means: bytes left over are the beginning of a frame that never came. */
  end(): void {
    if (this.#buffered > 0) {
      throw new ProtocolError(`Expected whole frames, got an end after ${this.#buffered} bytes of one.`);
    }
  }

  #greet(): boolean {
    const come = this.#peek(Math.min(this.#buffered, GREETING.length));
    const letters = GREETING.length - 1;
    const wrong = come.subarray(0, letters).compare(GREETING.subarray(0, Math.min(come.length, letters))) !== 0;
    if (wrong) {
      const start = describe(come.toString("latin1"));
      throw new ProtocolError(`Expected the greeting "REVERIE" and a version first, got ${start}.`);
    }
    if (come.length < GREETING.length) return false;
    if (come[letters] !== GREETING[letters]) {
      throw new ProtocolError(
        `Expected version ${GREETING[letters]} of the protocol, got ${come[letters]}. Use client and server of one release.`,
      );
    }
    this.#take(GREETING.length);
    this.#greeted = true;
    return true;
  }

  #peek(bytes: number): Buffer {
    if (this.#chunks.length === 0) return Buffer.alloc(0);
    if (this.#chunks[0].length < bytes) this.#join();
    return this.#chunks[0].subarray(0, bytes);
  }

  #take(bytes: number): Buffer {
    if (this.#chunks[0].length < bytes) this.#join();
    const [first] = this.#chunks;
    const taken = first.subarray(0, bytes);
    if (first.length === bytes) this.#chunks.shift();
    else this.#chunks[0] = first.subarray(bytes);
    this.#buffered -= bytes;
    return taken;
  }

  /** One chunk of all: only when a frame lies across chunks. */
  #join(): void {
    this.#chunks = [Buffer.concat(this.#chunks, this.#buffered)];
  }
}

function parseHeader(bytes: Buffer): Frame["header"] {
  const text = bytes.toString("utf8");
  let header: unknown;
  try {
    header = JSON.parse(text);
  } catch {
    throw new ProtocolError(`Expected a JSON object as a frame's header, got ${describe(text)}.`);
  }
  if (typeof header !== "object" || header === null || Array.isArray(header)) {
    throw new ProtocolError(`Expected a JSON object as a frame's header, got ${describe(text)}.`);
  }
  return header as Frame["header"];
}
