import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { byTime, type Labels, meanOf, type Range, seriesOf, varianceOf, within } from './reading/naive.js';
import { type Judged, type Method, naiveAnomalies, streamStart } from './reading/naive-anomalies.js';
import {
  endMs,
  HOUR,
  keyOf,
  loadedWorld,
  MINUTE,
  near,
  pick,
  ranges,
  SEED,
  start,
  timeOf,
} from './reading/questions.js';
import type { Sent } from './reading/world.js';

/** Anomalies by every method, of the real engine over a world that came late, in parts and with restarts between, against a list of all points. */

const engine = await loadedWorld();
after(() => engine.close());
const of = (metric: string): Sent[] => engine.sent.filter((point) => point.metric === metric);

interface Found {
  timestamp: string;
  value: number;
  score: number;
  z_score: number;
  expected: number | null;
  labels: Labels;
}

/** Holds an answer's anomalies against all points of the range, judged. */
function checkFound(
  found: readonly Found[],
  judged: readonly Judged[],
  threshold: number,
  what: string,
): void {
  const byKey = new Map(found.map((each) => [placeOf({ ...each, timeMs: timeOf(each.timestamp) }), each]));
  let sure = 0;
  let unsure = 0;
  for (const { point, score, expected } of judged) {
    if (Math.abs(score - threshold) < 1e-6 * (1 + threshold)) {
      // Rounding decides.
      unsure++;
      continue;
    }
    const each = byKey.get(placeOf(point));
    const where = `${what} ${keyOf(point)} of score ${score} (seed ${SEED})`;
    assert.equal(each !== undefined, score >= threshold, where);
    if (each === undefined) continue;
    sure++;
    near(each.score, score, `score: ${where}`, 1e-6, 1);
    near(each.expected, expected, `expected: ${where}`, 1e-7, Math.abs(point.value) + 1);
    assert.equal(Math.sign(each.z_score), Math.sign(each.value - expected), `z_score: ${where}`);
  }
  assert.ok(byKey.size - sure <= unsure, `${byKey.size - sure} of ${what} are no points of the range`);
}

/** A point by its place: of windows the mean is told to the last digit or two. */
const placeOf = ({ timeMs, labels, value }: Pick<Sent, 'timeMs' | 'labels' | 'value'>): string =>
  keyOf({ metric: '', timeMs, labels, value: Number(value.toPrecision(10)) });

async function check(metric: string, range: Range, method: Method, threshold: number): Promise<number> {
  const answer = await engine.get('/anomaly/detect', {
    ...start(range),
    metric_name: metric,
    method: method.method,
    threshold,
    window: method.windowMs === undefined ? undefined : `${method.windowMs / 1_000}s`,
    period: method.periodMs === undefined ? undefined : `${method.periodMs / 1_000}s`,
    profile: method.profile,
    limit: 100_000,
  });
  const all = of(metric);
  const inRange = within(all, range);
  assert.equal(answer.count, inRange.length);
  if (inRange.length === 0) return 0;
  const values = inRange.map(({ value }) => value);
  near(answer.mean, meanOf(values), 'mean', 1e-9, 1);
  near(answer.stddev, Math.sqrt(varianceOf(values)), 'stddev', 1e-9, 1);
  const judged = [...seriesOf(all).values()].flatMap((own) => naiveAnomalies(byTime(own), range, method));
  checkFound(
    answer.anomalies,
    judged,
    threshold,
    `${metric} ${JSON.stringify(method)} ${JSON.stringify(range)}`,
  );
  assert.equal(answer.anomaly_count, answer.anomalies.length);
  return answer.anomaly_count;
}

const METHODS: Method[] = [
  { method: 'zscore' },
  { method: 'mad' },
  { method: 'rolling_zscore', windowMs: 10 * MINUTE },
  { method: 'streaming', profile: 'novelty' },
  { method: 'streaming', profile: 'spikes' },
];

