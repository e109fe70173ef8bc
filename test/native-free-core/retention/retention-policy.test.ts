import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RetentionPolicy, type RetentionSpec } from '../../../native-free-core/retention/retention-policy.js';
import { TIER_NAMES } from '../../../native-free-core/tier/tiers.js';

const DAY_MS = 86_400_000;
const FOREVER = Number.POSITIVE_INFINITY;

const spec = (rules: RetentionSpec['rules']): RetentionSpec => ({
  raw: 30 * DAY_MS,
  '1m': 90 * DAY_MS,
  '5m': 365 * DAY_MS,
  '1h': FOREVER,
  '1d': FOREVER,
  rules,
});

const rowOf = (policy: RetentionPolicy, retentionClass: number): number[] =>
  TIER_NAMES.map((_, tier) => policy.retentionMs(retentionClass, tier));

test('classOf() is 0 without a rule that matches, and the first that does otherwise', () => {
  const policy = new RetentionPolicy(
    spec([
      { match: 'debug.*', raw: DAY_MS },
      { match: 'debug.keep', raw: 99 * DAY_MS },
      { match: '*.tmp', raw: 2 * DAY_MS },
    ]),
  );
  const check = (metric: string, wanted: number): void => assert.equal(policy.classOf(metric), wanted);
  check('cpu', 0);
  check('debug.x', 1);
  check('debug.keep', 1);
  check('x.tmp', 3);
  assert.equal(policy.classCount, 4);
  assert.equal(new RetentionPolicy(spec([])).classCount, 1);
});

test('retentionMs() has the default where a rule names no tier', () => {
  const policy = new RetentionPolicy(spec([{ match: 'debug.*', raw: DAY_MS, '1m': 7 * DAY_MS }]));
  assert.deepEqual(rowOf(policy, 0), [30 * DAY_MS, 90 * DAY_MS, 365 * DAY_MS, FOREVER, FOREVER]);
  assert.deepEqual(rowOf(policy, 1), [DAY_MS, 7 * DAY_MS, 365 * DAY_MS, FOREVER, FOREVER]);
});

test('shortestMs() and longestMs() are over all classes', () => {
  const policy = new RetentionPolicy(
    spec([
      { match: 'a', raw: DAY_MS },
      { match: 'b', raw: FOREVER },
    ]),
  );
  assert.deepEqual([policy.shortestMs(0), policy.longestMs(0)], [DAY_MS, FOREVER]);
  assert.deepEqual([policy.shortestMs(1), policy.longestMs(1)], [90 * DAY_MS, 90 * DAY_MS]);
});

test('oldestKeptMs() goes by the tier that its metric keeps longest', () => {
  const short = { raw: DAY_MS, '1m': DAY_MS, '5m': 3 * DAY_MS, '1h': DAY_MS, '1d': 2 * DAY_MS };
  const policy = new RetentionPolicy(spec([{ match: 'debug.*', ...short }]));
  assert.equal(policy.oldestKeptMs('debug.x', 10 * DAY_MS), 7 * DAY_MS);
  assert.equal(policy.oldestKeptMs('cpu', 10 * DAY_MS), Number.NEGATIVE_INFINITY);
});

test('RetentionPolicy() refuses a retention that keeps nothing', () => {
  assert.throws(() => new RetentionPolicy(spec([{ match: 'a', raw: 0 }])), /BUG|positive/);
});
