import { parseArgs } from 'node:util';
import { createProducer } from '../../src/client/node.js';
import { EngineProcess } from './engine-process.js';
import { machineLine } from './machine.js';
import { measureUpkeep } from './series-upkeep.js';
import { TSBS_FIELDS, TSBS_STEP_MS, tsbsHosts } from './tsbs.js';

/**
 * Many active series: memory a series, cost a point, and the restart after kill -9 to the first answer; then how the cost of a point
 * grows from the fewest series to the most.
 *
 * `--ticks` is the least: of few series come more, so that each size has points enough. 24 are three fillings of the open memory of a
 * million series, so that all of what is taken is also flushed.
 *
 * With `--upkeep` also what is done to the folder as a whole: a snapshot, a check, four workers instead of one and back.
 *
 *   node dist/bench/macro/series.js [--series 10000,100000,1000000] [--ticks 24] [--upkeep] [--smoke]
 */
const { values: flags } = parseArgs({
  options: {
    series: { type: 'string', default: '10000,100000,1000000' },
    ticks: { type: 'string', default: '24' },
    upkeep: { type: 'boolean', default: false },
    smoke: { type: 'boolean', default: false },
  },
});

/** Points of one batch. */
const BATCH = 10_000;

/** Fewer points than these are mostly the start of a process, and say nothing of the cost of one. */
const POINTS_MIN = 5_000_000;

const round = (value: number, digits: number): number => Math.round(value * 10 ** digits) / 10 ** digits;

/** The newest value of one series is that of the last round. */
async function askLatest(engine: EngineProcess, ticks: number): Promise<void> {
  const path = `/api/metrics/cpu_${TSBS_FIELDS[0]}/latest?label.hostname=host_0`;
  const { value } = await engine.json<{ value: number }>(path);
  if (value !== (ticks * 7) % 101) throw new Error(`latest is ${value} after the start`);
}

async function run(series: number, ticks: number) {
  let engine = await EngineProcess.start({ flags: ['--limits-series-per-metric', '1000000'] });
  try {
    const ownBefore = engine.ownBytes();
    const producer = createProducer({
      url: `ws://127.0.0.1:${engine.port}/ws/ingest`,
      producer: 'series',
      masking: 'zero',
    });
    const hosts = tsbsHosts(series / TSBS_FIELDS.length);
    const startedSeries = performance.now();
    for (const labels of hosts) for (const name of TSBS_FIELDS) producer.series(`cpu_${name}`, labels);
    const startMs = Date.now() - ticks * TSBS_STEP_MS;
    const refs = Uint32Array.from({ length: series }, (_, i) => i);
    const values = new Float64Array(series);
    let seconds = 0;
    let cpuSeconds = 0;
    for (let tick = 0; tick <= ticks; tick++) {
      const cpuBefore = engine.cpuSeconds();
      const started = performance.now();
      for (let i = 0; i < series; i++) values[i] = (i * 31 + tick * 7) % 101;
      for (let from = 0; from < series; from += BATCH) {
        const batch = [refs.subarray(from, from + BATCH), values.subarray(from, from + BATCH)] as const;
        while (!producer.addColumns(...batch, { baseMs: startMs + tick * TSBS_STEP_MS }))
          await producer.ready();
      }
      await producer.flush();
      // The first round makes the series.
      if (tick === 0) continue;
      seconds += (performance.now() - started) / 1_000;
      cpuSeconds += engine.cpuSeconds() - cpuBefore;
    }
    const creationSeconds = (performance.now() - startedSeries) / 1_000 - seconds;
    const points = series * ticks;
    const resident = engine.residentBytes();
    const own = engine.ownBytes();
    await producer.close({ timeoutMs: 1_000 });
    await engine.stop('SIGKILL');
    const killed = performance.now();
    engine = await EngineProcess.start({ folder: engine.folder });
    const listeningMs = performance.now() - killed;
    await askLatest(engine, ticks);
    const answeredMs = performance.now() - killed;
    await engine.stop('SIGKILL');
    const upkeep = flags.upkeep ? await measureUpkeep(engine.folder, (e) => askLatest(e, ticks)) : {};
    return {
      series,
      points,
      creation_s: round(creationSeconds, 2),
      points_per_s: Math.round(points / seconds),
      engine_ns_per_point: Math.round((cpuSeconds * 1e9) / points),
      rss_mib: Math.round(resident / 2 ** 20),
      own_mib: Math.round(own / 2 ** 20),
      own_bytes_per_series: Math.round((own - ownBefore) / series),
      restart_listening_ms: Math.round(listeningMs),
      restart_first_answer_ms: Math.round(answeredMs),
      ...upkeep,
    };
  } finally {
    await engine.stop('SIGKILL');
    engine.removeFolder();
  }
}

console.log(machineLine());
const sizes = flags.smoke ? [1_000, 2_000] : flags.series.split(',').map(Number);
const curve: Awaited<ReturnType<typeof run>>[] = [];
for (const series of sizes) {
  const enough = Math.max(Number(flags.ticks), Math.ceil(POINTS_MIN / series));
  const figures = await run(series, flags.smoke ? 3 : enough);
  curve.push(figures);
  console.log(JSON.stringify(figures));
}
const [fewest, most] = [curve[0]!, curve[curve.length - 1]!];
console.log(
  JSON.stringify({
    curve: `${fewest.series} to ${most.series} series`,
    engine_ns_per_point: curve.map(({ engine_ns_per_point }) => engine_ns_per_point),
    engine_ns_per_point_ratio: round(most.engine_ns_per_point / fewest.engine_ns_per_point, 2),
    own_bytes_per_series: curve.map(({ own_bytes_per_series }) => own_bytes_per_series),
  }),
);