test('anomalies are the points beyond the threshold, each series by itself', async () => {
  for (const method of METHODS) {
    for (const range of ranges(5)) await check('load.gauge', range, method, 3.5);
  }
});

test('anomalies of a season are the points far from its hour, and those of a stream what a detector had not seen', async () => {
  let found = 0;
  for (const method of [{ method: 'seasonal', periodMs: HOUR }, ...METHODS]) {
    for (const hours of [4, 6, 11]) {
      const startMs = endMs - (hours + Math.floor(hours / 7)) * HOUR + pick([0, 12_345, 20 * MINUTE]);
      const range = { startMs, endMs: endMs - pick([0, 5 * MINUTE]) };
      found += await check('load.season', range, method, 4);
    }
  }
  assert.ok(found > 20, `${found}`);
});

test('anomalies of a season find its hour by themselves', async () => {
  const range = { startMs: endMs - 11 * HOUR, endMs };
  const asked = {
    ...start(range),
    metric_name: 'load.season',
    method: 'seasonal',
    threshold: 4,
    limit: 100_000,
  };
  const alone = await engine.get('/anomaly/detect', { ...asked, host: 'a' });
  const [, own] = [...seriesOf(of('load.season'))].find(([key]) => key.includes('"a"'))!;
  assert.equal(alone.period, '1h');
  const judged = naiveAnomalies(byTime(own), range, { method: 'seasonal', periodMs: HOUR });
  checkFound(alone.anomalies, judged, 4, 'a season that is found');
  assert.ok(alone.anomaly_count > 2);
});

test('anomalies without a season are those by the median', async () => {
  for (const range of ranges(3)) {
    const asked = { ...start(range), metric_name: 'load.wild', threshold: 3, limit: 100_000 };
    const seasonal = await engine.get('/anomaly/detect', { ...asked, method: 'seasonal', period: '30d' });
    const mad = await engine.get('/anomaly/detect', { ...asked, method: 'mad' });
    assert.deepEqual(seasonal.anomalies, mad.anomalies);
  }
});

test('anomalies of windows are those of their means, with whole windows at the ends', async () => {
  for (const [source, windowMs, dataSource] of [
    ['1m', MINUTE, 'metrics_1min'],
    ['1h', HOUR, 'metrics_1hour'],
  ] as const) {
    for (const method of [...METHODS, { method: 'seasonal', periodMs: 6 * HOUR }]) {
      const range = pick(ranges(3).filter(({ startMs, endMs: end }) => end - startMs >= HOUR));
      if (range === undefined) continue;
      const asked = { ...start(range), metric_name: 'load.gauge', threshold: 2, limit: 100_000 };
      const answer = await engine.get('/anomaly/detect', {
        ...asked,
        source,
        method: method.method,
        profile: method.profile,
        window: method.windowMs === undefined ? undefined : '10m',
        period: method.periodMs === undefined ? undefined : '6h',
      });
      assert.equal(answer.data_source, dataSource);
      const whole = {
        startMs: Math.floor(range.startMs / windowMs) * windowMs,
        endMs: Math.ceil(range.endMs / windowMs) * windowMs,
      };
      const means = [...seriesOf(of('load.gauge')).values()].map((own) => meansOf(own, windowMs));
      const fromMs = Math.floor(streamStart(range) / windowMs) * windowMs;
      const judged = means.flatMap((own) => naiveAnomalies(own, whole, { ...method, fromMs }));
      assert.equal(answer.count, judged.length);
      checkFound(answer.anomalies, judged, 2, `${JSON.stringify(method)} ${source} ${JSON.stringify(range)}`);
    }
  }
});

function meansOf(own: readonly Sent[], windowMs: number): Sent[] {
  const windows = new Map<number, number[]>();
  for (const { timeMs, value } of byTime(own)) {
    const startMs = Math.floor(timeMs / windowMs) * windowMs;
    windows.set(startMs, [...(windows.get(startMs) ?? []), value]);
  }
  return [...windows].map(([timeMs, values]) => ({ ...own[0]!, timeMs, value: meanOf(values) }));
}
