import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import {
  aggregated,
  byTime,
  endsOf,
  groupsOf,
  type Labels,
  lineOf,
  meanOf,
  percentileOf,
  type Range,
  seriesOf,
  sumOf,
  varianceOf,
  within,
} from './reading/naive.js';
import {
  endMs,
  FILTERS,
  HOUR,
  keyOf,
  loadedWorld,
  MINUTE,
  near,
  pick,
  ranges,
  SECOND,
  SEED,
  start,
  timeOf,
} from './reading/questions.js';
import type { Sent } from './reading/world.js';

/** Statistics and anomalies, of the real engine over a world that came with restarts between, against a list of all points. */

const engine = await loadedWorld();
after(() => engine.close());
const of = (metric: string): Sent[] => engine.sent.filter((point) => point.metric === metric);

test('stats and statistics are those of all points', async () => {
  for (const metric of ['load.gauge', 'load.wild', 'load.lonely', 'load.counter']) {
    for (const range of ranges(5)) {
      const points = within(of(metric), range);
      const stats = await engine.get(`/api/v1/stats/${metric}`, {
        ...start(range),
        percentiles: '0,33.3,100',
      });
      const all = await engine.get('/api/v1/statistics/calculate', { metric_name: metric, ...start(range) });
      assert.equal(stats.count, points.length);
      assert.equal(all.count, points.length);
      if (points.length === 0) continue;
      checkStatistics(stats, all, points, `${metric} ${JSON.stringify(range)}`);
    }
  }
});

// biome-ignore lint/suspicious/noExplicitAny: answers are looked at freely.
function checkStatistics(stats: any, all: any, points: readonly Sent[], where: string): void {
  const values = points.map(({ value }) => value);
  const scale = Math.max(...values.map(Math.abs));
  for (const name of ['min', 'max', 'median'])
    assert.equal(all[name], aggregated(points, name) + 0, `${name} ${where}`);
  for (const percent of [1, 25, 50, 75, 99, 99.9]) {
    assert.equal(
      all.percentiles[`p${String(percent).replace('.', '_')}`],
      percentileOf(values, percent) + 0,
      where,
    );
  }
  assert.equal(stats.p33_3, percentileOf(values, 33.3) + 0);
  near(stats.sum, sumOf(values), `sum ${where}`, 1e-14, scale);
  near(all.mean, meanOf(values), `mean ${where}`, 1e-14, scale);
  near(all.stddev, Math.sqrt(varianceOf(values)), `stddev ${where}`, 1e-11);
  for (const end of ['first', 'last'] as const) {
    const may = endsOf(points, end);
    assert.ok(may.includes(all[end]), `${end} ${where}: ${all[end]}, not one of ${may}`);
  }
  const counted = sumOf(all.histogram.map(({ count }: { count: number }) => count));
  assert.equal(counted, values.length);
  for (const { from, to, count } of all.histogram.slice(0, -1)) {
    assert.equal(count, values.filter((value) => value >= from && value < to).length, `histogram ${where}`);
  }
  const rises = [...seriesOf(points).values()].map(byTime).map((own) => own.at(-1)!.value - own[0]!.value);
  near(all.change, sumOf(rises), `change ${where}`, 1e-12, scale);
}

