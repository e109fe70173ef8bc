import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TIER_NAMES } from '../../../../native-free-core/tier/tiers.js';
import { SWEEP_BOUNDS } from '../../../../src/shard/jobs/sweep-host.js';
import { tableEnd, tableKey } from '../../../../src/store/keys.js';
import { RAW_TIER, TIER_TABLES } from '../../../../src/store/tier-tables.js';
import { classOf, DAY_0_MS, DAY_MS, FOREVER, MINUTE_MS, retention, sweeping } from './sweeping.js';
import type { TestPoint, TieredStore } from './tiered-store.js';

/** A point a minute of the hours given, of each of some series. */
function fill(tiers: TieredStore, days: readonly number[], series = 9): void {
  for (let local = 0; local < tiers.groupCount; local++) {
    for (const day of days) {
      const points = (number: number): TestPoint[] =>
        Array.from({ length: 30 }, (_, i) => ({
          timeMs: DAY_0_MS + day * DAY_MS + i * 20 * MINUTE_MS + number,
          value: i + number / 8,
        }));
      tiers.write(local, new Map(Array.from({ length: series }, (_, n) => [n, points(n)])));
    }
  }
}

const daysOf = (tiers: TieredStore, tier: number, ofClass: number): number[] => {
  const days = tiers
    .rows(tier)
    .filter(({ number }) => classOf(0, number) === ofClass)
    .map(({ timeMs }) => Math.floor((timeMs - DAY_0_MS) / DAY_MS));
  return [...new Set(days)].sort((a, b) => a - b);
};

test('a pass takes what is past the retention of its class and nothing else, and counts it', () => {
  const policy = retention({
    raw: 5 * DAY_MS,
    rules: [
      { match: 'one', raw: 2 * DAY_MS },
      { match: 'two', raw: 8 * DAY_MS },
    ],
  });
  const { tiers, sweep, pass } = sweeping(policy);
  const days = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
  fill(tiers, days);
  pass(DAY_0_MS + 10 * DAY_MS);
  const kept = (ofClass: number): number[] => daysOf(tiers, RAW_TIER, ofClass);
  assert.deepEqual(kept(0), [5, 6, 7, 8, 9]);
  assert.deepEqual(kept(1), [8, 9]);
  assert.deepEqual(kept(2), [2, 3, 4, 5, 6, 7, 8, 9]);
  assert.deepEqual(daysOf(tiers, 1, 0), days);
  tiers.checkBooks(assert.deepEqual);
  const expired = tiers.books.groups.reduce((sum, group) => sum + group.expiredPoints, 0);
  // 5, 8 and 2 days of 3 series with 30 points in each of two groups.
  assert.equal(expired, (5 + 8 + 2) * 3 * 30 * tiers.groupCount);
  const { rows, bytes } = sweep.swept[RAW_TIER]!;
  assert.equal(rows, expired);
  assert.ok(bytes > 0);
  const record = tiers.books.tier(0, RAW_TIER);
  assert.equal(record.sweptRows, expired / tiers.groupCount);
  assert.equal(record.lastSweepMs, DAY_0_MS + 10 * DAY_MS);
});

test('forget() of the marks lets a pass see what was written behind the end that was looked for', () => {
  const { tiers, marks, pass } = sweeping(retention({ rules: [{ match: 'one', raw: DAY_MS }] }));
  // As a delete leaves them, which takes the run out of a segment that made it end late.
  const write = (): void => tiers.write(0, new Map([[1, [{ timeMs: DAY_0_MS, value: 1 }]]]));
  pass(DAY_0_MS + 3 * DAY_MS);
  write();
  marks.forget(0);
  pass(DAY_0_MS + 4 * DAY_MS);
  assert.deepEqual(daysOf(tiers, RAW_TIER, 1), []);
  tiers.checkBooks(assert.deepEqual);
});

