import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CellRun } from '../../../native-free-core/cell/cell-run.js';
import { cellRunBytesMax, encodeCellRunInto } from '../../../native-free-core/cell/cell-run-codec.js';
import { ROLLUP_CELLS, readRollupRun } from '../../../native-free-core/cell/rollup-run.js';
import { GROUP_COUNT } from '../../../native-free-core/limits.js';
import { SEGMENT_ROLLUP } from '../../../native-free-core/segment/segment-layout.js';
import { systemClock } from '../../../src/clock.js';
import type { AggregateRequest } from '../../../src/http/present/aggregate.js';
import { StopCheck } from '../../../src/query/stop-check.js';
import { COMPACTION_BOUNDS } from '../../../src/shard/jobs/compaction-bounds.js';
import { TABLE_ROLLUP_1M } from '../../../src/store/store-layout.js';
import { build, type Run, walk } from '../../native-free-core/segment/segments.js';
import { OPEN_BOUNDS, TestShards } from './query-fixture.js';

const T0 = 1_699_999_200_000;
const MINUTE = 60_000;
const MINUTES = 60;
const COMPACTION = { ...COMPACTION_BOUNDS, generationsMin: 1, quietMs: 0, ageMsMax: 0, seriesPoints: 0 };

const request: AggregateRequest = {
  ...{ kind: 'aggregate', format: 'json', metric: 'cpu', nowMs: T0 },
  ...{ startMs: T0, endMs: T0 + MINUTES * MINUTE, selectors: [], groupBy: [], source: undefined },
  aggregations: [{ name: 'sum', kind: 'sum', percent: 0 }],
  ...{ stepMs: MINUTE, intervalText: '1m', rollingMs: MINUTE, rollingText: undefined, isList: false },
  isFilled: false,
};

/** Notes the runs that are decoded, and has no time left behind the first, or behind so many. */
class ShortStop extends StopCheck {
  readonly runs: number[] = [];
  runsMax = 1;

  override beforeDecode(bytes: number): void {
    this.runs.push(bytes);
  }

  override countCells(cells: number, bytes: number): void {
    super.countCells(cells, bytes);
    if (this.runs.length >= this.runsMax) throw new Error('no time left');
  }
}

/** One series, of three values a minute. */
function stored(): TestShards {
  const shards = new TestShards(1, { ...OPEN_BOUNDS, compaction: COMPACTION });
  for (let minute = 0; minute < MINUTES; minute++) {
    shards.write(
      Array.from({ length: 3 }, (_, i) => ({
        ...{ name: 'cpu', labels: { host: 'h1' }, timeMs: T0 + minute * MINUTE + i, value: 1.1 ** i },
      })),
    );
    shards.settle();
  }
  shards.closeGeneration();
  for (let cycle = 0; cycle < 60; cycle++) {
    shards.nowMs += 1_000;
    shards.settle();
  }
  return shards;
}

test('CellScan remembers a run whose query had no time left when it was decoded, so that the next one has', (t) => {
  const shards = stored();
  t.after(() => shards.close());
  const short = new ShortStop(systemClock, 60_000);
  assert.throws(() => shards.queryEngine.answer(request, short), /no time left/);
  assert.deepEqual(short.runs, [short.cost.bytes], 'told before it was decoded');
  const next = new StopCheck(systemClock, 60_000);
  shards.queryEngine.answer(request, next);
  assert.deepEqual([next.cost.cells, next.cost.cachedCells], [0, MINUTES]);
});

/** Makes two runs of the one that is stored. */
function splitRun(shards: TestShards): void {
  const [{ store }] = shards.shards as [(typeof shards.shards)[number]];
  let key: Uint8Array | undefined;
  let firstNumber = 0;
  const snapshot = shards.views[0]!.openSnapshot();
  for (let group = 0; group < GROUP_COUNT; group++) {
    snapshot.forEachSegment(group, TABLE_ROLLUP_1M, T0, (segment) => {
      key = segment.key.slice();
      firstNumber = segment.firstNumber;
    });
  }
  snapshot.close();
  const value = store.get(key!)!.slice();
  const [{ number, bytes }] = walk(value, SEGMENT_ROLLUP, firstNumber).runs as [
    Pick<Run, 'number' | 'bytes'>,
  ];
  const cells = new CellRun();
  assert.equal(readRollupRun(bytes, 0, bytes.length, MINUTE, cells), 'ok');
  assert.equal(cells.length, MINUTES);
  const half = (from: number): Run => {
    const out = new Uint8Array(1 + cellRunBytesMax(cells, from, MINUTES / 2));
    out[0] = ROLLUP_CELLS;
    const end = encodeCellRunInto(cells, from, MINUTES / 2, MINUTE, out, 1);
    return { number, bytes: out.slice(0, end), startMs: T0, endMs: T0 + MINUTES * MINUTE };
  };
  const halves = build(SEGMENT_ROLLUP, [half(0), half(MINUTES / 2)]);
  store.transaction(({ put }) => put.call(store, key!, halves));
}

test('CellScan takes no series for known of which a query that was given up has seen some of the runs', (t) => {
  const shards = stored();
  t.after(() => shards.close());
  splitRun(shards);
  const short = new ShortStop(systemClock, 60_000);
  short.runsMax = 2;
  assert.throws(() => shards.queryEngine.answer(request, short), /no time left/);
  for (let asking = 0; asking < 2; asking++) {
    const answer = shards.queryEngine.answer(request, new StopCheck(systemClock, 60_000));
    const { data } = JSON.parse(Buffer.from(answer.body).toString()) as { data: { value: number }[] };
    assert.deepEqual(
      data.map(({ value }) => value.toFixed(2)),
      Array.from({ length: MINUTES }, () => '3.31'),
    );
  }
});
