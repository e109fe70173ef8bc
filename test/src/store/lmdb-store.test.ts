import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { MillraceError } from '../../../src/errors.js';
import { logKey, numberedKey, segmentKey, tableEnd, tableKey } from '../../../src/store/keys.js';
import { LmdbSnapshots, LmdbStore } from '../../../src/store/lmdb-store.js';
import type { StoreReader, StoreWriter } from '../../../src/store/shard-store.js';
import { createSpaceClaims, SpaceClaim } from '../../../src/store/space-claim.js';
import { TABLE_FRESH, TABLE_GROUP, TABLE_ROLLUP_1D, TABLE_SERIES } from '../../../src/store/store-layout.js';
import { createStoreMark, StoreMark } from '../../../src/store/store-mark.js';
import { mountSmall } from '../../e2e/small-disk.js';
import { inFolder, inFolderAsync } from './temporary-folder.js';

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);
const list = (value: Uint8Array | undefined): number[] | undefined => value && [...value];

/** The pairs of [start, end) as arrays of numbers. */
function pairs(reader: StoreReader, start: Uint8Array, end: Uint8Array): [number[], number[]][] {
  const found: [number[], number[]][] = [];
  reader.forEach(start, end, (key, value) => {
    found.push([[...key], [...value]]);
    return true;
  });
  return found;
}

const all = (reader: StoreReader): [number[], number[]][] => pairs(reader, bytes(0), bytes(255, 255));

/** A store with some pairs, closed afterwards. */
function withStore(body: (store: LmdbStore, path: string) => void, onCommitMs?: (ms: number) => void): void {
  inFolder((folder) => {
    const path = join(folder, 'shard-0');
    const store = LmdbStore.open(path, onCommitMs && { onCommitMs });
    store.transaction((writer) => {
      for (const i of [3, 1, 2, 5, 4]) writer.put(bytes(1, i), bytes(i, i));
    });
    body(store, path);
    store.close();
  });
}

test('transaction() stores all of its writes, and get() finds them', () => {
  withStore((store) => {
    assert.deepEqual(list(store.get(bytes(1, 3))), [3, 3]);
    assert.equal(store.get(bytes(1, 9)), undefined);
    store.transaction((writer) => {
      writer.put(bytes(1, 3), bytes());
      writer.remove(bytes(1, 1));
      writer.remove(bytes(9, 9));
    });
    assert.deepEqual(list(store.get(bytes(1, 3))), []);
    assert.equal(store.get(bytes(1, 1)), undefined);
  });
});

test('transaction() stores nothing when its body throws, and the next one works', () => {
  withStore((store) => {
    const before = all(store);
    const failing = (error: Error) => () =>
      store.transaction((writer) => {
        writer.put(bytes(1, 1), bytes(99));
        writer.put(bytes(7, 7), bytes(7));
        writer.removeRange(bytes(1, 3), bytes(1, 9));
        throw error;
      });
    assert.throws(
      failing(new Error('disk on fire')),
      (error) =>
        error instanceof MillraceError &&
        error.code === 'MR_UNABLE_TO_STORE' &&
        /disk on fire/.test(error.message),
    );
    assert.deepEqual(all(store), before);
    // A fault of ours is no failure of the store.
    assert.throws(failing(new Error('BUG: no')), /^Error: BUG: no$/);
    assert.deepEqual(all(store), before);
    store.transaction((writer) => writer.put(bytes(7, 7), bytes(7)));
    assert.equal(all(store).length, before.length + 1);
  });
});

test('transaction() reads its own writes, and removes what it has just put', () => {
  withStore((store) => {
    store.transaction((writer) => {
      writer.put(bytes(1, 6), bytes(6));
      assert.deepEqual(list(store.get(bytes(1, 6))), [6]);
      writer.removeRange(bytes(1, 4), bytes(1, 7));
    });
    assert.deepEqual(
      all(store).map(([key]) => key),
      [
        [1, 1],
        [1, 2],
        [1, 3],
      ],
    );
  });
});

test('transaction() tells how long each took that was stored', () => {
  const tookMs: number[] = [];
  withStore(
    (store) => {
      assert.throws(() => store.transaction(() => assert.fail('no')));
      assert.equal(tookMs.length, 1);
      assert.ok(tookMs[0]! >= 0);
    },
    (ms) => tookMs.push(ms),
  );
});

