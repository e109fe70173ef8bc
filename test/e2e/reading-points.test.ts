import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { formatTime } from '../../src/time/format-time.js';
import { endsOf, groupsOf, type Labels, meanOf, percentileOf, seriesOf, within } from './reading/naive.js';
import {
  endMs,
  FILTERS,
  HOUR,
  keyOf,
  loadedWorld,
  MINUTE,
  near,
  pick,
  SECOND,
  SEED,
  start,
  timeOf,
} from './reading/questions.js';
import type { Sent } from './reading/world.js';

/** Points, names and the present, of the real engine over a world that came with restarts between, against a list of all points. */

const engine = await loadedWorld();
after(() => engine.close());
const of = (metric: string): Sent[] => engine.sent.filter((point) => point.metric === metric);

test('latest is the newest point, of all and of each group', async () => {
  for (const filter of FILTERS) {
    const answer = await engine.get('/api/metrics/load.gauge/latest', {
      match: filter.text,
      group_by: 'host',
    });
    const points = of('load.gauge').filter(({ labels }) => filter.takes(labels));
    const newest = Math.max(...points.map(({ timeMs }) => timeMs));
    assert.equal(timeOf(answer.time), newest);
    assert.ok(endsOf(points, 'last').includes(answer.value));
    const groups = groupsOf(points, ['host']);
    assert.equal(answer.data.length, groups.size);
    for (const { time, value, labels } of answer.data as { time: string; value: number; labels: Labels }[]) {
      const own = groups.get(JSON.stringify(labels['host'] === undefined ? {} : { host: labels['host'] }))!;
      assert.equal(timeOf(time), Math.max(...own.map(({ timeMs }) => timeMs)));
      assert.ok(endsOf(own, 'last').includes(value));
    }
  }
});

test('pages of raw points are all points once, in order, while others come', async () => {
  const range = { startMs: endMs - 4 * HOUR, endMs };
  const before = within(of('load.gauge'), range);
  const seen: string[] = [];
  let cursor: string | undefined;
  const came: string[] = [];
  for (let page = 0; ; page++) {
    const answer = await engine.get('/query/raw', {
      ...start(range),
      metric_name: 'load.gauge',
      limit: 97,
      cursor,
    });
    for (const { timestamp, value, labels } of answer.data) {
      seen.push(JSON.stringify([timeOf(timestamp), value, Object.entries(labels).sort()]));
    }
    if (answer.next_cursor === null) break;
    cursor = answer.next_cursor;
    if (page % 3 !== 0) continue;
    // Some behind the page, some before it, and one at its very end.
    const lastMs = timeOf(answer.data.at(-1).timestamp);
    for (const timeMs of [lastMs, lastMs - 60_000, lastMs + 1, lastMs + 600_000].filter((ms) => ms < endMs)) {
      const point = {
        metric: 'load.gauge',
        labels: pick(before).labels,
        timeMs,
        value: 1e6 + engine.sent.length,
      };
      await engine.send([point]);
      came.push(keyOf(point));
    }
  }
  const times = seen.map((text) => JSON.parse(text)[0] as number);
  assert.deepEqual(
    times,
    [...times].sort((a, b) => a - b),
    'in the order of time',
  );
  const counts = new Map<string, number>();
  for (const key of seen) counts.set(key, (counts.get(key) ?? 0) + 1);
  const wanted = new Map<string, number>();
  for (const point of before) wanted.set(keyOf(point), (wanted.get(keyOf(point)) ?? 0) + 1);
  for (const [key, count] of wanted) assert.equal(counts.get(key), count, `${key} (seed ${SEED})`);
  for (const [key, count] of counts) {
    assert.ok(wanted.has(key) || (came.includes(key) && count === 1), `${key} was not there, or came twice`);
  }
});

test('NDJSON, CSV and columns have the rows of JSON', async () => {
  const asked = { metric_name: 'load.counter', start: endMs - HOUR, end: endMs, limit: 100_000 };
  const { data } = await engine.get('/query/raw', asked);
  const query = new URLSearchParams({
    ...asked,
    start: `${asked.start}`,
    end: `${asked.end}`,
    limit: '100000',
  });
  const text = await (await fetch(`${engine.url}/query/raw?${query}&format=ndjson`)).text();
  assert.deepEqual(
    text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line)),
    data,
  );
  const csv = await (await fetch(`${engine.url}/query/raw?${query}&format=csv`)).text();
  const [head, ...lines] = csv.trimEnd().split('\r\n');
  assert.equal(head, 'timestamp,value,label.host,label.region');
  assert.deepEqual(
    lines,
    data.map(({ timestamp, value, labels }: { timestamp: string; value: number; labels: Labels }) =>
      [timestamp, value, labels['host'] ?? '', labels['region'] ?? ''].join(),
    ),
  );
});

