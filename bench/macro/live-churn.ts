import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import type { EngineProcess } from './engine-process.js';

/** What an operator sees of live push, as far as churn looks at it. */
interface LiveStats {
  live: { connections: number; feeds: number; listeners: number };
}

export interface ChurnOptions {
  engine: EngineProcess;
  /** Metrics that points come in of; each subscription takes one in turn. */
  metrics: readonly string[];
  /** Connections in one round: two of three WebSockets of /ws/stream, the others metrics' own or event streams. */
  connections: number;
  /** Subscriptions of each connection of /ws/stream. */
  subscriptions: number;
}

/** What one round made the engine do. */
export interface ChurnRound {
  subscriptions: number;
  messages: number;
}

/** How long the engine may take to let go of what nobody listens to, ms. */
const EMPTIED_MS_MAX = 20_000;

/**
 * One round of a soak: opens connections of every kind, subscribes to windows and points by questions that are mostly different, listens for
 * a moment, unsubscribes half of them by command, and leaves the others by closing, cleanly or not. Resolves when the engine has let go of all.
 */
export async function churnRound(options: ChurnOptions, round: number): Promise<ChurnRound> {
  const counts: ChurnRound = { subscriptions: 0, messages: 0 };
  const open = Array.from({ length: options.connections }, (_, i) => {
    if (i % 3 === 2 && i % 2 === 0) return eventStream(options, round + i, counts);
    if (i % 3 === 2) return metricSocket(options, round + i, counts);
    return streamSocket(options, round * options.connections + i, counts);
  });
  const leave = await Promise.all(open);
  await sleep(150);
  for (const each of leave) each();
  await emptied(options.engine);
  return counts;
}

const pick = (metrics: readonly string[], i: number): string => metrics[i % metrics.length]!;
const socketUrl = (engine: EngineProcess): string => engine.url.replace('http', 'ws');

async function streamSocket(
  { engine, metrics, subscriptions }: ChurnOptions,
  seed: number,
  counts: ChurnRound,
): Promise<() => void> {
  const socket = new WebSocket(`${socketUrl(engine)}/ws/stream`, { perMessageDeflate: false });
  let answers = 0;
  socket.on('message', (text: Buffer) => {
    counts.messages++;
    if (text.includes('scribed"')) answers++;
  });
  await once(socket, 'open');
  for (let id = 0; id < subscriptions; id++) {
    const metric = pick(metrics, seed + id);
    const window = `${1 + ((seed + id) % 300)}s`;
    const question =
      id % 3 === 0 ? { metric } : { metric, window, group_by: ['host'], stats: ['mean', 'p99'] };
    socket.send(JSON.stringify({ op: 'subscribe', id, ...question }));
  }
  while (answers < subscriptions) await sleep(5);
  counts.subscriptions += subscriptions;
  return () => {
    for (let id = 0; id < subscriptions; id += 2) socket.send(JSON.stringify({ op: 'unsubscribe', id }));
    if (seed % 2 === 0) socket.close();
    else socket.terminate();
  };
}

async function metricSocket(
  { engine, metrics }: ChurnOptions,
  seed: number,
  counts: ChurnRound,
): Promise<() => void> {
  const socket = new WebSocket(`${socketUrl(engine)}/ws/metrics/${pick(metrics, seed)}`);
  socket.on('message', () => counts.messages++);
  await once(socket, 'open');
  counts.subscriptions++;
  return () => socket.terminate();
}

async function eventStream(
  { engine, metrics }: ChurnOptions,
  seed: number,
  counts: ChurnRound,
): Promise<() => void> {
  const stop = new AbortController();
  const response = await fetch(`${engine.url}/api/v1/stream?metric_name=${pick(metrics, seed)}&window=5s`, {
    signal: stop.signal,
  });
  if (response.status !== 200) throw new Error(`an event stream was answered with ${response.status}`);
  counts.subscriptions++;
  const reader = response.body!.getReader();
  const read = async (): Promise<void> => {
    while (!(await reader.read()).done) counts.messages++;
  };
  // It ends by being aborted.
  read().catch(() => {});
  return () => stop.abort();
}

async function emptied(engine: EngineProcess): Promise<void> {
  let live: LiveStats['live'] | undefined;
  for (let waited = 0; waited < EMPTIED_MS_MAX; waited += 20) {
    ({ live } = await engine.json<LiveStats>('/api/v1/operator/stats'));
    if (live.connections === 0 && live.feeds === 0 && live.listeners === 0) return;
    await sleep(20);
  }
  throw new Error(`live push still has ${JSON.stringify(live)}`);
}
