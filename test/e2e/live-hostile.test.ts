import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { json } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { encode } from '@msgpack/msgpack';
import { type ClientOptions, WebSocket } from 'ws';
import { EngineProcess } from '../../bench/macro/engine-process.js';
import { ANSWER_BYTES_MAX, FEEDS_MAX, SUBSCRIPTIONS_MAX } from '../../src/live/limits.js';

interface Message {
  op: string;
  id?: unknown;
  code?: string;
  detail?: string;
}

interface Stats {
  live: { connections: number; feeds: number; listeners: number };
}

async function startEngine(t: TestContext): Promise<EngineProcess> {
  const engine = await EngineProcess.start();
  t.after(async () => {
    await engine.stop();
    engine.removeFolder();
  });
  return engine;
}

const mustLive = async (engine: EngineProcess): Promise<void> =>
  assert.equal((await fetch(`${engine.url}/health`)).status, 200);

async function open(engine: EngineProcess, path: string): Promise<WebSocket> {
  const socket = new WebSocket(engine.url.replace('http', 'ws') + path);
  await once(socket, 'open');
  return socket;
}

/** The status and the problem document that a request to upgrade is refused with. */
async function problemOf(
  engine: EngineProcess,
  path: string,
  options: ClientOptions = {},
): Promise<{ status: number; code: string; detail: string }> {
  const socket = new WebSocket(engine.url.replace('http', 'ws') + path, options);
  socket.on('error', () => {});
  const [, response] = (await once(socket, 'unexpected-response')) as [unknown, IncomingMessage];
  assert.equal(response.headers['content-type'], 'application/problem+json');
  return (await json(response)) as { status: number; code: string; detail: string };
}

const refusal = async (engine: EngineProcess, path: string): Promise<number> =>
  (await problemOf(engine, path)).status;

/** Waits until nobody listens and no connection is open. */
async function emptied(engine: EngineProcess): Promise<void> {
  let live: Stats['live'] | undefined;
  for (let i = 0; i < 200; i++) {
    ({ live } = await engine.json<Stats>('/api/v1/operator/stats'));
    if (live.connections === 0 && live.feeds === 0 && live.listeners === 0) return;
    await sleep(25);
  }
  assert.fail(`live push still has ${JSON.stringify(live)}`);
}

test('as many different subscriptions as there may be: the next is refused, and everything else goes on', async (t) => {
  const engine = await startEngine(t);
  const sockets: WebSocket[] = [];
  let answers = 0;
  for (let c = 0; c < FEEDS_MAX / SUBSCRIPTIONS_MAX; c++) {
    const socket = await open(engine, '/ws/stream');
    socket.on('message', () => answers++);
    for (let id = 0; id < SUBSCRIPTIONS_MAX; id++)
      socket.send(JSON.stringify({ op: 'subscribe', id, metric: `m${c}.${id}` }));
    sockets.push(socket);
  }
  while (answers < FEEDS_MAX) await sleep(10);
  assert.equal(await refusal(engine, '/ws/metrics/another'), 429);
  const events = await fetch(`${engine.url}/api/v1/stream?metric_name=another`);
  assert.equal(events.status, 429);
  assert.ok(Number(events.headers.get('retry-after')) >= 1);
  const late = await open(engine, '/ws/stream');
  late.send(JSON.stringify({ op: 'subscribe', id: 'x', metric: 'another' }));
  const [answer] = (await once(late, 'message')) as [Buffer];
  assert.equal((JSON.parse(answer.toString()) as Message).code, 'MR_BUSY');
  late.send(JSON.stringify({ op: 'subscribe', id: 'y', metric: 'm0.0' }));
  const [shared] = (await once(late, 'message')) as [Buffer];
  assert.equal((JSON.parse(shared.toString()) as Message).op, 'subscribed', 'what others ask is shared');
  await mustLive(engine);
  for (const socket of [...sockets, late]) socket.terminate();
  await emptied(engine);
});

test('MessagePack that says it is gigabytes is refused, on a socket and in a body', async (t) => {
  const engine = await startEngine(t);
  const bomb = Buffer.concat(Array.from({ length: 30 }, () => Buffer.from([0xdd, 0x01, 0xff, 0xff, 0xff])));
  const before = engine.residentBytes();
  const socket = await open(engine, '/ws/stream');
  socket.send(bomb);
  await once(socket, 'message');
  const response = await fetch(`${engine.url}/api/v1/record`, {
    method: 'POST',
    headers: { 'content-type': 'application/msgpack' },
    body: bomb,
  });
  assert.equal(response.status, 400);
  assert.ok(engine.residentBytes() - before < 128 * 1024 * 1024);
  socket.close();
});

