import assert from 'node:assert/strict';
import { test } from 'node:test';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { decode, encode } from '@msgpack/msgpack';
import { EdgeFixture, NOW_MS } from './edge-fixture.js';

const CONTRACT_POINT = {
  name: 'api.latency',
  value: 23.5,
  timestamp: '2024-01-01T00:00:00Z',
  labels: { host: 'web-1' },
};
const STORED = { name: 'api.latency', labels: { host: 'web-1' }, value: 23.5, timeMs: 1_704_067_200_000 };

test('POST /api/v1/record stores points and answers with counts', async (t) => {
  const edge = await EdgeFixture.start(t);
  const reply = await edge.post('/api/v1/record', { data: [CONTRACT_POINT] });
  assert.equal(reply.status, 200);
  assert.deepEqual(reply.json, { accepted: 1, rejected: 0, errors: [] });
  assert.deepEqual(edge.engine.rows(), [STORED]);
});

test('POST /api/v1/record takes tags for labels, numbers for times, and arrival for no time', async (t) => {
  const edge = await EdgeFixture.start(t);
  const data = [
    { name: 'a', value: 1, tags: { k: 'v' } },
    { name: 'b', value: 2, timestamp: 1_704_067_200 },
    { name: 'c', value: 3, timestamp: 1_704_067_200_500 },
    { name: 'd', value: 4, timestamp: null, labels: null },
  ];
  assert.equal((await edge.post('/api/v1/record', { data })).json.accepted, 4);
  assert.deepEqual(edge.engine.rows(), [
    { name: 'a', labels: { k: 'v' }, value: 1, timeMs: NOW_MS },
    { name: 'b', labels: {}, value: 2, timeMs: 1_704_067_200_000 },
    { name: 'c', labels: {}, value: 3, timeMs: 1_704_067_200_500 },
    { name: 'd', labels: {}, value: 4, timeMs: NOW_MS },
  ]);
});

test('POST /api/v1/record rejects bad points one by one when others are good', async (t) => {
  const edge = await EdgeFixture.start(t);
  const data = [
    CONTRACT_POINT,
    { name: '', value: 1 },
    { name: 'x', value: 'seven' },
    { name: 'x', value: null },
    { name: 'x', value: 1, timestamp: 'yesterday' },
    { name: 'x', value: 1, labels: { host: 7 } },
    { name: 'x', value: 1, timestamp: '2030-01-01T00:00:00Z' },
    7,
    { value: 1 },
  ];
  const reply = await edge.post('/api/v1/record', { data });
  assert.equal(reply.status, 200);
  assert.equal(reply.json.accepted, 1);
  assert.equal(reply.json.rejected, 8);
  assert.deepEqual(
    reply.json.errors.map((error: { index: number; reason: string }) => [error.index, error.reason]),
    [
      [1, 'invalid_name'],
      [2, 'invalid_value'],
      [3, 'invalid_value'],
      [4, 'invalid_time'],
      [5, 'invalid_label'],
      [6, 'too_far_ahead'],
      [7, 'invalid_name'],
      [8, 'invalid_name'],
    ],
  );
  assert.match(reply.json.errors[1].message, /finite number; got the text "seven"/);
  assert.equal(edge.engine.rejects.length, 8);
});

test('calls that take points answer in MessagePack when they are asked to', async (t) => {
  const edge = await EdgeFixture.start(t);
  const check = async (path: string, body: object, accepted: string): Promise<void> => {
    const reply = await edge.post(path, body, { Accept: 'application/msgpack' });
    assert.equal(reply.headers['content-type'], 'application/msgpack');
    assert.equal(
      (decode(reply.bytes) as Record<string, unknown>)[accepted],
      accepted === 'status' ? 'ok' : 1,
    );
  };
  await check('/api/v1/record', { data: [CONTRACT_POINT] }, 'accepted');
  await check('/backfill/import', { metrics: [CONTRACT_POINT] }, 'imported');
  await check('/metrics/ingest', CONTRACT_POINT, 'status');
});

