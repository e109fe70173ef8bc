import http from 'node:http';
import { parseArgs } from 'node:util';
import { createProducer, type Producer } from '../../src/client/node.js';
import { EngineProcess } from './engine-process.js';
import { machineLine } from './machine.js';
import { TSBS_FIELDS, TSBS_STEP_MS, tsbsHosts, tsbsTicks } from './tsbs.js';

/**
 * What queries do to those who write and to light queries: TSBS at a steady rate, alone, then with clients that ask for exact
 * statistics of all that is there as fast as they are answered, then with clients that ask so for an hour or the newest value of one
 * host, which the engine may answer on its socket thread. Tells the ACK's percentiles of each, and the light queries'.
 *
 *   node dist/bench/macro/query-load.js [--rate 1000000] [--seconds 10] [--heavy 4] [--small 4] [--history 1000 TICKS] [--query-threads 2] [--smoke]
 */
const { values: flags } = parseArgs({
  options: {
    rate: { type: 'string', default: '1000000' },
    seconds: { type: 'string', default: '10' },
    heavy: { type: 'string', default: '4' },
    small: { type: 'string', default: '4' },
    history: { type: 'string', default: '1000' },
    'query-threads': { type: 'string', default: '2' },
    smoke: { type: 'boolean', default: false },
  },
});

const HOSTS = flags.smoke ? 20 : 1_000;
const RATE = flags.smoke ? 20_000 : Number(flags.rate);
const SECONDS = flags.smoke ? 0.5 : Number(flags.seconds);
const HISTORY_TICKS = flags.smoke ? 20 : Number(flags.history);
/** Between two light queries of the one client that asks them. */
const LIGHT_PAUSE_MS = 20;

const refs = Uint32Array.from({ length: HOSTS * TSBS_FIELDS.length }, (_, i) => i);
const ticks = tsbsTicks(HOSTS, 100);
const agent = new http.Agent({ keepAlive: true, maxSockets: 64 });
const quantile = (sorted: readonly number[], q: number): number =>
  sorted[Math.floor((sorted.length - 1) * q)] ?? Number.NaN;
const round = (value: number): number => Math.round(value * 10) / 10;
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Sends points, at a rate or as fast as they are taken, and notes how long each batch waits for its ACK. */
class Load {
  readonly ackMs: number[] = [];
  readonly #producer: Producer;
  readonly #sentMs: number[] = [];
  #settled = 0;
  #tick = 0;
  readonly #startMs = Date.now() - 86_400_000;

