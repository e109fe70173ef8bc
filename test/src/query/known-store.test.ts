import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { systemClock } from '../../../src/clock.js';
import type { AggregateRequest } from '../../../src/http/present/aggregate.js';
import { InlineStop, NotInline } from '../../../src/query/inline-stop.js';
import { KNOWN_TABLE_SEGMENTS_MAX } from '../../../src/query/limits.js';
import { QUERY_LIMITS_DEFAULT } from '../../../src/query/query-limits.js';
import { RecentReads } from '../../../src/query/recent-reads.js';
import { StopCheck } from '../../../src/query/stop-check.js';
import { COMPACTION_BOUNDS } from '../../../src/shard/jobs/compaction-bounds.js';
import { segmentKey, tableKey } from '../../../src/store/keys.js';
import { TABLE_GROUP, TABLE_RAW } from '../../../src/store/store-layout.js';
import { bodyOf } from './oracle.js';
import { OPEN_BOUNDS, TestShards } from './query-fixture.js';
import { SparingStop } from './window-oracle.js';

const T0 = 1_700_000_000_000;
const MINUTE = 60_000;
/** Each with as many segments as are remembered of a table. */
const GROUPS = 4;
const COMPACTION = { ...COMPACTION_BOUNDS, generationsMin: 1, quietMs: 0, ageMsMax: 0, seriesPoints: 0 };

let shards: TestShards;
afterEach(() => shards.close());

const request: AggregateRequest = {
  ...{ kind: 'aggregate', format: 'json', metric: 'cpu', nowMs: T0, startMs: T0, endMs: T0 + 10 * MINUTE },
  selectors: [],
  aggregations: [{ name: 'sum', kind: 'sum', percent: 0 }],
  ...{ stepMs: MINUTE, intervalText: '1m', rollingMs: MINUTE, rollingText: undefined, isList: false },
  ...{ groupBy: ['host'], source: undefined, isFilled: false },
};

function write(value: number, offsetMs = 0): void {
  shards.write(
    Array.from({ length: 40 }, (_, i) => ({
      ...{ name: 'cpu', labels: { host: `h${i % 4}` }, timeMs: T0 + offsetMs + i * 10_000, value },
    })),
  );
  shards.settle();
}

/** Writes points and has them compacted. */
function store(value: number, offsetMs?: number): void {
  write(value, offsetMs);
  shards.closeGeneration();
  // A cycle begins one job at most.
  for (let cycle = 0; cycle < 40; cycle++) {
    shards.nowMs += 1_000;
    shards.settle();
  }
}

/** Asks as the socket thread does; the answer is what a thread finds. Answers which places were read. */
function checkSparing(): string[] {
  const stop = new SparingStop(systemClock, 60_000);
  const body = bodyOf(shards.queryEngine.answer(request, stop));
  assert.deepEqual(body, bodyOf(shards.answer(request)));
  return stop.reads;
}

function checkReadsNothing(): void {
  for (let i = 0; i < 3; i++) checkSparing();
  assert.deepEqual(checkSparing(), []);
}

