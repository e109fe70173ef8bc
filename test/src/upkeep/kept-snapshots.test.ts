import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { FOLDER_FORMAT, type ManifestFields, writeManifest } from '../../../src/store/manifest.js';
import { keptSnapshots, removeSnapshot } from '../../../src/upkeep/kept-snapshots.js';

const MANIFEST: ManifestFields = {
  format: FOLDER_FORMAT,
  shards: 1,
  hashKey: '0123456789abcdef0123456789abcdef',
  createdBy: 'test',
};

/** A folder in which backups lie among other things. */
function directory(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'millrace-kept-'));
  t.after(() => rmSync(path, { recursive: true }));
  const shard = (name: string, bytes: number): void => {
    mkdirSync(join(path, name, 'shard-0'), { recursive: true });
    writeFileSync(join(path, name, 'shard-0', 'data.mdb'), Buffer.alloc(bytes));
  };
  for (const [name, time] of Object.entries({ second: 2_000, first: 1_000 })) {
    shard(name, time);
    writeManifest(join(path, name), MANIFEST);
    utimesSync(join(path, name, 'millrace.json'), time, time);
  }
  shard('cut-short', 10);
  for (const [name, file] of Object.entries({ live: 'millrace.pid', rested: 'series.index' })) {
    shard(name, 10);
    writeManifest(join(path, name), MANIFEST);
    writeFileSync(join(path, name, file), '');
  }
  shard('of-another-folder', 10);
  writeManifest(join(path, 'of-another-folder'), { ...MANIFEST, hashKey: 'f'.repeat(32) });
  shard('damaged', 10);
  writeFileSync(join(path, 'damaged', 'millrace.json'), '{');
  mkdirSync(join(path, 'empty'));
  mkdirSync(join(path, 'photos'));
  writeFileSync(join(path, 'photos', 'a.jpg'), '');
  writeFileSync(join(path, 'file'), '');
  return path;
}

test('keptSnapshots() lists the backups of one folder, the oldest first, and what a crash left of one', (t) => {
  const path = directory(t);
  const kept = keptSnapshots(path, MANIFEST).map(({ name, bytes, isWhole }) => [name, bytes, isWhole]);
  assert.deepEqual(kept, [
    ['first', 1_000, true],
    ['second', 2_000, true],
    ['cut-short', 10, false],
  ]);
  assert.deepEqual(keptSnapshots(join(path, 'nowhere'), MANIFEST), []);
});

test('keptSnapshots() passes over what may not be read, as lost+found on a disk of its own', (t) => {
  const path = directory(t);
  chmodSync(path, 0o755);
  const closed = join(path, 'lost+found');
  mkdirSync(closed, 0o700);
  // Who may read everything looks with the eyes of somebody who may not.
  const isRoot = process.getuid!() === 0;
  if (isRoot) process.seteuid!(65_534);
  else chmodSync(closed, 0);
  try {
    assert.throws(() => readdirSync(closed), { code: 'EACCES' });
    assert.equal(keptSnapshots(path, MANIFEST).length, 3);
  } finally {
    if (isRoot) process.seteuid!(0);
    else chmodSync(closed, 0o700);
  }
});

test('removeSnapshot() removes what is listed and nothing else', async (t) => {
  const path = directory(t);
  const before = readdirSync(path);
  for (const name of [
    'live',
    'rested',
    'of-another-folder',
    'damaged',
    'empty',
    'photos',
    'file',
    'nothing',
  ]) {
    await assert.rejects(
      removeSnapshot(path, MANIFEST, name),
      new RegExp(`no snapshot "${name}" in .*; there are first, second, cut-short`),
    );
  }
  assert.deepEqual(readdirSync(path), before);
  assert.equal((await removeSnapshot(path, MANIFEST, 'first')).bytes, 1_000);
  await removeSnapshot(path, MANIFEST, 'cut-short');
  assert.deepEqual(
    readdirSync(path),
    before.filter((name) => name !== 'first' && name !== 'cut-short'),
  );
});
