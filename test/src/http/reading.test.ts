import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { decode } from '@msgpack/msgpack';
import { ORDER_BODY_BYTES_MAX } from '../../../src/http/limits.js';
import type { RawRequest } from '../../../src/http/present/raw.js';
import type { StatsRequest } from '../../../src/http/present/stats.js';
import { EdgeFixture, NOW_MS } from './edge-fixture.js';
import { queueFull } from './fake-engine.js';

const MINUTE = 60_000;

/** Six points of two metrics, a minute apart, the last one now. */
async function filled(t: Parameters<typeof EdgeFixture.start>[0]): Promise<EdgeFixture> {
  const edge = await EdgeFixture.start(t);
  const data = Array.from({ length: 6 }, (_, i) => ({
    name: i % 3 === 2 ? 'a/b ä' : 'cpu.usage',
    value: i + 0.5,
    timestamp: NOW_MS - (5 - i) * MINUTE,
    labels: { host: `web-${i % 2}`, region: i < 3 ? 'eu' : 'us' },
  }));
  await edge.post('/api/v1/record', { data });
  return edge;
}

test('GET /metrics/names lists names sorted', async (t) => {
  const edge = await filled(t);
  assert.deepEqual((await edge.call('/metrics/names')).json, { metrics: ['a/b ä', 'cpu.usage'] });
  const some = await edge.call(`/metrics/names?match=${encodeURIComponent('{__name__=~"cpu.*"}')}`);
  assert.deepEqual(some.json, { metrics: ['cpu.usage'] });
});

test('GET /api/metrics tells of series and times', async (t) => {
  const edge = await filled(t);
  assert.deepEqual((await edge.call('/api/metrics')).json, {
    metrics: [
      { name: 'a/b ä', series: 2, first_seen: '2024-06-01T11:57:00Z', last_seen: '2024-06-01T12:00:00Z' },
      { name: 'cpu.usage', series: 4, first_seen: '2024-06-01T11:55:00Z', last_seen: '2024-06-01T11:59:00Z' },
    ],
  });
});

test('GET /api/metrics/{metric}/latest takes any name, and a host', async (t) => {
  const edge = await filled(t);
  const any = await edge.call(`/api/metrics/${encodeURIComponent('a/b ä')}/latest?host=`);
  assert.deepEqual(any.json, {
    metric_name: 'a/b ä',
    host: 'web-1',
    time: '2024-06-01T12:00:00Z',
    value: 5.5,
    labels: { host: 'web-1', region: 'us' },
  });
  const own = await edge.call('/api/metrics/cpu.usage/latest?host=web-0');
  assert.equal(own.json.value, 4.5);
  const none = await edge.call('/api/metrics/cpu.usage/latest?host=web-9');
  assert.deepEqual([none.status, none.json.code], [404, 'MR_NO_DATA']);
  const unknown = await edge.call('/api/metrics/cpu.usge/latest');
  assert.deepEqual(
    [unknown.status, unknown.json.code, unknown.json.near],
    [404, 'MR_UNKNOWN_METRIC', ['cpu.usage']],
  );
  assert.match(unknown.json.detail, /Near names: cpu.usage/);
});

test('GET /query/raw gives rows in time order, by page', async (t) => {
  const edge = await filled(t);
  const first = await edge.call('/query/raw?metric_name=cpu.usage&limit=3');
  assert.deepEqual([first.json.count, first.json.next_cursor], [3, 'c3']);
  assert.deepEqual(first.json.data[0], {
    timestamp: '2024-06-01T11:55:00Z',
    value: 0.5,
    labels: { host: 'web-0', region: 'eu' },
  });
  const second = await edge.call('/query/raw?metric_name=cpu.usage&limit=3&cursor=c3');
  assert.deepEqual([second.json.count, second.json.next_cursor, second.json.data[0].value], [1, null, 4.5]);
  const bad = await edge.call('/query/raw?metric_name=cpu.usage&cursor=zz');
  assert.deepEqual([bad.status, bad.json.parameter], [400, 'cursor']);
});

