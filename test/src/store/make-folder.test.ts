import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeFolder } from '../../../src/store/make-folder.js';

test('makeFolder() makes what is missing and says where it began', (t) => {
  const base = mkdtempSync(join(tmpdir(), 'millrace-make-'));
  t.after(() => rmSync(base, { recursive: true }));
  const check = (path: string, made: string | undefined): void => {
    assert.equal(makeFolder(join(base, path)), made === undefined ? undefined : join(base, made));
    assert.ok(statSync(join(base, path)).isDirectory());
  };
  check('a/b/c', 'a');
  check('a/b/c', undefined);
  check('a/b/d/', 'a/b/d/');
  check('.', undefined);
});

test('makeFolder() comes back with what is wrong', { timeout: 10_000 }, (t) => {
  const base = mkdtempSync(join(tmpdir(), 'millrace-make-'));
  t.after(() => rmSync(base, { recursive: true }));
  writeFileSync(join(base, 'file'), '');
  const check = (path: string, code: RegExp): void => {
    assert.throws(() => makeFolder(path), code);
  };
  check(join(base, 'file'), /EEXIST/);
  check(join(base, 'file/below'), /ENOTDIR/);
  // Where nothing can be made, and the kernel says that the new folder isn't there: mkdir's `recursive` spins for ever.
  if (process.platform === 'linux') check('/proc/millrace/data', /ENOENT|EACCES|EPERM/);
});
