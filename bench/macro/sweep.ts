import { rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { createProducer } from '../../src/client/node.js';
import { CELLS_A_DAY, makeCellFolder } from './cell-folder.js';
import { EngineProcess } from './engine-process.js';
import { addSeries, LIVE_HOSTS, LiveLoad, refsOf } from './live-load.js';
import { machineLine } from './machine.js';
import { seededRandom, TSBS_FIELDS, TSBS_STEP_MS } from './tsbs.js';

/**
 * Retention sweeps of a tier of many cells, by the running engine's own job, beside a steady live load. Two sweeps over one folder: one by
 * age takes the older half, whole segments; then an engine with a rule for half of the metrics takes these out of
 * the segments of the younger half, which are written anew. `pages_reused` are those that points took behind a sweep
 * without the file growing.
 *
 *   node dist/bench/macro/sweep.js [--cells 100000000] [--hosts 100] [--rate 100000] [--seconds 5] [--smoke]
 */
const { values: flags } = parseArgs({
  options: {
    cells: { type: 'string', default: '100000000' },
    hosts: { type: 'string', default: '100' },
    rate: { type: 'string', default: '100000' },
    seconds: { type: 'string', default: '5' },
    smoke: { type: 'boolean', default: false },
  },
});

const SHORT_LIVED = 'debug';
const PREFIXES = ['kept', SHORT_LIVED];

const hosts = flags.smoke ? 5 : Number(flags.hosts);
const rate = flags.smoke ? 20_000 : Number(flags.rate);
const aloneMs = flags.smoke ? 300 : Number(flags.seconds) * 1_000;
/** Rounds of points that are written behind a sweep. */
const behindTicks = flags.smoke ? 20 : 1_000;
const seriesOfPrefix = hosts * TSBS_FIELDS.length;
const cellsOfAllADay = PREFIXES.length * seriesOfPrefix * CELLS_A_DAY;
/** Days of the older half. */
const halfDays = flags.smoke ? 3 : Math.max(2, Math.round(Number(flags.cells) / cellsOfAllADay / 2));

interface Stats {
  conservation: { difference: number };
  shards: {
    longest_cycle_ms: number;
    lmdb: { file_pages: number; used_pages: number };
  }[];
}

interface SweepResult {
  bytes: number;
  duration_ms: number;
  tiers: { tier: string; rows: number; segments: number }[];
}

/** Shards tell of their pages once a second, ms. */
const FIGURES_MS = 1_200;

const round = (value: number): number => Math.round(value * 10) / 10;

async function post<T>(engine: EngineProcess, path: string, body?: object): Promise<T> {
  const sent =
    body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  const response = await fetch(engine.url + path, { method: 'POST', ...sent });
  if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
  return (await response.json()) as T;
}

async function look(engine: EngineProcess) {
  await sleep(FIGURES_MS);
  const { shards, conservation } = await engine.json<Stats>('/api/v1/operator/stats');
  if (conservation.difference !== 0) throw new Error('points are lost or doubled');
  const sum = (pages: (shard: Stats['shards'][number]) => number): number =>
    shards.reduce((total, shard) => total + pages(shard), 0);
  return {
    longestCycleMs: Math.max(...shards.map((shard) => shard.longest_cycle_ms)),
    filePages: sum(({ lmdb }) => lmdb.file_pages),
    usedPages: sum(({ lmdb }) => lmdb.used_pages),
  };
}

/** Stores points that no code makes small, so that pages are needed. */
async function writeBehind(engine: EngineProcess): Promise<void> {
  const producer = createProducer({ url: `ws://127.0.0.1:${engine.port}/ws/ingest`, masking: 'zero' });
  addSeries(producer, 'behind', LIVE_HOSTS);
  const refs = refsOf(LIVE_HOSTS * TSBS_FIELDS.length);
  const random = seededRandom(1);
  const startMs = Date.now() - behindTicks * TSBS_STEP_MS;
  for (let tick = 0; tick < behindTicks; tick++) {
    const values = new Float64Array(refs.length).map(random);
    while (!producer.addColumns(refs, values, { baseMs: startMs + tick * TSBS_STEP_MS }))
      await producer.ready();
  }
  await producer.close();
  await post(engine, '/api/v1/rollups/trigger', { start: '1h' });
}

/** One sweep of the folder beside a live load. */
async function sweep(folder: string, what: string, wanted: number, flagsOfEngine: string[]): Promise<void> {
  const engine = await EngineProcess.start({ folder, flags: flagsOfEngine });
  try {
    const live = new LiveLoad(engine.port, rate);
    live.start();
    await sleep(aloneMs);
    const before = await look(engine);
    const alone = live.report();
    const { tiers, bytes, duration_ms } = await post<SweepResult>(engine, '/api/v1/retention/sweep');
    const during = live.report();
    const after = await look(engine);
    await live.stop();
    await writeBehind(engine);
    const written = await look(engine);
    const minutes = tiers.find(({ tier }) => tier === '1m')!;
    if (minutes.rows !== wanted) throw new Error(`${minutes.rows} cells went, not ${wanted}`);
    console.log(
      JSON.stringify({
        sweep: what,
        cells_swept: minutes.rows,
        segments: minutes.segments,
        bytes_swept: bytes,
        seconds: round(duration_ms / 1_000),
        cells_swept_per_s: Math.round((minutes.rows * 1_000) / duration_ms),
        longest_cycle_ms_before: round(before.longestCycleMs),
        longest_cycle_ms: round(after.longestCycleMs),
        live_points_per_s: rate,
        live_ack_p50_ms_alone: alone.p50,
        live_ack_p99_ms_alone: alone.p99,
        live_batches_during_sweep: during.batches,
        live_ack_p50_ms_during_sweep: during.p50,
        live_ack_p99_ms_during_sweep: during.p99,
        live_ack_max_ms_during_sweep: during.max,
        pages_freed: before.usedPages - after.usedPages,
        file_pages_grown: written.filePages - before.filePages,
        pages_reused: Math.max(
          0,
          written.usedPages - after.usedPages - (written.filePages - after.filePages),
        ),
      }),
    );
  } finally {
    await engine.stop();
  }
}

console.log(machineLine());
const started = performance.now();
const folder = await makeCellFolder({ prefixes: PREFIXES, hosts, days: 2 * halfDays });
const cells = 2 * halfDays * cellsOfAllADay;
const buildSeconds = round((performance.now() - started) / 1_000);
console.log(JSON.stringify({ cells, series: PREFIXES.length * seriesOfPrefix, build_s: buildSeconds }));
try {
  await sweep(folder, 'whole segments, by age', cells / 2, ['--retention-1m', `${halfDays}d`]);
  // The others are kept a day longer than there is, so that whatever the hour, nothing of theirs goes; the day before today did
  // not end a day ago.
  const rule = `[{"match": "${SHORT_LIVED}_*", "1m": "1d"}]`;
  const ofRule = (halfDays - 1) * seriesOfPrefix * CELLS_A_DAY;
  const byRule = ['--retention-1m', `${halfDays + 1}d`, '--retention-rules', rule];
  await sweep(folder, 'half of each segment, by a rule', ofRule, byRule);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
