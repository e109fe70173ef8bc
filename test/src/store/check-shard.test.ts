import assert from 'node:assert/strict';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { numberedKey, tableEnd, tableKey, tierKey } from '../../../src/store/keys.js';
import { LmdbStore } from '../../../src/store/lmdb-store.js';
import {
  decodeGroupRecord,
  decodeShardRecord,
  decodeTierRecord,
  encodeGroupRecord,
  encodeShardRecord,
  encodeTierRecord,
} from '../../../src/store/records.js';
import { forEachSeries, SeriesPageBuilder } from '../../../src/store/series-page.js';
import type { StoreWriter } from '../../../src/store/shard-store.js';
import { SpanPage } from '../../../src/store/span-page.js';
import {
  PREFIX_SHARD,
  SHARD_RECORD,
  TABLE_GROUP,
  TABLE_RAW,
  TABLE_ROLLUP_1H,
  TABLE_SERIES,
  TABLE_SPAN,
} from '../../../src/store/store-layout.js';
import { checkSound, findingsOf } from '../upkeep/check-sound.js';
import { FolderLife } from '../upkeep/folder-life.js';
import { inFolderAsync } from './temporary-folder.js';

/** A group that has points. */
const GROUP = 3;

/** A folder of one shard with points in the tiers, in the fresh level and in the log, in the middle of a flush. */
async function fill(path: string): Promise<void> {
  const life = new FolderLife(path, 1);
  for (let seq = 1; seq <= 80; seq++) life.send('a', seq, 300);
  await life.stop();
  const again = new FolderLife(path, 1);
  for (let seq = 81; seq <= 83; seq++) again.send('a', seq, 300);
  await again.crash();
}

/** Changes what a folder holds behind its back. */
async function tamper(path: string, body: (store: LmdbStore, writer: StoreWriter) => void): Promise<void> {
  const store = LmdbStore.open(join(path, 'shard-0'));
  store.transaction((writer) => body(store, writer));
  await store.closed();
}

/** The first pair of a table, copied. */
function firstOf(store: LmdbStore, table: number): { key: Uint8Array; value: Uint8Array } {
  let found: { key: Uint8Array; value: Uint8Array } | undefined;
  store.forEach(tableKey(GROUP, table), tableEnd(GROUP, table), (key, value) => {
    found = { key: key.slice(), value: value.slice() };
    return false;
  });
  assert.ok(found !== undefined, `table ${table} is empty`);
  return found;
}

test('a check finds what does not fit in a folder whose every value is whole', async () => {
  await inFolderAsync(async (parent) => {
    const original = join(parent, 'original');
    await fill(original);
    await checkSound(original);
    let copies = 0;
    const check = async (
      wanted: RegExp,
      body: (store: LmdbStore, writer: StoreWriter) => void,
    ): Promise<void> => {
      const path = join(parent, `copy-${copies++}`);
      cpSync(original, path, { recursive: true });
      await tamper(path, body);
      const found = (await findingsOf(path)).map(({ what, where, done }) => `${what}, ${where}: ${done}`);
      assert.ok(
        found.some((line) => wanted.test(line)),
        `${wanted}: ${found.join('\n')}`,
      );
    };

    await check(/conservation, shard: \d+ points were accepted, and there are/, (store, writer) => {
      const key = tableKey(PREFIX_SHARD, SHARD_RECORD);
      const record = decodeShardRecord(store.get(key)!)!;
      writer.put(key, encodeShardRecord({ ...record, damagedPoints: 1 }));
    });
    await check(/conservation, group 3: its record counts/, (store, writer) => {
      const key = tableKey(GROUP, TABLE_GROUP);
      const record = decodeGroupRecord(store.get(key)!)!;
      writer.put(key, encodeGroupRecord({ ...record, storedPoints: record.storedPoints + 1 }));
    });
    await check(/tier record, group 3, tier 1h: it counts/, (store, writer) => {
      const record = decodeTierRecord(store.get(tierKey(GROUP, 3))!)!;
      writer.put(tierKey(GROUP, 3), encodeTierRecord({ ...record, rows: record.rows + 1 }));
    });
    await check(/tier, group 3, 1h, series \d+: other values in some window than in 5m/, (store, writer) => {
      const { key, value } = firstOf(store, TABLE_ROLLUP_1H);
      const record = decodeTierRecord(store.get(tierKey(GROUP, 3))!)!;
      // The same cells once more, as if a compaction had written them twice.
      const again = key.slice();
      again[again.length - 9]!++;
      writer.put(again, value);
      const rows = record.rows / record.segments;
      const { segments, bytes } = record;
      writer.put(
        tierKey(GROUP, 3),
        encodeTierRecord({
          ...record,
          segments: segments + 1,
          bytes: bytes + value.length,
          rows: record.rows + rows,
        }),
      );
    });
    await check(/conservation, group 3/, (store, writer) => writer.remove(firstOf(store, TABLE_RAW).key));
    await check(/series, group 3, series 0: its hash is not that/, (store, writer) => {
      const key = numberedKey(GROUP, TABLE_SERIES, 0);
      const value = store.get(key)!.slice();
      const page = new SeriesPageBuilder();
      forEachSeries(value, 0, (number, hashOffset, keyOffset, keyBytes) => {
        if (number === 0) value[hashOffset + 8]! ^= 1;
        page.add(number, value, hashOffset, keyOffset, keyBytes);
      });
      writer.put(key, page.seal());
    });
    await check(/series page, group 3: there are points of series/, (_, writer) =>
      writer.remove(numberedKey(GROUP, TABLE_SERIES, 0)),
    );
    await check(/span, group 3, series \d+: does not reach over all stored points/, (_, writer) => {
      const page = new SpanPage();
      page.clear();
      for (let i = 0; i < 50; i++) page.set(i, 1_000, 2_000, 1);
      writer.put(numberedKey(GROUP, TABLE_SPAN, 0), page.seal());
    });
    await check(/span, group 3, series \d+: missing, though it has stored points/, (_, writer) =>
      writer.remove(numberedKey(GROUP, TABLE_SPAN, 0)),
    );
  });
});
