import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { test } from 'node:test';
import WebSocket from 'ws';
import { MillraceError } from '../../../src/errors.js';
import { createLogger } from '../../../src/log.js';
import { until } from '../cli/cli-fixture.js';
import { EdgeFixture } from './edge-fixture.js';

test('startHttpServer() answers health when the engine is well, and 503 when it is not', async (t) => {
  const edge = await EdgeFixture.start(t);
  const well = await edge.call('/health');
  assert.equal(well.status, 200);
  assert.deepEqual(well.json, { status: 'ok', uptime_seconds: 1.5, version: '0.1.0' });
  for (const [state, code] of [
    ['starting', 'MR_STARTING'],
    ['stopping', 'MR_STOPPING'],
    ['unable_to_store', 'MR_UNABLE_TO_STORE'],
  ] as const) {
    edge.engine.state = state;
    const ill = await edge.call('/health');
    assert.equal(ill.status, 503);
    assert.equal(ill.json.code, code);
    assert.equal(ill.json.detail, `The fake is ${state}.`);
    assert.equal(ill.headers['retry-after'], '1');
  }
});

test('startHttpServer() answers with problem documents when path or method are wrong', async (t) => {
  const edge = await EdgeFixture.start(t);
  const lost = await edge.call('/nowhere');
  assert.equal(lost.status, 404);
  assert.equal(lost.headers['content-type'], 'application/problem+json');
  assert.deepEqual(Object.keys(lost.json).sort(), ['code', 'detail', 'status', 'title', 'type']);
  assert.equal(lost.json.type, 'urn:millrace:problem:unknown-path');
  const wrong = await edge.call('/api/v1/record');
  assert.equal(wrong.status, 405);
  assert.equal(wrong.headers['allow'], 'OPTIONS, POST');
  assert.match(wrong.json.detail, /takes OPTIONS, POST, not GET/);
});

