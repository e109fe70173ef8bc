import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { EngineProcess } from '../../bench/macro/engine-process.js';
import { churnRound } from '../../bench/macro/live-churn.js';
import { createProducer } from '../../src/client/node.js';

interface Stats {
  live: { looks: number };
  http: { in_flight: number };
  memory: { heap_used_bytes: number };
}

const METRICS = ['churn_a', 'churn_b', 'churn_c', 'churn_d'];
const SERIES = 50;
const CONNECTIONS = 12;
const SUBSCRIPTIONS = 20;
/** Rounds until caches and code are there; then parts of so many, of which each would leave as much as the others, if any did. */
const WARM_ROUNDS = 10;
const PARTS = 3;
const ROUNDS = 10;
/** Memory breathes by more, but not in each part; 1,600 subscriptions that stayed would be seen by the looks, too. */
const GROWTH_BYTES_MAX = 24 * 1024 * 1024;

test('thousands of subscriptions come and go beside ingest, and leave no feed, no listener and no memory', async (t) => {
  const engine = await EngineProcess.start();
  t.after(async () => {
    await engine.stop();
    engine.removeFolder();
  });
  const producer = createProducer({ url: `${engine.url.replace('http', 'ws')}/ws/ingest` });
  const refs = METRICS.flatMap((metric) =>
    Array.from({ length: SERIES }, (_, i) => producer.series(metric, { host: `h${i}` })),
  );
  const loader = setInterval(() => {
    for (const ref of refs) producer.add(ref, Math.random());
  }, 20);
  const options = { engine, metrics: METRICS, connections: CONNECTIONS, subscriptions: SUBSCRIPTIONS };
  let round = 0;
  let messages = 0;
  let subscriptions = 0;
  const rounds = async (count: number): Promise<void> => {
    for (let i = 0; i < count; i++) {
      const made = await churnRound(options, round++);
      messages += made.messages;
      subscriptions += made.subscriptions;
    }
  };
  await rounds(WARM_ROUNDS);
  const grown: number[] = [];
  for (let part = 0; part < PARTS; part++) {
    const before = engine.ownBytes();
    await rounds(ROUNDS);
    grown.push(engine.ownBytes() - before);
  }
  clearInterval(loader);
  await producer.close();
  assert.ok(subscriptions > 5_000 && messages > subscriptions, `${subscriptions}, ${messages}`);
  assert.ok(Math.min(...grown) < GROWTH_BYTES_MAX, `${grown} bytes more than before`);
  // A thread that has a feed looks many times a second, and says so every second; one that has lost its last still looks once.
  await sleep(500);
  const { live } = await engine.json<Stats>('/api/v1/operator/stats');
  await sleep(2_000);
  const later = await engine.json<Stats>('/api/v1/operator/stats');
  assert.equal(later.live.looks, live.looks, 'the thread rests');
  assert.equal(later.http.in_flight, 1, 'no response is open but this one');
});
