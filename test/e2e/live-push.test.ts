import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { decode, encode } from '@msgpack/msgpack';
import { WebSocket } from 'ws';
import { EngineProcess } from '../../bench/macro/engine-process.js';

interface Message {
  op?: string;
  id?: string | number;
  code?: string;
  host?: string;
  value?: number;
  missed?: number;
  closed?: boolean;
  data?: Record<string, number>[];
}

async function startEngine(t: TestContext): Promise<EngineProcess> {
  const engine = await EngineProcess.start();
  t.after(async () => {
    await engine.stop();
    engine.removeFolder();
  });
  return engine;
}

async function send(
  engine: EngineProcess,
  points: { name: string; value: number; host: string }[],
): Promise<void> {
  const data = points.map(({ name, value, host }) => ({ name, value, labels: { host } }));
  const response = await fetch(`${engine.url}/api/v1/record`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ data }),
  });
  assert.equal(response.status, 200);
}

/** A WebSocket with all that it was sent. */
class Client {
  readonly socket: WebSocket;
  readonly messages: Message[] = [];

  constructor(engine: EngineProcess, path: string) {
    this.socket = new WebSocket(engine.url.replace('http', 'ws') + path);
    this.socket.on('message', (bytes: Buffer, isBinary: boolean) => {
      this.messages.push((isBinary ? decode(bytes) : JSON.parse(bytes.toString())) as Message);
    });
  }

  opened(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.socket.once('open', () => resolve());
      this.socket.once('error', reject);
    });
  }

  say(message: object): void {
    this.socket.send(JSON.stringify(message));
  }

  /** Waits until a message is there that fits. */
  async until(fits: (message: Message) => boolean, what: string): Promise<Message> {
    for (let waited = 0; waited < 10_000; waited += 10) {
      const found = this.messages.find(fits);
      if (found !== undefined) return found;
      await sleep(10);
    }
    assert.fail(`no message ${what}; there are ${JSON.stringify(this.messages.slice(-5))}`);
  }
}

/** Waits until clients are told of points, which on a loaded machine may be a while after they have connected; forgets those points. */
async function began(engine: EngineProcess, clients: readonly Client[]): Promise<void> {
  let sent = 0;
  do {
    await send(engine, [{ name: 'm', value: -2 - sent++, host: 'a' }]);
    await sleep(50);
  } while (clients.some(({ messages }) => messages.length === 0));
  for (const client of clients) {
    await client.until(({ value }) => value === -1 - sent, 'of the last point before');
    client.messages.length = 0;
  }
}

test('WS /ws/metrics/{metric} tells each point of the series that match, once', async (t) => {
  const engine = await startEngine(t);
  await send(engine, [{ name: 'm', value: -1, host: 'a' }]);
  const client = new Client(engine, '/ws/metrics/m?host=a');
  await client.opened();
  await began(engine, [client]);
  for (let i = 0; i < 50; i++) {
    await send(engine, [
      { name: 'm', value: i, host: 'a' },
      { name: 'm', value: 1_000 + i, host: 'b' },
    ]);
  }
  await client.until(({ value }) => value === 49, 'of the last point');
  assert.deepEqual(
    client.messages.map(({ value }) => value),
    Array.from({ length: 50 }, (_, i) => i),
  );
  client.socket.close();
});

test('WS /ws/metrics/{metric} refuses bad requests with a problem document', async (t) => {
  const engine = await startEngine(t);
  const refused = async (path: string): Promise<{ status: number; body: { code: string; detail: string } }> =>
    new Promise((resolve, reject) => {
      const socket = new WebSocket(engine.url.replace('http', 'ws') + path);
      socket.on('error', () => {});
      socket.on('open', () => reject(new Error('it was upgraded')));
      socket.on('unexpected-response', (_request, response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => (text += chunk.toString()));
        response.on('end', () => resolve({ status: response.statusCode!, body: JSON.parse(text) }));
      });
    });
  const typo = await refused('/ws/metrics/m?hots=a');
  assert.equal(typo.status, 400);
  assert.match(typo.body.detail, /Did you mean host/);
  assert.equal((await refused('/ws/metrics/m?match={host=~"("}')).body.code, 'MR_BAD_PARAMETER');
  const plain = await fetch(`${engine.url}/ws/metrics/m`);
  assert.equal(plain.status, 426);
});