test('a cell goes when all of its window is past the retention, each tier by its own', () => {
  const { tiers, pass } = sweeping(
    retention({ '1m': 3 * DAY_MS, '5m': 7 * DAY_MS, '1h': 40 * DAY_MS, '1d': 600 * DAY_MS }),
  );
  fill(tiers, [0, 1, 2, 3]);
  pass(DAY_0_MS + 5 * DAY_MS);
  assert.deepEqual(daysOf(tiers, RAW_TIER, 0), [0, 1, 2, 3]);
  assert.deepEqual(daysOf(tiers, 1, 0), [2, 3]);
  assert.deepEqual(daysOf(tiers, 2, 0), [0, 1, 2, 3]);
  pass(DAY_0_MS + 700 * DAY_MS);
  for (const tier of [1, 2, 3, 4]) assert.deepEqual(daysOf(tiers, tier, 0), []);
  assert.deepEqual(daysOf(tiers, RAW_TIER, 0), [0, 1, 2, 3]);
  tiers.checkBooks(assert.deepEqual);
});

test('a segment is read once for a class, also by many passes', () => {
  const policy = retention({ rules: [{ match: 'one', raw: DAY_MS }, { match: 'two' }] });
  const { tiers, pass } = sweeping(policy);
  fill(tiers, [0, 1, 2]);
  pass(DAY_0_MS + 10 * DAY_MS);
  let reads = 0;
  const { get } = tiers.store;
  tiers.store.get = (key) => {
    reads++;
    return get.call(tiers.store, key);
  };
  pass(DAY_0_MS + 10 * DAY_MS + 1);
  assert.equal(reads, 0);
  // What comes later, and expires later, is read.
  fill(tiers, [10]);
  pass(DAY_0_MS + 10 * DAY_MS + 2);
  assert.equal(reads, 0);
  pass(DAY_0_MS + 12 * DAY_MS);
  assert.ok(reads > 0);
  assert.deepEqual(daysOf(tiers, RAW_TIER, 1), []);
  assert.deepEqual(daysOf(tiers, RAW_TIER, 2), [0, 1, 2, 10]);
});

test('passes come at their interval, one at a time, and at once when they are asked for', () => {
  const { tiers, sweep } = sweeping(retention({ raw: DAY_MS }));
  const { intervalMs } = SWEEP_BOUNDS;
  fill(tiers, [0]);
  const start = DAY_0_MS + 10 * DAY_MS;
  assert.equal(tiers.run(sweep, start), 0, 'not at the start');
  assert.equal(tiers.run(sweep, start + intervalMs - 1), 0);
  assert.ok(tiers.run(sweep, start + intervalMs) > 0);
  assert.equal(sweep.passes, 1);
  assert.equal(tiers.run(sweep, start + intervalMs + 1), 0);
  sweep.trigger();
  assert.ok(tiers.run(sweep, start + intervalMs + 2) > 0);
  // A clock that is set back waits no longer than an interval.
  assert.equal(tiers.run(sweep, start - DAY_MS), 0);
  assert.ok(tiers.run(sweep, start - DAY_MS + intervalMs) > 0);
});

test('a pass in which the clock is set back hides nothing from later ones', () => {
  const { tiers, sweep, marks, pass } = sweeping(
    retention({ raw: 5 * DAY_MS, rules: [{ match: 'one', raw: 2 * DAY_MS }, { match: 'two' }] }),
  );
  const nowMs = DAY_0_MS + 10 * DAY_MS;
  fill(tiers, [9]);
  marks.observe(nowMs);
  sweep.trigger();
  assert.notEqual(sweep.next(nowMs, 'idle'), undefined);
  marks.observe(nowMs - DAY_MS);
  tiers.run(sweep, nowMs - DAY_MS);
  // By the clock that is set back this day is kept, so a compaction puts it there.
  fill(tiers, [7]);
  assert.deepEqual(daysOf(tiers, RAW_TIER, 1), [7, 9]);
  marks.observe(nowMs);
  pass(nowMs);
  assert.deepEqual(daysOf(tiers, RAW_TIER, 1), [9]);
  assert.deepEqual(daysOf(tiers, RAW_TIER, 0), [7, 9]);
});

test('next() keeps its distance while the shard is busy', () => {
  const { tiers, sweep } = sweeping(retention({ raw: DAY_MS }));
  fill(tiers, [0]);
  sweep.trigger();
  const nowMs = DAY_0_MS + 10 * DAY_MS;
  assert.ok(sweep.next(nowMs, 'busy') !== undefined);
  assert.equal(sweep.next(nowMs + SWEEP_BOUNDS.busyMs - 1, 'busy'), undefined);
  assert.ok(sweep.next(nowMs + SWEEP_BOUNDS.busyMs, 'busy') !== undefined);
  assert.ok(sweep.next(nowMs + SWEEP_BOUNDS.busyMs, 'idle') !== undefined);
});