test('trends are the line through all points, and averages of the means of windows', async () => {
  for (const range of ranges(8)) {
    const filter = pick(FILTERS);
    const points = within(
      of('load.gauge').filter(({ labels }) => filter.takes(labels)),
      range,
    );
    if (points.length < 3) continue;
    const answer = await engine.get('/api/v1/metrics/trends/load.gauge', {
      ...start(range),
      match: filter.text,
      window: '5m',
      rolling: '20m',
    });
    const where = `${JSON.stringify(range)} ${filter.text}`;
    assert.equal(answer.count, points.length, where);
    const line = lineOf(
      points.map(({ timeMs }) => timeMs - range.startMs),
      points.map(({ value }) => value),
    );
    const tolerance = answer.exact ? 1e-8 : 0.05;
    if (answer.exact) {
      near(answer.slope_per_second, line.slope * SECOND, `slope ${where}`, tolerance, 1e-6);
      near(answer.intercept, line.at(0), `intercept ${where}`, tolerance, 1);
      near(answer.r_squared, line.rSquared, `r² ${where}`, tolerance, 1);
      const [first, last] = [
        line.at(Math.min(...points.map(({ timeMs }) => timeMs)) - range.startMs),
        line.at(Math.max(...points.map(({ timeMs }) => timeMs)) - range.startMs),
      ];
      near(answer.change_percent, ((last - first) / Math.abs(first)) * 100, `change ${where}`, 1e-7, 1);
    }
    const windows = new Map<number, number[]>();
    for (const { timeMs, value } of points) {
      const windowMs = Math.floor(timeMs / (5 * MINUTE)) * 5 * MINUTE;
      windows.set(windowMs, [...(windows.get(windowMs) ?? []), value]);
    }
    const means = [...windows]
      .map(([timeMs, values]) => [timeMs, meanOf(values)] as const)
      .sort(([a], [b]) => a - b);
    assert.equal(answer.moving_average.length, means.length, where);
    let ewma = means[0]![1];
    means.forEach(([timeMs, mean], i) => {
      const row = answer.moving_average[i];
      assert.equal(timeOf(row.time), timeMs);
      const inside = means.filter(([ms], j) => j <= i && ms > timeMs - 20 * MINUTE).map(([, value]) => value);
      near(row.value, meanOf(inside), `average ${where}`, 1e-9, 1);
      if (i > 0) ewma += (2 / (4 + 1)) * (mean - ewma);
    });
    near(answer.ewma, ewma, `ewma ${where}`, 1e-9, 1);
  }
});

test('anomalies are the points beyond the threshold, each series by itself', async () => {
  for (const method of ['zscore', 'mad', 'rolling_zscore']) {
    for (const range of ranges(5)) {
      const answer = await engine.get('/anomaly/detect', {
        ...start(range),
        metric_name: 'load.gauge',
        method,
        threshold: 3.5,
        window: method === 'rolling_zscore' ? '10m' : undefined,
        limit: 100_000,
      });
      const all = of('load.gauge');
      const inRange = within(all, range);
      assert.equal(answer.count, inRange.length);
      if (inRange.length === 0) continue;
      near(answer.mean, meanOf(inRange.map(({ value }) => value)), 'mean', 1e-9, 1);
      near(answer.stddev, Math.sqrt(varianceOf(inRange.map(({ value }) => value))), 'stddev', 1e-9, 1);
      const wanted = [...seriesOf(all).values()].flatMap((own) => naiveAnomalies(byTime(own), range, method));
      const found = new Set(
        answer.anomalies.map((each: { timestamp: string; value: number; labels: Labels }) =>
          keyOf({ metric: '', timeMs: timeOf(each.timestamp), value: each.value, labels: each.labels }),
        ),
      );
      for (const { point, score } of wanted) {
        if (Math.abs(score - 3.5) < 1e-6) continue;
        assert.equal(
          found.has(keyOf(point)),
          score >= 3.5,
          `${method} ${keyOf(point)} ${score} (seed ${SEED})`,
        );
      }
      assert.equal(answer.anomaly_count, wanted.filter(({ score }) => score >= 3.5).length, method);
    }
  }
});

function naiveAnomalies(
  own: readonly Sent[],
  range: Range,
  method: string,
): { point: Sent; score: number }[] {
  const inside = within(own, range);
  if (inside.length === 0) return [];
  const values = inside.map(({ value }) => value);
  const scoreOf = (distance: number, deviation: number): number =>
    deviation > 0 ? Math.abs(distance) / deviation : 0;
  const [mean, deviation] = [meanOf(values), Math.sqrt(varianceOf(values))];
  if (method === 'zscore')
    return inside.map((point) => ({ point, score: scoreOf(point.value - mean, deviation) }));
  if (method === 'mad') {
    const median = percentileOf(values, 50);
    const distances = values.map((value) => Math.abs(value - median));
    const middle = percentileOf(distances, 50);
    const spread = middle > 0 ? middle / 0.6744897501960817 : meanOf(distances) / Math.sqrt(2 / Math.PI);
    return inside.map((point) => ({ point, score: scoreOf(point.value - median, spread) }));
  }
  return inside.map((point) => {
    const before = own
      .filter(({ timeMs }) => timeMs < point.timeMs && timeMs >= point.timeMs - 10 * MINUTE)
      .map(({ value }) => value);
    if (before.length < 5) return { point, score: 0 };
    const spread = Math.max(Math.sqrt(varianceOf(before)), deviation / 1_000);
    return { point, score: scoreOf(point.value - meanOf(before), spread) };
  });
}

