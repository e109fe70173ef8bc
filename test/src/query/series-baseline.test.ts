import assert from 'node:assert/strict';
import { test } from 'node:test';
import { POINTS_AT_ONCE } from '../../../src/query/limits.js';
import { momentsOf } from '../../../src/query/moments.js';
import { SeriesBaseline } from '../../../src/query/series-baseline.js';

const COUNT = 2 * POINTS_AT_ONCE + 5;
const times = Float64Array.from({ length: COUNT }, (_, i) => i * 1_000);
const values = Float64Array.from(times, (_, i) => Math.sin(i / 50) + ((i * 7) % 13));
const moments = momentsOf(values, COUNT);

test('SeriesBaseline ends within a long series when nobody waits any more', () => {
  const check = (method: string, judge: (baseline: SeriesBaseline) => void): void => {
    let looks = 0;
    let looksMax = Number.POSITIVE_INFINITY;
    const baseline = new SeriesBaseline();
    baseline.begin(() => {
      if (++looks > looksMax) throw new Error('enough');
    });
    judge(baseline);
    assert.ok(looks >= 3, `${method}: ${looks} looks`);
    for (looksMax of [0, looks - 1]) {
      looks = 0;
      assert.throws(() => judge(baseline), /enough/, method);
    }
  };
  check('zscore', (baseline) => baseline.zScores(values, COUNT, moments));
  check('rolling', (baseline) => baseline.rolling(times, values, COUNT, moments, 600_000));
  check('mad', (baseline) => baseline.medians(values, COUNT));
  check('seasonal', (baseline) => baseline.seasonal(times, values, COUNT, 314_000));
  check('streaming', (baseline) => baseline.streaming(times, values, COUNT, 'novelty'));
});

test('SeriesBaseline calls nothing strange that only rounding keeps from being expected', () => {
  const check = (make: (i: number) => number, periodMs: number) => {
    for (const count of [100, 360, 1_500]) {
      const rounded = Float64Array.from({ length: count }, (_, i) => make(i));
      const baseline = new SeriesBaseline();
      baseline.seasonal(times, rounded, count, undefined);
      assert.equal(baseline.periodMs, periodMs, `${make}`);
      for (let i = 0; i < count; i++) {
        assert.ok(baseline.score[i]! < 3, `${make} at ${i} of ${count}: ${baseline.score[i]}`);
      }
    }
  };
  check(() => 0.1, 0);
  check(() => 1e9 / 3, 0);
  check((i) => Math.round((40 + 0.01 * i) * 100) / 100, 0);
  check((i) => 1e6 - 0.1 * i, 0);
  check((i) => i / 3, 0);
  check((i) => Math.sin(i % 10), 10_000);
});
