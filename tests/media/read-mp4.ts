/** What an MP4 says of itself (ISO/IEC 14496-12), as a reference of its own. */
export interface Mp4 {
  readonly brand: string;
  readonly codec: string;
  readonly width: number;
  readonly height: number;
  readonly samples: number;
  readonly seconds: number;
}

/** Reads the boxes ftyp, mvhd, tkhd, stsd and stsz. */
export function readMp4(file: Uint8Array): Mp4 {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const text = (at: number) => String.fromCharCode(...file.subarray(at, at + 4));
  const boxes = new Map<string, number>();
  const walk = (from: number, to: number): void => {
    for (let at = from; at + 8 <= to; ) {
      const size = view.getUint32(at) || to - at;
      const type = text(at + 4);
      if (!boxes.has(type)) boxes.set(type, at + 8);
      if (["moov", "trak", "mdia", "minf", "stbl"].includes(type)) walk(at + 8, at + size);
      at += size;
    }
  };
  walk(0, file.length);
  const body = (type: string): number => {
    const at = boxes.get(type);
    if (at === undefined) throw new Error(`no ${type}`);
    return at;
  };
  const movie = body("mvhd");
  const sample = body("stsd") + 8; // after version, flags and the count
  return {
    brand: text(body("ftyp")),
    codec: text(sample + 4),
    width: view.getUint16(sample + 32),
    height: view.getUint16(sample + 34),
    samples: view.getUint32(body("stsz") + 8),
    seconds: view.getUint32(movie + 16) / view.getUint32(movie + 12),
  };
}
