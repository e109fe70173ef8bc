import assert from 'node:assert/strict';
import { test } from 'node:test';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { encode } from '@msgpack/msgpack';
import { EdgeFixture, NOW_MS } from './edge-fixture.js';
import { FAKE_RETENTION_MS } from './fake-engine.js';

const PATH = '/backfill/import';
const NDJSON = { 'Content-Type': 'application/x-ndjson' };
const POINT = {
  metric_name: 'cpu_usage',
  value: 45.2,
  timestamp: '2024-01-01T00:00:00Z',
  labels: { host: 'server-01' },
};
const STORED = { name: 'cpu_usage', labels: { host: 'server-01' }, value: 45.2, timeMs: 1_704_067_200_000 };
const ONE = {
  imported: 1,
  rejected: 0,
  errors: [],
  series: 1,
  from: '2024-01-01T00:00:00Z',
  to: '2024-01-01T00:00:00Z',
};

test('POST /backfill/import stores points and tells counts, series and range', async (t) => {
  const edge = await EdgeFixture.start(t);
  const metrics = [
    POINT,
    { ...POINT, timestamp: 1_704_070_800, labels: { host: 'server-02' } },
    { ...POINT, value: 1, timestamp: 1_704_067_200_250 },
    { name: 'aliases', value: 7, tags: { host: 'server-01' }, timestamp: '2023-12-31T23:59:59Z' },
  ];
  const reply = await edge.post(PATH, { metrics });
  assert.equal(reply.status, 200);
  assert.deepEqual(reply.json, {
    imported: 4,
    rejected: 0,
    errors: [],
    series: 3,
    from: '2023-12-31T23:59:59Z',
    to: '2024-01-01T01:00:00Z',
  });
  assert.equal(edge.engine.points.length, 4);
  assert.deepEqual(edge.engine.rows()[0], STORED);
});

test('POST /backfill/import takes what /api/v1/record refuses as too old', async (t) => {
  const edge = await EdgeFixture.start(t);
  const timestamp = NOW_MS - FAKE_RETENTION_MS - 86_400_000;
  const recorded = await edge.post('/api/v1/record', { data: [{ ...POINT, timestamp }] });
  assert.equal(recorded.status, 400);
  assert.equal(recorded.json.errors[0].reason, 'too_old');
  assert.match(recorded.json.errors[0].message, /backfill\/import/);
  const whole = await edge.post(PATH, { metrics: [{ ...POINT, timestamp }] });
  assert.equal(whole.json.imported, 1);
  const streamed = await edge.post(PATH, JSON.stringify({ ...POINT, timestamp }), NDJSON);
  assert.equal(streamed.json.imported, 1);
  const ancient = await edge.post(PATH, {
    metrics: [{ ...POINT, timestamp: NOW_MS - 20 * FAKE_RETENTION_MS }],
  });
  assert.equal(ancient.json.errors[0].reason, 'too_old');
});

test('POST /backfill/import takes a point without a time as one of now', async (t) => {
  const edge = await EdgeFixture.start(t);
  const reply = await edge.post(PATH, { metrics: [{ metric_name: 'm', value: 1 }] });
  assert.deepEqual([reply.json.from, reply.json.to], ['2024-06-01T12:00:00Z', '2024-06-01T12:00:00Z']);
});

test('POST /backfill/import takes every format and coding', async (t) => {
  const edge = await EdgeFixture.start(t);
  const json = JSON.stringify({ metrics: [POINT] });
  const check = async (body: string | Uint8Array, headers: Record<string, string>) => {
    const reply = await edge.post(PATH, body, headers);
    assert.deepEqual(reply.json, ONE, JSON.stringify(headers));
    assert.deepEqual(edge.engine.rows().at(-1), STORED);
  };
  await check(json, {});
  await check(encode({ metrics: [POINT] }), { 'Content-Type': 'application/msgpack' });
  await check(`${JSON.stringify(POINT)}\n`, NDJSON);
  await check(gzipSync(json), { 'Content-Encoding': 'gzip' });
  await check(deflateSync(json), { 'Content-Encoding': 'deflate' });
  await check(brotliCompressSync(json), { 'Content-Encoding': 'br' });
  await check(gzipSync(JSON.stringify(POINT)), { ...NDJSON, 'Content-Encoding': 'gzip' });
  // An escape in a name leaves the byte path.
  await check(json.replace('cpu_usage', 'cpu\\u005fusage'), {});
  await check(json.replace('{"metrics"', '{"comment":"more keys are ignored","metrics"'), {});
});

test('POST /backfill/import counts every refusal and shows a hundred of them', async (t) => {
  const edge = await EdgeFixture.start(t);
  const bad = Array.from({ length: 250 }, () => ({ ...POINT, value: 'x' }));
  const body = [...bad, POINT, { ...POINT, timestamp: NOW_MS + 86_400_000 }];
  for (const reply of [
    await edge.post(PATH, { metrics: body }),
    await edge.post(PATH, body.map((point) => JSON.stringify(point)).join('\n'), NDJSON),
  ]) {
    assert.equal(reply.status, 200);
    assert.deepEqual([reply.json.imported, reply.json.rejected, reply.json.errors.length], [1, 251, 100]);
    assert.deepEqual([reply.json.series, reply.json.from], [1, '2024-01-01T00:00:00Z']);
  }
});

