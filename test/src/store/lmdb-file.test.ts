import assert from 'node:assert/strict';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { seededRandom } from '../../../bench/macro/tsbs.js';
import { MillraceError } from '../../../src/errors.js';
import { numberedKey, tableEnd, tableKey } from '../../../src/store/keys.js';
import { checkLmdbFile } from '../../../src/store/lmdb-file.js';
import { LmdbSnapshots, LmdbStore } from '../../../src/store/lmdb-store.js';

const FLIPS = Number(process.env['MILLRACE_DAMAGE_SEEDS'] ?? 150);
const TABLE = 7;

function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Writes, replaces and removes small and large values, so that both trees have several pages and pages are used again. */
function fill(path: string, transactions: number, seed: number, largeShare = 0.2): Map<number, number> {
  const random = seededRandom(seed);
  const sizes = new Map<number, number>();
  const store = LmdbStore.open(path);
  for (let t = 0; t < transactions; t++) {
    store.transaction((writer) => {
      for (let i = 0; i < 30; i++) {
        const number = Math.floor(random() * 600);
        if (random() < 0.3) {
          writer.remove(numberedKey(1, TABLE, number));
          sizes.delete(number);
        } else {
          const bytes = Math.floor(random() < largeShare ? random() * 30_000 : random() * 300);
          writer.put(numberedKey(1, TABLE, number), new Uint8Array(bytes).fill(number));
          sizes.set(number, bytes);
        }
      }
    });
  }
  store.close();
  return sizes;
}

async function keysOf(path: string): Promise<number[]> {
  const snapshots = new LmdbSnapshots(path);
  const snapshot = snapshots.open();
  const keys: number[] = [];
  snapshot.forEach(tableKey(1, TABLE), tableEnd(1, TABLE), (key, value) => {
    keys.push(new DataView(key.buffer, key.byteOffset).getUint32(2));
    // Touches every page of the value.
    let sum = 0;
    for (let i = 0; i < value.length; i += 512) sum += value[i]!;
    return sum >= 0;
  });
  snapshot.close();
  await snapshots.close();
  return keys;
}

const ascending = (sizes: Map<number, number>): number[] => [...sizes.keys()].sort((a, b) => a - b);

/** The text of a refusal, or undefined when the file passes. */
function faultOf(path: string): string | undefined {
  try {
    checkLmdbFile(path, 'all');
    return undefined;
  } catch (error) {
    assert.ok(error instanceof MillraceError, String(error));
    assert.equal(error.code, 'MR_FOLDER_DAMAGED');
    assert.match(error.message, /data\.mdb is damaged: .*backup/);
    return error.message;
  }
}

/** A filled environment, and a way to look at changed copies of its file. */
function damageable(t: TestContext): {
  sizes: Map<number, number>;
  bytes: Buffer;
  write: (bytes: Uint8Array) => string;
} {
  const folder = temporaryFolder(t);
  const sizes = fill(join(folder, 'whole'), 300, 1, 0.002);
  const bytes = readFileSync(join(folder, 'whole', 'data.mdb'));
  assert.equal(faultOf(join(folder, 'whole')), undefined);
  let copies = 0;
  return {
    sizes,
    bytes,
    // A path of its own each time: lmdb keeps environments by path for a while.
    write: (changed) => {
      const path = join(folder, `copy-${copies++}`);
      mkdirSync(path);
      writeFileSync(join(path, 'data.mdb'), changed);
      return path;
    },
  };
}

test('checkLmdbFile() finds nothing in what LMDB has written, whatever was written', (t) => {
  const folder = temporaryFolder(t);
  for (let seed = 1; seed <= 4; seed++) {
    const path = join(folder, String(seed));
    for (let round = 0; round < 4; round++) {
      fill(path, 1 + seed * 12, seed * 10 + round);
      assert.ok(checkLmdbFile(path, 'all')!.pages > 2);
    }
  }
});

