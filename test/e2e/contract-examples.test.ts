import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import WebSocket from 'ws';
import { EngineProcess } from '../../bench/macro/engine-process.js';

/**
 * Every call of the contract as it is written there, against a running engine. What an answer must have is written as the contract
 * writes it: a member that is named must be there; more may be.
 */
let engine: EngineProcess;
const START_MS = Math.floor(Date.now() / 60_000) * 60_000 - 30 * 60_000;
const iso = (ms: number): string => new Date(ms).toISOString();

// biome-ignore lint/suspicious/noExplicitAny: answers are looked at freely.
type Json = any;

async function send(
  method: string,
  path: string,
  body?: unknown,
  type = 'application/json',
): Promise<Response> {
  return fetch(engine.url + path, {
    method,
    ...(body === undefined
      ? {}
      : { body: typeof body === 'string' ? body : JSON.stringify(body), headers: { 'content-type': type } }),
  });
}

/** The answer of a call, which must be 200. */
async function ask(method: string, path: string, body?: unknown): Promise<Json> {
  const reply = await send(method, path, body);
  const text = await reply.text();
  assert.equal(reply.status, 200, `${method} ${path}: ${text}`);
  return JSON.parse(text);
}

/** That the members are there, and defined. */
function has(answer: Json, members: string, where: string): void {
  const names = members.split(' ');
  assert.deepEqual(
    names.filter((name) => answer?.[name] === undefined),
    [],
    `${where} lacks members: ${JSON.stringify(answer).slice(0, 400)}`,
  );
}

before(async () => {
  engine = await EngineProcess.start({ flags: ['--workers', '2'] });
  const metrics = Array.from({ length: 120 }, (_, i) => ({
    metric_name: 'cpu_usage',
    value: i % 17,
    timestamp: iso(START_MS + i * 15_000),
    labels: { host: i % 2 === 0 ? 'server-01' : 'server-02', region: 'eu' },
  }));
  const imported = await ask('POST', '/backfill/import', { metrics });
  has(imported, 'imported rejected errors series from to', '/backfill/import');
  assert.deepEqual([imported.imported, imported.rejected, imported.series], [120, 0, 2]);
});

after(async () => {
  await engine.stop();
  engine.removeFolder();
});

