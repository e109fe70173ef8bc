import { spawnSync } from 'node:child_process';
import http from 'node:http';
import { parseArgs } from 'node:util';
import { createProducer } from '../../src/client/node.js';
import { EngineProcess } from './engine-process.js';
import { machineLine } from './machine.js';
import { PEER_NAMES, type PeerName, PeerSystem } from './peer-system.js';
import {
  type CanonicalAnswer,
  influxAdapter,
  millraceAdapter,
  type QueryAdapter,
  type SystemRequest,
  victoriaMetricsAdapter,
} from './query-adapter.js';
import { TSBS_FIELDS, TSBS_STEP_MS, tsbsHosts, tsbsTicks } from './tsbs.js';
import { tsbsLineBatches } from './tsbs-lines.js';
import { TSBS_QUERY_KINDS, type TsbsQuery, tsbsQueries } from './tsbs-queries.js';

/**
 * The TSBS devops queries against Millrace, VictoriaMetrics and InfluxDB over the same points in the same run, one query at a
 * time, each system alone on the machine. Answers are held against each other before anything is timed; a system that isn't
 * installed is left out, and said so. Prints a line a kind of query: p50 of each, and how many times Millrace's the others are.
 *
 *   node dist/bench/macro/query-latency.js [--hosts 1000] [--hours 3] [--each 20] [--smoke]
 */
const { values: flags } = parseArgs({
  options: {
    hosts: { type: 'string', default: '1000' },
    hours: { type: 'string', default: '3' },
    each: { type: 'string', default: '20' },
    smoke: { type: 'boolean', default: false },
  },
});

const HOUR_MS = 3_600_000;
/** Readings lie between the bounds of windows: systems differ in which bound belongs to a window. */
const OFFSET_MS = 5_000;
const CONNECTIONS = 4;

const hosts = flags.smoke ? 10 : Number(flags.hosts);
const hours = flags.smoke ? 1 : Number(flags.hours);
const each = flags.smoke ? 2 : Number(flags.each);
const endMs = Math.floor(Date.now() / HOUR_MS) * HOUR_MS - HOUR_MS;
const startMs = endMs - hours * HOUR_MS;
const ticks = (hours * HOUR_MS) / TSBS_STEP_MS;
const points = hosts * TSBS_FIELDS.length * ticks;
const queries = tsbsQueries(hosts, startMs, endMs, each);

const ADAPTERS: Record<PeerName, QueryAdapter> = {
  victoriametrics: victoriaMetricsAdapter,
  influxdb: influxAdapter,
};
const COMMANDS: Record<PeerName, string> = { victoriametrics: 'victoria-metrics', influxdb: 'influxd' };

type Timings = Map<string, number[]>;

/** What one system said and how long it took. */
interface Outcome {
  answers: CanonicalAnswer[];
  timings: Timings;
}

class Asker {
  readonly #agent = new http.Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  readonly #url: string;
  readonly #adapter: QueryAdapter;

  constructor(url: string, adapter: QueryAdapter) {
    this.#url = url;
    this.#adapter = adapter;
  }

  /** The texts of an answer, all requests at the same time, and the time until the last one was there. */
  async ask(query: TsbsQuery): Promise<{ texts: string[]; ms: number }> {
    const requests = this.#adapter.requests(query);
    const started = performance.now();
    const texts = await Promise.all(requests.map((request) => this.#send(request)));
    return { texts, ms: performance.now() - started };
  }

  async answer(query: TsbsQuery): Promise<CanonicalAnswer> {
    const answer: CanonicalAnswer = new Map();
    const { texts } = await this.ask(query);
    texts.forEach((text, index) => {
      this.#adapter.read(query, index, text, answer);
    });
    return answer;
  }

  close(): void {
    this.#agent.destroy();
  }

  #send({ path, method = 'GET', body }: SystemRequest): Promise<string> {
    const headers = body === undefined ? {} : { 'content-type': 'application/json' };
    return new Promise((resolve, reject) => {
      const request = http.request(this.#url + path, { agent: this.#agent, method, headers }, (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('end', () => {
          const text = Buffer.concat(parts).toString();
          if (response.statusCode === 200) resolve(text);
          else reject(new Error(`${path} answered ${response.statusCode}: ${text.slice(0, 500)}`));
        });
      });
      request.on('error', reject);
      request.end(body);
    });
  }
}

