import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { MillraceError } from '../../../src/errors.js';
import type { Edge } from '../../../src/http/edge.js';
import type { Exchange } from '../../../src/http/exchange.js';
import { RECORD_FORM } from '../../../src/http/ingest/ingest-form.js';
import { NdjsonIngest } from '../../../src/http/ingest/ndjson-ingest.js';
import { RecordScanner } from '../../../src/http/ingest/record-scanner.js';
import { SeriesCache } from '../../../src/http/ingest/series-cache.js';
import { LINE_BYTES_MAX } from '../../../src/http/limits.js';
import { EdgeFixture, fixedClock, NOW_MS, type Reply } from './edge-fixture.js';
import { FakeEngine } from './fake-engine.js';

const NDJSON = { 'Content-Type': 'application/x-ndjson' };
const line = (i: number): string => `{"name":"m${i % 50}","value":${i},"labels":{"host":"h${i % 7}"}}\n`;
const lines = (count: number): string => Array.from({ length: count }, (_, i) => line(i)).join('');

function stream(edge: EdgeFixture, body: ReadableStream): Promise<Reply> {
  return edge.call('/api/v1/record', {
    method: 'POST',
    body,
    headers: NDJSON,
    duplex: 'half',
  } as RequestInit);
}

test('NDJSON stores a point a line, with blank lines, CRLF and no newline at the end', async (t) => {
  const edge = await EdgeFixture.start(t);
  const reply = await edge.post(
    '/api/v1/record',
    `${line(1)}\r\n\n  {"metric_name":"x","value":2,"unit":"s"}\r\n${line(3).trim()}`,
    NDJSON,
  );
  assert.deepEqual([reply.status, reply.json], [200, { accepted: 3, rejected: 0, errors: [] }]);
  assert.deepEqual(edge.engine.rows()[1], { name: 'x', labels: {}, value: 2, timeMs: NOW_MS });
});

test('NDJSON takes more than a body may have, plain and encoded', async (t) => {
  const limits = { bodyBytes: 100_000, pointsPerBatch: 700, queryTimeoutMs: 1000 };
  const edge = await EdgeFixture.start(t, { limits });
  const text = lines(40_000);
  assert.ok(text.length > 10 * limits.bodyBytes);
  assert.equal((await edge.post('/api/v1/record', text, NDJSON)).json.accepted, 40_000);
  assert.deepEqual(
    edge.engine.points.map(({ value }) => value),
    Array.from({ length: 40_000 }, (_, i) => i),
  );
  const encoded = await edge.post('/api/v1/record', gzipSync(text), {
    ...NDJSON,
    'Content-Encoding': 'gzip',
  });
  assert.equal(encoded.json.accepted, 40_000);
  assert.equal(edge.engine.points.length, 80_000);
});

test('NDJSON cuts lines right when chunks end anywhere', async (t) => {
  const edge = await EdgeFixture.start(t);
  const bytes = Buffer.from(lines(60));
  const body = new ReadableStream({
    async start(controller) {
      for (let at = 0; at < bytes.length; at += 97) {
        controller.enqueue(bytes.subarray(at, at + 97));
        await new Promise((resolve) => setImmediate(resolve));
      }
      controller.close();
    },
  });
  assert.equal((await stream(edge, body)).json.accepted, 60);
  assert.deepEqual(
    edge.engine.points.map(({ value }) => value),
    Array.from({ length: 60 }, (_, i) => i),
  );
});

test('NDJSON rejects bad points by their line and goes on', async (t) => {
  const edge = await EdgeFixture.start(t);
  const reply = await edge.post('/api/v1/record', `${line(1)}\n{"name":"x"}\n7\n${line(2)}`, NDJSON);
  assert.deepEqual([reply.json.accepted, reply.json.rejected], [2, 2]);
  assert.deepEqual(
    reply.json.errors.map((error: { index: number }) => error.index),
    [2, 3],
  );
  const bad = await edge.post('/api/v1/record', '{"name":"x"}\n', NDJSON);
  assert.deepEqual([bad.status, bad.json.code], [400, 'MR_POINT_REJECTED']);
});