test('WS /ws/stream tells windows in JSON and MessagePack, and what is wrong with a command', async (t) => {
  const engine = await startEngine(t);
  const client = new Client(engine, '/ws/stream');
  await client.opened();
  client.say({
    op: 'subscribe',
    id: 'w',
    metric: 'm',
    window: '1s',
    stats: ['count', 'p99'],
    group_by: ['host'],
  });
  await client.until(({ op, id }) => op === 'subscribed' && id === 'w', 'that it is subscribed');
  client.socket.send(encode({ op: 'subscribe', id: 7, metric: 'm', window: '1s', stats: ['sum'] }));
  await client.until(({ op, id }) => op === 'subscribed' && id === 7, 'that it is subscribed');
  let sent = 0;
  for (let i = 0; i < 12; i++) {
    await send(engine, [
      { name: 'm', value: 2, host: 'a' },
      { name: 'm', value: 3, host: 'b' },
    ]);
    sent += 5;
    await sleep(100);
  }
  await sleep(1_500);
  const closed = client.messages.filter(
    ({ op, id, closed: isClosed }) => op === 'window' && id === 7 && isClosed,
  );
  assert.equal(
    closed.reduce((total, { data }) => total + data![0]!['sum']!, 0),
    sent,
    'closed windows hold all points',
  );
  assert.ok(client.messages.some(({ id, data }) => id === 'w' && data?.some((row) => row['p99'] === 3)));

  client.say({ op: 'subscribe', id: 'w', metric: 'm' });
  client.say({ op: 'subscribe', id: 'x', metric: 'm', window: '1s', stats: ['huh'] });
  client.say({ op: 'unsubscribe', id: 'nobody' });
  client.socket.send('{');
  const errors = (id: unknown) =>
    client.until((m) => m.op === 'error' && m.id === id, `of an error with id ${id}`);
  assert.equal((await errors('w')).code, 'MR_BAD_PARAMETER');
  assert.equal((await errors('x')).code, 'MR_BAD_BODY');
  assert.equal((await errors('nobody')).code, 'MR_BAD_PARAMETER');
  assert.equal((await errors(undefined)).code, 'MR_BAD_BODY');
  client.say({ op: 'unsubscribe', id: 'w' });
  await client.until(({ op }) => op === 'unsubscribed', 'that it is unsubscribed');
  client.socket.close();
});

test('GET /api/v1/stream tells the same as server-sent events, and ends when the engine stops', async (t) => {
  const engine = await startEngine(t);
  const response = await fetch(`${engine.url}/api/v1/stream?metric_name=m&window=1s&stats=count`);
  assert.equal(response.headers.get('content-type'), 'text/event-stream');
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  const ended = (async () => {
    for (let part = await reader.read(); !part.done; part = await reader.read()) text += part.value;
  })();
  await sleep(200);
  await send(engine, [{ name: 'm', value: 1, host: 'a' }]);
  for (let i = 0; i < 100 && !text.includes('"closed":true'); i++) await sleep(50);
  assert.match(
    text,
    /event: window\ndata: \{"metric_name":"m","window":"1s",.*"closed":true,"data":\[\{"count":1\}\]\}\n\n/,
  );
  const started = performance.now();
  await engine.stop();
  await ended;
  assert.match(text, /event: error\ndata: \{"code":"MR_STOPPING"/);
  assert.ok(performance.now() - started < 4_000, 'an open stream does not hold the stop up');
});

test('a reader that does not read is told later how much it missed, and everybody else goes on', async (t) => {
  const engine = await startEngine(t);
  const slow = new Client(engine, '/ws/metrics/m');
  const quick = new Client(engine, '/ws/metrics/m');
  await Promise.all([slow.opened(), quick.opened()]);
  await began(engine, [slow, quick]);
  slow.socket.pause();
  // More than the kernel keeps for a socket, at both ends: by then the slow one must have been passed over.
  const TOLD_BYTES = 16 * 1024 * 1024;
  const BATCH = 100;
  let quickBytes = 0;
  quick.socket.on('message', (bytes: Buffer) => {
    quickBytes += bytes.length;
  });
  let batches = 0;
  for (; quickBytes < TOLD_BYTES; batches++) {
    await send(
      engine,
      Array.from({ length: BATCH }, (_, j) => ({
        name: 'm',
        value: batches * BATCH + j,
        host: `${'h'.repeat(450)}${j}`,
      })),
    );
  }
  const total = (client: Client): number =>
    client.messages.reduce((sum, { missed }) => sum + 1 + (missed ?? 0), 0);
  const settled = async (client: Client): Promise<void> => {
    for (let i = 0; i < 200 && total(client) < batches * BATCH; i++) await sleep(50);
    assert.equal(total(client), batches * BATCH, 'told and missed are all');
  };
  await settled(quick);
  slow.socket.resume();
  await settled(slow);
  assert.ok(slow.messages.length < quick.messages.length, 'the quick one is told more');
  assert.ok(slow.messages.at(-1)!.value! >= (batches - 1) * BATCH, 'the last one is of the newest batch');
  for (const { socket } of [slow, quick]) socket.close();
});
