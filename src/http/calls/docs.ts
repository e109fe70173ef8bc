import { readFileSync } from 'node:fs';
import { type Call, defineCall } from '../call/call.js';
import { DOCS_CSS } from '../docs-page/docs-css.js';
import { DOCS_HTML } from '../docs-page/docs-html.js';

/** Nothing but what this origin serves; no markup made from text; nowhere to be framed. */
export const PAGE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'";

const HEADERS = {
  'Content-Security-Policy': PAGE_POLICY,
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
};

/** The page's scripts, compiled beside this file's folder. */
const SCRIPTS = ['page', 'call-card', 'dom', 'openapi-types', 'reply-view', 'try-form'];

const scriptText = (name: string): string =>
  readFileSync(new URL(`../docs-page/browser/${name}.js`, import.meta.url), 'utf8');

/** A text that is made once, when it is first asked for. */
function pagePart(path: string, contentType: string, make: () => string, summary: string): Call {
  let text: string | undefined;
  return defineCall({
    method: 'GET',
    path,
    access: 'read',
    group: 'Documentation',
    summary,
    isInternal: path !== '/docs',
    answer: { contentType },
    handler: ({ exchange }) => {
      text ??= make();
      exchange.answer(200, `${contentType}; charset=utf-8`, text, HEADERS);
    },
  });
}

/** GET /docs and what it is made of. */
export const docsCalls: readonly Call[] = [
  pagePart('/docs', 'text/html', () => DOCS_HTML, 'This API as a page to read and to try'),
  pagePart('/docs/page.css', 'text/css', () => DOCS_CSS, 'Looks of the page'),
  ...SCRIPTS.map((name) =>
    pagePart(`/docs/${name}.js`, 'text/javascript', () => scriptText(name), 'Script of the page'),
  ),
];
