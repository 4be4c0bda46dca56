const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit++) remainder = remainder & 1 ? (remainder >>> 1) ^ 0xedb88320 : remainder >>> 1;
  return remainder >>> 0;
});

/** CRC-32 (ISO-HDLC, as in zip and PNG) of the parts one after the other; `zlib.crc32` is missing before Node 20.15. */
export function crc32(...parts: readonly Uint8Array[]): number {
  let remainder = 0xffffffff;
  for (const part of parts) {
    for (let i = 0; i < part.length; i++) remainder = (remainder >>> 8) ^ TABLE[(remainder ^ part[i]) & 0xff];
  }
  return ~remainder >>> 0;
}