test('transaction() gives the store another version where it changes segments or records of groups, and else none', () => {
  inFolder((folder) => {
    const reader = new StoreMark(createStoreMark());
    const store = LmdbStore.open(join(folder, 'shard-0'), { mark: reader });
    const range = { startMs: 1, endMs: 2, generation: 1, firstNumber: 0, lastNumber: 9 };
    const fresh = segmentKey(3, TABLE_FRESH, range);
    const cells = segmentKey(3, TABLE_ROLLUP_1D, range);
    const check = (isOther: boolean, write: (writer: StoreWriter) => void): void => {
      const before = reader.version;
      assert.notEqual(before, undefined);
      store.transaction((writer) => {
        assert.equal(reader.version, before);
        write(writer);
        // Not even while it is being committed may anybody take the one for the other.
        assert.equal(reader.version, isOther ? undefined : before);
        writer.put(logKey(7, 7), bytes(7));
      });
      assert.notEqual(reader.version, undefined);
      assert.equal(reader.version !== before, isOther);
    };
    check(true, (writer) => writer.put(fresh, bytes(1)));
    check(true, (writer) => writer.put(cells, bytes(1)));
    check(true, (writer) => writer.remove(cells));
    check(true, (writer) => writer.removeRange(tableKey(3, TABLE_FRESH), tableEnd(3, TABLE_FRESH)));
    check(false, (writer) => writer.removeRange(tableKey(3, TABLE_FRESH), tableEnd(3, TABLE_FRESH)));
    check(true, (writer) => writer.put(tableKey(3, TABLE_GROUP), bytes(1)));
    check(false, (writer) => writer.put(logKey(1, 1), bytes(1)));
    check(false, (writer) => writer.put(numberedKey(3, TABLE_SERIES, 0), bytes(1)));
    const before = reader.version;
    assert.throws(() => {
      store.transaction((writer) => {
        writer.put(fresh, bytes(1));
        throw new Error('disk on fire');
      });
    });
    assert.ok(reader.version !== undefined && reader.version !== before);
    store.close();
  });
});

test('put() copies key and value before it returns', () => {
  withStore((store) => {
    const [key, value] = [bytes(2, 1), bytes(1, 2, 3)];
    store.transaction((writer) => {
      writer.put(key, value);
      key.fill(0);
      value.fill(0);
    });
    assert.deepEqual(list(store.get(bytes(2, 1))), [1, 2, 3]);
  });
});

test('put() takes a part of a larger array', () => {
  withStore((store) => {
    const memory = bytes(9, 9, 2, 1, 9, 5, 6, 9);
    store.transaction((writer) => writer.put(memory.subarray(2, 4), memory.subarray(5, 7)));
    assert.deepEqual(list(store.get(memory.subarray(2, 4))), [5, 6]);
  });
});

test('get() answers bytes whose slice() is a copy, as of any Uint8Array', () => {
  // A regression: a Buffer came, whose slice() is a view, so what a caller kept was overwritten by the next get().
  withStore((store) => {
    const kept = store.get(bytes(1, 1))!.slice();
    assert.deepEqual(list(store.get(bytes(1, 2))), [2, 2]);
    assert.deepEqual(list(kept), [1, 1]);
    const pairsKept: Uint8Array[][] = [];
    store.forEach(bytes(1, 3), bytes(1, 9), (key, value) => pairsKept.push([key.slice(), value.slice()]) > 0);
    assert.deepEqual(
      pairsKept.map(([key, value]) => [list(key), list(value)]),
      [3, 4, 5].map((i) => [
        [1, i],
        [i, i],
      ]),
    );
  });
});

test('get() finds values of any size', () => {
  withStore((store) => {
    for (const size of [1, 100, 4_095, 4_096, 70_000, 1_000_000]) {
      const value = new Uint8Array(size).map((_, i) => i * 31);
      store.transaction((writer) => writer.put(bytes(2, 2), value));
      assert.equal(Buffer.compare(store.get(bytes(2, 2))!, value), 0, `${size} bytes`);
    }
  });
});

test('forEach() visits a range in the order of keys, its begin included and its end not, until it is told to stop', () => {
  withStore((store) => {
    const check = (start: number[], end: number[], expected: number[]) => {
      const found = pairs(store, Uint8Array.from(start), Uint8Array.from(end));
      assert.deepEqual(
        found.map(([key, value]) => [key[1], value[0]]),
        expected.map((i) => [i, i]),
      );
    };
    check([1], [2], [1, 2, 3, 4, 5]);
    check([1, 2], [1, 4], [2, 3]);
    check([1, 4], [1, 4], []);
    check([1, 6], [9], []);
    const seen: number[] = [];
    store.forEach(bytes(1), bytes(2), (key) => seen.push(key[1]!) < 2);
    assert.deepEqual(seen, [1, 2]);
  });
});

test('forEachKey() visits the same keys', () => {
  withStore((store) => {
    const seen: number[][] = [];
    store.forEachKey(bytes(1, 2), bytes(1, 9), (key) => {
      seen.push([...key]);
      return seen.length < 3;
    });
    assert.deepEqual(seen, [
      [1, 2],
      [1, 3],
      [1, 4],
    ]);
  });
});

test('removeRange() removes a range and nothing beside it', () => {
  withStore((store) => {
    store.transaction((writer) => {
      for (let i = 0; i < 2_000; i++) writer.put(bytes(2, i >> 8, i & 255), bytes(1));
    });
    store.transaction((writer) => writer.removeRange(bytes(2), bytes(3)));
    assert.deepEqual(
      all(store).map(([key]) => key[1]),
      [1, 2, 3, 4, 5],
    );
    store.transaction((writer) => writer.removeRange(bytes(1, 2), bytes(1, 5)));
    assert.deepEqual(
      all(store).map(([key]) => key[1]),
      [1, 5],
    );
  });
});