test('names, labels and cardinality are those of the series that were sent', async () => {
  const series = [...seriesOf(engine.sent).values()].map(([first]) => first!);
  const names = [...new Set(series.map(({ metric }) => metric))].sort();
  assert.deepEqual((await engine.get('/metrics/names')).metrics, names);
  const { metrics } = await engine.get('/api/metrics');
  assert.deepEqual(
    metrics,
    names.map((name) => ({
      name,
      series: series.filter(({ metric }) => metric === name).length,
      first_seen: formatTime(Math.min(...of(name).map(({ timeMs }) => timeMs))),
      last_seen: formatTime(Math.max(...of(name).map(({ timeMs }) => timeMs))),
    })),
  );
  for (const filter of FILTERS) {
    const own = series.filter(({ labels }) => filter.takes(labels));
    const match = { match: filter.text };
    const labels = new Set(own.flatMap((each) => Object.keys(each.labels)));
    assert.deepEqual((await engine.get('/api/v1/labels', match)).data, ['__name__', ...labels].sort());
    const values = [...new Set(own.map((each) => each.labels['region']))].filter(
      (value) => value !== undefined,
    );
    assert.deepEqual((await engine.get('/api/v1/label/region/values', match)).data, values.sort());
    const counted = await engine.get('/api/v1/cardinality', match);
    assert.equal(counted.series, own.length, JSON.stringify(counted));
  }
  const hosts = [...new Set(series.map(({ labels }) => labels['host']))].filter((host) => host !== undefined);
  assert.deepEqual((await engine.get('/api/hosts')).hosts, hosts.sort());
});

test('current is what the points of the window up to now say', async () => {
  for (const [window, text] of [
    [60 * SECOND, '60s'],
    [20 * MINUTE, '20m'],
  ] as const) {
    for (const filter of FILTERS.slice(0, 3)) {
      const { timestamp, metrics } = await engine.get('/api/v1/metrics/current', {
        window: text,
        match: filter.text,
      });
      const nowMs = timeOf(timestamp);
      const from = nowMs - window + 1;
      for (const metric of ['load.gauge', 'load.counter']) {
        const points = within(
          of(metric).filter(({ labels }) => filter.takes(labels)),
          { startMs: from, endMs: nowMs + 1 },
        );
        const lower = within(points, { startMs: from + SECOND, endMs: nowMs + 1 });
        const row = metrics[metric];
        if (row === undefined) {
          assert.equal(lower.length, 0);
          continue;
        }
        const values = points.map(({ value }) => value);
        assert.ok(row.count === points.length || row.count >= lower.length, `${metric} ${text} ${row.count}`);
        if (row.count !== points.length) continue;
        near(row.mean, meanOf(values), 'mean', 1e-9);
        near(row.p95, percentileOf(values, 95), 'p95', 0.005);
        assert.ok(
          endsOf(points, 'last').includes(row.last),
          `last ${metric} ${text}: ${row.last}, not ${endsOf(points, 'last')}`,
        );
      }
    }
  }
});

test('current and raw points split by labels', async () => {
  const { metrics, timestamp } = await engine.get('/api/v1/metrics/current', {
    window: '50m',
    group_by: 'region',
  });
  const nowMs = timeOf(timestamp);
  const points = within(of('load.counter'), { startMs: nowMs - 50 * 60 * SECOND + 1, endMs: nowMs + 1 });
  const groups = groupsOf(points, ['region']);
  const member = metrics['load.counter'];
  assert.equal(member.count, points.length);
  assert.ok(endsOf(points, 'last').includes(member.last));
  assert.equal(member.groups.length, groups.size);
  for (const { labels, ...figures } of member.groups) {
    const own = groups.get(JSON.stringify(labels))!;
    assert.equal(figures.count, own.length);
    near(figures.mean, meanOf(own.map(({ value }) => value)), 'mean');
    assert.equal(
      figures.p99,
      percentileOf(
        own.map(({ value }) => value),
        99,
      ),
    );
    assert.ok(endsOf(own, 'last').includes(figures.last));
  }
  const asked = { metric_name: 'load.counter', start: endMs - HOUR, end: endMs, limit: 100_000 };
  const whole = await engine.get('/query/raw', asked);
  const split = await engine.get('/query/raw', { ...asked, group_by: 'host' });
  const rows = whole.data.map((row: { labels: Labels }) => {
    const { host } = row.labels;
    return { ...row, labels: host === undefined ? {} : { host } };
  });
  assert.deepEqual(split.data, rows);
});
