/** The report page's style sheet: light and dark, no fonts or images from elsewhere. */
export const PAGE_STYLE = `
:root {
  color-scheme: light dark;
  --paper: #fbfaf8; --card: #ffffff; --ink: #1b1f27; --soft: #626b7a; --line: #e4e2dd; --grid: #eeece7;
  --dream: #2f62d9; --real: #c75a12;
  --c0: #2f62d9; --c1: #c75a12; --c2: #2b8a5f; --c3: #8a4fc4; --c4: #b3872a; --c5: #c23d6b;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #10131a; --card: #171b24; --ink: #e8eaf0; --soft: #98a2b3; --line: #2a303d; --grid: #222835;
    --dream: #8ab4ff; --real: #ffb266;
    --c0: #8ab4ff; --c1: #ffb266; --c2: #6fd3a3; --c3: #c9a2f5; --c4: #e6c66b; --c5: #f58fb0;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.55 system-ui, "Segoe UI", Roboto, "Helvetica Neue", sans-serif; }
main { max-width: 1060px; margin: 0 auto; padding: 48px 28px 64px; }
header p.kicker { margin: 0; color: var(--soft); letter-spacing: .08em; text-transform: uppercase; font-size: 12.5px; }
h1 { margin: 2px 0 6px; font-size: 40px; line-height: 1.15; letter-spacing: -.02em; }
h2 { margin: 0 0 4px; font-size: 21px; letter-spacing: -.01em; }
p.lead { margin: 0; max-width: 64ch; font-size: 18px; }
p.note { margin: 0 0 16px; color: var(--soft); max-width: 76ch; font-size: 14.5px; }
section { margin-top: 44px; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 14px; padding: 20px 22px; }
.hero { display: grid; grid-template-columns: minmax(0, 1.55fr) minmax(0, 1fr); gap: 20px; margin-top: 28px; align-items: stretch; }
.hero.bare { grid-template-columns: 1fr; }
figure { margin: 0; }
.film { background: #10131a; border-radius: 14px; overflow: hidden; border: 1px solid var(--line); display: flex; flex-direction: column; }
.film img { display: block; width: 100%; }
.film figcaption { color: #aab3c2; font-size: 13.5px; padding: 2px 14px 12px; }
.facts { display: grid; grid-template-columns: 1fr; gap: 14px; }
.bare .facts { grid-template-columns: repeat(3, 1fr); }
.fact { background: var(--card); border: 1px solid var(--line); border-radius: 14px; padding: 14px 18px; display: flex; flex-direction: column; justify-content: center; }
.fact .label { color: var(--soft); font-size: 13.5px; }
.fact .value { font-size: 32px; line-height: 1.2; font-weight: 650; letter-spacing: -.02em; font-variant-numeric: tabular-nums; }
.fact .value small { font-size: 17px; font-weight: 500; color: var(--soft); letter-spacing: 0; }
.fact.real .value { color: var(--real); }
.fact.dream .value { color: var(--dream); }
.scroll { overflow-x: auto; }
.plot svg { min-width: 620px; }
.lead b { white-space: nowrap; }
td:first-child { white-space: nowrap; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th { text-align: left; font-weight: 600; font-size: 13.5px; color: var(--soft); }
th, td { padding: 9px 14px 9px 0; border-bottom: 1px solid var(--line); }
tr:last-child td { border-bottom: 0; }
td.n, th.n { text-align: right; white-space: nowrap; }
th.dream, td.dream { color: var(--dream); }
th.real, td.real { color: var(--real); }
tr.best td { font-weight: 650; }
.legend { margin: 14px 0 0; font-size: 13.5px; color: var(--soft); }
.legend i, .key i, .stages i { display: inline-block; width: 10px; height: 10px; border-radius: 50%; margin-right: 7px; }
.dream-dot { background: var(--dream); } .real-dot { background: var(--real); }
.legend .dream, .legend .real { margin-right: 18px; }
.legend span { color: var(--soft); }

svg { display: block; width: 100%; height: auto; font: 12px system-ui, "Segoe UI", Roboto, sans-serif; }
svg .grid { stroke: var(--grid); } svg .base { stroke: var(--line); stroke-width: 1.5; }
svg .tick { fill: var(--soft); } svg .name { fill: var(--ink); font-size: 14px; font-weight: 600; }
svg .dream { fill: var(--dream); } svg .real { fill: var(--real); }
svg g circle { fill-opacity: .62; }
svg line.mean { stroke-width: 2; } svg .dream line.mean { stroke: var(--dream); } svg .real line.mean { stroke: var(--real); }
svg text.mean { font-weight: 650; font-size: 13px; paint-order: stroke; stroke: var(--card); stroke-width: 4px; stroke-linejoin: round; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(330px, 1fr)); gap: 20px; }
.chart { background: var(--card); border: 1px solid var(--line); border-radius: 14px; padding: 14px 16px 12px; }
.chart figcaption { display: flex; flex-wrap: wrap; gap: 2px 16px; align-items: baseline; font-size: 13.5px; margin-bottom: 6px; }
.chart figcaption strong { font-size: 15px; }
.key { color: var(--soft); } .key b { color: var(--ink); font-weight: 600; }
svg .curve { fill: none; stroke-width: 1.8; stroke-linejoin: round; stroke-linecap: round; }
${[0, 1, 2, 3, 4, 5].map((i) => `svg .curve.c${i} { stroke: var(--c${i}); } svg .point.c${i} { fill: var(--c${i}); } i.c${i} { background: var(--c${i}); } .stack .c${i} { background: var(--c${i}); }`).join("\n")}
.stack { display: flex; height: 22px; border-radius: 7px; overflow: hidden; gap: 2px; margin-bottom: 8px; }
.stack span { min-width: 2px; }
.stages td { font-size: 14.5px; padding-top: 7px; padding-bottom: 7px; }
.stages td:first-child { white-space: nowrap; }
.stages .sum td { font-weight: 650; }
.figure { color: var(--soft); margin-right: 16px; white-space: nowrap; } .figure b { color: var(--ink); font-weight: 550; }
.pictures { display: grid; gap: 20px; }
.pictures img { width: 100%; image-rendering: pixelated; border-radius: 8px; display: block; }
.pictures figcaption { color: var(--soft); font-size: 13.5px; margin-top: 8px; }
.twin { display: grid; grid-template-columns: 1.5fr 1fr; gap: 20px; align-items: start; }
.keys td { font-size: 13.5px; padding: 5px 14px 5px 0; overflow-wrap: anywhere; }
.keys td:first-child { color: var(--soft); white-space: normal; }
code, pre { font: 13.5px/1.5 ui-monospace, "SF Mono", Menlo, Consolas, monospace; }
pre { margin: 0; padding: 14px 18px; overflow-x: auto; }
footer { margin-top: 44px; color: var(--soft); font-size: 13.5px; }
@media (max-width: 760px) { .hero, .twin { grid-template-columns: 1fr; } .bare .facts { grid-template-columns: 1fr; } h1 { font-size: 31px; } main { padding: 28px 16px 48px; } }
@media print { section, figure, .card { break-inside: avoid; } }
`;
