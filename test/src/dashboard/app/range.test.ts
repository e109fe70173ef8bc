import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadPageModule } from '../page-module.js';

type TimeRange = { kind: 'last'; text: string } | { kind: 'between'; fromMs: number; toMs: number };

interface Instants {
  fromMs: number;
  toMs: number;
}

const { rangeOf, instantsOf, scaled, shifted, between, stepFor } = await loadPageModule<{
  rangeOf(parameters: URLSearchParams): TimeRange;
  instantsOf(range: TimeRange, nowMs: number): Instants;
  scaled(range: TimeRange, factor: number, nowMs: number): TimeRange;
  shifted(range: TimeRange, part: number, nowMs: number): TimeRange;
  between(fromMs: number, toMs: number): TimeRange;
  stepFor(instants: Instants, width: number): number;
}>('state/range.ts');

const NOW_MS = 1_700_000_000_000;
const HOUR: TimeRange = { kind: 'last', text: '1h' };

function check(query: string, expected: TimeRange): void {
  test(`rangeOf() reads ${query === '' ? 'nothing' : query}`, () => {
    assert.deepEqual(rangeOf(new URLSearchParams(query)), expected);
  });
}

check('', HOUR);
check('range=24h', { kind: 'last', text: '24h' });
check('range=', HOUR);
check('range=0h', HOUR);
check('range=-5m', HOUR);
check('range=<script>', HOUR);
check('from=1000&to=2000', { kind: 'between', fromMs: 1_000, toMs: 2_000 });
check('from=2000&to=1000', HOUR);
check('from=-1&to=1000', HOUR);
check('from=1&to=1e300', HOUR);
check('from=1000.4&to=2000.6', { kind: 'between', fromMs: 1_000, toMs: 2_001 });
check('from=NaN&to=Infinity&range=5m', { kind: 'last', text: '5m' });

test('instantsOf() does not begin before 1970', () => {
  assert.deepEqual(instantsOf({ kind: 'last', text: '999999w' }, NOW_MS), { fromMs: 0, toMs: NOW_MS });
});

test('shifted() keeps the length, and is live again at the present', () => {
  const past = shifted(HOUR, -0.5, NOW_MS);
  assert.deepEqual(past, between(NOW_MS - 5_400_000, NOW_MS - 1_800_000));
  assert.deepEqual(shifted(past, 0.5, NOW_MS), HOUR);
});

test('scaled() and between() stay between 1970 and now, and never get empty', () => {
  let range: TimeRange = HOUR;
  for (let i = 0; i < 40; i++) range = scaled(range, 2, NOW_MS);
  assert.equal(range.kind === 'between' && range.fromMs, 0);
  for (let i = 0; i < 80; i++) range = scaled(range, 0.5, NOW_MS);
  const { fromMs, toMs } = instantsOf(range, NOW_MS);
  assert.ok(toMs - fromMs >= 1_000 && toMs <= NOW_MS, `${fromMs} to ${toMs}`);
  assert.deepEqual(between(5_000.2, 5_000.4), { kind: 'between', fromMs: 5_000, toMs: 6_000 });
});

test('stepFor() asks for at most two points a pixel, in windows of whole seconds', () => {
  for (const lengthMs of [1, 1_000, 300_000, 3_600_000, 30 * 86_400_000, 40 * 365 * 86_400_000]) {
    for (const width of [50, 390, 1_440]) {
      const stepMs = stepFor({ fromMs: NOW_MS - lengthMs, toMs: NOW_MS }, width);
      assert.equal(stepMs % 1_000, 0);
      assert.ok(lengthMs / stepMs <= Math.max(50, 2 * width), `${lengthMs} ms at ${width} pixels`);
    }
  }
});
