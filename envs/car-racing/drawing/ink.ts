/** A layer's colours: covered with share a and tinted by t, a pixel becomes base · (1 − a) + color · a + tint · t. */
export interface Ink {
  readonly red: number;
  readonly green: number;
  readonly blue: number;
  readonly tintRed: number;
  readonly tintGreen: number;
  readonly tintBlue: number;
}

/** Black. */
export const NO_INK: Ink = { red: 0, green: 0, blue: 0, tintRed: 0, tintGreen: 0, tintBlue: 0 };