test('GET /query/raw has defaults for its range and limit, and every alias', async (t) => {
  const edge = await filled(t);
  const check = async (query: string, expected: Partial<RawRequest>): Promise<void> => {
    const reply = await edge.call(`/query/raw?metric_name=cpu.usage&${query}`);
    assert.equal(reply.status, 200, reply.text);
    const request = edge.engine.requests.at(-1) as RawRequest;
    assert.deepEqual({ ...request, ...expected }, request, query);
  };
  await check('', { startMs: NOW_MS - 60 * MINUTE, endMs: NOW_MS, limit: 10_000, cursor: undefined });
  await check('start=15m', { startMs: NOW_MS - 15 * MINUTE, endMs: NOW_MS });
  await check('end_time=30m', { startMs: NOW_MS - 90 * MINUTE, endMs: NOW_MS - 30 * MINUTE });
  await check('start_time=2024-01-01T00:00:00Z&end=1704067260', {
    startMs: 1_704_067_200_000,
    endMs: 1_704_067_260_000,
  });
  await check('start=2024-01-01T02:00:00+02:00', { startMs: 1_704_067_200_000 });
  await check('host=web-1&label.region=eu&match=%7Bx!%3D%22y%22%7D&label.zone=', {
    selectors: [
      { label: 'host', op: '=', value: 'web-1' },
      { label: 'region', op: '=', value: 'eu' },
      { label: 'zone', op: '=', value: '' },
      { label: 'x', op: '!=', value: 'y' },
    ],
  });
});

test('GET /query/raw takes its metric from match', async (t) => {
  const edge = await filled(t);
  const named = await edge.call(`/query/raw?match=${encodeURIComponent('cpu.usage{host="web-1"}')}`);
  assert.deepEqual([named.json.metric_name, named.json.count], ['cpu.usage', 2]);
  const both = await edge.call('/query/raw?metric_name=x&match=cpu.usage');
  assert.deepEqual([both.status, both.json.parameter], [400, 'match']);
  const many = await edge.call(`/query/raw?match=${encodeURIComponent('{__name__=~"c.*"}')}`);
  assert.equal(many.status, 400);
});

test('GET /query/raw names the parameter that is bad', async (t) => {
  const edge = await filled(t);
  const check = async (query: string, parameter: string, detail: RegExp): Promise<void> => {
    const reply = await edge.call(`/query/raw?${query}`);
    assert.deepEqual(
      [reply.status, reply.json.code, reply.json.parameter],
      [400, 'MR_BAD_PARAMETER', parameter],
      query,
    );
    assert.match(reply.json.detail, detail);
  };
  await check('', 'metric_name', /got nothing/);
  await check('metric_name=m&start=soon', 'start', /must be an age such as 15m.*got "soon"/);
  await check('metric_name=m&end_time=x', 'end_time', /got "x"/);
  await check('metric_name=m&start=1m&end=2m', 'start', /before end/);
  await check('metric_name=m&start=1m&end=1m', 'start', /before end/);
  await check('metric_name=m&start=1m&start_time=2m', 'start', /given once; got 2 values/);
  await check('metric_name=m&limit=0', 'limit', /from 1 to 100000; got "0"/);
  await check('metric_name=m&limit=100001', 'limit', /got "100001"/);
  await check('metric_name=m&limit=1e3', 'limit', /got "1e3"/);
  await check('metric_name=m&match={a', 'match', /at character 3\)/);
  await check('metric_name=m&match={a=~"("}', 'match', /regular expression/);
  await check('metric_name=m&strat=1h', 'strat', /Did you mean start\?/);
  await check('metric_name=m&label.=x', 'label.', /name of a label/);
  await check('metric_name=m&cursor=%20', 'cursor', /next_cursor/);
});

test('GET /query/raw streams everything as NDJSON', async (t) => {
  const edge = await EdgeFixture.start(t);
  const points = 45_000;
  const series = edge.engine.resolve('m', { host: 'h' });
  for (let i = 0; i < points; i++) edge.engine.points.push({ series, value: i, timeMs: NOW_MS - points + i });
  const headers = { Accept: 'application/x-ndjson' };
  const reply = await edge.call('/query/raw?metric_name=m', { headers });
  assert.equal(reply.headers['content-type'], 'application/x-ndjson');
  const rows = reply.text.trimEnd().split('\n');
  assert.equal(rows.length, points);
  assert.deepEqual(JSON.parse(rows[44_999]!), {
    timestamp: '2024-06-01T11:59:59.999Z',
    value: 44_999,
    labels: { host: 'h' },
  });
  assert.equal(edge.engine.requests.length, 5);
  const coded = await edge.call('/query/raw?metric_name=m', {
    headers: { ...headers, 'Accept-Encoding': 'gzip' },
  });
  assert.equal(coded.headers['content-encoding'], 'gzip');
  assert.equal(coded.text, reply.text);
  const some = await edge.call('/query/raw?metric_name=m&limit=12345', { headers });
  assert.equal(some.text.trimEnd().split('\n').length, 12_345);
  const none = await edge.call('/query/raw?metric_name=m&end=1d', { headers });
  assert.deepEqual([none.status, none.text], [200, '']);
  const unknown = await edge.call('/query/raw?metric_name=x', { headers });
  assert.deepEqual([unknown.status, unknown.headers['content-type']], [404, 'application/problem+json']);
});

