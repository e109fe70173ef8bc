import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { checkGrowth } from './reading/check-growth.js';
import { checkWindows } from './reading/check-windows.js';
import { LoadedEngine } from './reading/loaded-engine.js';
import { endsOf, type Labels, percentileOf, type Range, seriesOf, sumOf, within } from './reading/naive.js';
import {
  DAY,
  endMs,
  FILTERS,
  HOUR,
  MINUTE,
  near,
  pick,
  SECOND,
  SEED,
  start,
  timeOf,
} from './reading/questions.js';
import { dealt, randomOf, type Sent, worldOf } from './reading/world.js';

/** Calls whose range reaches behind the raw points, which are kept for three hours, against a list of all points; also after a delete. */

const RAW_MS = 3 * HOUR;

/** A counter that is never reset, of which cells tell all. */
function steady(): Sent[] {
  const random = randomOf(SEED + 5);
  return ['a', 'b', 'c'].flatMap((host) => {
    let total = 0;
    return Array.from({ length: 1_500 }, (_, i) => {
      total += Math.floor(random() * 9);
      const timeMs = endMs - 3 * DAY + Math.floor((i + random() * 0.9) * (DAY / 500));
      return { metric: 'load.steady', labels: { host }, timeMs, value: total };
    });
  });
}

/** Counters that begin anew now and then, mostly before they have come far and sometimes within minutes of another start. */
function restarted(): Sent[] {
  const random = randomOf(SEED + 6);
  return ['a', 'b', 'c'].flatMap((host) => {
    let total = Math.floor(random() * 1e6);
    return Array.from({ length: 1_500 }, (_, i) => {
      total = random() < 0.03 ? Math.floor(random() * 40) : total + Math.floor(random() * 9);
      const timeMs = endMs - 3 * DAY + Math.floor((i + random() * 0.9) * (DAY / 500));
      return { metric: 'load.restarted', labels: { host }, timeMs, value: total };
    });
  });
}

const engine = await LoadedEngine.start('--workers', '2', '--retention-raw', '3h');
after(() => engine.close());
const parts = dealt([...worldOf(SEED, endMs), ...steady(), ...restarted()], 3, SEED);
await engine.send(parts[0]!, '/backfill/import');
await engine.restart('SIGKILL');
await engine.send(parts[1]!, '/backfill/import');
await engine.post('/api/v1/rollups/trigger', { start: '30d' });
await engine.send(parts[2]!, '/backfill/import');

let sent: readonly Sent[] = engine.sent;
const of = (metric: string): Sent[] => sent.filter((point) => point.metric === metric);

/** Ranges of whole minutes, most of which begin behind the raw points. */
function minuteRanges(count: number): Range[] {
  return Array.from({ length: count }, () => {
    const lengthMs = pick([HOUR, 5 * HOUR, DAY, 3 * DAY]);
    const end = Math.floor((endMs + pick([0, -HOUR, -20 * HOUR])) / MINUTE) * MINUTE;
    return { startMs: end - lengthMs, endMs: end };
  });
}

async function checkAll(): Promise<void> {
  for (const range of minuteRanges(15)) {
    const metric = pick(['load.gauge', 'load.steady']);
    const filter = pick(FILTERS);
    const groupBy = pick([[], ['host'], ['region', 'host']]);
    const stepMs = pick([MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, DAY]);
    const rolled = stepMs < HOUR ? pick([1, 3]) : 1;
    const counters = metric === 'load.steady' ? ['rate', 'increase'] : [];
    const body = {
      metric_name: metric,
      interval: `${stepMs / SECOND}s`,
      aggregations: [
        ...['mean', 'sum', 'count', 'min', 'max', 'first', 'last', 'p50', 'p99', 'stddev'],
        ...counters,
      ],
      ...start(range),
      ...(filter.text === undefined ? {} : { match: filter.text }),
      ...(groupBy.length === 0 ? {} : { group_by: groupBy }),
      ...(rolled === 1 ? {} : { rolling: `${(stepMs * rolled) / SECOND}s` }),
    };
    const { data } = await engine.post('/api/v1/aggregate', body);
    const points = of(metric).filter(({ labels }) => filter.takes(labels));
    checkWindows(data, points, { range, stepMs, rolled, groupBy, what: JSON.stringify(body) });
  }
  for (const range of minuteRanges(6)) await checkStatistics(range);
}

