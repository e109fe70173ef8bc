import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

/** Where the bundler puts the page: beside the compiled tests. */
const NOTICES = new URL('../../../dashboard/third-party-licenses.md', import.meta.url);

test('the licence of everything that is bundled with the dashboard is in the package', () => {
  const notices = readFileSync(NOTICES, 'utf8');
  for (const name of ['preact', '@preact/signals', '@preact/signals-core', 'uplot']) {
    const start = notices.indexOf(`## ${name} - `);
    assert.ok(start >= 0, `${name} lacks`);
    const own = notices.slice(start, notices.indexOf('\n## ', start + 1) >>> 0);
    assert.match(own, /Copyright \(c\)/, name);
    assert.match(own, /Permission is hereby granted/, name);
  }
});