async function measure(url: string, adapter: QueryAdapter): Promise<Outcome> {
  const asker = new Asker(url, adapter);
  try {
    const answers: CanonicalAnswer[] = [];
    for (const query of queries) answers.push(await asker.answer(query));
    const timings: Timings = new Map();
    for (const query of queries) {
      const { ms } = await asker.ask(query);
      timings.set(query.kind, [...(timings.get(query.kind) ?? []), ms]);
    }
    return { answers, timings };
  } finally {
    asker.close();
  }
}

async function measureMillrace(): Promise<Outcome> {
  // Each query is worked out: the peers are asked without their caches, too.
  const engine = await EngineProcess.start({ flags: ['--limits-answer-cache-bytes', '0'] });
  try {
    const producer = createProducer({
      url: `${engine.url.replace('http', 'ws')}/ws/ingest`,
      producer: 'bench',
      masking: 'zero',
      maxBufferedBytes: 256 * 1024 * 1024,
    });
    for (const labels of tsbsHosts(hosts)) {
      for (const name of TSBS_FIELDS) producer.series(`cpu_${name}`, labels);
    }
    const refs = Uint32Array.from({ length: hosts * TSBS_FIELDS.length }, (_, i) => i);
    for (const [tick, values] of tsbsTicks(hosts, ticks).entries()) {
      const baseMs = startMs + OFFSET_MS + tick * TSBS_STEP_MS;
      while (!producer.addColumns(refs, values, { baseMs })) await producer.ready();
    }
    await producer.flush();
    await producer.close();
    // As the peers are told to flush: everything into blocks and tiers.
    const trigger = await fetch(`${engine.url}/api/v1/rollups/trigger`, {
      method: 'POST',
      body: '{}',
      headers: { 'content-type': 'application/json' },
    });
    if (!trigger.ok) throw new Error(`the trigger answered ${trigger.status}: ${await trigger.text()}`);
    return await measure(engine.url, millraceAdapter);
  } finally {
    await engine.stop();
    engine.removeFolder();
  }
}

async function measurePeer(name: PeerName): Promise<Outcome | undefined> {
  if (spawnSync('which', [COMMANDS[name]]).status !== 0) {
    console.log(`${name} is not installed and left out (Debian's packages victoria-metrics, influxdb)`);
    return undefined;
  }
  const peer = await PeerSystem.start(name);
  try {
    await peer.load(tsbsLineBatches(hosts, ticks, startMs + OFFSET_MS), points);
    return await measure(peer.url, ADAPTERS[name]);
  } finally {
    await peer.stop();
  }
}

/** That another system gave the same values; sums of means may differ in their last digits. */
function checkEqual(name: PeerName, own: Outcome, other: Outcome): void {
  queries.forEach((query, i) => {
    const wanted = other.answers[i]!;
    const found = own.answers[i]!;
    if (found.size !== wanted.size) {
      throw new Error(`${query.kind}: millrace has ${found.size} values, ${name} ${wanted.size}`);
    }
    for (const [key, value] of wanted) {
      const difference = Math.abs((found.get(key) ?? Number.NaN) - value);
      if (!(difference <= 1e-9 * Math.max(1, Math.abs(value)))) {
        throw new Error(`${query.kind} ${key}: millrace has ${found.get(key)}, ${name} ${value}`);
      }
    }
  });
}

function median(samples: readonly number[]): number {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[sorted.length >> 1]!;
}

console.log(machineLine());
console.log(
  `${hosts} hosts × ${TSBS_FIELDS.length} gauges × ${ticks} readings = ${points} points, ${queries.length} queries`,
);
const own = await measureMillrace();
const others = new Map<PeerName, Outcome>();
for (const name of PEER_NAMES) {
  const outcome = await measurePeer(name);
  if (outcome === undefined) continue;
  checkEqual(name, own, outcome);
  others.set(name, outcome);
}
console.log(`answers are equal: millrace and ${[...others.keys()].join(', ') || 'nobody'}`);
for (const kind of TSBS_QUERY_KINDS) {
  const p50 = median(own.timings.get(kind)!);
  const parts = [...others].map(([name, { timings }]) => {
    const theirs = median(timings.get(kind)!);
    return `${name} ${theirs.toFixed(2)} ms (${(theirs / p50).toFixed(1)} ×)`;
  });
  console.log([`${kind.padEnd(24)} millrace ${p50.toFixed(2)} ms`, ...parts].join(', '));
}
