declare module "gifenc" {
  /** RGB triples, at most 256. */
  type Palette = number[][];

  interface FrameOptions {
    /** Needed for the first frame; later ones use the first frame's unless they bring their own. */
    palette?: Palette;
    /** Milliseconds, rounded to hundredths of a second. */
    delay?: number;
    /** −1 once, 0 for ever. */
    repeat?: number;
    transparent?: boolean;
    transparentIndex?: number;
    dispose?: number;
  }

  interface Encoder {
    writeFrame(index: Uint8Array, width: number, height: number, options?: FrameOptions): void;
    finish(): void;
    bytes(): Uint8Array<ArrayBuffer>;
  }

  export interface Gifenc {
    GIFEncoder(options?: { initialCapacity?: number }): Encoder;
    quantize(rgba: Uint8Array, maxColors: number, options?: { format?: "rgb565" | "rgb444" }): Palette;
    applyPalette(rgba: Uint8Array, palette: Palette, format?: "rgb565" | "rgb444"): Uint8Array;
  }
}
