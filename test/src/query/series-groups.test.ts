import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '../../../src/clock.js';
import type { Selection } from '../../../src/query/selection.js';
import { SeriesGroups } from '../../../src/query/series-groups.js';
import { QueryCancelled, StopCheck } from '../../../src/query/stop-check.js';

const COUNT = 20_000;

/** Series each of which has a host of its own. */
const selection = {
  count: COUNT,
  shards: [
    {
      view: {
        index: {
          series: {
            reader: { setOf: (id: number) => id },
            labels: {
              label: () => 1,
              valueOfSet: (set: number) => set + 2,
              texts: { of: (entry: number) => `h${(entry * 7_919) % COUNT}` },
            },
          },
        },
      },
      ids: { length: COUNT, items: Uint32Array.from({ length: COUNT }, (_, i) => i) },
      firstOrdinal: 0,
    },
  ],
} as unknown as Selection;

test('SeriesGroups ends when nobody waits any more, while it tells series apart and while it sorts', () => {
  let looks = 0;
  let looksMax = Number.POSITIVE_INFINITY;
  const group = (): SeriesGroups => {
    looks = 0;
    return new SeriesGroups(
      selection,
      ['host'],
      new StopCheck(systemClock, 60_000, () => ++looks > looksMax),
    );
  };
  const groups = group();
  assert.equal(groups.count, COUNT);
  assert.deepEqual(groups.labels[1], { host: 'h1' });
  assert.equal(groups.labels[groups.of(0)]!['host'], `h${(2 * 7_919) % COUNT}`);
  const all = looks;
  assert.ok(all > COUNT / 256 + 30, `${all} looks`);
  for (looksMax of [0, 40, all - 1]) assert.throws(group, QueryCancelled);
});