test('GET /query/raw breaks a stream off when a later page fails', async (t) => {
  const edge = await EdgeFixture.start(t);
  const series = edge.engine.resolve('m', {});
  for (let i = 0; i < 15_000; i++) edge.engine.points.push({ series, value: i, timeMs: NOW_MS - 20_000 + i });
  const run = edge.engine.run.bind(edge.engine);
  edge.engine.run = (request, signal) => {
    if (edge.engine.requests.length === 1) edge.engine.queryError = new Error('lost');
    return run(request, signal);
  };
  await assert.rejects(
    edge.call('/query/raw?metric_name=m', { headers: { Accept: 'application/x-ndjson' } }),
  );
});

test('GET /api/v1/stats/{metric} gives statistics, and percentiles by name', async (t) => {
  const edge = await filled(t);
  const reply = await edge.call('/api/v1/stats/cpu.usage?percentiles=50,99.9,0');
  assert.deepEqual(reply.json, {
    mean: 2.5,
    p50: 1.5,
    p90: 4.5,
    p95: 4.5,
    p99: 4.5,
    min: 0.5,
    max: 4.5,
    count: 4,
    sum: 10,
    stddev: Math.sqrt(2.5),
    median: 1.5,
    data_source: 'metrics',
    exact: true,
    p99_9: 4.5,
    p0: 0.5,
  });
  assert.deepEqual((edge.engine.requests.at(-1) as StatsRequest).percentiles, [50, 99.9, 0]);
  const empty = await edge.call('/api/v1/stats/cpu.usage?start=2d&end=1d');
  assert.deepEqual([empty.json.count, empty.json.sum, empty.json.mean, empty.json.p99], [0, 0, null, null]);
  for (const bad of ['101', 'x', '50,', '-1', '1e1']) {
    const refused = await edge.call(`/api/v1/stats/cpu.usage?percentiles=${bad}`);
    assert.deepEqual([refused.status, refused.json.parameter], [400, 'percentiles'], bad);
  }
});

test('GET /api/v1/metrics/current gives a window up to now', async (t) => {
  const edge = await filled(t);
  const reply = await edge.call('/api/v1/metrics/current?window=5min');
  assert.deepEqual([reply.json.timestamp, reply.json.window], ['2024-06-01T12:00:00Z', '5min']);
  const { count, rate, last } = reply.json.metrics['cpu.usage'];
  assert.deepEqual([count, rate, last], [3, 3 / 300, 4.5]);
  assert.equal((await edge.call('/api/v1/metrics/current')).json.window, '60s');
  for (const bad of ['0s', '2h', 'x', '10']) {
    assert.equal((await edge.call(`/api/v1/metrics/current?window=${bad}`)).json.parameter, 'window', bad);
  }
});

test('GET /api/v1/operator/stats passes on what the port says', async (t) => {
  const edge = await filled(t);
  assert.deepEqual((await edge.call('/api/v1/operator/stats')).json, await edge.engine.stats());
});

test('reading calls answer the same in MessagePack', async (t) => {
  const edge = await filled(t);
  for (const path of [
    '/metrics/names',
    '/api/metrics',
    '/api/metrics/cpu.usage/latest',
    '/query/raw?metric_name=cpu.usage',
    '/api/v1/stats/cpu.usage',
    '/api/v1/metrics/current',
    '/api/v1/operator/stats',
  ]) {
    const packed = await edge.call(path, { headers: { Accept: 'application/msgpack' } });
    assert.equal(packed.headers['content-type'], 'application/msgpack');
    assert.deepEqual(decode(packed.bytes), (await edge.call(path)).json, path);
  }
});

