import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import type { EngineProcess } from '../../bench/macro/engine-process.js';
import { createProducer } from '../../src/client/node.js';
import { freePort } from './free-port.js';
import { Inspector, startInspected } from './inspector.js';

interface Message {
  op: string;
  id: number;
  code?: string;
  timestamp: string;
  closed: boolean;
  data: { count: number; sum: number }[];
}

interface Stats {
  live: { looks: number };
  shards: { restarts: number }[];
}

interface Rollup {
  data: { timestamp: string; count: number; sum: number }[];
}

const SERIES = 40;
/** Three windows are remembered: far longer than a shard is away, on a loaded machine too. */
const WINDOW_MS = 5_000;
/** The live thread, counted from the newest: the two shards' come after it. */
const LIVE_THREAD = 2;

const stats = (engine: EngineProcess): Promise<Stats> => engine.json<Stats>('/api/v1/operator/stats');

async function until(what: string, isSo: () => Promise<boolean> | boolean): Promise<void> {
  for (let i = 0; i < 400; i++) {
    if (await isSo()) return;
    await sleep(25);
  }
  assert.fail(`within 10 s not: ${what}`);
}

test('windows stay whole when the live thread dies, and when a shard does; who is told points learns that some may be missed', async (t) => {
  const inspectorPort = await freePort();
  const engine = await startInspected(inspectorPort);
  t.after(async () => {
    await engine.stop('SIGKILL');
    engine.removeFolder();
  });
  const url = engine.url.replace('http', 'ws');
  const producer = createProducer({ url: `${url}/ws/ingest`, producer: 'live.crash', flushIntervalMs: 5 });
  const refs = Array.from({ length: SERIES }, (_, i) => producer.series('m', { host: `h${i}` }));
  let value = 0;
  const loader = setInterval(() => {
    for (const ref of refs) producer.add(ref, value++ % 1_000);
  }, 10);

  const socket = new WebSocket(`${url}/ws/stream`);
  const messages: Message[] = [];
  socket.on('message', (bytes: Buffer) => messages.push(JSON.parse(bytes.toString()) as Message));
  await once(socket, 'open');
  socket.send(JSON.stringify({ op: 'subscribe', id: 1, metric: 'm', window: '5s', stats: ['count', 'sum'] }));
  socket.send(JSON.stringify({ op: 'subscribe', id: 2, metric: 'm' }));
  await until('points and windows are told', () =>
    [1, 2].every((id) => messages.some((m) => m.op !== 'subscribed' && m.id === id)),
  );

  const inspector = await Inspector.attach(inspectorPort);
  const { looks } = (await stats(engine)).live;
  assert.ok(looks > 0);
  await inspector.endThread(LIVE_THREAD);
  await until('the subscription of points ends', () =>
    messages.some(({ op, id, code }) => op === 'error' && id === 2 && code === 'MR_INTERNAL'),
  );
  const seen = messages.length;
  await until('windows go on', () => messages.length > seen + 3);
  await sleep(1_200);
  // The newest thread is the live one now, so this is a shard's.
  await inspector.endThread(1);
  await until('the shard starts again', async () =>
    (await stats(engine)).shards.some(({ restarts }) => restarts > 0),
  );
  inspector.close();
  await sleep(1_200);
  clearInterval(loader);
  await producer.close();
  // The last window's end and its last word.
  await sleep(WINDOW_MS + 1_000);

  const last = new Map<string, { count: number; sum: number }>();
  for (const { op, id, timestamp, closed, data } of messages)
    if (op === 'window' && id === 1 && closed) last.set(timestamp, data[0]!);
  const times = [...last.keys()].sort();
  const end = new Date(Date.parse(times.at(-1)!) + WINDOW_MS).toISOString();
  const { data } = await engine.json<Rollup>(
    `/query/rollup?metric_name=m&window=5s&start=${times[0]}&end=${end}`,
  );
  assert.ok(data.length >= 1);
  assert.deepEqual(
    times.map((timestamp) => ({ timestamp, ...last.get(timestamp)! })),
    data.map(({ timestamp, count, sum }) => ({ timestamp, count, sum })),
  );
  socket.close();
});