test('POST /backfill/import answers 400 when nothing could be taken, 200 when nothing was sent', async (t) => {
  const edge = await EdgeFixture.start(t);
  const reply = await edge.post(PATH, { metrics: [{ ...POINT, value: null }] });
  assert.equal(reply.status, 400);
  assert.equal(reply.json.code, 'MR_POINT_REJECTED');
  const { imported, rejected, series, from, to } = reply.json;
  assert.deepEqual([imported, rejected, series, from, to], [0, 1, 0, null, null]);
  for (const empty of [await edge.post(PATH, { metrics: [] }), await edge.post(PATH, '', NDJSON)]) {
    assert.equal(empty.status, 200);
    assert.deepEqual(empty.json, { imported: 0, rejected: 0, errors: [], series: 0, from: null, to: null });
  }
});

test('POST /backfill/import says what it wants of a body that is none', async (t) => {
  const edge = await EdgeFixture.start(t);
  const check = async (body: string | Uint8Array, headers: Record<string, string>, detail: RegExp) => {
    const reply = await edge.post(PATH, body, headers);
    assert.equal(reply.status, 400, reply.text);
    assert.equal(reply.json.code, 'MR_BAD_BODY');
    assert.match(reply.json.detail, detail);
    assert.equal(edge.engine.points.length, 0);
  };
  await check('{"metrics":[', {}, /must be JSON/);
  await check('{"data":[]}', {}, /\{"metrics":\[\{"metric_name","value"/);
  await check('[]', {}, /whose metrics is nothing/);
  await check('', {}, /it is empty/);
  await check(Uint8Array.of(0xc1), { 'Content-Type': 'application/msgpack' }, /MessagePack/);
  await check(gzipSync('{}').subarray(0, 12), { 'Content-Encoding': 'gzip' }, /gzip/);
  await check('{"metric_name":"m","value":1', NDJSON, /NDJSON; line 1/);
});

test('POST /backfill/import keeps what a broken stream brought before, and says how far it came', async (t) => {
  const edge = await EdgeFixture.start(t, {
    limits: { bodyBytes: 65_536, pointsPerBatch: 10, queryTimeoutMs: 5_000 },
  });
  const good = Array.from({ length: 40 }, (_, i) => JSON.stringify({ ...POINT, value: i }));
  const reply = await edge.post(PATH, [...good, '{"metric_name":"m","value":', ...good].join('\n'), NDJSON);
  assert.equal(reply.status, 400);
  assert.match(reply.json.detail, /line 41/);
  const { imported, lines_taken: taken, line, series, from } = reply.json;
  assert.deepEqual([imported, taken, line, series, from], [40, 40, 41, 1, '2024-01-01T00:00:00Z']);
  assert.equal(edge.engine.points.length, 40);
});

test('POST /backfill/import holds bodies and what is packed in them to their limits', async (t) => {
  const edge = await EdgeFixture.start(t, {
    limits: { bodyBytes: 65_536, pointsPerBatch: 100, queryTimeoutMs: 5_000 },
  });
  const bomb = gzipSync(Buffer.alloc(50_000_000, ' '));
  assert.equal((await edge.post(PATH, bomb, { 'Content-Encoding': 'gzip' })).status, 413);
  assert.equal((await edge.post(PATH, Buffer.alloc(70_000, ' '))).status, 413);
  const many = { metrics: Array.from({ length: 101 }, () => POINT) };
  const reply = await edge.post(PATH, encode(many), { 'Content-Type': 'application/msgpack' });
  assert.deepEqual([reply.status, reply.json.code], [413, 'MR_BODY_TOO_LARGE']);
  // A stream has no such limit, but each of its lines has.
  const stream = await edge.post(PATH, gzipSync(`${JSON.stringify(POINT)}\n`.repeat(2_000)), {
    ...NDJSON,
    'Content-Encoding': 'gzip',
  });
  assert.equal(stream.json.imported, 2_000);
  const line = await edge.post(PATH, bomb, { ...NDJSON, 'Content-Encoding': 'gzip' });
  assert.deepEqual([line.status, line.json.code], [400, 'MR_BAD_BODY']);
});

test('POST /backfill/import needs a token where points do, and takes no parameters', async (t) => {
  const edge = await EdgeFixture.start(t, { ingestTokens: ['secret'] });
  assert.equal((await edge.post(PATH, { metrics: [POINT] })).status, 401);
  const headers = { Authorization: 'Bearer secret' };
  assert.equal((await edge.post(PATH, { metrics: [POINT] }, headers)).status, 200);
  assert.equal((await edge.post(`${PATH}?metric=x`, { metrics: [POINT] }, headers)).status, 400);
  assert.equal((await edge.call(PATH)).status, 405);
});