test('NDJSON stops at a line that is no JSON and says what is stored', async (t) => {
  const limits = { bodyBytes: 100_000, pointsPerBatch: 10, queryTimeoutMs: 1000 };
  const edge = await EdgeFixture.start(t, { limits });
  const check = async (broken: string): Promise<void> => {
    edge.engine.points.length = 0;
    const reply = await edge.post('/api/v1/record', `${lines(25)}${broken}\n${lines(25)}`, NDJSON);
    assert.deepEqual([reply.status, reply.json.code, reply.json.line], [400, 'MR_BAD_BODY', 26]);
    assert.equal(reply.json.lines_taken, 20);
    assert.equal(reply.json.accepted, 20);
    assert.equal(edge.engine.points.length, 20);
  };
  await check('{"name":');
  await check('{"name":"a","value":1} 7');
});

test('NDJSON waits and sends again when the engine is busy', async (t) => {
  const limits = { bodyBytes: 100_000, pointsPerBatch: 500, queryTimeoutMs: 1000 };
  const edge = await EdgeFixture.start(t, { limits });
  edge.engine.busyCommits = 5;
  const reply = await edge.post('/api/v1/record', lines(20_000), NDJSON);
  assert.equal(reply.json.accepted, 20_000);
  assert.deepEqual(
    edge.engine.points.map(({ value }) => value),
    Array.from({ length: 20_000 }, (_, i) => i),
  );
});

test('NDJSON holds its sender back when batches are not settled', async (t) => {
  const edge = await EdgeFixture.start(t);
  edge.engine.settleAfterMs = 400;
  let pulled = 0;
  const chunk = Buffer.from(lines(5000));
  const body = new ReadableStream({
    pull(controller) {
      if (++pulled > 60) controller.close();
      else controller.enqueue(chunk);
    },
  });
  const reply = stream(edge, body);
  await new Promise((resolve) => setTimeout(resolve, 300));
  // The rest waits in the buffers of the sockets on either side, and behind them in the sender.
  assert.ok(pulled < 60, `${pulled} chunks were taken while nothing was settled`);
  edge.engine.settleAfterMs = 0;
  assert.equal((await reply).json.accepted, 300_000);
});

test('NDJSON works with an engine that settles before commit returns', async (t) => {
  const edge = await EdgeFixture.start(t, {
    limits: { bodyBytes: 1e5, pointsPerBatch: 100, queryTimeoutMs: 1000 },
  });
  edge.engine.settleAfterMs = -1;
  assert.equal((await edge.post('/api/v1/record', lines(5000), NDJSON)).json.accepted, 5000);
  assert.deepEqual(
    edge.engine.points.map(({ value }) => value),
    Array.from({ length: 5000 }, (_, i) => i),
  );
});

test('NDJSON tells only of durable points when storing fails', async (t) => {
  const edge = await EdgeFixture.start(t);
  const check = async (failure: Error): Promise<void> => {
    edge.engine.failure = failure;
    const reply = await edge.post('/api/v1/record', lines(100), NDJSON);
    assert.deepEqual([reply.status, reply.json.accepted, reply.json.lines_taken], [503, 0, 0]);
  };
  await check(new Error('no space left'));
  // The engine's own: it had no counts, and who sent a stream didn't know what to send again.
  await check(new MillraceError('MR_UNABLE_TO_STORE', 'the disk is full'));
});

test('NDJSON says what is stored of a stream that breaks in its encoding', async (t) => {
  const edge = await EdgeFixture.start(t);
  const check = async (body: Buffer): Promise<void> => {
    edge.engine.points.length = 0;
    const reply = await edge.post('/api/v1/record', body, { ...NDJSON, 'Content-Encoding': 'gzip' });
    assert.deepEqual([reply.status, reply.json.code], [400, 'MR_BAD_BODY']);
    assert.deepEqual(
      [reply.json.accepted, reply.json.lines_taken],
      [edge.engine.points.length, edge.engine.points.length],
    );
  };
  const whole = gzipSync(lines(100_000));
  await check(whole.subarray(0, whole.length - 20_000));
  assert.ok(edge.engine.points.length > 10_000);
  await check(Buffer.from('no gzip at all'));
});

