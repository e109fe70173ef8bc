import { parseArgs } from 'node:util';
import { createProducer } from '../../src/client/node.js';
import { EngineProcess } from './engine-process.js';
import { addSeries, LiveLoad, refsOf } from './live-load.js';
import { machineLine } from './machine.js';
import { TSBS_FIELDS, TSBS_STEP_MS, tsbsTicks } from './tsbs.js';

/**
 * A history beside live traffic: how fast a history of TSBS cpu-only goes in by itself, and what the ACKs of a steady live load
 * take alone, and while a history comes in as fast as the engine takes it.
 *
 *   node dist/bench/macro/backfill.js [--points 10000000] [--rate 100000] [--hosts 1000] [--seconds 5] [--smoke]
 */
const { values: flags } = parseArgs({
  options: {
    points: { type: 'string', default: '10000000' },
    rate: { type: 'string', default: '100000' },
    hosts: { type: 'string', default: '1000' },
    seconds: { type: 'string', default: '5' },
    smoke: { type: 'boolean', default: false },
  },
});

const YEAR_MS = 365 * 86_400_000;

const hosts = flags.smoke ? 20 : Number(flags.hosts);
const points = flags.smoke ? 100_000 : Number(flags.points);
const rate = flags.smoke ? 20_000 : Number(flags.rate);
const aloneMs = flags.smoke ? 300 : Number(flags.seconds) * 1_000;

/** Sends a history in order of time, as fast as the engine takes it; answers points a second. */
async function backfill(url: string, prefix: string): Promise<number> {
  const producer = createProducer({ url, masking: 'zero', backfill: true });
  addSeries(producer, prefix, hosts);
  const refs = refsOf(hosts * TSBS_FIELDS.length);
  const ticks = tsbsTicks(hosts, 100);
  const tickCount = Math.ceil(points / refs.length);
  // Older than raw points are kept.
  const startMs = Math.floor((Date.now() - YEAR_MS) / TSBS_STEP_MS) * TSBS_STEP_MS;
  const started = performance.now();
  for (let tick = 0; tick < tickCount; tick++) {
    const times = { baseMs: startMs + tick * TSBS_STEP_MS };
    while (!producer.addColumns(refs, ticks[tick % ticks.length]!, times)) await producer.ready();
  }
  await producer.flush();
  const seconds = (performance.now() - started) / 1_000;
  const { pointsAccepted } = producer.stats();
  await producer.close();
  const sent = tickCount * refs.length;
  if (pointsAccepted !== sent) throw new Error(`${pointsAccepted} of ${sent} points were accepted`);
  return Math.round(sent / seconds);
}

console.log(machineLine());
const engine = await EngineProcess.start({ rehearses: true });
try {
  const url = `ws://127.0.0.1:${engine.port}/ws/ingest`;
  const alone = await backfill(url, 'alone');
  const live = new LiveLoad(engine.port, rate);
  live.start();
  await new Promise((resolve) => setTimeout(resolve, aloneMs));
  const before = live.report();
  const beside = await backfill(url, 'beside');
  const during = live.report();
  await live.stop();
  const stats = await engine.json<{ conservation: { difference: number } }>('/api/v1/operator/stats');
  if (stats.conservation.difference !== 0) throw new Error('points are lost or doubled');
  console.log(
    JSON.stringify({
      backfill_points_per_s: alone,
      backfill_points_per_s_beside_live: beside,
      live_points_per_s: rate,
      live_batches: before.batches + during.batches,
      live_ack_p50_ms_alone: before.p50,
      live_ack_p99_ms_alone: before.p99,
      live_ack_p50_ms_beside_backfill: during.p50,
      live_ack_p99_ms_beside_backfill: during.p99,
      live_ack_max_ms_beside_backfill: during.max,
    }),
  );
} finally {
  await engine.stop();
  engine.removeFolder();
}