test('POST /api/v1/record refuses halves of surrogate pairs, which are no UTF-8', async (t) => {
  const edge = await EdgeFixture.start(t);
  const check = async (point: string, reason: string | undefined): Promise<void> => {
    const { json } = await edge.post('/api/v1/record', `{"data":[{"value":1,${point}}]}`);
    assert.equal(json.errors[0]?.reason, reason, point);
  };
  await check(String.raw`"name":"a\ud83d"`, 'invalid_name');
  await check(String.raw`"name":"a","labels":{"b\ude00":"x"}`, 'invalid_label');
  await check(String.raw`"name":"a","labels":{"b":"\ude00\ud83d"}`, 'invalid_label');
  await check(String.raw`"name":"a\ud83d\ude00","labels":{"\ud83d\ude00":"\ud83d\ude00"}`, undefined);
});

test('POST /api/v1/record refuses MessagePack with text that is no UTF-8 as it refuses such JSON', async (t) => {
  const edge = await EdgeFixture.start(t);
  for (const [type, point] of [
    ['application/json', Buffer.from('{"data":[{"name":"a\xff","value":1}]}', 'latin1')],
    [
      'application/msgpack',
      Buffer.from(encode({ data: [{ name: 'abc', value: 1 }] })).map((b) => (b === 0x62 ? 0xff : b)),
    ],
  ] as const) {
    const reply = await edge.call('/api/v1/record', {
      method: 'POST',
      headers: { 'Content-Type': type },
      body: point,
    });
    assert.equal(reply.status, 400, type);
    assert.equal(reply.json.code, 'MR_BAD_BODY');
    assert.match(reply.json.detail, /UTF-8/);
    assert.equal(edge.engine.points.length, 0);
  }
});

test('POST /api/v1/record caps its errors and counts on', async (t) => {
  const edge = await EdgeFixture.start(t);
  const data = Array.from({ length: 250 }, () => ({ name: 'x', value: null }));
  const reply = await edge.post('/api/v1/record', { data: [CONTRACT_POINT, ...data] });
  assert.equal(reply.json.rejected, 250);
  assert.equal(reply.json.errors.length, 100);
});

test('POST /api/v1/record is 200 when nothing was sent and 400 when all was bad', async (t) => {
  const edge = await EdgeFixture.start(t);
  const none = await edge.post('/api/v1/record', { data: [] });
  assert.deepEqual([none.status, none.json], [200, { accepted: 0, rejected: 0, errors: [] }]);
  const bad = await edge.post('/api/v1/record', { data: [{ name: 'x' }] });
  assert.equal(bad.status, 400);
  assert.equal(bad.headers['content-type'], 'application/problem+json');
  assert.equal(bad.json.code, 'MR_POINT_REJECTED');
  assert.deepEqual([bad.json.accepted, bad.json.rejected, bad.json.errors[0].index], [0, 1, 0]);
});

