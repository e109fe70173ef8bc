import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { EngineProcess } from '../../bench/macro/engine-process.js';
import { readMessagePack } from './naive-message-pack.js';

/** Every reading call of the contract answers the same in MessagePack as in JSON, by a decoder that shares nothing with the engine. */
const MINUTE = 60_000;
const END_MS = Math.floor(Date.now() / MINUTE) * MINUTE - 10 * MINUTE;
const START_MS = END_MS - 60 * MINUTE;
/** Where forms of numbers end, and what only a float64 holds. */
const VALUES = [
  ...[0, 1, 127, 128, 255, 256, 65_535, 65_536, 2 ** 32 - 1, 2 ** 32, 2 ** 53 - 1, 2 ** 63, 2 ** 64],
  ...[-1, -32, -33, -128, -129, -32_768, -32_769, -(2 ** 31), -(2 ** 31) - 1, -(2 ** 53), -(2 ** 63)],
  ...[0.5, -0.1, 1e-300, 1e300, Math.PI, 5e-324],
];

let engine: EngineProcess;
/** Paths that were asked for in both forms. */
const asked = new Set<string>();

before(async () => {
  engine = await EngineProcess.start({ flags: ['--workers', '2'] });
  const metrics = Array.from({ length: 240 }, (_, i) => ({
    metric_name: i % 3 === 0 ? 'plain' : 'cpu.größe',
    value: i % 3 === 0 ? i * 0.25 : VALUES[i % VALUES.length],
    timestamp: START_MS + i * 15_000,
    labels: { host: `h${i % 4}`, region: i % 5 === 0 ? '東京' : `r${'x'.repeat(40)}` },
  }));
  const answer = await fetch(`${engine.url}/backfill/import`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ metrics }),
  });
  assert.equal(answer.status, 200, await answer.text());
});

after(async () => {
  await engine.stop();
  engine.removeFolder();
});

async function ask(path: string, accept: string, body?: object): Promise<Uint8Array> {
  const answer = await fetch(engine.url + path, {
    headers: { accept, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
  });
  const bytes = new Uint8Array(await answer.arrayBuffer());
  assert.equal(answer.status, 200, `${path}: ${Buffer.from(bytes)}`);
  assert.equal(answer.headers.get('content-type')!.split(';')[0], accept, path);
  return bytes;
}

async function both(path: string, body?: object): Promise<{ json: unknown; packed: unknown }> {
  asked.add(decodeURIComponent(path.split('?')[0]!));
  const json = JSON.parse(Buffer.from(await ask(path, 'application/json', body)).toString());
  return { json, packed: readMessagePack(await ask(path, 'application/msgpack', body)) };
}

/** Holds one form against the other, to the last bit and member. */
async function check(path: string, body?: object): Promise<void> {
  const { json, packed } = await both(path, body);
  assert.ok(JSON.stringify(json).length > 20, `${path} says nothing: ${JSON.stringify(json)}`);
  assert.deepEqual(packed, json, path);
}

/** The same for what tells of this moment: the members and their kinds. */
async function checkShape(path: string): Promise<void> {
  const { json, packed } = await both(path);
  assert.deepEqual(shapeOf(packed), shapeOf(json), path);
}

function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shapeOf);
  if (typeof value !== 'object' || value === null) return value === null ? 'number' : typeof value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, shapeOf(each)]));
}

const RANGE = `start=${START_MS}&end=${END_MS}`;
const METRICS = ['plain', 'cpu.größe'].map(encodeURIComponent);

test('lists of names', async () => {
  await check('/metrics/names');
  await check('/api/metrics');
  await check('/api/hosts');
  await check('/api/v1/labels');
  await check('/api/v1/label/region/values');
  await checkShape('/api/v1/cardinality?limit=20');
});

test('points and windows', async () => {
  for (const metric of METRICS) {
    await check(`/api/metrics/${metric}?${RANGE}&points=50`);
    await check(`/api/metrics/${metric}?${RANGE}&group_by=host`);
    await check(`/api/metrics/${metric}/latest?host=h1`);
    await check(`/query/raw?metric_name=${metric}&${RANGE}`);
    await check(`/query/raw?metric_name=${metric}&${RANGE}&limit=7`);
    await check(`/query/rollup?metric_name=${metric}&${RANGE}&window=5m`);
    await check(`/query/rollup?metric_name=${metric}&${RANGE}&window=5m&group_by=host,region`);
    await check(`/query/heatmap?metric_name=${metric}&${RANGE}&window=5m`);
  }
});

test('statistics', async () => {
  for (const metric of METRICS) {
    await check(`/api/v1/stats/${metric}?${RANGE}&percentiles=50,99.9`);
    await check(`/api/v1/stats/${metric}?${RANGE}&group_by=host`);
    await check(`/api/v1/statistics/calculate?metric_name=${metric}&${RANGE}`);
    await check(`/api/v1/metrics/trends/${metric}?${RANGE}`);
    for (const method of ['zscore', 'rolling_zscore', 'mad', 'seasonal', 'streaming']) {
      await check(`/anomaly/detect?metric_name=${metric}&${RANGE}&threshold=1&method=${method}`);
    }
  }
});

test('aggregates, with null where a window is empty', async () => {
  const base = { metric_name: 'cpu.größe', start: START_MS - 10 * MINUTE, end: END_MS, interval: '5min' };
  for (const aggregation of ['mean', 'sum', 'count', 'first', 'last', 'p99', 'p99.9', 'distinct', 'rate']) {
    await check('/api/v1/aggregate', { ...base, aggregation });
    await check('/api/v1/aggregate', { ...base, aggregation, fill: 'null', group_by: ['host'] });
  }
});

test('columns', async () => {
  for (const metric of METRICS) {
    await check(`/api/metrics/${metric}?${RANGE}&format=columns&group_by=host`);
    await check(`/query/raw?metric_name=${metric}&${RANGE}&format=columns`);
    await check(`/query/rollup?metric_name=${metric}&${RANGE}&window=5m&format=columns&group_by=host`);
  }
});

test('what is asked of the engine itself', async () => {
  await checkShape('/health');
  await checkShape('/db/status');
  await checkShape('/api/v1/operator/stats');
  await checkShape('/api/v1/metrics/summary');
  await checkShape('/api/v1/metrics/current?window=3600s');
  await checkShape('/api/v1/rollups/status');
  await checkShape('/api/v1/snapshot');
});

test('a problem is told in JSON whatever is asked for', async () => {
  const answer = await fetch(`${engine.url}/api/metrics/cpv/latest`, {
    headers: { accept: 'application/msgpack' },
  });
  assert.equal(answer.status, 404);
  assert.match(answer.headers.get('content-type')!, /^application\/problem\+json/);
  assert.equal(((await answer.json()) as { code: string }).code, 'MR_UNKNOWN_METRIC');
});

test('no reading call was left out', async () => {
  const { paths } = (await engine.json('/openapi.json')) as {
    paths: Record<string, Record<string, { responses: Record<string, { content?: object }> }>>;
  };
  const reading = Object.entries(paths).filter(
    ([, { get }]) => 'application/msgpack' in (get?.responses['200']?.content ?? {}),
  );
  assert.ok(reading.length > 15, `${reading.length} calls`);
  const isAsked = (path: string): boolean => {
    const form = new RegExp(`^${path.replace(/\{[^}]+\}/g, '[^/]+')}$`);
    return [...asked].some((each) => form.test(each));
  };
  assert.deepEqual(
    reading.map(([path]) => path).filter((path) => !isAsked(path)),
    [],
  );
});
