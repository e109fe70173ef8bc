import { parseArgs } from 'node:util';
import { WebSocket } from 'ws';
import { createProducer } from '../../src/client/node.js';
import { EngineProcess } from './engine-process.js';
import { machineLine } from './machine.js';
import { TSBS_FIELDS, tsbsHosts, tsbsTicks } from './tsbs.js';

/**
 * Live push while TSBS comes in at a steady rate: many subscribers of windows, a window a second of one of a hundred
 * hosts each, and a probe that measures from sending a point to being told of it over WS /ws/metrics/{metric}.
 *
 *   node dist/bench/macro/live.js [--rate 1000000] [--subscribers 5000] [--probes 300] [--smoke]
 */
const { values: flags } = parseArgs({
  options: {
    rate: { type: 'string', default: '1000000' },
    subscribers: { type: 'string', default: '5000' },
    probes: { type: 'string', default: '300' },
    smoke: { type: 'boolean', default: false },
  },
});

const HOSTS = 1_000;
/** Different questions among the subscribers. */
const QUESTIONS = 100;
const rate = flags.smoke ? 50_000 : Number(flags.rate);
const subscribers = flags.smoke ? 50 : Number(flags.subscribers);
const probes = flags.smoke ? 10 : Number(flags.probes);

interface Figures {
  live: { feeds: number; look_ms_mean: number; look_ms_max: number };
  conservation: { difference: number };
}

const opened = (socket: WebSocket): Promise<void> =>
  new Promise((resolve, reject) => {
    socket.once('open', () => resolve());
    socket.once('error', reject);
  });

console.log(machineLine());
const engine = await EngineProcess.start();
try {
  const base = `ws://127.0.0.1:${engine.port}`;
  const load = createProducer({ url: `${base}/ws/ingest`, producer: 'load', masking: 'zero' });
  const hosts = tsbsHosts(HOSTS);
  for (const labels of hosts) for (const name of TSBS_FIELDS) load.series(`cpu_${name}`, labels);
  const refs = Uint32Array.from({ length: HOSTS * TSBS_FIELDS.length }, (_, i) => i);
  const ticks = tsbsTicks(HOSTS, 50);
  let tick = 0;
  const started = performance.now();
  const loader = setInterval(() => {
    const due = ((performance.now() - started) / 1_000) * (rate / refs.length);
    while (tick < due && load.addColumns(refs, ticks[tick % ticks.length]!, { baseMs: Date.now() })) tick++;
  }, 2);
  await new Promise((resolve) => setTimeout(resolve, flags.smoke ? 300 : 2_000));
  const bytesBefore = engine.ownBytes();
  const sockets: WebSocket[] = [];
  let messages = 0;
  let missed = 0;
  for (let i = 0; i < subscribers; i++) {
    const socket = new WebSocket(`${base}/ws/stream`, { perMessageDeflate: false });
    socket.on('message', (text: Buffer) => {
      messages++;
      const at = text.lastIndexOf('"missed":');
      if (at > 0) missed += Number.parseInt(text.toString('latin1', at + 9), 10);
    });
    await opened(socket);
    const match = `{hostname="host_${i % QUESTIONS}"}`;
    socket.send(
      JSON.stringify({
        op: 'subscribe',
        id: i,
        metric: 'cpu_usage_user',
        match,
        window: '1s',
        stats: ['mean', 'p99'],
      }),
    );
    sockets.push(socket);
  }
  const probe = createProducer({ url: `${base}/ws/ingest`, producer: false, flushIntervalMs: 0 });
  const ref = probe.series('probe');
  const listener = new WebSocket(`${base}/ws/metrics/probe`);
  const told = new Map<number, () => void>();
  listener.on('message', (text: Buffer) =>
    told.get((JSON.parse(text.toString()) as { value: number }).value)?.(),
  );
  await opened(listener);
  await new Promise((resolve) => setTimeout(resolve, 500));
  const messagesBefore = messages;
  const measuredFrom = performance.now();
  const samples: number[] = [];
  for (let i = 0; i < probes; i++) {
    const sent = performance.now();
    const isTold = new Promise<void>((resolve) => told.set(i, resolve));
    probe.add(ref, i);
    void probe.flush();
    await isTold;
    samples.push(performance.now() - sent);
    told.delete(i);
    await new Promise((resolve) => setTimeout(resolve, 20 + (i % 7)));
  }
  const seconds = (performance.now() - measuredFrom) / 1_000;
  const bytes = engine.ownBytes() - bytesBefore;
  clearInterval(loader);
  const loadSeconds = (performance.now() - started) / 1_000;
  await load.close();
  await probe.close();
  const figures = await engine.json<Figures>('/api/v1/operator/stats');
  for (const socket of [...sockets, listener]) socket.terminate();
  if (figures.conservation.difference !== 0) throw new Error('points are lost or doubled');
  samples.sort((a, b) => a - b);
  const at = (q: number): number => Math.round(samples[Math.floor((samples.length - 1) * q)]! * 10) / 10;
  console.log(
    JSON.stringify({
      subscribers,
      feeds: figures.live.feeds,
      load_points_per_s: Math.round((tick * refs.length) / loadSeconds),
      messages_per_s: Math.round((messages - messagesBefore) / seconds),
      points_missed: missed,
      told_p50_ms: at(0.5),
      told_p90_ms: at(0.9),
      told_p99_ms: at(0.99),
      told_max_ms: at(1),
      look_ms_mean: Math.round(figures.live.look_ms_mean * 100) / 100,
      look_ms_max: Math.round(figures.live.look_ms_max * 10) / 10,
      bytes_per_subscriber: Math.round(bytes / Math.max(1, subscribers)),
    }),
  );
} finally {
  await engine.stop();
  engine.removeFolder();
}
