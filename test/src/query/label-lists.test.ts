import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { systemClock } from '../../../src/clock.js';
import type { LabelMatcher } from '../../../src/http/ports.js';
import type { MetricsRequest } from '../../../src/http/present/metrics.js';
import { EntryTexts } from '../../../src/query/entry-texts.js';
import { TEXTS_AT_ONCE } from '../../../src/query/limits.js';
import { StopCheck } from '../../../src/query/stop-check.js';
import { bodyOf } from './oracle.js';
import { OPEN_BOUNDS, type TestPoint, TestShards } from './query-fixture.js';

const NOW_MS = 1_700_000_000_000;
const HOUR_MS = 3_600_000;

const point = fc.record({
  name: fc.constantFrom('cpu', 'mem', 'disk'),
  labels: fc.dictionary(
    fc.constantFrom('host', 'zone', 'rack', '__name__'),
    fc.constantFrom('a', 'b', 'c', 'dd'),
    {
      noNullPrototype: true,
    },
  ),
  timeMs: fc.constantFrom(0, 0.5, 2, 23, 30).map((hours) => NOW_MS - hours * HOUR_MS),
  value: fc.constant(1),
});
const matcher: fc.Arbitrary<LabelMatcher> = fc.record({
  label: fc.constantFrom('host', 'zone', 'rack', '__name__', 'none'),
  op: fc.constantFrom('=', '!=', '=~', '!~'),
  value: fc.constantFrom('a', '', 'cpu', 'a|b', '.+', 'm.*|d.*'),
});

/** What the points say of the series that match: one entry a series, with the time of its oldest point. */
function seriesOf(points: readonly TestPoint[], selectors: readonly LabelMatcher[]) {
  const all = new Map<string, { name: string; labels: Record<string, string>; oldestMs: number }>();
  for (const { name, labels, timeMs } of points) {
    const isMeant = selectors.every(({ label, op, value }) => {
      const actual = label === '__name__' ? name : (labels[label] ?? '');
      const isSo = op.endsWith('~') ? new RegExp(`^(?:${value})$`).test(actual) : actual === value;
      return isSo === !op.startsWith('!');
    });
    if (!isMeant) continue;
    const key = JSON.stringify([name, Object.entries(labels).sort()]);
    const series = all.get(key) ?? { name, labels, oldestMs: timeMs };
    series.oldestMs = Math.min(series.oldestMs, timeMs);
    all.set(key, series);
  }
  return [...all.values()];
}

const distinct = (texts: Iterable<string>): string[] => [...new Set(texts)].sort();

function countBy<T>(items: readonly T[], keysOf: (item: T) => string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const item of items) for (const key of keysOf(item)) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
}

describe('the lists of names', () => {
  it('look at the series of no more metrics than are asked for', (t) => {
    const shards = new TestShards(2, OPEN_BOUNDS);
    t.after(() => shards.close());
    for (let metric = 0; metric < 12; metric++) {
      shards.write(
        Array.from({ length: 1_000 }, (_, i) => ({
          ...{ name: `m${metric + 10}`, labels: { host: `h${i}` }, timeMs: NOW_MS, value: 1 },
        })),
      );
      shards.settle();
    }
    const looksFor = (limit: number): number => {
      let looks = 0;
      const stop = new StopCheck(systemClock, 60_000, () => ++looks < 0);
      const request: MetricsRequest = { kind: 'metrics', format: 'json', selectors: [], limit };
      const { metrics } = bodyOf(shards.queryEngine.answer(request, stop));
      assert.deepEqual(
        metrics.map(({ name, series }: { name: string; series: number }) => [name, series]),
        Array.from({ length: limit }, (_, i) => [`m${i + 10}`, 1_000]),
      );
      return looks;
    };
    assert.ok(5 * looksFor(1) < looksFor(12), `${looksFor(1)} looks for one, ${looksFor(12)} for all`);
  });

  it('look at the stop flag also while the values of one label are ordered, and read the text of each about once', (t) => {
    const shards = new TestShards(1, OPEN_BOUNDS);
    t.after(() => shards.close());
    const count = 20 * TEXTS_AT_ONCE;
    for (let from = 0; from < count; from += TEXTS_AT_ONCE) {
      shards.write(
        Array.from({ length: TEXTS_AT_ONCE }, (_, i) => ({
          ...{ name: 'm', labels: { id: `v${1_000_000 - from - i}` }, timeMs: NOW_MS, value: 1 },
        })),
      );
      shards.settle();
    }
    const listed = { kind: 'label_values', format: 'json', label: 'id', selectors: [] };
    const known: string[] = bodyOf(shards.answer(listed as never)).data;
    const places: string[] = [];
    const stop = new StopCheck(systemClock, 60_000, () => {
      places.push(new Error('where').stack ?? '');
      return false;
    });
    const read = t.mock.method(EntryTexts.prototype, 'of');
    const request = { kind: 'cardinality', format: 'json', nowMs: NOW_MS, limit: 5, selectors: [] };
    const admission = { limits: {}, refused: {} };
    const found = bodyOf(shards.queryEngine.answer({ ...request, admission } as never, stop));
    assert.deepEqual(
      found.series_by_label_value.map(({ value }: { value: string }) => value),
      known.slice(0, 5),
    );
    const looks = places.filter((place) => place.includes('LargestList')).length;
    assert.ok(looks >= known.length / TEXTS_AT_ONCE, `${looks} looks at ${known.length} values`);
    const reads = read.mock.callCount();
    assert.ok(reads < 1.1 * known.length, `${reads} texts read of ${known.length}`);
    assert.ok(known.length > 4 * TEXTS_AT_ONCE);
  });

  it('say what a walk over all points says, for any conditions, while series come', () => {
    const batches = fc.array(fc.array(point, { minLength: 1, maxLength: 12 }), {
      minLength: 1,
      maxLength: 3,
    });
    fc.assert(
      fc.property(batches, fc.array(matcher, { maxLength: 3 }), (batch, selectors) => {
        const shards = new TestShards(3);
        try {
          const points: TestPoint[] = [];
          for (const added of batch) {
            points.push(...added);
            shards.write(added);
            shards.settle();
            check(shards, seriesOf(points, selectors), selectors);
          }
        } finally {
          shards.close();
        }
      }),
      { numRuns: 25 },
    );
  });
});

