import { monitorEventLoopDelay } from 'node:perf_hooks';
import { RawReader, ReaderCounts } from './raw-reader.js';

/**
 * The process of live.ts in which the subscribers live, apart from the load and the probe, so that reading tens of thousands of messages a
 * second does not hold up the clock that measures.
 */

/** Different questions among the subscribers. */
const QUESTIONS = 100;
/** Of so many subscribers one is listened to: how long after a window's end its last word comes. */
const SAMPLED_OF = 50;
const WINDOW_MS = 1_000;
/** Connections that are made at a time. */
const OPENING = 32;

export interface ReadersReport {
  messages: number;
  missed: number;
  bytes: number;
  /** CPU seconds of this process so far. */
  cpuSeconds: number;
  /** The event loop's delay since the last report, p99, ms. */
  loopDelayMs: number;
  /** Of sampled closed windows since the last report: from the window's end to its last word, ms. */
  closedAfterMs: number[];
}

export type ReadersOrder = { op: 'open'; url: string; subscribers: number } | { op: 'report' };

const counts = new ReaderCounts();
const delay = monitorEventLoopDelay({ resolution: 5 });
delay.enable();
let closedAfterMs: number[] = [];

function onSampled(text: string): void {
  if (!text.includes('"closed":true')) return;
  const { timestamp } = JSON.parse(text) as { timestamp: string };
  closedAfterMs.push(Date.now() - Date.parse(timestamp) - WINDOW_MS);
}

async function open(url: string, id: number): Promise<void> {
  const reader = await RawReader.open(
    url,
    '/ws/stream',
    counts,
    id % SAMPLED_OF === 0 ? onSampled : undefined,
  );
  reader.say(
    JSON.stringify({
      op: 'subscribe',
      id,
      metric: 'cpu_usage_user',
      match: `{hostname="host_${id % QUESTIONS}"}`,
      window: '1s',
      stats: ['mean', 'p99'],
    }),
  );
}

async function openAll(url: string, subscribers: number): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < subscribers) await open(url, next++);
  };
  await Promise.all(Array.from({ length: OPENING }, lane));
}

function report(): ReadersReport {
  const { user, system } = process.cpuUsage();
  const made = {
    messages: counts.messages,
    missed: counts.missed,
    bytes: counts.bytes,
    cpuSeconds: (user + system) / 1e6,
    loopDelayMs: delay.percentile(99) / 1e6,
    closedAfterMs,
  };
  closedAfterMs = [];
  delay.reset();
  return made;
}

process.on('message', (order: ReadersOrder) => {
  if (order.op === 'report') process.send!(report());
  else void openAll(order.url, order.subscribers).then(() => process.send!('open'));
});
process.once('disconnect', () => process.exit());
