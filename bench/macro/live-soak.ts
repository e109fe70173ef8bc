import { setTimeout as sleep } from 'node:timers/promises';
import type { EngineProcess } from './engine-process.js';
import { churnRound } from './live-churn.js';
import { SteadyLoad } from './steady-load.js';
import { TSBS_FIELDS } from './tsbs.js';

export interface SoakReport {
  seconds: number;
  rounds: number;
  subscriptions: number;
  messages: number;
  /** After each quarter of the time: memory of the engine's own, and the heap of its socket thread, MB. */
  own_mb: number[];
  heap_mb: number[];
}

interface Memory {
  memory: { heap_used_bytes: number };
}

/** Looks at the heap, of which the least is what isn't garbage. */
const HEAP_LOOKS = 20;
const QUARTERS = 4;
const toMb = (bytes: number): number => Math.round(bytes / 1e5) / 10;

async function heapBytes(engine: EngineProcess): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < HEAP_LOOKS; i++) {
    const { memory } = await engine.json<Memory>('/api/v1/operator/stats');
    least = Math.min(least, memory.heap_used_bytes);
    await sleep(20);
  }
  return least;
}

/** Subscribes and unsubscribes thousands of times beside ingest at `rate` points a second; nothing of it may stay. */
export async function soak(engine: EngineProcess, seconds: number, rate: number): Promise<SoakReport> {
  const load = new SteadyLoad(engine.url.replace('http', 'ws'), rate);
  const metrics = TSBS_FIELDS.map((name) => `cpu_${name}`);
  const startedMs = performance.now();
  const passed = (): number => (performance.now() - startedMs) / 1_000;
  const total = { rounds: 0, subscriptions: 0, messages: 0 };
  const own: number[] = [];
  const heap: number[] = [];
  while (own.length < QUARTERS) {
    const { subscriptions, messages } = await churnRound(
      { engine, metrics, connections: 30, subscriptions: 20 },
      total.rounds++,
    );
    total.subscriptions += subscriptions;
    total.messages += messages;
    if (passed() < (seconds / QUARTERS) * (own.length + 1)) continue;
    own.push(toMb(engine.ownBytes()));
    heap.push(toMb(await heapBytes(engine)));
  }
  await load.close();
  return { seconds: Math.round(passed()), ...total, own_mb: own, heap_mb: heap };
}
