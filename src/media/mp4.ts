import { createRequire } from "node:module";
import type { H264Module, H264Mp4Encoder } from "h264-mp4-encoder";
import { MediaError } from "./errors.ts";
import type { Picture } from "./picture.ts";

const QUANTIZER = 22; // 10 to 51; flat drawings keep their edges
const SPEED = 4; // 0 to 10

let loading: H264Module | undefined;

/** RGB pictures of one size as H.264 in an MP4; an odd last row or column is doubled, as the format needs even sizes. */
export async function encodeMp4(pictures: readonly Picture[], { fps }: { fps: number }): Promise<Uint8Array> {
  loading ??= load();
  const encoder = await loading.createH264MP4Encoder();
  try {
    return encode(encoder, pictures, fps);
  } finally {
    encoder.delete();
  }
}

function encode(encoder: H264Mp4Encoder, pictures: readonly Picture[], fps: number): Uint8Array {
  const { width, height } = pictures[0];
  encoder.width = width + (width % 2);
  encoder.height = height + (height % 2);
  encoder.frameRate = fps;
  encoder.quantizationParameter = QUANTIZER;
  encoder.speed = SPEED;
  encoder.initialize();
  const rgba = new Uint8Array(encoder.width * encoder.height * 4).fill(255);
  for (const { data } of pictures) {
    let to = 0;
    for (let y = 0; y < encoder.height; y++) {
      const row = Math.min(y, height - 1) * width;
      for (let x = 0; x < encoder.width; x++, to += 4) {
        const from = (row + Math.min(x, width - 1)) * 3;
        rgba[to] = data[from];
        rgba[to + 1] = data[from + 1];
        rgba[to + 2] = data[from + 2];
      }
    }
    encoder.addFrameRgba(rgba);
  }
  encoder.finalize();
  const film = encoder.FS.readFile(encoder.outputFilename).slice();
  encoder.FS.unlink(encoder.outputFilename);
  return film;
}

/** Its loader makes every later error of the process fatal, whoever's it is: what it listens to is taken back. */
function load(): H264Module {
  const events = ["uncaughtException", "unhandledRejection"] as const;
  const before = events.map((event) => process.rawListeners(event));
  try {
    return createRequire(import.meta.url)("h264-mp4-encoder") as H264Module;
  } catch (error) {
    const message =
      'Expected the package h264-mp4-encoder, which writes MP4, got none. Run "npm install h264-mp4-encoder", or record as GIF.';
    throw new MediaError(message, { cause: error });
  } finally {
    for (const [i, event] of events.entries()) {
      for (const listener of process.rawListeners(event)) {
        if (!before[i].includes(listener)) process.off(event, listener as () => void);
      }
    }
  }
}
