import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '../../../src/clock.js';
import type { AggregateRequest } from '../../../src/http/present/aggregate.js';
import { StopCheck } from '../../../src/query/stop-check.js';
import { COMPACTION_BOUNDS } from '../../../src/shard/jobs/compaction-bounds.js';
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

/** Notes the runs that are decoded, and has no time left behind the first. */
class ShortStop extends StopCheck {
  readonly runs: number[] = [];

  override beforeDecode(bytes: number): void {
    this.runs.push(bytes);
  }

  override countCells(cells: number, bytes: number): void {
    super.countCells(cells, bytes);
    throw new Error('no time left');
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
