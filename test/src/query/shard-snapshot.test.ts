import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { tableKey } from '../../../src/store/keys.js';
import { emptyGroupRecord, encodeGroupRecord } from '../../../src/store/records.js';
import { TABLE_GROUP } from '../../../src/store/store-layout.js';
import { OPEN_BOUNDS, TestShards } from './query-fixture.js';

let shards: TestShards;
afterEach(() => shards.close());

/** Writes what the records of the first groups say; the others have none. */
function setRecords(records: [storedGeneration: number, partialBound: number][]): void {
  shards = new TestShards(1, OPEN_BOUNDS);
  shards.shards[0]!.store.transaction((writer) => {
    records.forEach(([storedGeneration, partialBound], group) => {
      const record = { ...emptyGroupRecord(), storedGeneration, partialBound };
      writer.put(tableKey(group, TABLE_GROUP), encodeGroupRecord(record));
    });
  });
}

function checkGroups(expected: [storedGeneration: number, partialBound: number][], staleFrom: number): void {
  const snapshot = shards.views[0]!.openSnapshot();
  try {
    const actual = expected.map((_, local) => [
      snapshot.storedGeneration(local),
      snapshot.partialBound(local),
    ]);
    assert.deepEqual(actual, expected);
    assert.equal(snapshot.isStale(staleFrom - 1), false);
    assert.equal(snapshot.isStale(staleFrom), true);
  } finally {
    snapshot.close();
  }
}

describe('ShardSnapshot', () => {
  it('has nothing stored in an empty folder, and is stale once a generation is released', () => {
    setRecords([]);
    checkGroups([[0, 0]], 1);
  });

  it('takes groups as they are while a flush goes from one to the next', () => {
    setRecords([
      [7, 0],
      [6, 120],
      [6, 0],
    ]);
    checkGroups(
      [
        [7, 0],
        [6, 120],
        [6, 0],
      ],
      7,
    );
  });

  it('counts a group that lags further as stored up to the newest generation less one', () => {
    setRecords([
      [7, 0],
      [3, 50],
    ]);
    checkGroups(
      [
        [7, 0],
        [6, 0],
      ],
      7,
    );
  });
});