  constructor(url: string) {
    this.#producer = createProducer({
      url,
      producer: 'load',
      masking: 'zero',
      onAck: ({ batches }) => {
        for (let i = 0; i < batches; i++) this.ackMs.push(performance.now() - this.#sentMs[this.#settled++]!);
      },
    });
    for (const labels of tsbsHosts(HOSTS)) {
      for (const name of TSBS_FIELDS) this.#producer.series(`cpu_${name}`, labels);
    }
  }

  async fill(count: number): Promise<void> {
    for (let i = 0; i < count; i++) while (!this.#send()) await this.#producer.ready();
    await this.#producer.flush();
  }

  /** Answers the points that were taken a second. */
  async run(seconds: number): Promise<number> {
    this.ackMs.length = 0;
    const started = performance.now();
    let sent = 0;
    while (performance.now() - started < seconds * 1_000) {
      const due = ((performance.now() - started) / 1_000) * (RATE / refs.length);
      while (sent < due && this.#send()) sent++;
      await pause(1);
    }
    await this.#producer.flush();
    return Math.round((sent * refs.length * 1_000) / (performance.now() - started));
  }

  async close(): Promise<void> {
    await this.#producer.close();
  }

  #send(): boolean {
    const baseMs = this.#startMs + this.#tick * TSBS_STEP_MS;
    if (!this.#producer.addColumns(refs, ticks[this.#tick % ticks.length]!, { baseMs })) return false;
    this.#tick++;
    this.#sentMs.push(performance.now());
    return true;
  }
}

function get(url: string): Promise<number> {
  return new Promise((resolve, reject) => {
    http
      .get(url, { agent }, (response) => {
        response.resume();
        response.on('end', () => resolve(response.statusCode ?? 0));
      })
      .on('error', reject);
  });
}

/** Asks again and again until `isOver`; notes how long each answer took, ms. */
async function ask(next: () => string, isOver: () => boolean, pauseMs: number): Promise<number[]> {
  const tookMs: number[] = [];
  while (!isOver()) {
    const startMs = performance.now();
    const status = await get(next());
    if (status !== 200) throw new Error(`a query answered ${status}`);
    tookMs.push(performance.now() - startMs);
    if (pauseMs > 0) await pause(pauseMs);
  }
  return tookMs;
}

/** Clients of each kind, besides the one of light queries. */
interface Clients {
  heavy: number;
  small: number;
}

/** How many queries were answered on the socket thread so far. */
async function inlineOf(engine: EngineProcess): Promise<number> {
  const { queries } = await engine.json<{ queries: { inline: number } }>('/api/v1/operator/stats');
  return queries.inline;
}

async function phase(load: Load, engine: EngineProcess, clients: Clients): Promise<object> {
  const inlineBefore = await inlineOf(engine);
  let isOver = false;
  let asked = 0;
  // Each asks for something else, so that none is answered with another's answer.
  const heavyUrl = (): string =>
    `${engine.url}/api/v1/stats/cpu_usage_user?start=2d&end=now&percentiles=${(asked++ % 1_000) / 10}`;
  const lightUrl = (): string => `${engine.url}/api/metrics/cpu_usage_user/latest?label.hostname=host_7`;
  const smallUrl = (): string => {
    const host = `label.hostname=host_${asked++ % HOSTS}`;
    return asked % 2 === 0
      ? `${engine.url}/api/metrics/cpu_usage_user/latest?${host}`
      : `${engine.url}/query/rollup?metric=cpu_usage_user&window=1m&start=25h&end=24h&${host}`;
  };
  const askAll = (count: number, url: () => string): Promise<number[]>[] =>
    Array.from({ length: count }, () => ask(url, () => isOver, 0));
  const heavy = askAll(clients.heavy, heavyUrl);
  const small = askAll(clients.small, smallUrl);
  const light = ask(lightUrl, () => isOver, LIGHT_PAUSE_MS);
  const pointsPerSecond = await load.run(SECONDS);
  isOver = true;
  const sorted = (values: number[]): number[] => values.sort((a, b) => a - b);
  const heavyMs = sorted((await Promise.all(heavy)).flat());
  const smallMs = sorted((await Promise.all(small)).flat());
  const lightMs = sorted(await light);
  const ackMs = sorted([...load.ackMs]);
  return {
    heavy_clients: clients.heavy,
    small_clients: clients.small,
    points_per_s: pointsPerSecond,
    ack_p50_ms: round(quantile(ackMs, 0.5)),
    ack_p99_ms: round(quantile(ackMs, 0.99)),
    ack_max_ms: round(quantile(ackMs, 1)),
    light_queries: lightMs.length,
    light_p50_ms: round(quantile(lightMs, 0.5)),
    light_p99_ms: round(quantile(lightMs, 0.99)),
    heavy_queries: heavyMs.length,
    heavy_p50_ms: round(quantile(heavyMs, 0.5)),
    small_queries: smallMs.length,
    small_p50_ms: round(quantile(smallMs, 0.5)),
    inline: (await inlineOf(engine)) - inlineBefore,
  };
}

console.log(machineLine());
const engine = await EngineProcess.start({
  flags: ['--query-threads', flags['query-threads']],
  rehearses: true,
});
try {
  const load = new Load(`ws://127.0.0.1:${engine.port}/ws/ingest`);
  await load.fill(HISTORY_TICKS);
  const phases: Clients[] = [
    { heavy: 0, small: 0 },
    { heavy: Number(flags.heavy), small: 0 },
    { heavy: 0, small: Number(flags.small) },
  ];
  for (const clients of phases) console.log(JSON.stringify(await phase(load, engine, clients)));
  await load.close();
} finally {
  await engine.stop();
  engine.removeFolder();
  agent.destroy();
}
