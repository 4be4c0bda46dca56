import { INKS, SKY_BANDS } from "./ink.ts";

/** Looks of a level: the shapes stay, the colours change. */
export const THEMES = ["meadow", "dusk", "snow"] as const;
export type Theme = (typeof THEMES)[number];

type Rgb = readonly [number, number, number];
type Ink = Exclude<keyof typeof INKS, "none" | "sky">;

/** What is the same in every theme: whatever moves, helps or kills. */
const COMMON: Partial<Record<Ink, string>> = {
  outline: "#2a2233",
  white: "#ffffff",
  suit: "#e8453c",
  suitDark: "#a82838",
  visor: "#ffe3c4",
  glove: "#ffd23f",
  gold: "#ffc928",
  goldLight: "#fff2a8",
  goldDark: "#c9801a",
  steel: "#b4bcc9",
  steelLight: "#eef2f8",
  steelDark: "#6c7488",
  lava: "#ff6a1f",
  lavaLight: "#ffd04a",
  lavaDark: "#c42a1c",
  wood: "#b9773f",
  woodLight: "#dca265",
  woodDark: "#74421f",
  pit: "#2f3a56",
};

const COLOURS: Readonly<Record<Theme, Partial<Record<Ink, string>>>> = {
  meadow: {
    grass: "#57b83c",
    grassLight: "#9be15a",
    grassDark: "#2f7f3a",
    earth: "#9a6238",
    earthDark: "#75472a",
    earthLight: "#b57a48",
    cloud: "#ffffff",
    cloudShade: "#dcefff",
    sun: "#fff3b0",
    farHill: "#8fc3dc",
    farHillLight: "#a5d3e6",
    nearHill: "#74bd97",
    nearHillLight: "#8bcfa6",
    tree: "#5aa683",
  },
  dusk: {
    grass: "#a0703a",
    grassLight: "#e0a850",
    grassDark: "#6e4530",
    earth: "#7a4a48",
    earthDark: "#583440",
    earthLight: "#945c52",
    cloud: "#ffc9b0",
    cloudShade: "#f2a6a4",
    sun: "#fff0c0",
    farHill: "#b0729c",
    farHillLight: "#c486a6",
    nearHill: "#85568e",
    nearHillLight: "#99669a",
    tree: "#6d467c",
  },
  snow: {
    grass: "#e8f3fb",
    grassLight: "#fafdff",
    grassDark: "#a9c4dd",
    earth: "#6f7f9b",
    earthDark: "#54627f",
    earthLight: "#8494ae",
    cloud: "#f4f8fc",
    cloudShade: "#d3deea",
    sun: "#fdfdf2",
    farHill: "#a3b6cf",
    farHillLight: "#c3d2e3",
    nearHill: "#8098b4",
    nearHillLight: "#a9bdd2",
    tree: "#5f7c98",
  },
};

/** The sky's colour at the top and at the horizon. */
const SKIES: Readonly<Record<Theme, readonly [string, string]>> = {
  meadow: ["#55aef0", "#cdeefd"],
  dusk: ["#6a5aa8", "#ffc08a"],
  snow: ["#88a8cc", "#e6eef6"],
};

/** By ink, red in the lowest byte: 0xbbggrr. */
export function coloursOf(theme: Theme): Int32Array {
  const colours = new Int32Array(INKS.sky + SKY_BANDS);
  for (const [ink, colour] of Object.entries({ ...COMMON, ...COLOURS[theme] })) {
    colours[INKS[ink as Ink]] = packed(rgb(colour));
  }
  const [top, horizon] = SKIES[theme].map(rgb);
  for (let band = 0; band < SKY_BANDS; band++) {
    const share = band / (SKY_BANDS - 1);
    const mixed = (channel: 0 | 1 | 2) => Math.round(top[channel] + share * (horizon[channel] - top[channel]));
    colours[INKS.sky + band] = packed([mixed(0), mixed(1), mixed(2)]);
  }
  return colours;
}

function packed([red, green, blue]: Rgb): number {
  return red | (green << 8) | (blue << 16);
}

/** "#rrggbb" as three bytes. */
function rgb(colour: string): Rgb {
  const value = Number.parseInt(colour.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}