test('startHttpServer() answers HEAD like GET without the body when the connection is used again', async (t) => {
  const edge = await EdgeFixture.start(t);
  const text = await exchangeText(
    edge.server.port,
    'HEAD /health HTTP/1.1\r\nHost: x\r\n\r\nGET /health HTTP/1.1\r\nHost: x\r\n\r\n',
  );
  const [head, get] = text.split(/(?=HTTP\/1\.1)/);
  assert.match(head!, /^HTTP\/1.1 200 OK/);
  const length = (text: string): string | undefined => /Content-Length: (\d+)\r\n/.exec(text)?.[1];
  assert.equal(length(head!), length(get!));
  assert.ok(head!.endsWith('\r\n\r\n'));
  assert.match(get!, /\{"status":"ok"/);
});

test('startHttpServer() answers OPTIONS with the methods of a path', async (t) => {
  const edge = await EdgeFixture.start(t);
  const reply = await edge.call('/api/metrics', { method: 'OPTIONS' });
  assert.equal(reply.status, 204);
  assert.equal(reply.headers['allow'], 'GET, HEAD, OPTIONS');
  assert.equal((await edge.call('/nowhere', { method: 'OPTIONS' })).status, 404);
});

test('startHttpServer() refuses bad percent-encoding when it stands in a path or a query', async (t) => {
  const edge = await EdgeFixture.start(t);
  assert.equal(await edge.rawPath('/api/metrics/%ZZ/latest'), 400);
  assert.equal(await edge.rawPath('/query/raw?metric_name=%C3%28'), 400);
});

test('startHttpServer() takes headers as long as a proxy may make them, and 431 behind that', async (t) => {
  const edge = await EdgeFixture.start(t);
  const check = async (bytes: number, status: number): Promise<void> => {
    const headers = { cookie: 'x'.repeat(bytes) };
    assert.equal((await edge.call('/health', { headers })).status, status, `${bytes} bytes`);
  };
  await check(15_000, 200);
  await check(17_000, 431);
});

test('the calls of snapshots take, list and remove them; a name may come in the body', async (t) => {
  const edge = await EdgeFixture.start(t);
  const path = '/api/v1/snapshot';
  const named = async (query: string, body: unknown): Promise<[number, unknown]> => {
    const { status, json } = await edge.post(path + query, body);
    return [status, json.name ?? json.code];
  };
  assert.deepEqual(await named('', ''), [200, 'now']);
  assert.deepEqual(await named('?name=a', ''), [200, 'a']);
  assert.deepEqual(await named('', { name: 'b' }), [200, 'b']);
  assert.deepEqual(await named('', { name: '../b' }), [400, 'MR_BAD_BODY']);
  assert.deepEqual(await named('', { nome: 'b' }), [400, 'MR_BAD_BODY']);
  const kept = {
    name: 'kept',
    path: '/snapshots/kept',
    bytes: 4_096,
    whole: true,
    taken: '2024-01-01T00:00:00.25Z',
  };
  assert.deepEqual((await edge.call(path)).json, { snapshots: [kept] });
  assert.deepEqual((await edge.call(`${path}?name=kept`, { method: 'DELETE' })).json, { removed: kept });
  assert.equal((await edge.call(path, { method: 'DELETE' })).status, 400);
});

test('startHttpServer() attaches WebSocket behaviours, and says 426 to plain HTTP', async (t) => {
  const behavior = {
    message: (
      ws: { send(text: ArrayBuffer, isBinary: boolean): number },
      message: ArrayBuffer,
      isBinary: boolean,
    ) => {
      ws.send(message, isBinary);
    },
  };
  const edge = await EdgeFixture.start(t, { webSockets: [{ pattern: '/ws/ingest', behavior }] });
  const plain = await edge.call('/ws/ingest');
  assert.equal(plain.status, 426);
  assert.equal(plain.json.code, 'MR_UPGRADE_REQUIRED');
  const socket = new WebSocket(`ws://127.0.0.1:${edge.server.port}/ws/ingest`);
  const echo = await new Promise<Buffer>((resolve, reject) => {
    socket.on('error', reject);
    socket.on('open', () => socket.send(Buffer.from([1, 2, 3])));
    socket.on('message', (data) => resolve(data as Buffer));
  });
  socket.terminate();
  assert.deepEqual([...echo], [1, 2, 3]);
});

test('startHttpServer() rejects with MR_LISTEN when the port is taken', async (t) => {
  const edge = await EdgeFixture.start(t);
  await assert.rejects(
    EdgeFixture.start(t, { port: edge.server.port }),
    (error) => error instanceof MillraceError && error.code === 'MR_LISTEN' && /--port/.test(error.message),
  );
});

test('close() answers what is under way and takes no new connections', async (t) => {
  const edge = await EdgeFixture.start(t);
  edge.engine.settleAfterMs = 300;
  const slow = edge.post('/api/v1/record', { data: [{ name: 'm', value: 1 }] });
  // However long it takes to come on a busy machine; a test that waits for ever is stopped.
  while (edge.server.counters().inFlight === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  await edge.server.close(2000);
  assert.equal((await slow).status, 200);
  await assert.rejects(edge.call('/health'));
});

test('close() cuts connections off when they outlast its time', async (t) => {
  const edge = await EdgeFixture.start(t);
  edge.engine.isQueryStuck = true;
  const stuck = edge.call('/metrics/names');
  stuck.catch(() => undefined);
  await new Promise((resolve) => setTimeout(resolve, 50));
  await edge.server.close(30);
  await assert.rejects(stuck);
  assert.equal(edge.server.counters().inFlight, 0);
});

test('startHttpServer() aborts the query when its client goes away, and logs no fault', async (t) => {
  const logged: string[] = [];
  const log = createLogger('error', { write: (line) => void logged.push(line) });
  const edge = await EdgeFixture.start(t, { log });
  edge.engine.isQueryStuck = true;
  const check = async (path: string, aborted: number): Promise<void> => {
    const client = new AbortController();
    const call = edge.call(path, { signal: client.signal });
    call.catch(() => undefined);
    await until(() => edge.server.counters().inFlight === 1);
    client.abort();
    await assert.rejects(call);
    await until(() => edge.server.counters().inFlight === 0);
    assert.equal(edge.server.counters().aborted, aborted);
  };
  await check('/metrics/names', 1);
  await check('/query/raw?metric_name=cpu&format=ndjson', 2);
  assert.deepEqual(logged, []);
});

test('startHttpServer() says nothing about the inside when a port throws something uncoded', async (t) => {
  const edge = await EdgeFixture.start(t);
  edge.engine.queryError = new Error('secret at line 7');
  const reply = await edge.call('/metrics/names');
  assert.equal(reply.status, 500);
  assert.equal(reply.json.code, 'MR_INTERNAL');
  assert.doesNotMatch(reply.text, /secret/);
});

/** Sends text over a bare connection and answers what came within a moment. */
function exchangeText(port: number, text: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    let received = '';
    socket.on('data', (data) => {
      received += data.toString();
    });
    socket.on('close', () => resolve(received));
    socket.write(text);
    setTimeout(() => socket.destroy(), 300);
  });
}
