import { ConfigError } from "../base/errors.ts";

/** What both ends send first: seven letters and the protocol's version. */
export const GREETING = Buffer.from("REVERIE\x01", "latin1");

/** The most bytes that a frame may have after its length, unless one says otherwise: a few hundred large pictures. */
export const MAX_FRAME_BYTES = 256 * 2 ** 20;

/** The most bytes of JSON in one frame. */
export const MAX_HEADER_BYTES = 16 * 2 ** 20;

/** Two words of 32 bits stand before the header: bytes after the first word, bytes of the header. */
export const PREFIX_BYTES = 8;

/** Every array begins at a multiple of this, so that either end can look at it in place. */
export const ALIGNMENT = 8;

/** A frame as it came: the JSON, and the bytes behind it. */
export interface Frame {
  readonly header: Readonly<Record<string, unknown>>;
  /** Valid until the next frame is asked for. */
  readonly payload: Buffer;
}

/** Arrays on their way into one frame. */
export class Payload {
  readonly #chunks: Uint8Array[] = [];
  readonly #offsets: number[] = [];
  #length = 0;

  /** Bytes so far. */
  get length(): number {
    return this.#length;
  }

  /** Adds the bytes of an array at the next aligned place, and answers with that place. */
  add(array: ArrayBufferView): number {
    this.#length = align(this.#length);
    return this.append(array);
  }

  /** Adds bytes right behind the last ones: the next row of the same array. */
  append(array: ArrayBufferView): number {
    const offset = this.#length;
    this.#chunks.push(new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
    this.#offsets.push(offset);
    this.#length += array.byteLength;
    return offset;
  }

  copyTo(target: Buffer, start: number): void {
    for (let i = 0; i < this.#chunks.length; i++) target.set(this.#chunks[i], start + this.#offsets[i]);
  }
}

const PADDING = ["", ...Array.from({ length: ALIGNMENT - 1 }, (_, i) => " ".repeat(i + 1))];

/** Buffers that were written and may be filled again: a new one a message would keep the garbage collector busy. */
export class FramePool {
  readonly #free: Buffer[] = [];
  readonly #lent = new Set<ArrayBufferLike>();

  /** A buffer of so many bytes, whatever they hold. */
  take(bytes: number): Buffer {
    const free = this.#free.pop();
    const whole = free && free.length >= bytes ? free : Buffer.allocUnsafeSlow(bytes);
    this.#lent.add(whole.buffer);
    return whole.subarray(0, bytes);
  }

  /** Gives back a frame if it was taken here; nobody may look at it any more. */
  give(frame: Buffer): void {
    if (this.#lent.delete(frame.buffer) && this.#free.length < 2) this.#free.push(Buffer.from(frame.buffer));
  }
}

/** One message in one buffer, for one write: lengths, JSON padded with spaces, payload. */
export function encodeFrame(
  header: Readonly<Record<string, unknown>>,
  payload = new Payload(),
  pool?: FramePool,
): Buffer {
  const text = JSON.stringify(header);
  const bare = Buffer.byteLength(text);
  const headerBytes = align(bare);
  const bytes = PREFIX_BYTES + headerBytes + payload.length;
  if (bytes > MAX_FRAME_BYTES || headerBytes > MAX_HEADER_BYTES) {
    throw new ConfigError(
      `Expected a message of at most ${MAX_FRAME_BYTES} bytes (${MAX_HEADER_BYTES} of them JSON), got ${bytes}. Serve fewer environments at once.`,
    );
  }
  const frame = pool ? pool.take(bytes) : Buffer.allocUnsafe(bytes);
  frame.writeUInt32LE(bytes - 4, 0);
  frame.writeUInt32LE(headerBytes, 4);
  frame.write(text + PADDING[headerBytes - bare], PREFIX_BYTES, "utf8");
  payload.copyTo(frame, PREFIX_BYTES + headerBytes); // gaps between arrays keep whatever the buffer held: nobody reads them
  return frame;
}

/** The next multiple of eight. */
export function align(bytes: number): number {
  return (bytes + ALIGNMENT - 1) & ~(ALIGNMENT - 1);
}
