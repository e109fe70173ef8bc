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
  seriesOf,
  sumOf,
  varianceOf,
  within,
} from './reading/naive.js';
import {
  endMs,
  FILTERS,
  HOUR,
  loadedWorld,
  MINUTE,
  near,
  pick,
  ranges,
  SECOND,
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
