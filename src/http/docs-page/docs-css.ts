/** The looks of /docs: system fonts, light and dark by the reader's setting, one column that fits a phone. */
export const DOCS_CSS = `:root {
  color-scheme: light dark;
  --ground: #fafaf9; --raised: #ffffff; --sunk: #f1f1ee; --text: #1c1c1a; --dim: #5c5c57; --line: #dcdcd6;
  --accent: #0b5fc0; --good: #17682f; --bad: #b3261e;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #151615; --raised: #1d1f1e; --sunk: #111211; --text: #e7e7e3; --dim: #a3a39d; --line: #343634;
    --accent: #7db4ff; --good: #74cf8c; --bad: #ff8a80;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--text); font: 15px/1.5 system-ui, sans-serif; }
header, main, noscript { display: block; max-width: 960px; margin: 0 auto; padding: 0 16px; }
header { padding-top: 24px; }
h1 { font-size: 24px; line-height: 32px; margin: 0 0 8px; }
h1 small { font-size: 15px; font-weight: 400; color: var(--dim); }
h3 { font-size: 16px; margin: 32px 0 8px; scroll-margin-top: 16px; }
h4 { font-size: 15px; margin: 24px 0 8px; }
p { margin: 0 0 8px; }
a { color: var(--accent); }
code, pre, input, textarea, select { font: 13px/1.5 ui-monospace, monospace; }
#about, .note, .type, .about { color: var(--dim); }
.tools { display: flex; flex-wrap: wrap; gap: 16px; align-items: end; margin: 16px 0; }
.tools label { display: grid; gap: 4px; font-size: 13px; color: var(--dim); flex: 1 1 200px; }
.tools a { padding: 8px 0; }
nav { display: flex; flex-wrap: wrap; gap: 8px 16px; border-bottom: 1px solid var(--line); padding-bottom: 16px; }
input, textarea, select {
  width: 100%; min-height: 36px; padding: 6px 8px; color: var(--text); background: var(--raised);
  border: 1px solid var(--line); border-radius: 6px;
}
::placeholder { color: var(--dim); opacity: 1; }
textarea { resize: vertical; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 1px; }
.call { background: var(--raised); border: 1px solid var(--line); border-radius: 8px; margin: 0 0 8px; scroll-margin-top: 16px; }
summary { display: flex; flex-wrap: wrap; gap: 4px 12px; align-items: baseline; padding: 8px 12px; cursor: pointer; }
summary::-webkit-details-marker { display: none; }
.path { overflow-wrap: anywhere; font-weight: 600; }
.method { font: 600 12px/20px ui-monospace, monospace; min-width: 52px; color: var(--accent); }
.method.delete { color: var(--bad); }
.method.post, .method.put, .method.patch { color: var(--good); }
.inside { border-top: 1px solid var(--line); padding: 12px; }
.row { display: grid; gap: 4px; margin: 0 0 16px; }
.title { display: flex; flex-wrap: wrap; gap: 4px 8px; align-items: baseline; }
.name { font: 600 13px/1.5 ui-monospace, monospace; }
.type, .note, .required { font-size: 13px; }
.required { color: var(--bad); }
.actions { display: flex; flex-wrap: wrap; gap: 8px 12px; align-items: center; }
.command { flex: 1 1 240px; min-width: 0; overflow-wrap: anywhere; color: var(--dim); }
.send {
  font: 600 15px/20px system-ui, sans-serif; min-height: 40px; padding: 8px 20px; border: 0; border-radius: 6px;
  background: var(--accent); color: var(--ground); cursor: pointer;
}
.answer {
  margin: 8px 0 16px; padding: 12px; max-height: 480px; overflow: auto; background: var(--sunk);
  border: 1px solid var(--line); border-radius: 6px; white-space: pre-wrap; overflow-wrap: anywhere;
}
.reply:not(:empty) { margin-top: 16px; }
.status { font-variant-numeric: tabular-nums; font-weight: 600; }
.good { color: var(--good); }
.bad { color: var(--bad); }
.response { overflow-wrap: anywhere; }
main { padding-bottom: 64px; }
@media (min-width: 720px) {
  .row { grid-template-columns: 200px 1fr; }
  .row .note { grid-column: 2; }
}
`;
