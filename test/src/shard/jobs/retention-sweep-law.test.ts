import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { RetentionPolicy } from '../../../../native-free-core/retention/retention-policy.js';
import { TIER_TABLES } from '../../../../src/store/tier-tables.js';
import { classOf, DAY_0_MS, DAY_MS, FOREVER, MINUTE_MS, type Sweeping, sweeping } from './sweeping.js';
import type { TestPoint, TieredStore } from './tiered-store.js';

test('whatever is stored, no row goes before its time and none stays long after it', () => {
  const series = fc.integer({ min: 0, max: 11 });
  const point = fc.record({
    timeMs: fc.integer({ min: 0, max: 20 * 24 * 60 }).map((minutes) => DAY_0_MS + minutes * MINUTE_MS),
    value: fc.double({ noNaN: true, noDefaultInfinity: true }),
  });
  const batch = fc.array(fc.tuple(series, fc.array(point, { minLength: 1, maxLength: 12 })), {
    maxLength: 8,
  });
  const days = fc.oneof(fc.integer({ min: 1, max: 25 }), fc.constant(FOREVER)).map((d) => d * DAY_MS);
  const row = fc.record({ raw: days, '1m': days, '5m': days, '1h': days, '1d': days });
  const action = fc.oneof(
    { weight: 2, arbitrary: fc.record({ local: fc.constantFrom(0, 1), batch }) },
    { weight: 1, arbitrary: fc.record({ day: fc.integer({ min: 5, max: 60 }), restart: fc.boolean() }) },
  );
  fc.assert(
    fc.property(row, row, row, fc.array(action, { maxLength: 12 }), (zero, one, two, actions) => {
      const policy = new RetentionPolicy({
        ...zero,
        rules: [
          { match: 'one', ...one },
          { match: 'two', ...two },
        ],
      });
      let made = sweeping(policy);
      const { tiers } = made;
      let nowMs = 0;
      for (const act of actions) {
        if ('batch' in act) {
          tiers.write(act.local, notExpired(policy, act.batch, nowMs));
          continue;
        }
        if (act.restart) made = { ...made, ...resumed(policy, tiers) };
        nowMs = DAY_0_MS + act.day * DAY_MS;
        checkPass(policy, tiers, made.pass, nowMs);
      }
    }),
    { numRuns: 150 },
  );
});

/** What a compaction writes: nothing that some tier has given up by then. */
function notExpired(
  policy: RetentionPolicy,
  batch: readonly [number, TestPoint[]][],
  nowMs: number,
): Map<number, TestPoint[]> {
  const kept = batch.map(([number, points]): [number, TestPoint[]] => {
    const retentions = TIER_TABLES.map(({ tier }) => policy.retentionMs(classOf(0, number), tier));
    return [number, points.filter(({ timeMs }) => timeMs >= nowMs - Math.min(...retentions))];
  });
  return new Map(kept.filter(([, points]) => points.length > 0));
}

/** Another sweep over the same store, as after a restart. */
function resumed(policy: RetentionPolicy, tiers: TieredStore): Pick<Sweeping, 'pass'> {
  const { sweep } = sweeping(policy, {
    shard: tiers.shard,
    map: tiers.map,
    store: tiers.store,
    books: tiers.books,
  });
  return {
    pass: (nowMs) => {
      sweep.trigger();
      tiers.run(sweep, nowMs);
    },
  };
}

function checkPass(
  policy: RetentionPolicy,
  tiers: TieredStore,
  pass: (nowMs: number) => void,
  nowMs: number,
): void {
  const before = TIER_TABLES.map(({ tier }) =>
    tiers
      .rows(tier)
      .map((row) => JSON.stringify(row))
      .sort(),
  );
  const sum = (): number =>
    tiers.books.groups.reduce(
      (all, { storedPoints, expiredPoints }) => all + storedPoints + expiredPoints,
      0,
    );
  const points = sum();
  pass(nowMs);
  assert.equal(sum(), points, 'stored + expired is what it was');
  tiers.checkBooks(assert.deepEqual);
  for (const { tier, windowMs, stretchMs } of TIER_TABLES) {
    const after = tiers
      .rows(tier)
      .map((row) => JSON.stringify(row))
      .sort();
    const rest = [...before[tier]!];
    for (const row of after) {
      const at = rest.indexOf(row);
      assert.ok(at >= 0, `row ${row} of tier ${tier} came from nowhere`);
      rest.splice(at, 1);
      const { timeMs, number } = JSON.parse(row) as { timeMs: number; number: number };
      const cutoff = nowMs - policy.retentionMs(classOf(0, number), tier);
      const stretchEndMs = (Math.floor(timeMs / stretchMs) + 1) * stretchMs;
      assert.ok(stretchEndMs > cutoff, `row ${row} of tier ${tier} outlived its stretch`);
    }
    for (const row of rest) {
      const { timeMs, number } = JSON.parse(row) as { timeMs: number; number: number };
      const cutoff = nowMs - policy.retentionMs(classOf(0, number), tier);
      const endMs = windowMs === 0 ? timeMs + 1 : timeMs + windowMs;
      assert.ok(endMs <= cutoff, `row ${row} of tier ${tier} went before its time`);
    }
  }
}