test('a tier that takes more bytes than it may loses its oldest stretches, until it fits', () => {
  const made = sweeping(retention({}));
  fill(made.tiers, [0, 1, 2, 3, 4, 5]);
  const bytes = (tiers: TieredStore): number =>
    tiers.books.groups.reduce((sum, _, local) => sum + tiers.books.tier(local, RAW_TIER).bytes, 0);
  const all = bytes(made.tiers);
  const bytesMax = Math.ceil(all / 2);
  const { tiers, sweep, pass } = sweeping(retention({}), {
    tierBytesMax: TIER_NAMES.map((name) => (name === 'raw' ? bytesMax : FOREVER)),
  });
  fill(tiers, [0, 1, 2, 3, 4, 5]);
  pass(DAY_0_MS + 6 * DAY_MS);
  assert.ok(bytes(tiers) <= bytesMax);
  // No more than one segment of the last one is cut off needlessly.
  assert.ok(bytes(tiers) > bytesMax - 3_000, `${bytes(tiers)} of ${bytesMax}`);
  assert.deepEqual(daysOf(tiers, RAW_TIER, 0), [3, 4, 5]);
  assert.equal(sweep.swept[RAW_TIER]!.bytes, all - bytes(tiers));
  tiers.checkBooks(assert.deepEqual);
});

test('a damaged segment is left where it is, told once, and stops no pass', () => {
  const { tiers, findings, pass } = sweeping(
    retention({ raw: DAY_MS, rules: [{ match: 'one' }, { match: 'two', raw: DAY_MS }] }),
    { tierBytesMax: TIER_NAMES.map((name) => (name === 'raw' ? 1 : FOREVER)) },
  );
  fill(tiers, [0, 1]);
  const group = tiers.map.firstGroup(tiers.shard);
  const { table } = TIER_TABLES[RAW_TIER]!;
  let broken: [key: Uint8Array, value: Uint8Array] | undefined;
  tiers.store.forEach(tableKey(group, table), tableEnd(group, table), (key, value) => {
    broken = [key.slice(), value.slice()];
    return false;
  });
  broken![1][9]! ^= 1;
  tiers.store.transaction((writer) => writer.put(...broken!));
  pass(DAY_0_MS + 10 * DAY_MS);
  pass(DAY_0_MS + 11 * DAY_MS);
  assert.equal(findings.length, 1);
  assert.match(findings[0]!.where, /^group 6, table 24, generation 1, /);
  let left = 0;
  for (const { key } of tiers.store.pairs()) if (key[1] === table) left++;
  assert.equal(left, 1);
});

for (const [what, breakIt] of [
  [
    'with a run that is damaged',
    (value: Uint8Array) => value.map((byte, i) => (i === value.length - 6 ? byte ^ 1 : byte)),
  ],
  ['that is cut off', (value: Uint8Array) => value.slice(0, -1)],
] as const) {
  for (const tier of [0, 1, 2]) {
    test(`a sweep of ${TIER_NAMES[tier]} counts nothing of a segment ${what}, and leaves it as it is`, () => {
      for (const spec of [
        { [TIER_NAMES[tier]!]: DAY_MS },
        { rules: [{ match: 'one', [TIER_NAMES[tier]!]: DAY_MS }, { match: 'two' }] },
      ]) {
        const { tiers, findings, sweep, pass } = sweeping(retention(spec));
        fill(tiers, [0]);
        const { table } = TIER_TABLES[tier]!;
        const broken = [...tiers.store.pairs()]
          .filter(({ key }) => key[1] === table)
          .map(({ key, value }) => ({ key, value: breakIt(value) }));
        tiers.store.transaction((writer) => {
          for (const { key, value } of broken) writer.put(key, value);
        });
        pass(DAY_0_MS + 40 * DAY_MS);
        assert.equal(findings.length, broken.length);
        for (const { key, value } of broken) assert.deepEqual(tiers.store.peek(key), value);
        assert.deepEqual([sweep.swept[tier]!.rows, sweep.swept[tier]!.segments], [0, 0]);
        assert.ok(tiers.books.groups.every(({ expiredPoints }) => expiredPoints === 0));
      }
    });
  }
}
