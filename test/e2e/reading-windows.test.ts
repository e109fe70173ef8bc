import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { checkWindows, type Row } from './reading/check-windows.js';
import { groupsOf, percentileOf, within } from './reading/naive.js';
import {
  AGGREGATIONS,
  DAY,
  endMs,
  FILTERS,
  GROUPS,
  HOUR,
  loadedWorld,
  MINUTE,
  pick,
  ranges,
  SECOND,
  start,
  timeOf,
} from './reading/questions.js';
import type { Sent } from './reading/world.js';

/** Calls about windows, of the real engine over a world that came with restarts between, against a list of all points. */

const engine = await loadedWorld();
after(() => engine.close());
const of = (metric: string): Sent[] => engine.sent.filter((point) => point.metric === metric);

test('aggregate is what the points of each window say, whatever the window, the groups and the range', async () => {
  for (const range of ranges(25)) {
    const metric = pick(['load.gauge', 'load.counter']);
    const filter = pick(FILTERS);
    const groupBy = pick(GROUPS);
    const stepMs = pick([SECOND * 10, 37 * SECOND, MINUTE, 5 * MINUTE, HOUR, DAY]);
    const rolled = stepMs < DAY ? pick([1, 1, 3]) : 1;
    const points = of(metric).filter(({ labels }) => filter.takes(labels));
    const body = {
      metric_name: metric,
      interval: `${stepMs / SECOND}s`,
      aggregations: AGGREGATIONS,
      ...start(range),
      ...(filter.text === undefined ? {} : { match: filter.text }),
      ...(groupBy.length === 0 ? {} : { group_by: groupBy }),
      ...(rolled === 1 ? {} : { rolling: `${(stepMs * rolled) / SECOND}s` }),
    };
    const answer = await engine.post('/api/v1/aggregate', body);
    checkWindows(answer.data, points, { range, stepMs, rolled, groupBy, what: JSON.stringify(body) });
  }
});

test('percentiles of raw points are exact', async () => {
  for (const range of ranges(6)) {
    const answer = await engine.post('/api/v1/aggregate', {
      metric_name: 'load.gauge',
      interval: '1h',
      aggregations: ['p1', 'p50', 'p99.9'],
      source: 'raw',
      ...start(range),
    });
    const points = within(of('load.gauge'), range);
    for (const row of answer.data) {
      const inside = within(points, { startMs: timeOf(row.timestamp), endMs: timeOf(row.timestamp) + HOUR });
      const values = inside.map(({ value }) => value);
      assert.deepEqual(
        [row.p1, row.p50, row.p99_9],
        [1, 50, 99.9].map((percent) => percentileOf(values, percent)),
      );
    }
  }
});

test('aggregate over several metrics tells them apart by __name__, and fills', async () => {
  const range = { startMs: endMs - 3 * HOUR, endMs };
  const body = {
    match: '{__name__=~"load[.](gauge|counter)"}',
    interval: '10min',
    aggregations: ['count', 'sum', 'increase'],
    group_by: ['__name__', 'host'],
    ...start(range),
  };
  const points = engine.sent.filter(({ metric }) => /^load[.](gauge|counter)$/.test(metric));
  const asked = { range, stepMs: 10 * MINUTE, rolled: 1, groupBy: body.group_by, what: 'several' };
  const { data } = await engine.post('/api/v1/aggregate', body);
  checkWindows(data, points, asked);
  const filled = await engine.post('/api/v1/aggregate', { ...body, fill: 'null' });
  const windows = Math.ceil(range.endMs / asked.stepMs) - Math.floor(range.startMs / asked.stepMs);
  assert.equal(filled.data.length, groupsOf(points, body.group_by).size * windows);
  checkWindows(
    filled.data.filter((row: Row) => row['count'] !== null),
    points,
    asked,
  );
});

test('rollup rows are what the points of each window say', async () => {
  for (const range of ranges(12)) {
    const stepMs = pick([30 * SECOND, MINUTE, 5 * MINUTE, HOUR, DAY]);
    const filter = pick(FILTERS);
    const groupBy = pick(GROUPS);
    const { data } = await engine.get('/query/rollup', {
      metric_name: 'load.gauge',
      window: `${stepMs / SECOND}s`,
      match: filter.text,
      group_by: groupBy.length === 0 ? undefined : groupBy.join(),
      ...start(range),
    });
    const points = of('load.gauge').filter(({ labels }) => filter.takes(labels));
    checkWindows(data, points, {
      range,
      stepMs,
      rolled: 1,
      groupBy,
      what: `rollup ${stepMs} ${filter.text}`,
    });
  }
});
