const COLORS = { red: 31, green: 32, yellow: 33, blue: 34, magenta: 35 };

export interface ColorizeOptions {
  readonly bold?: boolean;
  /** Colours the ground instead of the letters. */
  readonly highlight?: boolean;
}

/** Text between the escape sequences that colour it on a terminal. */
export function colorize(
  text: string,
  color: keyof typeof COLORS,
  { bold = false, highlight = false }: ColorizeOptions = {},
): string {
  const code = COLORS[color] + (highlight ? 10 : 0);
  return `\u001b[${code}${bold ? ";1" : ""}m${text}\u001b[0m`;
}
