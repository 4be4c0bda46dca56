/** A picture out of a GIF: palette indices resolved, RGB. */
interface GifFrame {
  readonly delay: number;
  readonly pixels: Uint8Array;
}

/** Decodes an animated GIF as a browser would (GIF89a specification), as a reference of its own. */
export function readGif(file: Uint8Array): { width: number; height: number; loops?: number; frames: GifFrame[] } {
  const word = (at: number): number => file[at] | (file[at + 1] << 8);
  if (new TextDecoder().decode(file.subarray(0, 6)) !== "GIF89a") throw new Error("no GIF89a");
  const [width, height, flags] = [word(6), word(8), file[10]];
  let at = 13;
  const palette = (size: number): Uint8Array => {
    const table = file.subarray(at, at + 3 * size);
    at += 3 * size;
    return table;
  };
  const blocks = (): Uint8Array => {
    const parts: number[] = [];
    for (let size = file[at++]; size > 0; size = file[at++]) {
      parts.push(...file.subarray(at, at + size));
      at += size;
    }
    return Uint8Array.from(parts);
  };
  const shared = flags & 0x80 ? palette(2 << (flags & 7)) : new Uint8Array();
  const screen = new Uint8Array(width * height * 3);
  const frames: GifFrame[] = [];
  let [delay, clear, loops]: [number, number, number | undefined] = [0, -1, undefined];
  for (;;) {
    const kind = file[at++];
    if (kind === 0x3b) {
      if (at !== file.length) throw new Error(`${file.length - at} bytes after the trailer`);
      return { width, height, loops, frames };
    }
    if (kind === 0x21) {
      const label = file[at++];
      const data = blocks();
      if (label === 0xf9) [delay, clear] = [(data[1] | (data[2] << 8)) * 10, data[0] & 1 ? data[3] : -1];
      if (label === 0xff) loops = data[12] | (data[13] << 8);
      continue;
    }
    if (kind !== 0x2c) throw new Error(`block ${kind}`);
    const local = file[at + 8];
    at += 9;
    const colors = local & 0x80 ? palette(2 << (local & 7)) : shared;
    const depth = file[at++];
    unpack(blocks(), depth).forEach((index, i) => {
      if (index !== clear) screen.set(colors.subarray(3 * index, 3 * index + 3), 3 * i);
    });
    frames.push({ delay, pixels: screen.slice() });
  }
}

/** LZW with codes of growing width. */
function unpack(bytes: Uint8Array, depth: number): number[] {
  const [reset, end] = [1 << depth, (1 << depth) + 1];
  let table: number[][] = [];
  let [width, bit] = [depth + 1, 0];
  let last: number[] | undefined;
  const pixels: number[] = [];
  for (;;) {
    let code = 0;
    for (let i = 0; i < width; i++, bit++) code |= ((bytes[bit >> 3] >> (bit & 7)) & 1) << i;
    if (code === end) return pixels;
    if (code === reset) {
      table = Array.from({ length: end + 1 }, (_, i) => [i]);
      [width, last] = [depth + 1, undefined];
      continue;
    }
    const run: number[] = table[code] ?? [...last!, last![0]];
    if (last && table.length < 4096) table.push([...last, run[0]]);
    if (table.length === 1 << width && width < 12) width++;
    for (const index of run) pixels.push(index);
    last = run;
  }
}
