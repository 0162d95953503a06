/** How the pages look, in light and in dark, as one style sheet. It knows the classes of this room and nothing else. */
export const styles = `
:root {
  color-scheme: light dark;
  --paper: #fbfaf7; --card: #ffffff; --ink: #1f1d1a; --quiet: #6d6860; --line: #e5e0d6; --accent: #1f5fbf; --bad: #a8321f;
  --shade: rgb(60 50 30 / 12%);
  --k0: #1f6fd1; --k1: #0f8a7e; --k2: #3f9142; --k3: #a08a00; --k4: #d0761b; --k5: #c8433a; --k6: #9a4fb0; --k7: #6a6fd0; --k8: #7d7468;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #151517; --card: #1d1d20; --ink: #eceae6; --quiet: #a09b93; --line: #323136; --accent: #8ab4f8; --bad: #ff9b85;
    --shade: rgb(0 0 0 / 45%);
    --k0: #6aa9ff; --k1: #3ec7b4; --k2: #7fcc73; --k3: #dcc34a; --k4: #ffa657; --k5: #ff7b72; --k6: #d18be8; --k7: #a5a9ff; --k8: #b3aa9c;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 40px clamp(16px, 4vw, 48px) 32px; max-width: 1360px; background: var(--paper); color: var(--ink);
  font: 15px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
  -webkit-text-size-adjust: 100%;
}
h1 { margin: 0 0 4px; font-size: clamp(22px, 3vw, 30px); line-height: 1.2; font-weight: 650; letter-spacing: -.015em; overflow-wrap: anywhere; text-wrap: balance; }
h2 { margin: 48px 0 14px; font-size: 18px; line-height: 1.3; font-weight: 650; letter-spacing: -.005em; overflow-wrap: anywhere; }
h3 { margin: 24px 0 8px; font-size: 13px; font-weight: 600; color: var(--quiet); }
p { margin: 0 0 12px; max-width: 72ch; }
.quiet, footer { color: var(--quiet); }
.bad { color: var(--bad); }
header { margin-bottom: 28px; }
header p { margin: 0; color: var(--quiet); }
footer { margin-top: 56px; padding-top: 14px; border-top: 1px solid var(--line); font-size: 13px; }
img { display: block; max-width: 100%; height: auto; }
a { color: var(--accent); text-underline-offset: 2px; }
button, select { font: inherit; color: inherit; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
output, dd, td, th, .plot b, .where { font-variant-numeric: tabular-nums; }

/* One picture over the other. */
.compare { position: relative; width: min(var(--widest), calc(82vh * var(--ratio))); max-width: 100%; aspect-ratio: var(--ratio); overflow: hidden; border-radius: 6px; background: var(--line); --at: 50%; touch-action: pan-y; }
.compare img { width: 100%; height: 100%; object-fit: fill; }
.compare .after, .compare .before { position: absolute; inset: 0; }
.compare .before { clip-path: inset(0 calc(100% - var(--at)) 0 0); }
.compare input { position: absolute; inset: 0; width: 100%; height: 100%; margin: 0; opacity: 0; cursor: ew-resize; appearance: none; -webkit-appearance: none; background: none; }
.compare input::-webkit-slider-thumb { appearance: none; -webkit-appearance: none; width: 2px; height: 100%; }
.compare input::-moz-range-thumb { width: 2px; height: 100%; border: 0; }
.handle { position: absolute; top: 0; bottom: 0; left: var(--at); width: 2px; margin-left: -1px; background: #fff; box-shadow: 0 0 0 1px rgb(0 0 0 / 25%); pointer-events: none; }
.handle::after { content: ""; position: absolute; top: 50%; left: 50%; width: 34px; height: 34px; margin: -17px; border-radius: 50%; border: 2px solid #fff; background: rgb(20 20 20 / 55%) linear-gradient(#fff, #fff) center / 2px 12px no-repeat; box-shadow: 0 1px 6px rgb(0 0 0 / 35%); }
.compare input:focus-visible ~ .handle::after { background-color: var(--accent); outline: 2px solid var(--accent); outline-offset: 2px; }
.tag { position: absolute; bottom: 10px; padding: 2px 9px; border-radius: 99px; background: rgb(15 15 15 / 62%); color: #fff; font-size: 12px; line-height: 1.5; pointer-events: none; max-width: calc(50% - 14px); overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.tag.left { left: 10px; } .tag.right { right: 10px; }

/* A report. */
.result { display: grid; grid-template-columns: minmax(0, max-content) minmax(260px, 1fr); gap: 36px; align-items: start; }
.result > * { min-width: 0; }
.result aside { max-width: 420px; }
.inputs { display: grid; grid-template-columns: 1fr 1fr; gap: 12px; margin-bottom: 20px; }
figure { margin: 0; }
.inputs img { width: 100%; height: 110px; object-fit: cover; border-radius: 4px; }
.inputs figcaption { margin-top: 5px; font-size: 12px; line-height: 1.35; color: var(--quiet); overflow-wrap: anywhere; }
.inputs figcaption b { display: block; color: var(--ink); font-weight: 600; }
dl { display: grid; grid-template-columns: auto minmax(0, 1fr); gap: 0; margin: 0; font-size: 14px; }
dt, dd { margin: 0; padding: 5px 0; border-top: 1px solid var(--line); overflow-wrap: anywhere; }
dt { padding-right: 16px; color: var(--quiet); }
dd { text-align: right; }
.strip { display: flex; gap: 10px; overflow-x: auto; padding: 4px 4px 12px; margin: -4px; scroll-snap-type: x proximity; scroll-padding: 4px; }
.strip button { flex: 0 0 auto; padding: 0; border: 0; background: none; cursor: pointer; text-align: left; scroll-snap-align: start; border-radius: 4px; }
.strip img { height: 132px; width: auto; max-width: none; border-radius: 4px; }
.strip span { display: block; margin-top: 5px; font-size: 12px; color: var(--quiet); font-variant-numeric: tabular-nums; }
.strip button[aria-pressed=true] img { box-shadow: 0 0 0 2px var(--paper), 0 0 0 4px var(--accent); }
.strip button[aria-pressed=true] span { color: var(--ink); font-weight: 600; }

/* Curves. */
.plot { position: relative; height: 300px; margin: 0 0 26px 52px; border-bottom: 1px solid var(--line); border-left: 1px solid var(--line); }
.plot svg { position: absolute; inset: 0; width: 100%; height: 100%; }
.plot polyline { fill: none; stroke-width: 1.6; vector-effect: non-scaling-stroke; stroke-linejoin: round; }
.plot polyline.all { stroke-width: 2.2; }
.plot polyline.off { display: none; }
.plot .row { position: absolute; left: 0; right: 0; height: 1px; background: var(--line); opacity: .75; }
.plot b { position: absolute; font-weight: 400; font-size: 12px; line-height: 1; color: var(--quiet); }
.plot .y { right: calc(100% + 8px); transform: translateY(-50%); white-space: nowrap; }
.plot .x { top: calc(100% + 8px); transform: translateX(-50%); }
.plot .band { position: absolute; top: 0; bottom: 0; border-right: 1px dashed var(--line); overflow: hidden; font-style: normal; font-size: 11px; color: var(--quiet); text-align: right; white-space: nowrap; }
.plot .band:last-of-type { border-right: 0; }
.plot .band span { padding-right: 6px; }
.cursor { position: absolute; top: 0; bottom: 0; width: 1px; background: var(--ink); opacity: .55; pointer-events: none; }
.where { display: inline-block; min-width: 8.5em; font-size: 13px; font-weight: 600; }
.legend { display: flex; flex-wrap: wrap; gap: 4px 8px; margin: 6px 0 0; padding: 0; list-style: none; }
.legend button { display: flex; align-items: center; gap: 7px; padding: 3px 8px; border: 1px solid var(--line); border-radius: 5px; background: var(--card); font-size: 13px; cursor: pointer; }
.legend button[aria-pressed=false] { opacity: .45; }
.legend i { width: 14px; height: 3px; border-radius: 2px; background: currentColor; }
.legend output { min-width: 4.6em; text-align: right; color: var(--quiet); }
${[0, 1, 2, 3, 4, 5, 6, 7, 8].map((i) => `.k${i} { stroke: var(--k${i}); } .legend i.k${i} { background: var(--k${i}); }`).join("\n")}
.all { stroke: var(--ink); } .legend i.all { background: var(--ink); }

/* Settings. */
.command { display: flex; align-items: flex-start; gap: 12px; padding: 12px 14px; border: 1px solid var(--line); border-radius: 6px; background: var(--card); }
code { font: 13px/1.6 ui-monospace, "SF Mono", SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; }
.command code { flex: 1; min-width: 0; white-space: pre-wrap; overflow-wrap: anywhere; }
.copy { padding: 3px 11px; border: 1px solid var(--line); border-radius: 5px; background: var(--paper); font-size: 13px; cursor: pointer; }
details { margin-top: 12px; }
summary { cursor: pointer; color: var(--quiet); width: fit-content; }
details dl { grid-template-columns: repeat(auto-fill, minmax(300px, 1fr)); column-gap: 32px; margin-top: 8px; }
details dl div { display: flex; justify-content: space-between; gap: 16px; border-top: 1px solid var(--line); }
details dl :is(dt, dd) { border: 0; }

/* A grid. */
.grid { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); gap: 40px; align-items: start; }
.grid > * { min-width: 0; }
.tables { overflow-x: auto; padding: 4px; margin: -4px; }
table { border-collapse: separate; border-spacing: 8px; margin: -8px 0 0 -8px; }
table + table { margin-top: 20px; }
caption { padding: 8px; text-align: left; font-weight: 600; }
th { font-weight: 500; font-size: 13px; line-height: 1.35; text-align: left; vertical-align: bottom; overflow-wrap: break-word; }
tbody th { vertical-align: middle; min-width: 7ch; max-width: 16ch; }
th small { display: block; font-size: 12px; font-weight: 400; color: var(--quiet); }
td { padding: 0; }
td label { position: relative; display: block; width: clamp(84px, 32vw / var(--columns), 280px); cursor: pointer; }
td input { position: absolute; inset: 0; opacity: 0; cursor: pointer; margin: 0; }
td img, td .none { width: 100%; border-radius: 4px; }
td :checked + * { box-shadow: 0 0 0 2px var(--paper), 0 0 0 4px var(--accent); }
td :focus-visible + * { outline: 2px solid var(--ink); outline-offset: 5px; }
.none { display: grid; place-items: center; border: 1px dashed var(--line); color: var(--quiet); font-size: 13px; background: repeating-linear-gradient(45deg, transparent 0 7px, var(--line) 7px 8px); border-radius: 4px; }
.none.bad span { color: var(--bad); }
.none span { background: var(--paper); padding: 1px 8px; border-radius: 4px; }
.detail { position: sticky; top: 24px; }
article h2 { margin: 0 0 14px; }
article .compare { width: min(var(--widest), calc(56vh * var(--ratio))); }
article dl { grid-auto-flow: column; grid-template: auto auto / none; grid-auto-columns: minmax(0, 1fr); margin: 16px 0 10px; }
article dl :is(dt, dd) { padding: 0; border: 0; text-align: left; }
article dt { font-size: 12px; }
.file, .against { font-size: 13px; }
.against { margin-top: 10px; color: var(--quiet); }
.against select { max-width: 100%; padding: 3px 6px; border: 1px solid var(--line); border-radius: 5px; background: var(--card); color: var(--ink); }
article .plot { height: 200px; }

@media (max-width: 900px) {
  body { padding-top: 24px; }
  .result, .grid { grid-template-columns: minmax(0, 1fr); gap: 28px; }
  .inputs { max-width: 420px; }
  .detail { position: static; }
  .plot { height: 240px; }
  td label { width: clamp(84px, 64vw / var(--columns), 220px); }
  .command { flex-direction: column; }
}
@media print { article.cell[hidden] { display: block !important; } .compare input, .handle, .copy { display: none; } }
`;
