import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { WebSocket } from 'ws';
import { createProducer } from '../../src/client/node.js';
import { EngineProcess } from './engine-process.js';
import type { ReadersOrder, ReadersReport } from './live-readers.js';
import { soak } from './live-soak.js';
import { machineLine } from './machine.js';
import { SteadyLoad } from './steady-load.js';

/**
 * Live push while TSBS comes in at a steady rate: many subscribers of windows, a window a second of one of a hundred
 * hosts each, in a process of their own, and a probe that measures from sending a point to being told of it over
 * WS /ws/metrics/{metric}. The event loops' delays of both processes are told, too: what they are late, the engine is not.
 *
 *   node dist/bench/macro/live.js [--rate 1000000] [--subscribers 5000] [--probes 300] [--smoke]
 *   node dist/bench/macro/live.js --soak 90   subscribes and unsubscribes for so many seconds, and tells what stays in memory
 */
const { values: flags } = parseArgs({
  options: {
    rate: { type: 'string', default: '1000000' },
    subscribers: { type: 'string', default: '5000' },
    probes: { type: 'string', default: '300' },
    smoke: { type: 'boolean', default: false },
    soak: { type: 'string' },
  },
});

const rate = flags.smoke ? 50_000 : Number(flags.rate);
const subscribers = flags.smoke ? 50 : Number(flags.subscribers);
const probes = flags.smoke ? 10 : Number(flags.probes);

interface Figures {
  live: { feeds: number; look_ms_mean: number; look_ms_max: number };
  conservation: { difference: number };
}

/** The subscribers' process. */
class Readers {
  readonly #child: ChildProcess = fork(fileURLToPath(new URL('./live-readers.js', import.meta.url)));

  async open(url: string): Promise<void> {
    await this.#ask({ op: 'open', url, subscribers });
  }

  async report(): Promise<ReadersReport> {
    return (await this.#ask({ op: 'report' })) as ReadersReport;
  }

  end(): void {
    this.#child.kill();
  }

  async #ask(order: ReadersOrder): Promise<unknown> {
    this.#child.send(order);
    const [answer] = (await once(this.#child, 'message')) as [unknown];
    return answer;
  }
}

/** How long each of some points took from being sent to being told, ms, ascending. */
async function probeTimes(url: string): Promise<number[]> {
  const probe = createProducer({ url: `${url}/ws/ingest`, producer: false, flushIntervalMs: 0 });
  const ref = probe.series('probe');
  const listener = new WebSocket(`${url}/ws/metrics/probe`);
  const told = new Map<number, () => void>();
  listener.on('message', (text: Buffer) =>
    told.get((JSON.parse(text.toString()) as { value: number }).value)?.(),
  );
  await once(listener, 'open');
  await sleep(500);
  const samples: number[] = [];
  for (let i = 0; i < probes; i++) {
    const sent = performance.now();
    const isTold = new Promise<void>((resolve) => told.set(i, resolve));
    probe.add(ref, i);
    void probe.flush();
    await isTold;
    samples.push(performance.now() - sent);
    told.delete(i);
    await sleep(20 + (i % 7));
  }
  await probe.close();
  listener.terminate();
  return samples.sort((a, b) => a - b);
}

const round = (value: number, digits = 1): number => Number(value.toFixed(digits));
const at = (sorted: readonly number[], q: number): number =>
  round(sorted[Math.floor((sorted.length - 1) * q)] ?? Number.NaN);
const ownCpuSeconds = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

async function measure(engine: EngineProcess): Promise<void> {
  const readers = new Readers();
  try {
    const url = engine.url.replace('http', 'ws');
    const load = new SteadyLoad(url, rate);
    await sleep(flags.smoke ? 300 : 2_000);
    const bytesBefore = engine.ownBytes();
    await readers.open(url);
    await sleep(flags.smoke ? 300 : 2_000);
    load.takeAckMs();
    const before = await readers.report();
    const delay = monitorEventLoopDelay({ resolution: 5 });
    delay.enable();
    const cpuBefore = { engine: engine.cpuSeconds(), own: ownCpuSeconds() };
    const measuredFrom = performance.now();
    const samples = await probeTimes(url);
    const seconds = (performance.now() - measuredFrom) / 1_000;
    const after = await readers.report();
    const cpu = {
      engine: (engine.cpuSeconds() - cpuBefore.engine) / seconds,
      load: (ownCpuSeconds() - cpuBefore.own) / seconds,
      readers: (after.cpuSeconds - before.cpuSeconds) / seconds,
    };
    const bytes = engine.ownBytes() - bytesBefore;
    const acks = load.takeAckMs();
    const { pointsPerSecond } = load;
    await load.close();
    const figures = await engine.json<Figures>('/api/v1/operator/stats');
    if (figures.conservation.difference !== 0) throw new Error('points are lost or doubled');
    const closed = after.closedAfterMs.sort((a, b) => a - b);
    console.log(
      JSON.stringify({
        subscribers,
        feeds: figures.live.feeds,
        load_points_per_s: Math.round(pointsPerSecond),
        messages_per_s: Math.round((after.messages - before.messages) / seconds),
        points_missed: after.missed,
        told_p50_ms: at(samples, 0.5),
        told_p90_ms: at(samples, 0.9),
        told_p99_ms: at(samples, 0.99),
        told_max_ms: at(samples, 1),
        window_closed_after_p50_ms: at(closed, 0.5),
        window_closed_after_p99_ms: at(closed, 0.99),
        ack_p50_ms: at(acks, 0.5),
        ack_p99_ms: at(acks, 0.99),
        look_ms_mean: round(figures.live.look_ms_mean, 2),
        look_ms_max: round(figures.live.look_ms_max),
        engine_cores: round(cpu.engine, 2),
        load_cores: round(cpu.load, 2),
        readers_cores: round(cpu.readers, 2),
        load_loop_delay_p99_ms: round(delay.percentile(99) / 1e6),
        readers_loop_delay_p99_ms: round(after.loopDelayMs),
        bytes_per_subscriber: Math.round(bytes / Math.max(1, subscribers)),
      }),
    );
  } finally {
    readers.end();
  }
}

console.log(machineLine());
const engine = await EngineProcess.start({ rehearses: true });
try {
  if (flags.soak === undefined) await measure(engine);
  else console.log(JSON.stringify(await soak(engine, Number(flags.soak), rate)));
} finally {
  await engine.stop();
  engine.removeFolder();
}