test('open() finds everything again after close()', () => {
  inFolder((folder) => {
    const first = LmdbStore.open(folder);
    first.transaction((writer) => writer.put(bytes(1), bytes(2)));
    first.close();
    const again = LmdbStore.open(folder);
    assert.deepEqual(list(again.get(bytes(1))), [2]);
    again.close();
  });
});

test('open() says that the folder cannot be used when its path leads through a file', () => {
  inFolder((folder) => {
    writeFileSync(join(folder, 'file'), '');
    assert.throws(
      () => LmdbStore.open(join(folder, 'file', 'below')),
      (error) =>
        error instanceof MillraceError && /^MR_FOLDER/.test(error.code) && error.message.includes(folder),
    );
  });
});

test('figures() tell the pages of the file, and those in use', () => {
  withStore((store) => {
    store.transaction((writer) => writer.put(bytes(2), new Uint8Array(100_000)));
    const { fileBytes, usedBytes, mapBytes, readers } = store.figures();
    assert.ok(usedBytes >= 100_000 && usedBytes <= fileBytes, `${usedBytes} of ${fileBytes}`);
    assert.ok(fileBytes <= mapBytes && readers >= 0);
    store.transaction((writer) => writer.remove(bytes(2)));
    assert.ok(store.figures().usedBytes < 100_000);
  });
});

test('a snapshot shows the store as it was when it was opened, while the store goes on', async () => {
  await inFolderAsync(async (folder) => {
    const store = LmdbStore.open(folder);
    const put = (value: number) => store.transaction((writer) => writer.put(bytes(1), bytes(value)));
    put(1);
    const snapshots = new LmdbSnapshots(folder);
    const old = snapshots.open();
    assert.deepEqual(list(old.get(bytes(1))), [1]);
    put(2);
    store.transaction((writer) => writer.put(bytes(2), bytes(3)));
    assert.deepEqual(list(old.get(bytes(1))), [1]);
    assert.deepEqual(all(old), [[[1], [1]]]);
    old.close();
    // In the same turn of the event loop, as within one query: lmdb itself would go on with the old moment.
    const young = snapshots.open();
    put(4);
    assert.deepEqual(all(young), [
      [[1], [2]],
      [[2], [3]],
    ]);
    young.close();
    assert.deepEqual(list(store.get(bytes(1))), [4]);
    await snapshots.close();
    store.close();
  });
});

test("getUnlessSame() answers 'same' for a value that nobody wrote, and never for another one", async () => {
  await inFolderAsync(async (path) => {
    const store = LmdbStore.open(path);
    const snapshots = new LmdbSnapshots(path);
    const keyOf = (i: number): Uint8Array => bytes(1, i >> 8, i);
    // Values of several pages, as segments are, and enough of them for many leaf pages.
    const bytesFor = (round: number, i: number): Uint8Array => new Uint8Array(9_000).fill(round + i);
    store.transaction((writer) => {
      for (let i = 0; i < 1_000; i++) writer.put(keyOf(i), bytesFor(0, i));
    });
    const known = new Map<number, { version: number; value: number[] }>();
    let sames = 0;
    for (let round = 1; round < 30; round++) {
      const written = (round * 37) % 1_000;
      store.transaction((writer) => {
        if (round % 5 === 0) writer.remove(keyOf(written));
        else writer.put(keyOf(written), bytesFor(round, written));
      });
      const snapshot = snapshots.open();
      for (const i of [written, 0, 500, 999, (written + 500) % 1_000]) {
        const { version, value } = known.get(i) ?? { version: 0, value: [] };
        const found = snapshot.getUnlessSame(keyOf(i), version);
        if (found === 'same') {
          sames++;
          assert.deepEqual(list(snapshot.get(keyOf(i))), value, `key ${i}, round ${round}`);
        } else if (found !== undefined) known.set(i, { version: snapshot.version, value: [...found] });
        else assert.equal(snapshot.get(keyOf(i)), undefined);
      }
      snapshot.close();
    }
    assert.ok(sames > 30, `${sames} were the same`);
    await snapshots.close();
    store.close();
  });
});

test('transaction() leaves room for what other stores of the same disk are about to write', (t) => {
  const disk = mountSmall(t, '16m');
  if (disk === undefined) return;
  const claims = createSpaceClaims(2);
  const other = new SpaceClaim(claims, 1);
  const store = LmdbStore.open(join(disk.path, 'shard-0'), { claim: new SpaceClaim(claims, 0) });
  const write = (): void => store.transaction((writer) => writer.put(bytes(1), new Uint8Array(1024 * 1024)));
  write();
  assert.equal(
    other.make(14 * 1024 * 1024),
    14 * 1024 * 1024,
    'the claim of a transaction that is over stands',
  );
  assert.throws(write, /no space left on device: .* 15\d{6} are to be written/);
  other.drop();
  write();
  store.close();
});