test('every message that is no command is answered with what is wrong with it', async (t) => {
  const engine = await startEngine(t);
  const socket = await open(engine, '/ws/stream');
  const answers: string[] = [];
  socket.on('message', (bytes: Buffer) => answers.push(bytes.toString('latin1')));
  const deep = '['.repeat(30_000) + ']'.repeat(30_000);
  const messages = [
    deep,
    `{"op":"subscribe","id":1,"metric":${deep}}`,
    `{"op":"subscribe","id":1,"metric":"m","match":${deep}}`,
    `{"op":"subscribe","id":1,"metric":"m","stats":${deep}}`,
    `{"op":"subscribe","id":${deep},"metric":"m"}`,
    '{"op":"subscribe","id":1,"metric":"m","__proto__":{"a":1}}',
    `{"op":"subscribe","id":1,"metric":"${'m'.repeat(60_000)}"}`,
    `{"op":"subscribe","id":1,"metric":"m","match":"{host=~\\"${'(a+)+'.repeat(300)}\\"}"}`,
    `{"op":"subscribe","id":1,"metric":"m","group_by":${JSON.stringify(Array.from({ length: 500 }, (_, i) => `l${i}`))}}`,
    '{"op":"unsubscribe","id":1e999}',
    'null',
    '',
    Buffer.alloc(60_000, 0x91),
    Buffer.concat([Buffer.alloc(60_000, 0x91), Buffer.from([0])]),
    Buffer.from([0xc1]),
    Buffer.from([0xff, 0xfe]),
    Buffer.from(encode({ op: 'subscribe', id: new Date(), metric: 'm' })),
    Buffer.from(encode({ op: 'subscribe', id: new Uint8Array(100), metric: new Uint8Array(9) })),
  ];
  for (const message of messages) socket.send(message);
  while (answers.length < messages.length) await sleep(10);
  for (const [i, answer] of answers.entries())
    assert.match(answer, /error.*MR_BAD_(BODY|PARAMETER)/s, `message ${i}`);
  const closed = once(socket, 'close');
  socket.send('x'.repeat(200_000));
  await closed;
  await mustLive(engine);
  await emptied(engine);
});

test('a storm of subscribing and unsubscribing is answered command by command, and leaves nothing', async (t) => {
  const engine = await startEngine(t);
  const socket = await open(engine, '/ws/stream');
  const answers = new Map<string, number>();
  socket.on('message', (bytes: Buffer) => {
    const { op } = JSON.parse(bytes.toString()) as Message;
    answers.set(op, (answers.get(op) ?? 0) + 1);
  });
  const ROUNDS = 2_000;
  for (let i = 0; i < ROUNDS; i++) {
    const window = i % 2 === 0 ? { window: `${1 + (i % 50)}s` } : {};
    socket.send(JSON.stringify({ op: 'subscribe', id: i, metric: `m${i % 7}`, ...window }));
    socket.send(JSON.stringify({ op: 'unsubscribe', id: i }));
  }
  while ((answers.get('unsubscribed') ?? 0) < ROUNDS) await sleep(10);
  assert.equal(answers.get('subscribed'), ROUNDS);
  assert.equal(answers.get('error'), undefined);
  socket.close();
  await emptied(engine);
});

test('a client that commands on and never reads is closed before its answers fill memory', async (t) => {
  const engine = await startEngine(t);
  const { hostname, port } = new URL(engine.url);
  const socket = connect({ host: hostname, port: Number(port) });
  socket.on('error', () => {});
  const key = 'dGhlIHNhbXBsZSBub25jZQ==';
  socket.write(
    `GET /ws/stream HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\n\r\n`,
  );
  await once(socket, 'data');
  socket.pause();
  const before = engine.residentBytes();
  // A masked text frame of one byte, under a mask of zeros: a mistake, whose answer is a hundred times as long.
  const frame = Buffer.from([0x81, 0x81, 0, 0, 0, 0, 0x7b]);
  const frames = Buffer.concat(Array.from({ length: 10_000 }, () => frame));
  let isOpen = true;
  for (let i = 0; i < 100 && isOpen; i++) {
    if (!socket.write(frames)) await Promise.race([once(socket, 'drain'), sleep(200)]);
    const { live } = await engine.json<Stats>('/api/v1/operator/stats');
    isOpen = live.connections > 0;
  }
  assert.equal(isOpen, false, 'it was closed');
  assert.ok(engine.residentBytes() - before < 64 * ANSWER_BYTES_MAX);
  socket.destroy();
  await mustLive(engine);
});

