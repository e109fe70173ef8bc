import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { rejectReasons } from '../../../protocol/index.js';
import { keyTable } from '../../../src/config/keys.js';
import { ERROR_KINDS } from '../../../src/errors.js';

// Tests run from the root of the repository.
const page = (name: string): string => readFileSync(`docs/${name}`, 'utf8');

test('docs/configuration.md holds the table that the schema gives', () => {
  assert.ok(
    page('configuration.md').includes(keyTable()),
    `docs/configuration.md should hold this table:\n${keyTable()}`,
  );
});

test('docs/errors.md has a line for each code with its status, and none besides', () => {
  const rows = [...page('errors.md').matchAll(/^\| `(MR_[A-Z_]+)` \| (\d+|-) \|/gm)];
  const documented = Object.fromEntries(rows.map((row) => [row[1], row[2]]));
  for (const [code, { status }] of Object.entries(ERROR_KINDS)) {
    assert.ok(
      documented[code] === String(status) || documented[code] === '-',
      `${code} ${status}: ${documented[code]}`,
    );
  }
  const unknown = Object.keys(documented).filter(
    (code) => !(code in ERROR_KINDS) && !code.startsWith('MR_CLIENT_'),
  );
  assert.deepEqual(unknown, []);
});

test('docs/errors.md has a line for each reject reason', () => {
  const text = page('errors.md');
  for (const reason of rejectReasons.slice(1)) assert.match(text, new RegExp(`^\\| \`${reason}\` \\|`, 'm'));
});
