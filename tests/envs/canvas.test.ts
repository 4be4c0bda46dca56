import { describe, expect, it } from "vitest";
import { Canvas, type Point } from "../../envs/canvas.ts";

const BLACK = [0, 0, 0] as const;
const WHITE = [255, 255, 255] as const;

/** How much black a drawing leaves on white, in pixels. */
function ink(draw: (canvas: Canvas) => void, size = 40): number {
  const canvas = new Canvas(size, size, WHITE);
  draw(canvas);
  const { data } = canvas.frame();
  let sum = 0;
  for (let i = 0; i < data.length; i += 3) sum += (255 - data[i]) / 255;
  return sum;
}

describe("Canvas", () => {
  it("covers the area of each shape, edges mixed", () => {
    expect(ink((c) => c.circle([20.3, 19.6], 10, BLACK))).toBeCloseTo(Math.PI * 100, -0.5);
    expect(ink((c) => c.ellipse([20, 20], 15, 10, BLACK))).toBeCloseTo(Math.PI * 150, -1);
    expect(ink((c) => c.rectangle({ left: 3, right: 13, bottom: 5, top: 9 }, BLACK))).toBe(40);
    expect(ink((c) => c.rectangle({ left: 3.5, right: 13, bottom: 5, top: 9 }, BLACK))).toBeCloseTo(38, 0);
    expect(ink((c) => c.line([10, 10], [30, 10], 4, BLACK))).toBeCloseTo(80 + Math.PI * 4, -0.5);
    expect(ink((c) => c.roundedRectangle({ left: 5, right: 35, bottom: 5, top: 25 }, 6, BLACK))).toBeCloseTo(
      600 - (4 - Math.PI) * 36,
      -0.5,
    );
    const arc = { center: [20, 20] as const, radius: 12, width: 3, from: 0, to: Math.PI };
    expect(ink((c) => c.arc(arc, BLACK))).toBeCloseTo(Math.PI * 12 * 3, -1);
  });

  it("fills a polygon whichever way its corners go", () => {
    const corners: Point[] = [
      [5, 5],
      [30, 8],
      [18, 30],
    ];
    const area = ink((c) => c.polygon(corners, BLACK));
    expect(area).toBeCloseTo((25 * 25 - 13 * 3) / 2, -1);
    expect(ink((c) => c.polygon([...corners].reverse(), BLACK))).toBeCloseTo(area, 6);
  });

  it("mixes by opacity and clips at its edges", () => {
    expect(ink((c) => c.rectangle({ left: 0, right: 10, bottom: 0, top: 10 }, [0, 0, 0, 0.5]))).toBeCloseTo(50, 0);
    expect(ink((c) => c.rectangle({ left: -100, right: 10, bottom: 30, top: 300 }, BLACK))).toBe(100);
    expect(ink((c) => c.circle([-50, 20], 10, BLACK))).toBe(0);
  });

  it("has y upward, rows from the top", () => {
    const canvas = new Canvas(2, 3, WHITE);
    canvas.rectangle({ left: 0, right: 1, bottom: 0, top: 1 }, [1, 2, 3]);
    const { width, height, data } = canvas.frame();
    expect([width, height, [...data.subarray(2 * 2 * 3, 2 * 2 * 3 + 3)]]).toEqual([2, 3, [1, 2, 3]]);
  });
});
