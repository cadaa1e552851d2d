/** Colours of the dashboard's design, those that a report uses. Hue is state, and nothing else. */
const DARK = `color-scheme:dark;--bg0:#0A0C0F;--bg1:#0F1216;--bg2:#161A20;--line1:#1D232A;--line2:#2B333D;--line3:#5B6879;
--ink1:#EDF1F5;--ink2:#AEB8C4;--ink3:#8593A2;--ok:#4FB58A;--degraded:#E2B33C;--failing:#FF6B6E;--unknown:#8B97A5;--fault:#FF72D2;
--tint:14%`;
const LIGHT = `color-scheme:light;--bg0:#F3F5F7;--bg1:#FFFFFF;--bg2:#F7F8FA;--line1:#E2E7EC;--line2:#CDD5DD;--line3:#7F8B98;
--ink1:#12171D;--ink2:#414C58;--ink3:#5C6875;--ok:#177A53;--degraded:#855F00;--failing:#C4222B;--unknown:#5C6875;--fault:#AB138B;
--tint:10%`;

const BASE = `
*{box-sizing:border-box;margin:0}
body{background:var(--bg0);color:var(--ink1);font:400 12px/18px Inter,"Inter Variable",-apple-system,BlinkMacSystemFont,"Segoe UI",Roboto,
"Helvetica Neue",Arial,sans-serif;font-variant-numeric:tabular-nums;-webkit-font-smoothing:antialiased;overflow-wrap:break-word}
main{max-width:1120px;margin:0 auto;padding:20px 24px 32px}
h1{font-size:20px;line-height:26px;font-weight:600;letter-spacing:-.01em}
h2{font-size:13px;line-height:20px;font-weight:600}
.head{display:flex;flex-wrap:wrap;align-items:center;gap:8px 12px}
.tag{padding:2px 9px;border-radius:4px;font-weight:600;background:color-mix(in srgb,currentColor var(--tint),var(--bg1));
box-shadow:inset 0 0 0 1px color-mix(in srgb,currentColor 28%,transparent)}
.ok{color:var(--ok)}.degraded{color:var(--degraded)}.failing{color:var(--failing)}.unknown{color:var(--unknown)}
.facts{display:flex;flex-wrap:wrap;gap:2px 18px;margin-top:6px;color:var(--ink2)}
.quiet{color:var(--ink3)}
.story{max-width:78ch;margin-top:12px;font-size:13px;line-height:20px;color:var(--ink2)}
.story b{color:var(--ink1);font-weight:600}
.panel{margin-top:16px;padding:12px 16px 14px;background:var(--bg1);border:1px solid var(--line2);border-radius:8px}
code,pre,.mono{overflow-wrap:anywhere;font:400 11px/17px "JetBrains Mono",ui-monospace,"SF Mono",Menlo,"DejaVu Sans Mono",monospace}
`;

const FIGURES = `
.figures{display:grid;grid-template-columns:repeat(auto-fill,minmax(236px,1fr));gap:8px;margin-top:10px}
.figure{padding:9px 12px 8px;background:var(--bg2);border:1px solid var(--line1);border-radius:6px}
.figure h3{font-size:11px;line-height:16px;font-weight:500;color:var(--ink2)}
.value{font-size:24px;line-height:32px;font-weight:600;letter-spacing:-.02em}
.value.failing{color:var(--failing)}
.figure details{margin-top:2px;color:var(--ink2);font-size:11px;line-height:16px}
summary{cursor:pointer;color:var(--ink3)}
summary:focus-visible{outline:2px solid var(--ink1);outline-offset:2px;border-radius:2px}
.figure code{display:block;margin-top:4px;padding:5px 8px;background:var(--bg0);border-radius:4px;color:var(--ink1)}
.figure p{margin-top:4px}
.scroll{max-height:260px;overflow:auto;margin-top:6px}
`;

const TABLES = `
table{width:100%;border-collapse:collapse;font-size:11px;line-height:17px}
th{text-align:left;font-weight:500;color:var(--ink3)}
th,td{padding:3px 12px 3px 0;vertical-align:top;border-bottom:1px solid var(--line1)}
tr:last-child td{border-bottom:0}
td.at{white-space:nowrap;color:var(--ink3);width:1%}td.id{width:24px;font-weight:600}td:not(.at){overflow-wrap:anywhere;min-width:48px}td.id{min-width:0;overflow-wrap:normal}
.columns{display:grid;grid-template-columns:repeat(auto-fit,minmax(320px,1fr));gap:16px}
.panel table{margin-top:8px}
pre{margin-top:8px;white-space:pre-wrap;color:var(--ink2)}
svg{display:block;width:100%;height:auto;margin-top:8px}
svg text{font-family:inherit;font-variant-numeric:tabular-nums}
.narrow{display:none}
footer{margin-top:16px;color:var(--ink3);font-size:11px}
`;

const MEDIA = `
@media (max-width:640px){main{padding:14px 12px 24px}.panel{padding:10px 12px 12px}.wide{display:none}.narrow{display:block}
.figures{grid-template-columns:repeat(auto-fill,minmax(150px,1fr))}.columns{grid-template-columns:1fr}.value{font-size:20px;line-height:28px}}
@media print{:root{${LIGHT}}body{background:#fff}main{max-width:none;padding:0}.panel{break-inside:avoid;border-color:var(--line3)}
.panel.long{break-inside:auto}.wide{display:block}.narrow{display:none}summary{list-style:none}
details::details-content{content-visibility:visible;block-size:auto}.scroll{max-height:none;overflow:visible}.scroll.many{display:none}
*{-webkit-print-color-adjust:exact;print-color-adjust:exact}}
`;

/** Dark unless the reader's system is light; paper is always light. */
export const STYLES = `:root{${DARK}}
@media (prefers-color-scheme:light){:root{${LIGHT}}}${BASE}${FIGURES}${TABLES}${MEDIA}`;
