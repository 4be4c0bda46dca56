/** One picture: `height * width * 3` bytes, rows from the top, RGB. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}