describe('KnownStore', () => {
  it('lets a question be answered without the store while that has not changed', () => {
    shards = new TestShards(2, { ...OPEN_BOUNDS, compaction: COMPACTION });
    store(1);
    assert.ok(checkSparing().length > 0, 'the first one reads');
    checkReadsNothing();
    write(2, 1);
    assert.deepEqual(checkSparing(), [], 'open points are in no store');
    store(3, 2);
    assert.ok(checkSparing().length > 0, 'what was stored is read');
    checkReadsNothing();
  });

  it('is forgotten when a worker starts anew, which may have stored something before it died', () => {
    shards = new TestShards(1, { ...OPEN_BOUNDS, compaction: COMPACTION });
    store(1);
    checkReadsNothing();
    shards.restart(false);
    assert.ok(checkSparing().length > 0);
    checkReadsNothing();
  });

  it('remembers what it makes up for a damaged record while points are open, and no longer than that is so', () => {
    shards = new TestShards(1, { ...OPEN_BOUNDS, compaction: COMPACTION });
    store(1);
    const [{ store: writer }] = shards.shards as [(typeof shards.shards)[number]];
    const damage = (): void =>
      writer.transaction((to) => {
        for (let group = 0; group < 16; group++) {
          const key = tableKey(group, TABLE_GROUP);
          const value = Uint8Array.from(writer.get(key) ?? []);
          if (value.length === 0) continue;
          value[10] = value[10]! ^ 255;
          to.put(key, value);
          return;
        }
      });
    damage();
    // Without open points it depends on the next ones, which change no version.
    for (let i = 0; i < 4; i++) assert.ok(checkSparing().length > 0);
    write(2, 1);
    assert.ok(checkSparing().length > 0);
    checkReadsNothing();
    store(3, 2);
    assert.ok(checkSparing().length > 0, 'what was stored is read');
    checkReadsNothing();
  });

  /** Asks while `between` happens once, when a snapshot was made or is to be opened, and holds the answer against one that is asked afterwards. */
  function checkOvertaken(asked: AggregateRequest, at: 'made' | 'opened', between: () => void): void {
    const view = shards.views[0]!;
    const open = view.openSnapshot.bind(view);
    let made = 0;
    view.openSnapshot = (stop) => {
      const snapshot = open(stop);
      if (++made > 1) return snapshot;
      assert.equal(snapshot.isOpen, false);
      if (at === 'made') between();
      const tryOpen = snapshot.tryOpen.bind(snapshot);
      snapshot.tryOpen = () => {
        if (at === 'opened') between();
        return tryOpen();
      };
      return snapshot;
    };
    const body = bodyOf(shards.queryEngine.answer(asked, new SparingStop(systemClock, 60_000)));
    view.openSnapshot = open;
    assert.equal(made, 2, 'it was asked again');
    assert.deepEqual(body, bodyOf(shards.answer(asked)));
  }

  it('is not taken together with an open state, or a store, that has changed since', () => {
    shards = new TestShards(1, { ...OPEN_BOUNDS, compaction: COMPACTION });
    store(1);
    checkReadsNothing();
    checkOvertaken(request, 'made', () => store(2, 1));
    checkReadsNothing();
    // Sketches are never remembered, so the store must be read.
    const percentile = { name: 'p90', kind: 'percentile', percent: 90 } as const;
    checkOvertaken({ ...request, aggregations: [percentile] }, 'opened', () => store(3, 2));
  });

  it('leaves a table of many segments to the store, and finds all of them', () => {
    shards = new TestShards(1, OPEN_BOUNDS);
    const count = KNOWN_TABLE_SEGMENTS_MAX + 1;
    const [{ store: writer }] = shards.shards as [(typeof shards.shards)[number]];
    writer.transaction(({ put }) => {
      for (let i = 0; i < count; i++) {
        const range = { startMs: T0, endMs: T0 + i, generation: 1, firstNumber: 0, lastNumber: 0 };
        put.call(writer, segmentKey(3, TABLE_RAW, range), Uint8Array.of(1));
      }
    });
    const snapshot = shards.views[0]!.openSnapshot();
    for (let round = 0; round < 3; round++) {
      const ends: number[] = [];
      snapshot.forEachSegment(3, TABLE_RAW, T0 + 10, ({ endMs }) => ends.push(endMs - T0));
      assert.deepEqual(
        ends,
        Array.from({ length: count - 10 }, (_, i) => 10 + i),
      );
      assert.equal(snapshot.knowsTable(3, TABLE_RAW), false);
    }
    snapshot.close();
  });

  it('tells how many keys are read, so that the socket thread leaves tables of many segments to others', () => {
    shards = new TestShards(1, OPEN_BOUNDS);
    const [{ store: writer }] = shards.shards as [(typeof shards.shards)[number]];
    writer.transaction(({ put }) => {
      for (let group = 0; group < GROUPS; group++) {
        for (let i = 0; i < KNOWN_TABLE_SEGMENTS_MAX; i++) {
          const range = { startMs: T0, endMs: T0 + i, generation: 1, firstNumber: 0, lastNumber: 0 };
          put.call(writer, segmentKey(group, TABLE_RAW, range), Uint8Array.of(1));
        }
      }
    });
    const readUpTo = (stop: StopCheck): number => {
      const snapshot = shards.views[0]!.openSnapshot(stop);
      snapshot.tryOpen();
      let group = 0;
      try {
        for (; group < GROUPS; group++) {
          snapshot.forEachSegment(group, TABLE_RAW, T0, () => {});
        }
      } catch (error) {
        assert.ok(error instanceof NotInline);
      }
      snapshot.close();
      return group;
    };
    const reads = new RecentReads();
    const still = { ...systemClock, monotonicMs: () => 0 };
    reads.note(shards.views[0]!.place, 0);
    const onSocketThread = (): StopCheck => new InlineStop(still, QUERY_LIMITS_DEFAULT, reads);
    const patient = new StopCheck(systemClock, 60_000);
    assert.equal(readUpTo(onSocketThread()), 1);
    assert.equal(readUpTo(patient), GROUPS);
    assert.equal(readUpTo(onSocketThread()), 3, 'the first two are remembered, the third can be read whole');
    assert.equal(readUpTo(patient), GROUPS);
    assert.equal(readUpTo(onSocketThread()), GROUPS);
  });
});
