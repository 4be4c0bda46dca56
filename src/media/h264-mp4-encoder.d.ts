declare module "h264-mp4-encoder" {
  /** The part of the encoder's face that is used here; its own types lead to a source file. */
  export interface H264Mp4Encoder {
    /** Both even. */
    width: number;
    height: number;
    frameRate: number;
    /** 10 (best) to 51. */
    quantizationParameter: number;
    /** 0 (best) to 10. */
    speed: number;
    groupOfPictures: number;
    readonly outputFilename: string;
    readonly FS: { readFile(path: string): Uint8Array; unlink(path: string): void };
    initialize(): void;
    addFrameRgba(rgba: Uint8Array): void;
    finalize(): void;
    delete(): void;
  }

  export interface H264Module {
    createH264MP4Encoder(): Promise<H264Mp4Encoder>;
  }
}
