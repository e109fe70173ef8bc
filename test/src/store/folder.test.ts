import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { MillraceError } from '../../../src/errors.js';
import { Folder } from '../../../src/store/folder.js';
import { readManifest } from '../../../src/store/manifest.js';
import { inFolder } from './temporary-folder.js';

const manifestPath = (folder: string): string => join(folder, 'millrace.json');

/** That opening fails with a code and a text, and leaves no lock behind. */
function checkFails(folder: string, code: string, text: RegExp): void {
  assert.throws(
    () => Folder.open(folder, 2, '1.0'),
    (error) => error instanceof MillraceError && error.code === code && text.test(error.message),
  );
  assert.equal(existsSync(join(folder, 'millrace.pid')), false);
}

test('open() makes a folder with its parents, a manifest and a key of its own when there is none', () => {
  inFolder((parent) => {
    const path = join(parent, 'a', 'b');
    const folder = Folder.open(path, 3, '1.2.3');
    assert.deepEqual(
      { ...folder.manifest, hashKey: '', checksum: '' },
      { format: 2, shards: 3, hashKey: '', createdBy: 'millrace 1.2.3', checksum: '' },
    );
    assert.match(folder.manifest.hashKey, /^[0-9a-f]{32}$/);
    assert.deepEqual(JSON.parse(readFileSync(manifestPath(path), 'utf8')), folder.manifest);
    assert.equal(folder.shardPath(2), join(path, 'shard-2'));
    const shards = ['shard-0', 'shard-1', 'shard-2'];
    assert.deepEqual(readdirSync(path).sort(), ['millrace.json', 'millrace.pid', ...shards]);
    const other = Folder.open(join(parent, 'c'), 3, '1.2.3');
    assert.notEqual(other.manifest.hashKey, folder.manifest.hashKey);
    other.close();
    folder.close();
    assert.deepEqual(readdirSync(path).sort(), ['millrace.json', ...shards]);
  });
});

test('open() keeps what a folder was made with when it is opened again otherwise', () => {
  inFolder((path) => {
    const first = Folder.open(path, 3, '1.0');
    first.close();
    const again = Folder.open(path, 16, '2.0');
    assert.deepEqual(again.manifest, first.manifest);
    again.close();
  });
});

test('hashKey() reads the key of the manifest as four little-endian words', () => {
  inFolder((path) => {
    const folder = Folder.open(path, 1, '1.0');
    const bytes = folder.manifest.hashKey.match(/../g)!.map((pair) => Number.parseInt(pair, 16));
    const word = (i: number) =>
      bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24);
    const { k0Low, k0High, k1Low, k1High } = folder.hashKey;
    assert.deepEqual([k0Low, k0High, k1Low, k1High], [word(0), word(4), word(8), word(12)]);
    folder.close();
  });
});

test('open() refuses a folder of a newer format and says what to do', () => {
  inFolder((path) => {
    writeFileSync(manifestPath(path), JSON.stringify({ format: 3, anything: 'else' }));
    checkFails(path, 'MR_FOLDER_VERSION', /has format 3, this version reads 2: start it with the newer/);
  });
});

test('open() refuses a folder of the format before the first release and says what to do', () => {
  inFolder((path) => {
    writeFileSync(manifestPath(path), JSON.stringify({ format: 1, anything: 'else' }));
    checkFails(
      path,
      'MR_FOLDER_VERSION',
      /has format 1, of a version before the first release.*empty folder/,
    );
  });
});

test('open() refuses a folder whose manifest is damaged, and changes nothing', () => {
  const good = { format: 2, shards: 2, hashKey: '0'.repeat(32), createdBy: 'test' };
  const check = (text: string) =>
    inFolder((path) => {
      writeFileSync(manifestPath(path), text);
      checkFails(
        path,
        'MR_FOLDER_DAMAGED',
        /millrace\.json can't be understood .* restore it from a backup/s,
      );
      assert.equal(readFileSync(manifestPath(path), 'utf8'), text);
    });
  check('');
  check('{"format": 1');
  check('null');
  check('[]');
  check(JSON.stringify({ ...good, hashKey: 'short' }));
  check(JSON.stringify({ ...good, shards: 17 }));
  check(JSON.stringify({ ...good, shards: 0 }));
  check(JSON.stringify({ ...good, format: '1' }));
  // A regression: formats below the first were taken for the first.
  check(JSON.stringify({ ...good, format: 0 }));
  check(JSON.stringify({ ...good, format: -1 }));
});

test('open() says that a folder cannot be used when its path leads through a file, or is one', () => {
  inFolder((parent) => {
    const file = join(parent, 'file');
    writeFileSync(file, '');
    checkFails(file, 'MR_FOLDER_ACCESS', /can't be used: .*must be readable and writable/);
    checkFails(join(file, 'below'), 'MR_FOLDER_ACCESS', /can't be used: .*ENOTDIR/);
  });
});

test('open() says that a folder cannot be used when the manifest is none that can be read or written', () => {
  inFolder((path) => {
    mkdirSync(manifestPath(path));
    checkFails(path, 'MR_FOLDER_ACCESS', /can't be used: .*EISDIR/);
  });
  inFolder((path) => {
    // Where the manifest is written first, before it takes its name.
    mkdirSync(`${manifestPath(path)}.new`);
    checkFails(path, 'MR_FOLDER_ACCESS', /can't be used: /);
  });
});

test('open() makes the manifest anew when a crash came before it had its name', () => {
  inFolder((path) => {
    writeFileSync(`${manifestPath(path)}.new`, '{"format": 1, "sha');
    const folder = Folder.open(path, 2, '1.0');
    assert.deepEqual(readManifest(path), folder.manifest);
    assert.equal(existsSync(`${manifestPath(path)}.new`), false);
    folder.close();
  });
});

test('readManifest() answers undefined when a folder has none, or is none', () => {
  inFolder((path) => {
    assert.equal(readManifest(path), undefined);
    assert.equal(readManifest(join(path, 'nowhere')), undefined);
  });
});