test('checkLmdbFile() answers undefined when there is no file yet', (t) => {
  const folder = temporaryFolder(t);
  assert.equal(checkLmdbFile(folder, 'all'), undefined);
  LmdbStore.open(join(folder, 'new')).close();
  assert.ok(checkLmdbFile(join(folder, 'new'), 'all'));
});

test('checkLmdbFile() refuses a file that is gone or empty beside a used lock', (t) => {
  const folder = temporaryFolder(t);
  fill(folder, 3, 1);
  truncateSync(join(folder, 'data.mdb'), 0);
  assert.match(faultOf(folder)!, /it is empty/);
  rmSync(join(folder, 'data.mdb'));
  assert.match(faultOf(folder)!, /it is missing/);
});

test('checkLmdbFile() refuses a file that was cut off anywhere but behind the last page in use', async (t) => {
  const { bytes, sizes, write } = damageable(t);
  const random = seededRandom(2);
  let refused = 0;
  for (let i = 0; i < 60; i++) {
    const length = i < 4 ? [1, 100, 4_096, 8_192][i]! : Math.floor(random() * bytes.length);
    const path = write(bytes.subarray(0, length));
    if (faultOf(path) === undefined) assert.deepEqual(await keysOf(path), ascending(sizes));
    else refused++;
  }
  assert.ok(refused > 30, `only ${refused} of 60 were refused`);
});

test(`checkLmdbFile() lets no file pass whose keys LMDB would not read as they were, over ${FLIPS} flipped bits`, async (t) => {
  const { bytes, sizes, write } = damageable(t);
  const random = seededRandom(3);
  const wanted = ascending(sizes);
  let refused = 0;
  for (let i = 0; i < FLIPS; i++) {
    const changed = Buffer.from(bytes);
    // Half of them in the first bytes of a page, where what LMDB trusts is densest.
    const page = Math.floor((random() * bytes.length) / 4_096) * 4_096;
    const at = i % 2 === 0 ? page + Math.floor(random() * 40) : Math.floor(random() * bytes.length);
    changed[at]! ^= 1 << Math.floor(random() * 8);
    const path = write(changed);
    if (faultOf(path) !== undefined) refused++;
    else {
      assert.deepEqual(await keysOf(path), wanted, `bit at ${at}`);
      fill(path, 5, 4);
      assert.equal(faultOf(path), undefined, `bit at ${at}, after writing`);
    }
    rmSync(path, { recursive: true });
  }
  t.diagnostic(`${refused} of ${FLIPS} refused, the others harmless`);
  assert.ok(refused > 0, 'no flipped bit met a page of the trees');
});

test('checkLmdbFile() refuses a page of zeros in the trees', async (t) => {
  const { bytes, sizes, write } = damageable(t);
  for (let page = 0; page * 4_096 < bytes.length; page += 5) {
    const changed = Buffer.from(bytes);
    changed.fill(0, page * 4_096, (page + 1) * 4_096);
    const path = write(changed);
    if (faultOf(path) === undefined) assert.deepEqual(await keysOf(path), ascending(sizes), `page ${page}`);
    rmSync(path, { recursive: true });
  }
});

test('checkLmdbFile() refuses a file with another one in its place', (t) => {
  const { write } = damageable(t);
  assert.match(
    faultOf(write(Buffer.from('{"this": "is JSON"}'.repeat(1_000))))!,
    /meta page 0 is not one of LMDB/,
  );
});

test('checkLmdbFile() tolerates a file that is written while it reads', async (t) => {
  const folder = temporaryFolder(t);
  const path = join(folder, 'live');
  fill(path, 50, 1);
  const copy = join(folder, 'copy');
  mkdirSync(copy);
  const store = LmdbStore.open(path);
  for (let i = 0; i < 50; i++) {
    store.transaction((writer) => writer.put(numberedKey(1, TABLE, i), new Uint8Array(5_000)));
    assert.ok(checkLmdbFile(path, 'all'));
  }
  store.close();
  copyFileSync(join(path, 'data.mdb'), join(copy, 'data.mdb'));
  assert.equal(faultOf(copy), undefined);
});