test('GET /api/v1/stream: HEAD is answered and done, and what comes at once is told at once', async (t) => {
  const engine = await startEngine(t);
  const head = await fetch(`${engine.url}/api/v1/stream?metric_name=m`, { method: 'HEAD' });
  assert.equal(head.headers.get('content-type'), 'text/event-stream');
  await emptied(engine);
  const stop = new AbortController();
  const response = await fetch(`${engine.url}/api/v1/stream?metric_name=m`, { signal: stop.signal });
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  void (async () => {
    for (let part = await reader.read(); !part.done; part = await reader.read()) text += part.value;
  })().catch(() => {});
  const record = (values: number[]): Promise<Response> =>
    fetch(`${engine.url}/api/v1/record`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ data: values.map((value) => ({ name: 'm', value })) }),
    });
  for (let i = 0; !text.includes('"value":-1') && i < 100; i++) {
    await record([-1]);
    await sleep(50);
  }
  await record(Array.from({ length: 100 }, (_, i) => i));
  for (let i = 0; !text.includes('"value":99,') && i < 200; i++) await sleep(25);
  const values = [...text.matchAll(/"value":(\d+)/g)].map(([, value]) => Number(value));
  assert.deepEqual(
    values,
    Array.from({ length: 100 }, (_, i) => i),
    'a reader with room misses nothing',
  );
  assert.ok(!text.includes('missed'));
  stop.abort();
  await emptied(engine);
});

test('a page of another host may neither connect nor read; one that is allowed may do both', async (t) => {
  const allowed = 'https://app.example.com';
  const engine = await EngineProcess.start({ flags: ['--allowed-origins', allowed] });
  t.after(async () => {
    await engine.stop();
    engine.removeFolder();
  });
  const opens = async (path: string, options: ClientOptions): Promise<void> => {
    const socket = new WebSocket(engine.url.replace('http', 'ws') + path, options);
    await once(socket, 'open');
    socket.terminate();
  };
  for (const path of ['/ws/stream', '/ws/metrics/m']) {
    const refused = await problemOf(engine, path, { origin: 'https://evil.example' });
    assert.deepEqual([refused.status, refused.code], [403, 'MR_FORBIDDEN_ORIGIN']);
    assert.match(refused.detail, /https:\/\/evil\.example.*allowedOrigins/);
    for (const origin of [engine.url, allowed, 'http://localhost']) await opens(path, { origin });
    await opens(path, {});
    const headers = { 'X-Forwarded-Host': 'metrics.example.com, inner.example.com' };
    await opens(path, { origin: 'https://metrics.example.com', headers });
  }
  for (const path of ['/metrics/names', '/api/v1/stream?metric_name=m', '/nowhere']) {
    const shownTo = async (origin: string): Promise<string | null> => {
      const response = await fetch(engine.url + path, { headers: { origin } });
      await response.body?.cancel();
      return response.headers.get('access-control-allow-origin');
    };
    assert.equal(await shownTo(allowed), allowed);
    assert.equal(await shownTo('https://evil.example'), null);
  }
  const preflight = await fetch(`${engine.url}/api/v1/aggregate`, {
    method: 'OPTIONS',
    headers: { origin: allowed, 'access-control-request-method': 'POST' },
  });
  assert.equal(preflight.headers.get('access-control-allow-origin'), allowed);
  assert.equal(preflight.headers.get('access-control-allow-methods'), 'OPTIONS, POST');
  assert.match(preflight.headers.get('access-control-allow-headers') ?? '', /Authorization, .*Content-Type/);
  const noCall = await fetch(`${engine.url}/ws/stream`, { method: 'OPTIONS' });
  assert.equal(noCall.status, 426, await noCall.text());
  const asset = await fetch(engine.url);
  await asset.body?.cancel();
  assert.match(asset.headers.get('vary') ?? '', /Origin/, 'what is kept in a cache depends on who asks');
});

test('unknown parameters are refused before the upgrade, as those of HTTP calls are', async (t) => {
  const engine = await startEngine(t);
  const misspelt = await problemOf(engine, '/ws/metrics/m?hots=a');
  assert.deepEqual([misspelt.status, misspelt.code], [400, 'MR_BAD_PARAMETER']);
  assert.match(misspelt.detail, /no parameter "hots".*Did you mean host\?/);
  const useless = await problemOf(engine, '/ws/stream?metric=m');
  assert.deepEqual([useless.status, useless.code], [400, 'MR_BAD_PARAMETER']);
  assert.match(useless.detail, /no parameter "metric"; it has none/);
});
