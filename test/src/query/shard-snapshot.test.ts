import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { WORD_READY } from '../../../native-free-core/head/head-layout.js';
import { tableKey } from '../../../src/store/keys.js';
import { emptyGroupRecord, encodeGroupRecord } from '../../../src/store/records.js';
import { TABLE_GROUP } from '../../../src/store/store-layout.js';
import { bodyOf, statsRequest } from './oracle.js';
import { OPEN_BOUNDS, TestShards } from './query-fixture.js';

const everything = statsRequest({ metric: 'cpu', startMs: 0, endMs: 2 ** 52 });

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
  const { starts } = shards.views[0]!;
  const snapshot = shards.views[0]!.openSnapshot();
  try {
    const actual = expected.map((_, local) => [
      snapshot.storedGeneration(local),
      snapshot.partialBound(local),
    ]);
    assert.deepEqual(actual, expected);
    assert.equal(snapshot.isStale({ released: staleFrom - 1, starts }), false);
    assert.equal(snapshot.isStale({ released: staleFrom, starts }), true);
    assert.equal(snapshot.isStale({ released: staleFrom - 1, starts: starts + 1 }), true);
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

  it('loses no point when a flush goes on behind it and the worker dies before the open state is read', () => {
    shards = new TestShards(1, { ...OPEN_BOUNDS, flushStepPoints: 4, flushStepSeries: 4 });
    const points = 200;
    shards.write(
      Array.from({ length: points }, (_, i) => ({
        ...{ name: 'cpu', labels: { host: `h${i % 40}` }, timeMs: 1_700_000_000_000 + i, value: i },
      })),
    );
    shards.settle();
    const count = (): unknown => bodyOf(shards.answer(everything))['count'];
    assert.equal(count(), points);
    shards.closeGeneration();
    shards.work();
    const view = shards.views[0]!;
    const open = view.openSnapshot.bind(view);
    let made = 0;
    view.openSnapshot = (stop) => {
      const snapshot = open(stop);
      if (++made > 1) return snapshot;
      // What these steps put into blocks the next worker does not replay.
      for (let step = 0; step < 3; step++) shards.work();
      shards.restart(false);
      return snapshot;
    };
    assert.equal(count(), points);
    assert.equal(made, 2, 'the shard was read anew');
  });

  it('waits for a worker that builds the state anew while chains are copied, and takes nothing of what it wrote over', () => {
    shards = new TestShards(1, OPEN_BOUNDS);
    shards.write([{ name: 'cpu', labels: { host: 'a' }, timeMs: 1_700_000_000_000, value: 1 }]);
    shards.settle();
    const { head } = shards.views[0]!;
    const control = new Int32Array(shards.shards[0]!.memory.head.control);
    const copy = head.copyChain.bind(head);
    head.copyChain = (...given) => {
      control[WORD_READY] = 0;
      return copy(...given);
    };
    assert.throws(() => shards.answer(everything), { code: 'MR_STARTING' });
  });

  it('reads a shard anew of whose chains one ends too early', () => {
    shards = new TestShards(1, OPEN_BOUNDS);
    shards.write([{ name: 'cpu', labels: { host: 'a' }, timeMs: 1_700_000_000_000, value: 1 }]);
    shards.settle();
    const { head } = shards.views[0]!;
    const copy = head.copyChain.bind(head);
    let copies = 0;
    head.copyChain = (...given) => (++copies === 1 ? 0 : copy(...given));
    assert.equal(bodyOf(shards.answer(everything))['count'], 1);
    assert.equal(copies, 2);
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
