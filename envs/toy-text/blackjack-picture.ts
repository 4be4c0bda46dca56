import type { RenderFrame } from "../../src/core/env.ts";
import { Canvas, type Color } from "../canvas.ts";
import { drawPixelText, pixelTextWidth } from "./pixel-text.ts";
import { TileBrush } from "./tile-brush.ts";

/** Clubs, diamonds, hearts, spades. */
export type Suit = "C" | "D" | "H" | "S";

export interface BlackjackTable {
  /** The player's sum. */
  readonly sum: number;
  /** What the dealer's open card counts. */
  readonly dealer: number;
  readonly usableAce: boolean;
  readonly suit: Suit;
  /** A, 2 … 9, 10 for no picture, J, Q, K. */
  readonly face: string;
}

const WIDTH = 600;
const HEIGHT = 500;
const SPACING = HEIGHT / 20;
const CARD = { width: 119, height: 166 };
const INDEX = 3; // pixels a square of the letters: of a card's corner, of the words, of the sum
const SMALL = 4;
const LARGE = 11;

const FELT: Color = [7, 99, 36];
const WHITE: Color = [255, 255, 255];
const PAPER: Color = [246, 243, 236];
const RED: Color = [190, 44, 60];
const BLACK: Color = [48, 44, 62];

/** The dealer's open card and a covered one, below them the player's sum: 600 × 500. */
export function drawBlackjack({ sum, dealer, usableAce, suit, face }: BlackjackTable): RenderFrame {
  const canvas = new Canvas(WIDTH, HEIGHT, FELT);
  const small = { left: SPACING, scale: SMALL, color: WHITE };
  drawPixelText(canvas, `Dealer: ${dealer}`, { ...small, top: SPACING });
  const cards = 2 * SPACING + 7 * SMALL;
  const left = WIDTH / 2 - CARD.width - SPACING / 2;
  drawFace(canvas, { left, top: cards, suit, face });
  drawBack(new TileBrush(canvas, { left: WIDTH / 2 + SPACING / 2, top: cards, ...CARD }));

  const player = cards + CARD.height + 1.5 * SPACING;
  drawPixelText(canvas, "Player", { ...small, top: player });
  const middle = (text: string, scale: number) => (WIDTH - pixelTextWidth(text, scale)) / 2;
  const large = player + 7 * SMALL + SPACING;
  drawPixelText(canvas, String(sum), { left: middle(String(sum), LARGE), top: large, scale: LARGE, color: WHITE });
  if (usableAce) {
    const top = large + 7 * LARGE + SPACING / 2;
    drawPixelText(canvas, "usable ace", { ...small, left: middle("usable ace", SMALL), top });
  }
  return canvas.frame();
}

function drawPaper(brush: TileBrush): void {
  brush.rounded(0, 0, 1, 1, 0.09, BLACK);
  brush.rounded(0.015, 0.011, 0.985, 0.989, 0.08, PAPER);
}

function drawBack(brush: TileBrush): void {
  const pattern: Color = [206, 110, 122];
  drawPaper(brush);
  brush.rounded(0.07, 0.05, 0.93, 0.95, 0.05, pattern);
  brush.rounded(0.09, 0.064, 0.91, 0.936, 0.04, PAPER);
  for (let row = 0; row < 11; row++) {
    for (let column = 0; column < 8; column++) {
      const x = 0.15 + column * 0.1;
      const y = 0.115 + row * 0.077;
      brush.polygon(
        [
          [x, y - 0.03],
          [x + 0.042, y],
          [x, y + 0.03],
          [x - 0.042, y],
        ],
        pattern,
      );
    }
  }
}

interface Face {
  readonly left: number;
  readonly top: number;
  readonly suit: Suit;
  readonly face: string;
}