test('NDJSON refuses a line without end, and encoded bytes that are none', async (t) => {
  const edge = await EdgeFixture.start(t);
  const long = await edge.post('/api/v1/record', `${line(1)}${' '.repeat(LINE_BYTES_MAX + 10)}`, NDJSON);
  assert.deepEqual([long.status, long.json.code], [400, 'MR_BAD_BODY']);
  assert.match(long.json.detail, /bytes a line/);
  const broken = await edge.post('/api/v1/record', 'not gzip', { ...NDJSON, 'Content-Encoding': 'gzip' });
  assert.deepEqual([broken.status, broken.json.code], [400, 'MR_BAD_BODY']);
  // The server and its connections are as well as before.
  assert.equal((await edge.post('/api/v1/record', lines(10), NDJSON)).json.accepted, 10);
});

test('NDJSON leaves the connection readable when it refuses an encoded stream halfway', async (t) => {
  const edge = await EdgeFixture.start(t);
  // Bytes that don't compress, so that the decoder falls behind and the socket is paused.
  const noise = Array.from({ length: 40_000 }, () => `{"name":"n","value":${Math.random()}}`).join('\n');
  const body = gzipSync(`not JSON\n${noise}`);
  const head = `POST /api/v1/record HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-ndjson\r\nContent-Encoding: gzip\r\nContent-Length: ${body.length}\r\n\r\n`;
  const socket = connect(edge.server.port, '127.0.0.1');
  let received = '';
  socket.on('data', (data) => {
    received += data.toString();
    if (/^HTTP\/1.1 400[\s\S]*\}$/.test(received)) socket.write('GET /health HTTP/1.1\r\nHost: x\r\n\r\n');
  });
  socket.write(head);
  socket.write(body);
  const deadline = performance.now() + 3000;
  while (!received.includes('"status":"ok"') && performance.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  socket.destroy();
  assert.match(received, /^HTTP\/1.1 400[\s\S]*HTTP\/1.1 200/);
});

test('NDJSON keeps the order when regions wait and batches settle inside commit', async () => {
  const engine = new FakeEngine();
  engine.settleAfterMs = -1;
  engine.busyCommits = 1;
  const answered = new Promise<string>((resolve) => {
    const exchange = {
      onAbort: () => undefined,
      fail: (error: Error) => resolve(error.message),
    };
    const edge = {
      ingest: engine,
      clock: fixedClock,
      limits: { pointsPerBatch: 3 },
      scanner: new RecordScanner(new SeriesCache(64)),
    };
    const source = { pause: () => undefined, resume: () => undefined, close: () => undefined };
    const call = {
      exchange: exchange as unknown as Exchange,
      edge: edge as unknown as Edge,
      form: RECORD_FORM,
      answer: (report: object) => resolve(JSON.stringify(report)),
    };
    const ingest = new NdjsonIngest(call, source);
    const bytes = Buffer.from(lines(40));
    // Three regions while the first batch is refused.
    for (let at = 0; at < bytes.length; at += 700) ingest.feed(bytes.subarray(at, at + 700));
    ingest.end();
  });
  assert.deepEqual(JSON.parse(await answered), { accepted: 40, rejected: 0, errors: [] });
  assert.deepEqual(
    engine.points.map(({ value }) => value),
    Array.from({ length: 40 }, (_, i) => i),
  );
});

test('NDJSON forgets a stream when its client goes away', async (t) => {
  const edge = await EdgeFixture.start(t);
  const gone = new AbortController();
  const body = new ReadableStream({ start: (controller) => controller.enqueue(Buffer.from(lines(10))) });
  const reply = edge.call('/api/v1/record', {
    method: 'POST',
    body,
    headers: NDJSON,
    duplex: 'half',
    signal: gone.signal,
  } as RequestInit);
  setTimeout(() => gone.abort(), 100);
  await assert.rejects(reply);
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.equal(edge.server.counters().inFlight, 0);
  assert.equal(edge.engine.points.length, 10);
});
