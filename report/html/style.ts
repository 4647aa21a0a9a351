/** The look of the page: light and dark, and on paper. No web font, no image: the file is all there is. */
export const style = `
:root {
  --page: #f6f7f9; --card: #ffffff; --ink: #1d2430; --soft: #5c6675; --line: #e1e5eb; --track: #eceff3;
  --proven: #1f7a4d; --done: #62b58c; --running: #3b7dd8; --notStarted: #d5dae1; --parked: #e0a021; --skipped: #8b7bb5; --needsHands: #c9423a;
  --old: #a7b0bd; --new: #1f7a4d;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #12161c; --card: #1a2029; --ink: #e4e8ee; --soft: #98a3b3; --line: #2a323e; --track: #232b36;
    --proven: #2f9e68; --done: #7cc7a2; --running: #5c9aeb; --notStarted: #39424f; --parked: #e3ad3f; --skipped: #a394cf; --needsHands: #e0625a;
    --old: #687485; --new: #2f9e68;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.55 system-ui, -apple-system, "Segoe UI", "Liberation Sans", sans-serif; }
main { max-width: 1120px; margin: 0 auto; padding: 40px 28px 80px; }
h1 { font-size: 26px; line-height: 1.25; margin: 0 0 4px; font-weight: 650; letter-spacing: -0.01em; }
h2 { font-size: 17px; margin: 0 0 14px; font-weight: 650; }
h3 { font-size: 14px; margin: 18px 0 8px; font-weight: 650; }
p { margin: 0 0 10px; max-width: 78ch; }
code, .mono { font: 12.5px/1.5 ui-monospace, "SF Mono", Menlo, "DejaVu Sans Mono", monospace; overflow-wrap: anywhere; }
.soft { color: var(--soft); }
.head { display: flex; justify-content: space-between; gap: 24px; align-items: flex-start; margin-bottom: 22px; }
.badge { white-space: nowrap; padding: 5px 14px; border-radius: 99px; color: #fff; font-weight: 600; font-size: 14px; }
.good { background: var(--proven); } .bad { background: var(--needsHands); } .wait { background: var(--parked); color: #22190a; } .busy { background: var(--running); }
section { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 22px 24px; margin-bottom: 18px; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 12px; margin-bottom: 18px; }
.tile { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 14px 18px; }
.tile b { display: block; font-size: 24px; font-weight: 650; line-height: 1.2; font-variant-numeric: tabular-nums; }
.tile span { color: var(--soft); font-size: 13px; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 4px 20px; margin: 0; }
dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
.pair { display: grid; grid-template-columns: 1fr 1fr; gap: 28px; margin-top: 18px; }
@media (max-width: 760px) { .pair { grid-template-columns: 1fr; } .head { flex-direction: column; } }
table { border-collapse: collapse; width: 100%; font-size: 13.5px; }
th { text-align: left; color: var(--soft); font-weight: 500; font-size: 12.5px; }
th { white-space: nowrap; }
th, td { padding: 6px 18px 6px 0; border-bottom: 1px solid var(--line); vertical-align: top; }
td.mono { white-space: nowrap; overflow-wrap: normal; }
td.state { white-space: nowrap; }
td.long { overflow-wrap: anywhere; min-width: 14em; }
td.num, th.num { text-align: right; font-variant-numeric: tabular-nums; }
td.when { white-space: nowrap; font-variant-numeric: tabular-nums; color: var(--soft); }
td.name { font-weight: 550; min-width: 7em; max-width: 22em; overflow-wrap: anywhere; }
tr:last-child td { border-bottom: 0; }
.scroll { overflow-x: auto; }
.dot { display: inline-block; width: 10px; height: 10px; border-radius: 3px; margin-right: 7px; }
.legend { display: flex; flex-wrap: wrap; gap: 6px 20px; font-size: 13px; color: var(--soft); margin: 12px 0 0; }
svg { display: block; width: 100%; height: auto; }
svg text { font: 12px system-ui, "Segoe UI", "Liberation Sans", sans-serif; fill: var(--ink); }
svg text.soft { fill: var(--soft); font-size: 11px; }
svg text.glyph { fill: #fff; font-size: 10px; text-anchor: middle; }
ul { margin: 0; padding-left: 20px; } li { margin-bottom: 6px; max-width: 88ch; }
.loud { border-color: var(--needsHands); border-left-width: 5px; }
.ask { border-color: var(--parked); border-left-width: 5px; }
.badge.big { font-size: 18px; padding: 8px 20px; }
p.lead { font-size: 17px; font-weight: 550; max-width: none; }
.stages { columns: 2; column-gap: 40px; font-size: 14px; } .stages li { break-inside: avoid; } .stages li::marker { font-weight: 650; }
.stages li.beyond::marker { color: var(--running); }
.no-return { border-left: 4px solid var(--needsHands); padding: 4px 0 4px 16px; margin-top: 14px; } .no-return p { margin: 6px 0 0; }
.night { display: flex; gap: 3px; } .night > div { flex: 1 1 0; min-width: 22px; padding: 7px 0; border-radius: 5px; color: #fff; font-weight: 650; text-align: center; }
.night .free { background: var(--done); } .night .beyond { background: var(--running); } .night .point { border-left: 6px solid var(--needsHands); }
a { color: inherit; text-decoration-color: var(--running); text-underline-offset: 3px; }
.member { display: grid; grid-template-columns: 14em 1fr 14em; gap: 2px 16px; align-items: center; padding: 3px 0; font-size: 13.5px; }
.member .who { overflow-wrap: anywhere; font-weight: 550; } .member .what { color: var(--soft); }
.bar { display: flex; gap: 2px; height: 14px; border-radius: 4px; overflow: hidden; background: var(--track); } .bar i { min-width: 4px; }
.danger { color: var(--needsHands); font-weight: 650; }
td.when.name { font-weight: 400; max-width: none; }
.fault + .fault { border-top: 1px solid var(--line); margin-top: 18px; padding-top: 4px; }
ol { margin: 10px 0; padding-left: 20px; } ul.not { list-style: none; padding: 0; } ul.not li::before { content: "✕ "; color: var(--needsHands); font-weight: 700; }
pre.copy { user-select: all; white-space: pre-wrap; overflow-wrap: anywhere; margin: 0 0 10px; padding: 10px 14px; border-radius: 8px; background: var(--track); font: 12.5px/1.5 ui-monospace, "SF Mono", Menlo, "DejaVu Sans Mono", monospace; }
td.mono-line { font: 12.5px/1.5 ui-monospace, "SF Mono", Menlo, "DejaVu Sans Mono", monospace; }
@media (max-width: 760px) {
  main { padding: 20px 14px 60px; } section { padding: 16px; overflow-x: auto; } .stages { columns: 1; }
  .member { grid-template-columns: 1fr; padding: 7px 0; }
  dl { grid-template-columns: 1fr; gap: 0; } dd { margin-bottom: 8px; }
  table.blocks thead { display: none; } table.blocks tr { display: block; padding: 8px 0; border-bottom: 1px solid var(--line); }
  table.blocks tr:last-child { border-bottom: 0; } table.blocks td { display: block; border: 0; padding: 2px 0; max-width: none; }
  table.blocks td.num { text-align: left; } table.blocks td.num::before { content: attr(data-head) " "; color: var(--soft); font-size: 12.5px; } table.blocks td:empty { display: none; }
  table.blocks td.long::before { content: attr(data-head) " "; color: var(--soft); font-size: 12.5px; }
}
details summary { cursor: pointer; color: var(--soft); }
footer { color: var(--soft); font-size: 13px; }
@media print {
  body { background: #fff; font-size: 12px; } main { max-width: none; padding: 0; }
  section { break-inside: auto; border-radius: 0; } tr, .tile { break-inside: avoid; } details > * { display: block; }
}
`;
