import { parseArgs } from 'node:util';
import { createProducer } from '../../src/client/node.js';
import { EngineProcess } from './engine-process.js';
import { machineLine } from './machine.js';
import { TSBS_FIELDS, TSBS_STEP_MS, tsbsHosts, tsbsTicks } from './tsbs.js';

/**
 * TSBS cpu-only through the client against a running engine: points/s, points per CPU second of the engine's process,
 * ACK percentiles, memory and bytes a point.
 *
 *   node dist/bench/macro/ingest.js [--hosts 1000] [--ticks 1080] [--runs 3] [--workers N] [--rate POINTS_PER_S]
 *                                   [--warmup TICKS, not in the ACK percentiles] [--ack durable|memory] [--masking zero|random] [--smoke]
 */
const { values: flags } = parseArgs({
  options: {
    hosts: { type: 'string', default: '1000' },
    ticks: { type: 'string', default: '1080' },
    runs: { type: 'string', default: '3' },
    workers: { type: 'string' },
    rate: { type: 'string', default: '0' },
    ack: { type: 'string', default: 'durable' },
    masking: { type: 'string', default: 'zero' },
    warmup: { type: 'string', default: '0' },
    smoke: { type: 'boolean', default: false },
  },
});

interface Workload {
  hosts: number;
  refs: Uint32Array;
  ticks: Float64Array[];
  startMs: number;
}

interface OperatorStats {
  ingest: { ack_latency: Record<string, number> };
  conservation: { accepted: number; stored: number; difference: number };
  shards: { lmdb: { used_bytes: number }; fresh: { bytes_written: number } }[];
}

function prepare(hosts: number, ticks: number): Workload {
  const refs = Uint32Array.from({ length: hosts * TSBS_FIELDS.length }, (_, i) => i);
  // The last reading is an hour old: history, as a bulk load is, inside the raw retention.
  const startMs = Math.floor((Date.now() - 3_600_000 - ticks * TSBS_STEP_MS) / TSBS_STEP_MS) * TSBS_STEP_MS;
  return { hosts, refs, ticks: tsbsTicks(hosts, ticks), startMs };
}

const quantile = (sorted: readonly number[], q: number): number =>
  sorted[Math.floor((sorted.length - 1) * q)] ?? 0;

async function run(workload: Workload, rate: number): Promise<Record<string, unknown>> {
  const engine = await EngineProcess.start({
    rehearses: true,
    flags: flags.workers === undefined ? [] : ['--workers', flags.workers],
  });
  try {
    const residentBefore = engine.residentBytes();
    const sentMs: number[] = [];
    const ackMs: number[] = [];
    let settled = 0;
    const producer = createProducer({
      url: `${engine.url.replace('http', 'ws')}/ws/ingest`,
      producer: 'bench',
      ack: flags.ack === 'memory' ? 'memory' : 'durable',
      masking: flags.masking === 'random' ? 'random' : 'zero',
      maxBufferedBytes: 256 * 1024 * 1024,
      onAck: ({ batches }) => {
        const now = performance.now();
        for (let i = 0; i < batches; i++) {
          const latencyMs = now - sentMs[settled++]!;
          if (settled > Number(flags.warmup)) ackMs.push(latencyMs);
        }
      },
      onError: (error) => console.error(String(error)),
    });
    for (const [host, labels] of tsbsHosts(workload.hosts).entries()) {
      for (const [field, name] of TSBS_FIELDS.entries()) {
        const ref = producer.series(`cpu_${name}`, labels);
        if (ref !== host * TSBS_FIELDS.length + field) throw new Error('refs must count from 0');
      }
    }
    const points = workload.refs.length;
    const cpuBefore = engine.cpuSeconds();
    const clientBefore = process.cpuUsage();
    const started = performance.now();
    for (const [tick, values] of workload.ticks.entries()) {
      if (rate > 0) {
        const dueMs = started + (tick * points * 1_000) / rate;
        const waitMs = dueMs - performance.now();
        if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
      }
      const baseMs = workload.startMs + tick * TSBS_STEP_MS;
      while (!producer.addColumns(workload.refs, values, { baseMs })) await producer.ready();
      sentMs.push(performance.now());
    }
    await producer.flush();
    const seconds = (performance.now() - started) / 1_000;
    const cpuSeconds = engine.cpuSeconds() - cpuBefore;
    const client = process.cpuUsage(clientBefore);
    const residentBytes = engine.residentBytes();
    const { pointsAccepted: accepted, busy } = producer.stats();
    await producer.close();
    const total = points * workload.ticks.length;
    if (accepted !== total) throw new Error(`${accepted} of ${total} points were accepted`);
    const stats = await engine.json<OperatorStats>('/api/v1/operator/stats');
    if (stats.conservation.difference !== 0) throw new Error('points are lost or doubled');
    const freshBytes = stats.shards.reduce((sum, { fresh }) => sum + fresh.bytes_written, 0);
    ackMs.sort((a, b) => a - b);
    return {
      points: total,
      seconds: round(seconds, 3),
      points_per_s: Math.round(total / seconds),
      engine_cpu_s: round(cpuSeconds, 2),
      points_per_engine_cpu_s: Math.round(total / cpuSeconds),
      client_cpu_s: round((client.user + client.system) / 1e6, 2),
      ack_p50_ms: round(quantile(ackMs, 0.5), 1),
      ack_p99_ms: round(quantile(ackMs, 0.99), 1),
      ack_max_ms: round(quantile(ackMs, 1), 1),
      engine_ack_p50_ms: stats.ingest.ack_latency['p50_ms'],
      engine_ack_p99_ms: stats.ingest.ack_latency['p99_ms'],
      busy,
      rss_mib: Math.round(residentBytes / 2 ** 20),
      bytes_per_series: Math.round((residentBytes - residentBefore) / points),
      fresh_bytes_per_stored_point: round(freshBytes / stats.conservation.stored, 3),
    };
  } finally {
    await engine.stop();
    engine.removeFolder();
  }
}

const round = (value: number, digits: number): number => Math.round(value * 10 ** digits) / 10 ** digits;

console.log(machineLine());
const workload = prepare(flags.smoke ? 20 : Number(flags.hosts), flags.smoke ? 50 : Number(flags.ticks));
for (let i = 0; i < (flags.smoke ? 1 : Number(flags.runs)); i++) {
  console.log(JSON.stringify(await run(workload, Number(flags.rate))));
}