async function checkStatistics(range: Range): Promise<void> {
  const where = JSON.stringify(range);
  const points = within(of('load.gauge'), range);
  const values = points.map(({ value }) => value);
  const stats = await engine.get('/api/v1/stats/load.gauge', start(range));
  const all = await engine.get('/api/v1/statistics/calculate', {
    ...start(range),
    metric_name: 'load.gauge',
  });
  for (const answer of [stats, all]) {
    assert.equal(answer.count, points.length, where);
    near(answer.sum, sumOf(values), `sum ${where}`, 1e-9);
    near(answer.median, percentileOf(values, 50), `median ${where}`, 0.005);
    assert.equal(answer.max, Math.max(...values), where);
  }
  assert.equal(all.series, seriesOf(points).size, where);
  assert.ok(endsOf(points, 'first').includes(all.first), where);
  const trends = await engine.get('/api/v1/metrics/trends/load.gauge', { ...start(range), window: '1h' });
  assert.equal(trends.count, points.length, where);
}

test('what is behind the raw points comes from tiers, without a seam', async () => {
  await checkAll();
  const refused = await fetch(`${engine.url}/query/rollup?metric_name=load.gauge&start=2d&window=10s`);
  assert.equal(refused.status, 422);
  const anomalies = await engine.get('/anomaly/detect', {
    metric_name: 'load.gauge',
    start: endMs - DAY,
    end: endMs,
  });
  assert.deepEqual([anomalies.data_source, anomalies.window], ['metrics_1min', '1m']);
});

test('counters that began anew inside of stored windows have grown as much as these tell', async () => {
  let exact = 0;
  for (const metric of ['load.restarted', 'load.counter']) {
    for (const range of minuteRanges(15)) {
      const filter = pick(FILTERS);
      const stepMs = pick([5 * MINUTE, 15 * MINUTE, HOUR, HOUR, DAY]);
      const rolled = stepMs < HOUR ? pick([1, 3]) : 1;
      const { data } = await engine.post('/api/v1/aggregate', {
        ...start(range),
        metric_name: metric,
        interval: `${stepMs / SECOND}s`,
        aggregations: ['increase', 'rate', 'count'],
        ...(filter.text === undefined ? {} : { match: filter.text }),
        ...(rolled === 1 ? {} : { rolling: `${(stepMs * rolled) / SECOND}s` }),
      });
      const points = of(metric).filter(({ labels }) => filter.takes(labels));
      const what = `${metric} ${filter.text} ${JSON.stringify({ range, stepMs, rolled })}`;
      exact += checkGrowth(data, points, { range, stepMs, rolled, groupBy: [], what });
    }
  }
  assert.ok(exact > 100, `${exact} windows with a reset are known exactly`);
});

test('pages of raw points have what is kept, and nothing twice', async () => {
  const range = { startMs: endMs - RAW_MS + 2 * MINUTE, endMs };
  const { data } = await engine.get('/query/raw', {
    ...start(range),
    metric_name: 'load.gauge',
    limit: 100_000,
  });
  assert.equal(data.length, within(of('load.gauge'), range).length);
});

test('after a delete of some hours of some series every call says what is left', async () => {
  const gone = { startMs: endMs - 30 * HOUR, endMs: endMs - 90 * MINUTE };
  const isGone = ({ labels, timeMs }: { labels: Labels; timeMs: number }): boolean =>
    labels['host'] === 'b' && timeMs >= gone.startMs && timeMs < gone.endMs;
  const query = new URLSearchParams({ match: '{host="b"}', start: `${gone.startMs}`, end: `${gone.endMs}` });
  const response = await fetch(`${engine.url}/api/v1/series?${query}`, { method: 'DELETE' });
  assert.equal(response.status, 200, await response.text());
  // Tiers lose whole windows; those that the range cuts lose what raw points and finer tiers still tell of.
  sent = engine.sent.filter((point) => !isGone(point));
  const range = {
    startMs: Math.floor((endMs - 3 * DAY) / HOUR) * HOUR,
    endMs: Math.floor(gone.startMs / HOUR) * HOUR,
  };
  const { data } = await engine.post('/api/v1/aggregate', {
    metric_name: 'load.gauge',
    interval: '1h',
    aggregations: ['count', 'sum', 'max'],
    group_by: ['host'],
    start: range.startMs,
    end: Math.floor(endMs / HOUR) * HOUR,
  });
  const cut = [gone.startMs, gone.endMs].map((timeMs) => Math.floor(timeMs / HOUR) * HOUR);
  const whole = { ...range, endMs: Math.floor(endMs / HOUR) * HOUR };
  const isCut = (timeMs: number): boolean => cut.includes(Math.floor(timeMs / HOUR) * HOUR);
  checkWindows(
    data.filter((row: { timestamp: string }) => !isCut(timeOf(row.timestamp))),
    of('load.gauge').filter(({ timeMs }) => !isCut(timeMs)),
    { range: whole, stepMs: HOUR, rolled: 1, groupBy: ['host'], what: 'after a delete' },
  );
});