test('POST /api/v1/record refuses bodies that are no batch', async (t) => {
  const edge = await EdgeFixture.start(t);
  const check = async (body: string | Uint8Array, detail: RegExp): Promise<void> => {
    const reply = await edge.post('/api/v1/record', body);
    assert.equal(reply.status, 400);
    assert.equal(reply.json.code, 'MR_BAD_BODY');
    assert.match(reply.json.detail, detail);
  };
  await check('', /it is empty/);
  await check('{"data":[', /JSON; the parser says/);
  await check('[]', /an object \{"data"/);
  await check('null', /got null/);
  await check('{"points":[]}', /whose data is nothing/);
  await check('{"data":{}}', /whose data is an object/);
  await check(Buffer.from([0x7b, 0xff, 0x7d]), /not UTF-8/);
  assert.equal(edge.engine.commits, 0);
});

test('POST /api/v1/record takes MessagePack, with its own timestamps too', async (t) => {
  const edge = await EdgeFixture.start(t);
  const data = [
    { ...CONTRACT_POINT, timestamp: new Date(STORED.timeMs) },
    { name: 'x', value: Number.NaN },
  ];
  const reply = await edge.post('/api/v1/record', encode({ data }), {
    'Content-Type': 'application/x-msgpack',
  });
  assert.equal(reply.json.accepted, 1);
  assert.equal(reply.json.errors[0].reason, 'invalid_value');
  assert.deepEqual(edge.engine.rows(), [STORED]);
  const broken = await edge.post('/api/v1/record', Buffer.from([0xc1]), {
    'Content-Type': 'application/msgpack',
  });
  assert.deepEqual([broken.status, broken.json.code], [400, 'MR_BAD_BODY']);
});

test('a point whose time nobody takes makes no series, in any format and by any call', async (t) => {
  const edge = await EdgeFixture.start(t);
  const far = { name: 'far', metric_name: 'far', value: 1, timestamp: '2124-01-01T00:00:00Z' };
  const old = { ...far, name: 'old', metric_name: 'old', timestamp: '1000-01-01T00:00:00Z' };
  const bodies: [string, string | Buffer, string][] = [
    ['/api/v1/record', JSON.stringify({ data: [far, old] }), 'application/json'],
    // A member that the byte scanner leaves to JSON.parse.
    ['/api/v1/record', JSON.stringify({ data: [{ ...far, x: {} }, old] }), 'application/json'],
    ['/api/v1/record', Buffer.from(encode({ data: [far, old] })), 'application/msgpack'],
    ['/api/v1/record', `${JSON.stringify(far)}\n${JSON.stringify(old)}\n`, 'application/x-ndjson'],
    ['/backfill/import', JSON.stringify({ metrics: [far, old] }), 'application/json'],
  ];
  for (const [path, body, type] of bodies) {
    const { status, json } = await edge.post(path, body, { 'Content-Type': type });
    assert.equal(status, 400, path);
    const [first, second] = json.errors as { reason: string; message: string }[];
    assert.deepEqual([first?.reason, second?.reason], ['too_far_ahead', 'too_old'], `${path} ${type}`);
    assert.match(first!.message, /; got 2124-01-01T00:00:00Z$/);
  }
  assert.equal((await edge.post('/metrics/ingest', far)).status, 400);
  assert.deepEqual(edge.engine.series, []);
  assert.equal(edge.engine.rejects.length, 11);
});

test('POST /api/v1/record refuses other media types and charsets', async (t) => {
  const edge = await EdgeFixture.start(t);
  for (const type of [
    'text/plain',
    'application/x-www-form-urlencoded',
    'application/json; charset=latin1',
  ]) {
    const reply = await edge.post('/api/v1/record', { data: [] }, { 'Content-Type': type });
    assert.equal(reply.status, 415);
    assert.match(reply.json.detail, /application\/json/);
  }
  const fine = await edge.post(
    '/api/v1/record',
    { data: [] },
    { 'Content-Type': 'application/json; charset=UTF-8' },
  );
  assert.equal(fine.status, 200);
});

test('POST /api/v1/record undoes gzip, deflate and br', async (t) => {
  const edge = await EdgeFixture.start(t);
  const body = JSON.stringify({ data: [CONTRACT_POINT] });
  for (const [coding, bytes] of [
    ['gzip', gzipSync(body)],
    ['deflate', deflateSync(body)],
    ['deflate', deflateRawSync(body)],
    ['br', brotliCompressSync(body)],
  ] as const) {
    const reply = await edge.post('/api/v1/record', bytes, { 'Content-Encoding': coding });
    assert.deepEqual([reply.status, reply.json.accepted], [200, 1], coding);
  }
  const odd = await edge.post('/api/v1/record', body, { 'Content-Encoding': 'zstd' });
  assert.deepEqual([odd.status, odd.headers['accept-encoding']], [415, 'gzip, deflate, br']);
  const broken = await edge.post('/api/v1/record', gzipSync(body).subarray(0, 40), {
    'Content-Encoding': 'gzip',
  });
  assert.deepEqual([broken.status, broken.json.code], [400, 'MR_BAD_BODY']);
});

test('POST /api/v1/record refuses bodies that are too large, also when they only swell to it', async (t) => {
  const limits = { bodyBytes: 100_000, pointsPerBatch: 3, queryTimeoutMs: 1000 };
  const edge = await EdgeFixture.start(t, { limits });
  const check = async (
    body: string | Uint8Array | ReadableStream,
    headers: Record<string, string> = {},
  ): Promise<void> => {
    const init = { method: 'POST', body, headers, duplex: 'half' } as RequestInit;
    const reply = await edge.call('/api/v1/record', init);
    assert.deepEqual(
      [reply.status, reply.json.code, reply.json.limit_bytes],
      [413, 'MR_BODY_TOO_LARGE', 100_000],
    );
  };
  await check(Buffer.alloc(5_000_000, 32));
  await check(gzipSync(Buffer.alloc(50_000_000, 32)), { 'Content-Encoding': 'gzip' });
  await check(brotliCompressSync(Buffer.alloc(5_000_000, 32)), { 'Content-Encoding': 'br' });
  // Without a Content-Length.
  await check(new Blob([Buffer.alloc(200_000, 32)]).stream());
  const four = await edge.post('/api/v1/record', { data: Array(4).fill(CONTRACT_POINT) });
  assert.deepEqual([four.status, four.json.limit_points], [413, 3]);
  assert.equal(edge.engine.points.length, 0);
  assert.equal(edge.server.counters().bodyBytesHeld, 0);
});

test('POST /api/v1/record answers 429 with Retry-After when the engine is busy', async (t) => {
  const edge = await EdgeFixture.start(t);
  edge.engine.busyCommits = 1;
  edge.engine.busyRetryMs = 1200;
  const reply = await edge.post('/api/v1/record', { data: [CONTRACT_POINT] });
  assert.deepEqual([reply.status, reply.headers['retry-after'], reply.json.retry_after_ms], [429, '2', 1200]);
  assert.match(reply.json.detail, /ring of shard 0 is full.*send it again/);
  assert.equal((await edge.post('/api/v1/record', { data: [CONTRACT_POINT] })).status, 200);
});

test('POST /api/v1/record answers 503 when the points could not be made durable', async (t) => {
  const edge = await EdgeFixture.start(t);
  edge.engine.failure = new Error('no space left');
  const reply = await edge.post('/api/v1/record', { data: [CONTRACT_POINT] });
  assert.deepEqual(
    [reply.status, reply.json.code, reply.headers['retry-after']],
    [503, 'MR_UNABLE_TO_STORE', '1'],
  );
  assert.match(reply.json.detail, /no space left/);
});

test('POST /api/v1/record takes a settlement that comes before commit returns', async (t) => {
  const edge = await EdgeFixture.start(t);
  edge.engine.settleAfterMs = -1;
  assert.equal((await edge.post('/api/v1/record', { data: [CONTRACT_POINT] })).status, 200);
});

test('POST /api/v1/record asks for a token when there are any', async (t) => {
  const edge = await EdgeFixture.start(t, { ingestTokens: ['one', 'two'] });
  const body = { data: [CONTRACT_POINT] };
  const none = await edge.post('/api/v1/record', body);
  assert.deepEqual([none.status, none.json.code], [401, 'MR_UNAUTHORIZED']);
  assert.match(none.headers['www-authenticate']!, /Bearer/);
  const wrong = await edge.post('/api/v1/record', body, { Authorization: 'Bearer three' });
  assert.deepEqual([wrong.status, wrong.json.code], [403, 'MR_FORBIDDEN']);
  for (const token of ['one', 'two']) {
    assert.equal((await edge.post('/api/v1/record', body, { Authorization: `Bearer ${token}` })).status, 200);
  }
  assert.equal((await edge.call('/health')).status, 200);
});

test('POST /metrics/ingest stores one point and tells its time', async (t) => {
  const edge = await EdgeFixture.start(t);
  const { name, ...rest } = CONTRACT_POINT;
  const reply = await edge.post('/metrics/ingest', { metric_name: name, ...rest });
  assert.equal(reply.status, 200);
  assert.deepEqual(reply.json, {
    status: 'ok',
    metric_name: 'api.latency',
    timestamp: '2024-01-01T00:00:00Z',
  });
  const now = await edge.post('/metrics/ingest', { metric_name: 'x', value: 1 });
  assert.equal(now.json.timestamp, '2024-06-01T12:00:00Z');
  assert.deepEqual(edge.engine.rows()[0], STORED);
});

test('POST /metrics/ingest answers 400 with the reason when the point is bad', async (t) => {
  const edge = await EdgeFixture.start(t);
  const check = async (body: unknown, code: string, reason: string | undefined): Promise<void> => {
    const reply = await edge.post('/metrics/ingest', body);
    assert.deepEqual([reply.status, reply.json.code, reply.json.reason], [400, code, reason]);
  };
  await check({ metric_name: 'x', value: 'y' }, 'MR_POINT_REJECTED', 'invalid_value');
  await check({ value: 1 }, 'MR_POINT_REJECTED', 'invalid_name');
  await check(
    { metric_name: 'x', value: 1, timestamp: '1900-01-01T00:00:00Z' },
    'MR_POINT_REJECTED',
    'too_old',
  );
  await check([], 'MR_BAD_BODY', undefined);
  assert.equal(edge.engine.rejects.length, 3);
  const lines = await edge.post('/metrics/ingest', '', { 'Content-Type': 'application/x-ndjson' });
  assert.equal(lines.status, 415);
});
