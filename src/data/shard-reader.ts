import { type FileHandle, open } from "node:fs/promises";
import { promisify } from "node:util";
import { constants, inflateRaw } from "node:zlib";
import { layoutBytes, viewAs } from "./array-layout.ts";
import { crc32 } from "./crc32.ts";
import type { Episode, EpisodeInfo } from "./episode.ts";
import { DatasetError } from "./errors.ts";
import {
  FOOT_BYTES,
  INDEX_ENTRY_BYTES,
  type RecordPlace,
  SHARD_END,
  SHARD_MAGIC,
  ShardHeader,
  unpackEntry,
} from "./shard.ts";

const inflate = promisify<Uint8Array, object, Buffer>(inflateRaw);

const REMEDY = "Delete the file and collect again: the other shards are kept.";

/** One shard's index in memory; episodes are read from the file one at a time. */
export class ShardReader {
  readonly path: string;
  readonly header: ShardHeader;
  readonly infos: readonly EpisodeInfo[];
  readonly #places: readonly RecordPlace[];

  private constructor(path: string, header: ShardHeader, entries: { place: RecordPlace; info: EpisodeInfo }[]) {
    this.path = path;
    this.header = header;
    this.infos = entries.map((entry) => entry.info);
    this.#places = entries.map((entry) => entry.place);
  }

  /** Reads head and index, and checks that the file is whole. */
  static async open(path: string): Promise<ShardReader> {
    const file = await open(path, "r");
    try {
      const { size } = await file.stat();
      const start = size < 12 ? new Uint8Array() : await read(file, 0, 12);
      if (text(start.subarray(0, 8)) !== SHARD_MAGIC) {
        throw new DatasetError(
          `Expected ${path} to begin with ${SHARD_MAGIC}, got ${JSON.stringify(text(start.subarray(0, 8)))}. ${REMEDY}`,
        );
      }
      const headLength = 12 + new DataView(start.buffer).getUint32(8, true);
      const foot =
        size < headLength + FOOT_BYTES ? new Uint8Array(FOOT_BYTES) : await read(file, size - FOOT_BYTES, FOOT_BYTES);
      const view = new DataView(foot.buffer);
      const indexOffset = view.getFloat64(0, true);
      const indexLength = view.getUint32(8, true) * INDEX_ENTRY_BYTES;
      if (text(foot.subarray(16)) !== SHARD_END || indexOffset + indexLength + FOOT_BYTES !== size) {
        throw new DatasetError(
          `Expected ${path} to end with an index, got a truncated file of ${size} bytes. ${REMEDY}`,
        );
      }
      const head = await read(file, 0, headLength);
      const index = await read(file, indexOffset, indexLength);
      if (crc32(head, index) !== view.getUint32(12, true)) {
        throw new DatasetError(`Expected the checksum of ${path}'s index to match, got another. ${REMEDY}`);
      }
      const header = ShardHeader.safeParse(JSON.parse(text(head.subarray(12))));
      if (!header.success) {
        throw new DatasetError(
          `Expected a shard of a version known here in ${path}, got ${text(head.subarray(12))}. ${REMEDY}`,
        );
      }
      const entries = Array.from({ length: indexLength / INDEX_ENTRY_BYTES }, (_, i) =>
        unpackEntry(new DataView(index.buffer, i * INDEX_ENTRY_BYTES, INDEX_ENTRY_BYTES)),
      );
      return new ShardReader(path, header.data, entries);
    } finally {
      await file.close();
    }
  }

  /** Reads the shard's `position`-th episode. */
  async episode(position: number): Promise<Episode> {
    const info = this.infos[position];
    const place = this.#places[position];
    const file = await open(this.path, "r");
    let record: Uint8Array;
    try {
      record = await read(file, place.offset, place.observationBytes + place.stepBytes);
    } finally {
      await file.close();
    }
    if (crc32(record) !== place.crc) {
      throw new DatasetError(
        `Expected the checksum of episode ${info.index} in ${this.path} to match, got another: the file is damaged. ${REMEDY}`,
      );
    }
    const { observation, action } = this.header;
    const actionBytes = info.steps * layoutBytes(action);
    const [observations, steps] = await Promise.all([
      this.#decompress(record.subarray(0, place.observationBytes), (info.steps + 1) * layoutBytes(observation)),
      this.#decompress(record.subarray(place.observationBytes), actionBytes + info.steps * 4),
    ]);
    return {
      ...info,
      observations: viewAs(observation, observations),
      actions: viewAs(action, steps.subarray(0, actionBytes)),
      rewards: viewAs({ dtype: "float32", shape: [] }, steps.subarray(actionBytes)) as Float32Array,
    };
  }

  async #decompress(bytes: Uint8Array, length: number): Promise<Uint8Array> {
    const raw = await inflate(bytes, { chunkSize: Math.max(constants.Z_MIN_CHUNK, length) }); // one chunk: nothing to join
    if (raw.length !== length) {
      throw new DatasetError(`Expected ${length} bytes of an episode in ${this.path}, got ${raw.length}. ${REMEDY}`);
    }
    return raw;
  }
}

async function read(file: FileHandle, position: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await file.read(bytes, filled, length - filled, position + filled);
    if (bytesRead === 0) throw new DatasetError(`Expected ${length} bytes at ${position}, got ${filled}. ${REMEDY}`);
    filled += bytesRead;
  }
  return bytes;
}

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