test('anomalies of windows are those of their means, with whole windows at the ends', async () => {
  for (const [source, windowMs, dataSource] of [
    ['1m', MINUTE, 'metrics_1min'],
    ['1h', HOUR, 'metrics_1hour'],
  ] as const) {
    for (const method of ['zscore', 'mad', 'rolling_zscore']) {
      const range = pick(ranges(3));
      const asked = { ...start(range), metric_name: 'load.gauge', method, threshold: 2, limit: 100_000 };
      const window = method === 'rolling_zscore' ? '10m' : undefined;
      const answer = await engine.get('/anomaly/detect', { ...asked, source, window });
      assert.equal(answer.data_source, dataSource);
      const whole = {
        startMs: Math.floor(range.startMs / windowMs) * windowMs,
        endMs: Math.ceil(range.endMs / windowMs) * windowMs,
      };
      const means = [...seriesOf(of('load.gauge')).values()].map((own) => meansOf(own, windowMs));
      const wanted = means.flatMap((own) => naiveAnomalies(own, whole, method));
      assert.equal(answer.count, wanted.length);
      const sure = wanted.filter(({ score }) => Math.abs(score - 2) > 1e-6);
      const found = new Set(answer.anomalies.map(pointKey));
      for (const { point, score } of sure) {
        assert.equal(
          found.has(`${point.timeMs} ${keyOf({ ...point, value: 0 })}`),
          score >= 2,
          `${method} ${source} ${score}`,
        );
      }
    }
  }
});

const pointKey = ({ timestamp, labels }: { timestamp: string; labels: Labels }): string =>
  `${timeOf(timestamp)} ${keyOf({ metric: '', timeMs: timeOf(timestamp), value: 0, labels })}`;

function meansOf(own: readonly Sent[], windowMs: number): Sent[] {
  const windows = new Map<number, number[]>();
  for (const { timeMs, value } of byTime(own)) {
    const start = Math.floor(timeMs / windowMs) * windowMs;
    windows.set(start, [...(windows.get(start) ?? []), value]);
  }
  return [...windows].map(([timeMs, values]) => ({ ...own[0]!, timeMs, value: meanOf(values) }));
}

test('trends and anomalies of groups are those of their series alone', async () => {
  const range = { startMs: endMs - 2 * HOUR, endMs };
  const trends = await engine.get('/api/v1/metrics/trends/load.gauge', { ...start(range), group_by: 'host' });
  const asked = { ...start(range), metric_name: 'load.gauge', threshold: 2.5, limit: 100_000 };
  const anomalies = await engine.get('/anomaly/detect', { ...asked, group_by: 'host' });
  const groups = groupsOf(within(of('load.gauge'), range), ['host']);
  assert.equal(trends.groups.length, groups.size);
  assert.equal(anomalies.groups.length, groups.size);
  for (const [text] of groups) {
    const labels = JSON.parse(text);
    const match = labels.host === undefined ? '{host=""}' : `{host="${labels.host}"}`;
    const isGroup = (group: { labels: Labels }): boolean => JSON.stringify(group.labels) === text;
    const { labels: _, ...trend } = trends.groups.find(isGroup);
    const alone = await engine.get('/api/v1/metrics/trends/load.gauge', {
      ...{ ...start(range), match, window: trends.window },
    });
    for (const name of Object.keys(trend)) assert.deepEqual(trend[name], alone[name], `${name} of ${match}`);
    const { labels: __, ...group } = anomalies.groups.find(isGroup);
    const own = await engine.get('/anomaly/detect', { ...asked, match });
    for (const name of ['mean', 'stddev']) near(group[name], own[name], name, 1e-9, 1);
    for (const name of ['count', 'series', 'anomaly_count', 'anomalies'])
      assert.deepEqual(group[name], own[name], name);
  }
});
