import { expect, test } from "vitest";
import { summarize } from "../../src/evaluation/statistics.ts";
import { formatScore, formatSummary, formatTable } from "../../src/evaluation/table.ts";

const policies = [
  { name: "random", dream: summarize([150, 234]), real: summarize([208, 230, 219]) },
  { name: "stay", dream: null, real: summarize([150, 157, 164]) },
  { name: "dream-trained", dream: summarize([640, 666]), real: summarize([1092, 410, 979]) },
];

test("the table is aligned to the character", () => {
  expect(formatTable({ policies })).toBe(
    [
      "┌───────────────┬──────────┬───────────┬──────────┐",
      "│ policy        │    dream │      real │ episodes │",
      "├───────────────┼──────────┼───────────┼──────────┤",
      "│ random        │ 192 ± 59 │ 219 ±  11 │    2 / 3 │",
      "│ stay          │        – │ 157 ±   7 │        3 │",
      "│ dream-trained │ 653 ± 18 │ 827 ± 366 │    2 / 3 │",
      "└───────────────┴──────────┴───────────┴──────────┘",
    ].join("\n"),
  );
});

test("colour changes the looks only: without its codes it is the plain table", () => {
  const painted = formatTable({ policies }, { color: true });
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the codes are what is looked for
  const codes = /\u001b\[\d+m/g;
  expect(painted).toMatch(codes);
  expect(painted.replace(codes, "")).toBe(formatTable({ policies }));
  expect(painted).toContain("\u001b[1mdream-trained\u001b[22m"); // the best real mean stands out
});

test("scores carry the decimals their size deserves", () => {
  expect([827.4, 36.31, 0.641, -12.04, -0.001, 0].map((value) => formatScore(value))).toEqual([
    "827",
    "36.3",
    "0.64",
    "−12.0",
    "0.00",
    "0.00",
  ]);
  expect(formatSummary(summarize([36.3]))).toBe("36.3");
  expect(formatSummary(summarize([100, 130]))).toBe("115 ± 21");
  expect(formatSummary(null)).toBe("–");
});