function drawFace(canvas: Canvas, { left, top, suit, face }: Face): void {
  const color = suit === "D" || suit === "H" ? RED : BLACK;
  drawPaper(new TileBrush(canvas, { left, top, ...CARD }));
  const pip = (x: number, y: number, size: number) => {
    drawPip(
      new TileBrush(canvas, { left: left + x - size / 2, top: top + y - size / 2, width: size, height: size }),
      suit,
      color,
    );
  };
  drawPixelText(canvas, face, { left: left + 9, top: top + 10, scale: INDEX, color });
  pip(16, 44, 15);
  drawPixelText(canvas, face, {
    left: left + CARD.width - 9 - pixelTextWidth(face, INDEX),
    top: top + CARD.height - 10 - 7 * INDEX,
    scale: INDEX,
    color,
  });
  pip(CARD.width - 16, CARD.height - 44, 15);
  const middle = { x: CARD.width / 2, y: CARD.height / 2 };
  if (face === "A") pip(middle.x, middle.y, 58);
  else if (PIPS[face]) for (const [x, y] of PIPS[face]) pip(middle.x + 21 * x, middle.y + 17.5 * y, 21);
  else drawCourt(canvas, { left, top, suit, face }, color, pip);
}

/** A framed letter with its suit in two corners, for jack, queen and king. */
function drawCourt(
  canvas: Canvas,
  { left, top, face }: Face,
  color: Color,
  pip: (x: number, y: number, size: number) => void,
): void {
  const frame = new TileBrush(canvas, {
    left: left + 28,
    top: top + 22,
    width: CARD.width - 56,
    height: CARD.height - 44,
  });
  frame.rectangle(0, 0, 1, 1, color);
  frame.rectangle(0.03, 0.016, 0.97, 0.984, [252, 240, 206]);
  frame.polygon(
    [
      [0.5, 0.12],
      [0.88, 0.5],
      [0.5, 0.88],
      [0.12, 0.5],
    ],
    [238, 206, 130],
  );
  drawPixelText(canvas, face, {
    left: left + CARD.width / 2 - 12.5,
    top: top + CARD.height / 2 - 17.5,
    scale: 5,
    color,
  });
  pip(39, 33, 15);
  pip(CARD.width - 39, CARD.height - 33, 15);
}

const COLUMN = [-1, 1].flatMap((x) => [-3, 3].map((y) => [x, y] as const));
const SIDES = [-1, 1].map((x) => [x, 0] as const);
const MIDDLE = [[0, 0]] as const;
const QUARTERS = [-1, 1].flatMap((x) => [-3, -1, 1, 3].map((y) => [x, y] as const));

/** Where the number cards have their pips, from the middle of the card. */
const PIPS: Readonly<Record<string, readonly (readonly [x: number, y: number])[]>> = {
  "2": [
    [0, -3],
    [0, 3],
  ],
  "3": [
    [0, -3],
    [0, 0],
    [0, 3],
  ],
  "4": COLUMN,
  "5": [...COLUMN, ...MIDDLE],
  "6": [...COLUMN, ...SIDES],
  "7": [...COLUMN, ...SIDES, [0, -1.5]],
  "8": [...COLUMN, ...SIDES, [0, -1.5], [0, 1.5]],
  "9": [...QUARTERS, ...MIDDLE],
};

function drawPip(brush: TileBrush, suit: Suit, color: Color): void {
  if (suit === "D") {
    brush.polygon(
      [
        [0.5, 0],
        [0.88, 0.5],
        [0.5, 1],
        [0.12, 0.5],
      ],
      color,
    );
    return;
  }
  if (suit === "H") {
    for (const x of [0.28, 0.72]) brush.ellipse(x, 0.3, 0.26, 0.26, color);
    brush.polygon(
      [
        [0.05, 0.42],
        [0.95, 0.42],
        [0.5, 1],
      ],
      color,
    );
    brush.rectangle(0.3, 0.25, 0.7, 0.45, color);
    return;
  }
  brush.polygon(
    [
      [0.46, 0.5],
      [0.54, 0.5],
      [0.68, 1],
      [0.32, 1],
    ],
    color,
  ); // stalk
  if (suit === "S") {
    for (const x of [0.28, 0.72]) brush.ellipse(x, 0.62, 0.25, 0.24, color);
    brush.polygon(
      [
        [0.5, 0],
        [0.93, 0.54],
        [0.07, 0.54],
      ],
      color,
    );
    return;
  }
  for (const [x, y] of [
    [0.5, 0.24],
    [0.26, 0.58],
    [0.74, 0.58],
  ])
    brush.ellipse(x, y, 0.23, 0.23, color);
}