test('format= wins over Accept', async (t) => {
  const edge = await filled(t);
  const accept = { headers: { Accept: 'application/msgpack' } };
  const check = async (path: string, type: string): Promise<Buffer> => {
    const reply = await edge.call(path, accept);
    assert.deepEqual([reply.status, reply.headers['content-type']], [200, type], path);
    return reply.bytes;
  };
  const raw = '/query/raw?metric_name=cpu.usage&host=web-1';
  await check(`${raw}&format=json`, 'application/json');
  const csv = await check(`${raw}&format=csv`, 'text/csv; charset=utf-8');
  assert.equal(
    csv.toString(),
    'timestamp,value,label.host,label.region\r\n2024-06-01T11:56:00Z,1.5,web-1,eu\r\n2024-06-01T11:58:00Z,3.5,web-1,us\r\n',
  );
  await check(`${raw}&format=ndjson`, 'application/x-ndjson');
  const packed = decode(await check(`${raw}&format=columns`, 'application/msgpack'));
  const columns = await edge.call(`${raw}&format=columns`);
  assert.deepEqual(packed, columns.json);
  assert.deepEqual(columns.json.times, [NOW_MS - 4 * MINUTE, NOW_MS - 2 * MINUTE]);
  const refused = await edge.call('/metrics/names?format=columns');
  assert.deepEqual([refused.status, refused.json.parameter], [400, 'format']);
  assert.match(refused.json.detail, /one of json, msgpack, csv, ndjson; got "columns"/);
  const byAccept = await edge.call('/metrics/names', { headers: { Accept: 'text/csv' } });
  assert.equal(byAccept.text, 'metric\r\na/b ä\r\ncpu.usage\r\n');
});

test('a page of raw points that more follow says so in every format', async (t) => {
  const edge = await filled(t);
  const check = async (format: string, cursor: string | undefined, query: string): Promise<void> => {
    const path = `/query/raw?metric_name=cpu.usage&host=web-1&format=${format}${query}`;
    const reply = await edge.call(path);
    assert.deepEqual([reply.status, reply.headers['next-cursor']], [200, cursor], path);
    if (format === 'columns') assert.equal(reply.json.next_cursor, cursor ?? null);
  };
  for (const format of ['json', 'msgpack', 'columns', 'csv']) {
    await check(format, 'c1', '&limit=1');
    await check(format, undefined, '&limit=1&cursor=c1');
    await check(format, undefined, '');
  }
  // All of it, up to the limit that was asked for.
  await check('ndjson', undefined, '&limit=1');
});

test('a body that asks for something is small, also when it is decoded', async (t) => {
  const edge = await EdgeFixture.start(t);
  const check = async (body: Uint8Array, headers: Record<string, string> = {}): Promise<void> => {
    const reply = await edge.post('/api/v1/aggregate', body, headers);
    assert.deepEqual(
      [reply.status, reply.json.code, reply.json.limit_bytes],
      [413, 'MR_BODY_TOO_LARGE', ORDER_BODY_BYTES_MAX],
    );
    assert.match(reply.json.detail, /body of this call may have at most .* Ask for less/);
  };
  const long = Buffer.alloc(ORDER_BODY_BYTES_MAX + 1, 32);
  await check(long);
  await check(gzipSync(long), { 'Content-Encoding': 'gzip' });
  const longest = await edge.post('/api/v1/aggregate', long.subarray(1));
  assert.deepEqual([longest.status, longest.json.code], [400, 'MR_BAD_BODY']);
});

test('reading calls tell of a full queue and of a query that takes too long', async (t) => {
  const edge = await EdgeFixture.start(t, {
    limits: { bodyBytes: 1e6, pointsPerBatch: 1e6, queryTimeoutMs: 100 },
  });
  edge.engine.queryError = queueFull;
  const busy = await edge.call('/metrics/names');
  assert.deepEqual([busy.status, busy.headers['retry-after']], [429, '3']);
  edge.engine.queryError = undefined;
  edge.engine.isQueryStuck = true;
  const late = await edge.call('/metrics/names');
  assert.deepEqual(
    [late.status, late.json.code, late.headers['retry-after']],
    [503, 'MR_QUERY_TIMEOUT', '1'],
  );
});
