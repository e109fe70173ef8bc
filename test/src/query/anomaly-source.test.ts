import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TierName } from '../../../native-free-core/tier/tiers.js';
import { anomalySource } from '../../../src/query/anomaly-source.js';

const DAY = 86_400_000;
const horizons: Record<TierName, number> = {
  raw: 100 * DAY,
  '1m': 50 * DAY,
  '5m': 0,
  '1h': -Infinity,
  '1d': -Infinity,
};
const horizonMs = (tier: TierName): number => horizons[tier];

test('anomalySource() is the finest that is kept of the whole range and has not too many windows', () => {
  const check = (startDay: number, wanted: TierName | undefined, source: string, series = 1): void => {
    const range = { startMs: startDay * DAY, endMs: 200 * DAY };
    const found = anomalySource({ range, warmUpMs: 0, series, wanted, horizonMs });
    assert.equal(found?.name ?? 'raw', source);
  };
  check(100, undefined, 'raw');
  check(99, undefined, '1m');
  check(50, undefined, '1m');
  check(49, undefined, '5m');
  check(-1, undefined, '1h');
  check(150, '1h', '1h');
  check(150, 'raw', 'raw');
  // 100 days of 1 m are 144,000 windows a series: of 117 series more than are looked at.
  check(99, undefined, '1m', 115);
  check(99, undefined, '5m', 117);
  check(99, undefined, '1d', 100_000);
});

test('anomalySource() refuses what is not kept, and what is too much', () => {
  const range = { startMs: 40 * DAY, endMs: 200 * DAY };
  const ask = (wanted: TierName | undefined, series: number) => () =>
    anomalySource({ range, warmUpMs: 0, series, wanted, horizonMs });
  assert.throws(ask('raw', 1), { code: 'MR_NOT_KEPT', message: /raw points.*without source=/ });
  assert.throws(ask('1m', 1), { code: 'MR_NOT_KEPT', message: /windows of 1m/ });
  assert.throws(ask(undefined, 1_000_000), { code: 'MR_QUERY_TOO_BIG', message: /fewer series/ });
});
