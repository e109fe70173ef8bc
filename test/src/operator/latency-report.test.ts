import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PagedHistogram } from '../../../native-free-core/histogram/paged-histogram.js';
import { latencyReport } from '../../../src/operator/latency-report.js';

test('latencyReport() has nulls before the first value', () => {
  assert.deepEqual(latencyReport(PagedHistogram.withOwnMemory(8)), {
    count: 0,
    p50_ms: null,
    p90_ms: null,
    p99_ms: null,
    p99_9_ms: null,
    max_ms: null,
  });
});

test('latencyReport() tells quantiles within 0.5 % and the exact maximum, to the microsecond', () => {
  const histogram = PagedHistogram.withOwnMemory(32);
  for (let i = 1; i <= 10_000; i++) histogram.record(i / 100);
  histogram.record(1_234.56789);
  const report = latencyReport(histogram);
  assert.equal(report.count, 10_001);
  assert.equal(report.max_ms, 1_234.568);
  const check = (value: number | null, exact: number) => {
    assert.ok(value !== null && Math.abs(value - exact) <= exact * 0.005, `${value} is not near ${exact}`);
    assert.equal(value, Math.round(value * 1_000) / 1_000);
  };
  check(report.p50_ms, 50);
  check(report.p90_ms, 90);
  check(report.p99_ms, 99);
  check(report.p99_9_ms, 99.9);
});
