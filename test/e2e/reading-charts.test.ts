import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { checkWindows } from './reading/check-windows.js';
import { byTime, groupsOf, type Labels, lttb, sumOf, within } from './reading/naive.js';
import { DAY, endMs, HOUR, loadedWorld, MINUTE, ranges, start, timeOf } from './reading/questions.js';
import type { Sent } from './reading/world.js';

/** Charts and heat maps, of the real engine over a world that came with restarts between, against a list of all points. */

const engine = await loadedWorld();
after(() => engine.close());
const of = (metric: string): Sent[] => engine.sent.filter((point) => point.metric === metric);

test('a chart of one series is its points, thinned as published; of several their aggregation', async () => {
  for (const points of [1, 2, 3, 50, 400]) {
    const range = { startMs: endMs - HOUR, endMs };
    const asked = { ...start(range), match: '{host="a",region="eu"}', points };
    const own = byTime(
      within(of('load.counter'), range).filter(
        ({ labels: { host, region } }) => host === 'a' && region === 'eu',
      ),
    );
    const [x, y] = [own.map(({ timeMs }) => timeMs), own.map(({ value }) => value)];
    const thinned = await engine.get('/api/metrics/load.counter', asked);
    const kept = lttb(x, y, points);
    assert.equal(thinned.data_source, 'metrics');
    assert.deepEqual(
      pairsOf(thinned.data),
      kept.map((i) => [x[i], y[i]]),
      `lttb ${points}`,
    );
    const extremes = await engine.get('/api/metrics/load.counter', { ...asked, thin: 'minmax' });
    if (points > 3) checkExtremes(pairsOf(extremes.data), x, y, points);
    const plain = await engine.get('/api/metrics/load.counter', { ...asked, thin: 'none' });
    assert.deepEqual(
      pairsOf(plain.data),
      x.map((time, i) => [time, y[i]]),
    );
  }
});

type Pair = [number, number];
const pairsOf = (rows: { time: string; value: number }[]): Pair[] =>
  rows.map(({ time, value }) => [timeOf(time), value]);

function checkExtremes(
  rows: readonly Pair[],
  x: readonly number[],
  y: readonly number[],
  points: number,
): void {
  assert.ok(rows.length <= points);
  assert.deepEqual(
    [rows[0], rows.at(-1)],
    [
      [x[0], y[0]],
      [x.at(-1), y.at(-1)],
    ],
  );
  const columns = Math.floor((points - 2) / 2);
  const span = x.at(-1)! - x[0]!;
  for (let column = 0; column < columns; column++) {
    const inside = y.filter((_, i) => {
      const place = Math.min(columns - 1, Math.floor(((x[i]! - x[0]!) / span) * columns));
      return i > 0 && i < x.length - 1 && place === column;
    });
    if (inside.length === 0) continue;
    for (const extreme of [Math.min(...inside), Math.max(...inside)]) {
      assert.ok(
        rows.some(([, value]) => value === extreme),
        `extreme ${extreme} of column ${column}`,
      );
    }
  }
}

test('a chart takes the tier by the length of its range, and a line for each group', async () => {
  for (const [lengthMs, source, windowMs] of [
    [5 * HOUR, 'metrics_1min', MINUTE],
    [2 * DAY, 'metrics_1hour', HOUR],
    [30 * DAY, 'metrics_daily', DAY],
  ] as const) {
    const range = { startMs: endMs - lengthMs, endMs };
    for (const aggregation of ['mean', 'max', 'count']) {
      const answer = await engine.get('/api/metrics/load.gauge', {
        ...start(range),
        points: 5_000,
        group_by: 'host',
        aggregation,
      });
      assert.equal(answer.data_source, source);
      const rows = answer.data.map(
        ({ time, value, labels }: { time: string; value: number; labels: Labels }) => {
          return { timestamp: time, labels, [aggregation]: value };
        },
      );
      checkWindows(rows, of('load.gauge'), {
        ...{ range, stepMs: windowMs, rolled: 1, groupBy: ['host'], what: `chart ${source} ${aggregation}` },
      });
    }
  }
});

test('a heat map counts every point once, in the row of its value or the one beside', async () => {
  for (const range of ranges(6)) {
    const answer = await engine.get('/query/heatmap', {
      ...start(range),
      metric_name: 'load.gauge',
      window: '10m',
      rows: 12,
    });
    const points = within(of('load.gauge'), range);
    const { bounds, data } = answer as { bounds: number[]; data: { timestamp: string; counts: number[] }[] };
    const counted = data.map(({ timestamp, counts }) => [timeOf(timestamp), sumOf(counts)] as const);
    const wanted = new Map<number, number>();
    for (const { timeMs } of points) {
      const windowMs = Math.floor(timeMs / (10 * MINUTE)) * 10 * MINUTE;
      wanted.set(windowMs, (wanted.get(windowMs) ?? 0) + 1);
    }
    assert.deepEqual(
      counted,
      [...wanted].sort(([a], [b]) => a - b),
    );
    for (let row = 1; row < bounds.length - 1; row++) {
      const below = sumOf(data.map(({ counts }) => sumOf(counts.slice(0, row))));
      const bound = bounds[row]!;
      const slack = Math.abs(bound) * 0.008;
      const least = points.filter(({ value }) => value < bound - slack).length;
      const most = points.filter(({ value }) => value < bound + slack).length;
      assert.ok(least <= below && below <= most, `below ${bound}: ${below}, not ${least} to ${most}`);
    }
  }
});

test('a heat map of groups has the rows of each, in common bounds', async () => {
  const range = { startMs: endMs - 2 * HOUR, endMs };
  const asked = { ...start(range), metric_name: 'load.gauge', window: '5m', rows: 10 };
  const split = await engine.get('/query/heatmap', { ...asked, group_by: 'host' });
  const whole = await engine.get('/query/heatmap', asked);
  assert.deepEqual(split.bounds, whole.bounds);
  const sums = new Map<string, number[]>();
  for (const { timestamp, counts } of split.data as { timestamp: string; counts: number[] }[]) {
    const before = sums.get(timestamp) ?? counts.map(() => 0);
    sums.set(
      timestamp,
      before.map((count, row) => count + counts[row]!),
    );
  }
  assert.deepEqual(
    [...sums].sort(([a], [b]) => (a < b ? -1 : 1)),
    whole.data.map(({ timestamp, counts }: { timestamp: string; counts: number[] }) => [timestamp, counts]),
  );
  for (const [text, own] of groupsOf(within(of('load.gauge'), range), ['host'])) {
    const rows = split.data.filter((row: { labels: Labels }) => JSON.stringify(row.labels) === text);
    assert.equal(sumOf(rows.map(({ counts }: { counts: number[] }) => sumOf(counts))), own.length, text);
  }
});
