import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { type TestPoint, TestShards } from './query-fixture.js';
import { randomNumbers } from './random-numbers.js';
import { askTop, askWindows, type WindowTestQuestion } from './window-oracle.js';

const T0 = 1_700_000_000_000;
const SECOND = 1_000;
const HOSTS = 40;

let shards: TestShards;
afterEach(() => shards.close());

/** Hosts that fall silent at different times, some of them before the range; two readings of each in a window at times. */
function points(next: () => number): TestPoint[] {
  return Array.from({ length: HOSTS }, (_, host) => {
    const lastMs = T0 + Math.floor(next() * 120 - 20) * SECOND;
    return Array.from({ length: 12 }, () => ({
      name: 'cpu',
      labels: { host: `web-${host}`, part: `part-${host % 3}` },
      timeMs: lastMs - Math.floor(next() * 60_000),
      value: Math.round((next() - 0.5) * 1_000),
    }));
  }).flat();
}

const question = (aggregation: string, groupBy: string[] = ['host']): WindowTestQuestion => ({
  metric: 'cpu',
  startMs: T0 + 300,
  endMs: T0 + 100 * SECOND + 700,
  stepMs: SECOND,
  aggregations: [aggregation, 'count'],
  groupBy,
  isFilled: true,
});

describe('topWindows()', () => {
  for (const seed of [1, 2, 3, 4]) {
    it(`finds in slices what it finds at once, however few rows it may have, seed ${seed}`, () => {
      const next = randomNumbers(seed);
      shards = new TestShards(1 + (seed % 3));
      shards.write(points(next));
      shards.settle();
      for (const aggregation of ['mean', 'last', 'max', 'p90', 'rate']) {
        for (const top of [1, 5]) {
          const asked = question(aggregation);
          const atOnce = askTop(shards, asked, top);
          assert.equal(atOnce.groupsTotal, HOSTS);
          // Of 40 groups and 102 windows: a window, seven, and 37 of them at a time.
          for (const rows of [top * 102, 700, 1_500].filter((each) => each >= top * 102)) {
            const { found, groupsTotal, seriesTold } = askTop(shards, asked, top, rows);
            assert.deepEqual(found.groups, atOnce.found.groups, `${aggregation}, ${rows} rows`);
            assert.deepEqual(found.columns, atOnce.found.columns);
            assert.deepEqual([groupsTotal, found.series, seriesTold], [HOSTS, HOSTS, HOSTS]);
          }
        }
      }
    });
  }

  it('ranks groups of several series, and leaves the windows of all groups to those who ask for all', () => {
    shards = new TestShards(2);
    shards.write(points(randomNumbers(9)));
    shards.settle();
    const asked = question('mean', ['part']);
    const { found, groupsTotal } = askTop(shards, asked, 2, 210);
    assert.deepEqual(found.groups, askTop(shards, asked, 2).found.groups);
    assert.equal(groupsTotal, 3);
    const all = askWindows(shards, question('mean'));
    assert.equal(all.groups.length, HOSTS);
  });

  it('refuses what is too much even for the groups that were chosen', () => {
    shards = new TestShards(1);
    shards.write(points(randomNumbers(9)));
    shards.settle();
    assert.throws(() => askTop(shards, question('mean'), 5, 400), { code: 'MR_QUERY_TOO_BIG' });
  });
});
