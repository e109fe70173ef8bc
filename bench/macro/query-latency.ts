import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { createProducer } from '../../src/client/node.js';
import { EngineProcess } from './engine-process.js';
import { machineLine } from './machine.js';
import { PEER_NAMES, type PeerName, PeerSystem } from './peer-system.js';
import { influxAdapter, millraceAdapter, victoriaMetricsAdapter } from './query-adapter.js';
import { warmClient } from './query-asker.js';
import {
  type Measured,
  measure,
  median,
  type Outcome,
  type QuerySet,
  type Timings,
} from './query-timings.js';
import { TSBS_FIELDS, TSBS_STEP_MS, tsbsHosts, tsbsTicks } from './tsbs.js';
import { tsbsLineBatches } from './tsbs-lines.js';
import { TSBS_QUERY_KINDS, type TsbsQueryKind, tsbsQueries } from './tsbs-queries.js';

/**
 * The TSBS devops queries against Millrace, VictoriaMetrics and InfluxDB over the same points in the same run, one query at a
 * time, each system alone on the machine. Answers are held against each other before anything is timed; a system that isn't
 * installed is left out, and said so. All rest for some seconds behind their load. Prints a line a kind of query: p50 of each, how many times Millrace's the others are, and how
 * many of Millrace's requests its socket thread answered; first of fresh systems, which were asked for nothing but the compared answers
 * (Millrace by others; it has asked itself about the same data meanwhile, see src/rehearsal, and is measured without that, too), then of
 * systems that have answered many of the kind, about hosts and ranges of their own.
 *
 *   node dist/bench/macro/query-latency.js [--hosts 1000] [--hours 3] [--each 20] [--warm-up 200] [--smoke]
 */
const { values: flags } = parseArgs({
  options: {
    hosts: { type: 'string', default: '1000' },
    hours: { type: 'string', default: '3' },
    each: { type: 'string', default: '20' },
    'warm-up': { type: 'string', default: '200' },
    smoke: { type: 'boolean', default: false },
  },
});

const HOUR_MS = 3_600_000;
/** Readings lie between the bounds of windows: systems differ in which bound belongs to a window. */
const OFFSET_MS = 5_000;
/** All systems rest as long behind their load: Millrace rehearses meanwhile, the others merge what they have taken. */
const REST_MS = 20_000;
/** Calls of the client's own server before anything is timed. */
const CLIENT_WARM_UP = 6_000;

const hosts = flags.smoke ? 10 : Number(flags.hosts);
const hours = flags.smoke ? 1 : Number(flags.hours);
const each = flags.smoke ? 2 : Number(flags.each);
const warmUp = flags.smoke ? 2 : Number(flags['warm-up']);
const endMs = Math.floor(Date.now() / HOUR_MS) * HOUR_MS - HOUR_MS;
const startMs = endMs - hours * HOUR_MS;
const ticks = (hours * HOUR_MS) / TSBS_STEP_MS;
const points = hosts * TSBS_FIELDS.length * ticks;
/** Each list is of a seed of its own. */
const set: QuerySet = {
  cold: tsbsQueries(hosts, startMs, endMs, each),
  warmUp: tsbsQueries(hosts, startMs, endMs, warmUp, 11),
  warm: tsbsQueries(hosts, startMs, endMs, each, 12),
  restMs: flags.smoke ? 0 : REST_MS,
};

const PEERS: Record<PeerName, Omit<Measured, 'url'>> = {
  victoriametrics: { adapter: victoriaMetricsAdapter, emptyPath: '/health' },
  influxdb: { adapter: influxAdapter, emptyPath: '/ping' },
};
const COMMANDS: Record<PeerName, string> = { victoriametrics: 'victoria-metrics', influxdb: 'influxd' };

async function measureMillrace(rehearses: boolean): Promise<Outcome> {
  // Each query is worked out: the peers are asked without their caches, too.
  const engine = await EngineProcess.start({ flags: ['--limits-answer-cache-bytes', '0'], rehearses });
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
    return await measure(
      {
        url: engine.url,
        adapter: millraceAdapter,
        emptyPath: '/health',
        inline: async () => {
          const stats = await engine.json<{ queries: { inline: number } }>('/api/v1/operator/stats');
          return stats.queries.inline;
        },
      },
      set,
    );
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
    return await measure({ url: peer.url, ...PEERS[name] }, set);
  } finally {
    await peer.stop();
  }
}

/** That another system gave the same values; sums of means may differ in their last digits. */
function checkEqual(name: PeerName, own: Outcome, other: Outcome): void {
  set.cold.forEach((query, i) => {
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

function line(kind: TsbsQueryKind, timings: (outcome: Outcome) => Timings): string {
  const { ms, inline, requests } = timings(own).get(kind)!;
  const p50 = median(ms);
  const parts = [...others].map(([name, outcome]) => {
    const theirs = median(timings(outcome).get(kind)!.ms);
    return `${name} ${theirs.toFixed(2)} ms (${(theirs / p50).toFixed(1)} ×)`;
  });
  const where = `${inline} of ${requests} on the socket thread`;
  return [`${kind.padEnd(24)} millrace ${p50.toFixed(2)} ms (${where})`, ...parts].join(', ');
}

console.log(machineLine());
console.log(
  `${hosts} hosts × ${TSBS_FIELDS.length} gauges × ${ticks} readings = ${points} points, ${set.cold.length} queries compared`,
);
await warmClient(flags.smoke ? 10 : CLIENT_WARM_UP);
const unrehearsed = await measureMillrace(false);
const own = await measureMillrace(true);
const others = new Map<PeerName, Outcome>();
for (const name of PEER_NAMES) {
  const outcome = await measurePeer(name);
  if (outcome === undefined) continue;
  checkEqual(name, own, outcome);
  others.set(name, outcome);
}
console.log(`answers are equal: millrace and ${[...others.keys()].join(', ') || 'nobody'}`);
const floors = [...others].map(([name, { floorMs }]) => `${name} ${floorMs.toFixed(2)} ms`);
console.log([`a request that asks nothing: millrace ${own.floorMs.toFixed(2)} ms`, ...floors].join(', '));
console.log('fresh, Millrace told not to rehearse what dashboards ask (--rehearsal false):');
for (const kind of TSBS_QUERY_KINDS) {
  const p50 = median(unrehearsed.cold.get(kind)!.ms);
  console.log(`${kind.padEnd(24)} millrace ${p50.toFixed(2)} ms`);
}
console.log(
  `fresh systems, ${each} queries of a kind (of one that takes long, as many as four seconds hold, at least five):`,
);
for (const kind of TSBS_QUERY_KINDS) console.log(line(kind, ({ cold }) => cold));
console.log(`after ${warmUp} others of the kind (for two seconds at most):`);
for (const kind of TSBS_QUERY_KINDS) console.log(line(kind, ({ warm }) => warm));
