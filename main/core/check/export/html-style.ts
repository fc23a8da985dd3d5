/** For screens, both colour schemes and paper. Kept short: it travels in every report. */
export const htmlStyle = `
:root { color-scheme: light dark; --text: light-dark(#1c1d20, #e8e9ec); --soft: light-dark(#52565e, #aeb2bb);
  --line: light-dark(#dededb, #34373d); --ground: light-dark(#fff, #17181b); --raised: light-dark(#f5f5f3, #1f2024);
  --error: light-dark(#c4212d, #ff7b72); --warning: light-dark(#b04a00, #f3964f);
  --unknown: light-dark(#7343c9, #bd9bf4); --info: light-dark(#0860ca, #74b3ff); --pass: light-dark(#177533, #57c777); }
* { box-sizing: border-box; }
body { max-width: 960px; margin: 0 auto; padding: 32px 24px 64px; background: var(--ground); color: var(--text);
  font: 14px/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { margin: 0 0 4px; font-size: 22px; } h2 { margin: 32px 0 8px; font-size: 16px; } h3 { margin: 20px 0 6px; font-size: 13px; }
p { margin: 2px 0; } .soft, dt, th { color: var(--soft); } code { font: 0.92em ui-monospace, monospace; }
table { width: 100%; border-collapse: collapse; } th, td { padding: 5px 10px 5px 0; border-bottom: 1px solid var(--line);
  text-align: left; vertical-align: top; } th { font-size: 12px; font-weight: 600; white-space: nowrap; overflow-wrap: normal; } tbody th { color: inherit; font-size: inherit; font-weight: 500; } .count { width: 80px; text-align: right; }
.level { font-weight: 600; white-space: nowrap; } .error { color: var(--error); } .warning { color: var(--warning); }
.unknown { color: var(--unknown); } .info { color: var(--info); } .pass { color: var(--pass); }
.finding { margin: 10px 0; padding: 10px 14px; border-left: 3px solid currentColor; background: var(--raised); break-inside: avoid; }
.finding > * { color: var(--text); } .finding > .soft { color: var(--soft); font-size: 12px; }
.facts { display: grid; grid-template-columns: repeat(auto-fill, minmax(400px, 1fr)); gap: 4px 32px; }
.facts > section { break-inside: avoid; min-width: 0; } dl { display: grid; grid-template-columns: 130px 1fr; gap: 2px 12px; margin: 0; }
dd { margin: 0; min-width: 0; } dd.wide { grid-column: 1 / -1; } .facts table { font-size: 12px; margin-top: 6px; }
footer { margin-top: 40px; padding-top: 12px; border-top: 1px solid var(--line); font-size: 12px; }
article + article { margin-top: 56px; padding-top: 24px; border-top: 2px solid var(--line); }
a { color: inherit; }
@media (max-width: 600px) { .count { display: none; } .facts { grid-template-columns: 1fr; } dl { grid-template-columns: 1fr; } dd { margin-bottom: 6px; } }
@media print { :root { color-scheme: light; } body { max-width: none; padding: 0; font-size: 11px; }
  .finding { background: none; } article + article { break-before: page; border: 0; margin-top: 0; } }
`;