test('health and operation', async () => {
  const health = await ask('GET', '/health');
  has(health, 'status uptime_seconds version', '/health');
  assert.equal(health.status, 'ok');
  const status = await ask('GET', '/db/status');
  has(
    status,
    'status engine path size_bytes map_size_bytes free_bytes shards tiers last_commit durable',
    '/db/status',
  );
  assert.deepEqual([status.engine, status.durable], ['lmdb', true]);
  const stats = await ask('GET', '/api/v1/operator/stats');
  has(stats.points_per_second, '1s 10s 60s', 'points_per_second');
  for (const shard of stats.shards) {
    has(shard, 'ring series busy_share commit_latency lmdb tiers', 'a shard');
    has(shard.ring, 'fill_bytes highest_bytes', 'a ring');
  }
  for (const latency of [stats.ingest.ack_latency, stats.shards[0].commit_latency, stats.queries.latency]) {
    has(latency, 'p50_ms p90_ms p99_ms p99_9_ms max_ms', 'a latency');
  }
  has(stats, 'event_loop_delay rejects memory', 'the statistics');
  assert.match(await (await send('GET', '/metrics')).text(), /^# TYPE millrace_/m);
  assert.equal((await ask('GET', '/openapi.json')).openapi, '3.1.0');
  assert.match(await (await send('GET', '/docs')).text(), /<!doctype html>/);
});

test('ingest', async () => {
  const record = await ask('POST', '/api/v1/record', {
    data: [{ name: 'api.latency', value: 23.5, timestamp: iso(START_MS), labels: { route: '/cart' } }],
  });
  assert.deepEqual(record, { accepted: 1, rejected: 0, errors: [] });
  const tagged = await ask('POST', '/api/v1/record', {
    data: [{ name: 'api.latency', value: 1, tags: { route: '/' } }],
  });
  assert.equal(tagged.accepted, 1);
  assert.equal((await ask('POST', '/api/v1/record', { data: [] })).accepted, 0);
  const bad = await send('POST', '/api/v1/record', { data: [{ name: 'x', value: 'y' }] });
  const refused = (await bad.json()) as Json;
  assert.equal(bad.status, 400);
  has(refused.errors[0], 'index reason message', 'an error');
  const point = await ask('POST', '/metrics/ingest', { metric_name: 'queue', value: 3 });
  assert.deepEqual([point.status, point.metric_name], ['ok', 'queue']);
  assert.match(point.timestamp, /^\d{4}-\d\d-\d\dT.*Z$/);
  const lines = '{"name":"lines","value":1}\n{"name":"lines","value":2}\n';
  const streamed = await send('POST', '/api/v1/record', lines, 'application/x-ndjson');
  assert.equal(((await streamed.json()) as Json).accepted, 2);
  const old = `{"metric_name":"lines","value":1,"timestamp":"${iso(START_MS)}","labels":{}}\n`;
  const history = await send('POST', '/backfill/import', old, 'application/x-ndjson');
  assert.equal(((await history.json()) as Json).imported, 1);
});

test('names', async () => {
  const { metrics } = await ask('GET', '/metrics/names');
  assert.ok(metrics.includes('cpu_usage'));
  assert.deepEqual(metrics, [...metrics].sort());
  const list = await ask('GET', '/api/metrics');
  has(list.metrics[0], 'name series first_seen last_seen', '/api/metrics');
  const { hosts } = await ask('GET', '/api/hosts');
  assert.ok(hosts.includes('server-01'));
  assert.deepEqual(hosts, [...hosts].sort());
  const labels = await ask('GET', '/api/v1/labels');
  assert.equal(labels.status, 'success');
  assert.ok(labels.data.includes('host'));
  const values = await ask('GET', '/api/v1/label/host/values');
  assert.deepEqual(values, { status: 'success', data: hosts });
  const cardinality = await ask('GET', '/api/v1/cardinality?limit=20');
  has(
    cardinality,
    'series series_by_metric series_by_label series_by_label_value limits refused',
    '/api/v1/cardinality',
  );
  assert.equal(cardinality.limits.series_per_metric, 100_000);
  has(cardinality.refused, 'total_series_limit metric_series_limit', 'refused');
});

test('reading', async () => {
  const chart = await ask('GET', '/api/metrics/cpu_usage?start=1h&host=server-01&points=800');
  has(
    chart,
    'metric_name start end host points_requested points_returned data_source data',
    '/api/metrics/{metric}',
  );
  assert.deepEqual(
    [chart.host, chart.points_requested, chart.data_source, chart.points_returned],
    ['server-01', 800, 'metrics', 60],
  );
  has(chart.data[0], 'time value', 'a point of a chart');
  for (const [start, source] of [
    ['24h', 'metrics_1min'],
    ['7d', 'metrics_1hour'],
    ['8d', 'metrics_daily'],
  ]) {
    assert.equal((await ask('GET', `/api/metrics/cpu_usage?start=${start}`)).data_source, source, start);
  }
  const latest = await ask('GET', '/api/metrics/cpu_usage/latest?host=');
  has(latest, 'metric_name host time value labels', 'latest');
  const range = `metric_name=cpu_usage&start_time=${iso(START_MS)}&end_time=now`;
  const raw = await ask('GET', `/query/raw?${range}`);
  assert.deepEqual([raw.metric_name, raw.count, raw.next_cursor], ['cpu_usage', 120, null]);
  has(raw.data[0], 'timestamp value labels', 'a raw point');
  const rollup = await ask('GET', `/query/rollup?${range}&window=5m`);
  has(rollup, 'metric_name window count data', 'rollup');
  has(
    rollup.data[0],
    'timestamp count sum avg min max first last stddev p50 p90 p95 p99',
    'a window of a rollup',
  );
  const current = await ask('GET', '/api/v1/metrics/current?window=60s');
  has(current, 'timestamp window metrics', 'current');
  has(current.metrics.queue, 'count rate mean min max stddev p50 p90 p95 p99 last', 'a current metric');
  has(
    await ask('GET', '/api/v1/metrics/summary'),
    'series metrics points points_per_second shards memory tiers uptime_seconds',
    'summary',
  );
  const trend = await ask('GET', '/api/v1/metrics/trends/cpu_usage');
  has(
    trend,
    'metric_name start end slope_per_second intercept r_squared direction change_percent significant moving_average ewma forecast',
    'trends',
  );
  has(trend.moving_average[0], 'time value', 'a moving average');
  has(trend.forecast[0], 'time value low high', 'a forecast');
  const stats = await ask('GET', '/api/v1/stats/cpu_usage?percentiles=50,99.9');
  has(stats, 'mean p50 p90 p95 p99 min max count sum stddev median p99_9', 'stats');
  const full = await ask('GET', '/api/v1/statistics/calculate?metric_name=cpu_usage');
  has(
    full,
    'count sum mean median min max range variance stddev skewness kurtosis cv iqr percentiles histogram',
    'statistics',
  );
  const aggregate = await ask('POST', '/api/v1/aggregate', {
    metric_name: 'cpu_usage',
    interval: '5min',
    aggregation: 'mean',
  });
  assert.deepEqual(
    [aggregate.metric_name, aggregate.interval, aggregate.aggregation],
    ['cpu_usage', '5min', 'mean'],
  );
  has(aggregate.data[0], 'timestamp value', 'a window of an aggregate');
  const anomalies = await ask('GET', `/anomaly/detect?${range}&threshold=1.0&method=zscore`);
  has(anomalies, 'metric_name method threshold mean stddev count anomalies', 'anomalies');
  has(anomalies.anomalies[0], 'timestamp value score z_score expected labels', 'an anomaly');
});

test('aggregations and anomaly methods, each by its name', async () => {
  const names =
    'mean avg sum count min max first last median stddev variance range rate increase p50 p99 p99.9 distinct';
  for (const aggregation of names.split(' ')) {
    const body = { metric_name: 'cpu_usage', interval: '5min', aggregation, group_by: ['host'] };
    const { data } = await ask('POST', '/api/v1/aggregate', body);
    has(data[0], 'timestamp value labels', aggregation);
  }
  for (const method of ['zscore', 'rolling_zscore', 'mad', 'seasonal']) {
    const answer = await ask('GET', `/anomaly/detect?metric_name=cpu_usage&method=${method}`);
    assert.equal(answer.method, method);
  }
});

test('common rules: times, durations, label filters, formats, errors', async () => {
  const seconds = START_MS / 1_000;
  for (const start of ['90s', '15m', '1h', '7d', '2w', iso(START_MS), seconds, START_MS]) {
    await ask('GET', `/query/raw?metric_name=cpu_usage&start=${start}`);
  }
  for (const window of ['1s', '90s', '5m', '5min', '1h', '1d', '2w']) {
    await ask('GET', `/query/rollup?metric_name=cpu_usage&window=${window}`);
  }
  const count = async (filter: string): Promise<number> =>
    (await ask('GET', `/api/v1/stats/cpu_usage?${filter}`)).count;
  const match = (selector: string): string => `match=${encodeURIComponent(selector)}`;
  assert.equal(await count('host=server-01'), 60);
  assert.equal(await count('label.region=eu'), 120);
  assert.equal(await count(match('{host=~"server-.*",region!="us"}')), 120);
  assert.equal(await count(match('{host!~"server-01",region="eu"}')), 60);
  const split = await ask('GET', '/query/rollup?metric_name=cpu_usage&window=1h&group_by=host,region');
  assert.deepEqual(Object.keys(split.data[0].labels), ['host', 'region']);
  const packed = await fetch(`${engine.url}/metrics/names`, { headers: { accept: 'application/msgpack' } });
  assert.equal(packed.headers.get('content-type'), 'application/msgpack');
  const columns = await ask('GET', '/query/rollup?metric_name=cpu_usage&window=5m&format=columns');
  assert.equal(columns.times.length, columns.series[0].values.length);
  assert.ok(columns.times.every((time: Json) => time % 300_000 === 0));
  const csv = await (await send('GET', '/query/raw?metric_name=cpu_usage&format=csv')).text();
  assert.match(csv, /^timestamp,value,label\.host,label\.region\r\n\d{4}-/);
  const lost = await send('GET', '/api/metrics/cpu_usge/latest');
  const problem = (await lost.json()) as Json;
  assert.deepEqual([lost.status, lost.headers.get('content-type')], [404, 'application/problem+json']);
  has(problem, 'type title status detail code', 'a problem');
  assert.deepEqual(problem.near, ['cpu_usage']);
  assert.equal((await send('PUT', '/metrics/names')).status, 405);
  assert.equal((await send('POST', '/api/v1/record', '<x/>', 'text/xml')).status, 415);
});

test('rollups and retention', async () => {
  const trigger = await ask('POST', '/api/v1/rollups/trigger', {});
  has(trigger, 'windows rows duration_ms', 'trigger');
  const { tiers } = await ask('GET', '/api/v1/rollups/status');
  for (const tier of tiers) {
    assert.deepEqual(
      'tier window_seconds retention rows bytes oldest newest lag_seconds swept_rows last_sweep'
        .split(' ')
        .filter((name) => !(name in tier)),
      [],
    );
  }
  assert.equal((await send('POST', '/api/v1/retention/sweep', {})).status, 200);
});

test('live: a message a point', async () => {
  const socket = new WebSocket(`${engine.url.replace('http', 'ws')}/ws/metrics/cpu_usage?host=server-01`);
  try {
    await new Promise((resolve, reject) => socket.on('open', resolve).on('error', reject));
    let message: Json;
    socket.on('message', (text) => {
      message ??= JSON.parse(text.toString());
    });
    // Points that come before the subscription has reached its thread are not pushed.
    while (message === undefined) {
      await ask('POST', '/metrics/ingest', {
        metric_name: 'cpu_usage',
        value: 1,
        labels: { host: 'server-01' },
      });
      await sleep(50);
    }
    has(message, 'metric_name host time value labels', 'a live point');
  } finally {
    socket.terminate();
  }
});