function check(shards: TestShards, series: ReturnType<typeof seriesOf>, selectors: LabelMatcher[]): void {
  // biome-ignore lint/suspicious/noExplicitAny: answers are looked at freely.
  const ask = (request: object): any =>
    bodyOf(shards.answer({ format: 'json', selectors, ...request } as never));
  const labels = series.flatMap((each) => Object.keys(each.labels));
  assert.deepEqual(ask({ kind: 'names' }).metrics, distinct(series.map(({ name }) => name)));
  assert.deepEqual(ask({ kind: 'hosts' }).hosts, distinct(series.flatMap((s) => s.labels['host'] ?? [])));
  assert.deepEqual(ask({ kind: 'labels' }).data, distinct(series.length > 0 ? ['__name__', ...labels] : []));
  const zones = ask({ kind: 'label_values', label: 'zone' }).data;
  assert.deepEqual(zones, distinct(series.flatMap((s) => s.labels['zone'] ?? [])));
  const names = ask({ kind: 'label_values', label: '__name__' }).data;
  assert.deepEqual(names, distinct(series.map(({ name }) => name)));
  const metrics = ask({ kind: 'metrics' }).metrics;
  for (const limit of [1, 2]) {
    assert.deepEqual(ask({ kind: 'metrics', limit }).metrics, metrics.slice(0, limit));
    assert.deepEqual(
      ask({ kind: 'metrics', limit, search: 'd' }).metrics,
      ask({ kind: 'metrics', search: 'd' }).metrics.slice(0, limit),
    );
  }
  const admission = { limits: {}, refused: {} };
  const found = ask({ kind: 'cardinality', nowMs: NOW_MS, limit: 100, admission });
  const since = (ms: number): number => series.filter(({ oldestMs }) => oldestMs >= NOW_MS - ms).length;
  assert.equal(found.series, series.length);
  assert.equal(found.new_last_hour, since(HOUR_MS));
  assert.equal(found.new_last_day, since(24 * HOUR_MS));
  assert.equal(
    found.label_sets,
    distinct(series.map((s) => JSON.stringify(Object.entries(s.labels).sort()))).length,
  );
  const byMetric = new Map(
    found.series_by_metric.map((m: { metric: string; series: number }) => [m.metric, m.series]),
  );
  assert.deepEqual(byMetric, new Map([...countBy(series, ({ name }) => [name])].sort(bySize)));
  const byLabel = new Map(
    found.series_by_label.map((l: { label: string; series: number }) => [l.label, l.series]),
  );
  assert.deepEqual(
    byLabel,
    countBy(series, (s) => Object.keys(s.labels)),
  );
  const byValue = new Map<string, number>(
    found.series_by_label_value.map((v: Record<string, string>) => [
      `${v['label']}=${v['value']}`,
      v['series'],
    ]),
  );
  assert.deepEqual(
    byValue,
    countBy(series, (s) => Object.entries(s.labels).map((pair) => pair.join('='))),
  );
  for (const limit of [1, 2, 3]) {
    const few = ask({ kind: 'cardinality', nowMs: NOW_MS, limit, admission });
    assert.deepEqual(
      few.series_by_label_value.map((v: Record<string, string>) => [
        `${v['label']}=${v['value']}`,
        v['series'],
      ]),
      [...byValue].sort(bySize).slice(0, limit),
      'the largest, of equals the first by name',
    );
    assert.deepEqual(few.series_by_label, found.series_by_label.slice(0, limit));
    assert.deepEqual(few.series_by_metric, found.series_by_metric.slice(0, limit));
  }
}

const bySize = (a: [string, number], b: [string, number]): number => b[1] - a[1] || (a[0] < b[0] ? -1 : 1);
