import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { machineLine } from './machine.js';
import { PEER_NAMES, type PeerName, PeerSystem } from './peer-system.js';
import { TSBS_FIELDS, TSBS_STEP_MS } from './tsbs.js';
import { tsbsLineBatches } from './tsbs-lines.js';

/**
 * Millrace, VictoriaMetrics and InfluxDB on the same points in the same run, each fresh, each alone on the machine: TSBS
 * cpu-only, Millrace through its client, the others over line protocol with four connections. Prints a line a system and run,
 * and the ratios of Millrace to each.
 *
 *   node dist/bench/macro/peers.js [--hosts 1000] [--ticks 1080] [--runs 3]
 */
const { values: flags } = parseArgs({
  options: {
    hosts: { type: 'string', default: '1000' },
    ticks: { type: 'string', default: '1080' },
    runs: { type: 'string', default: '3' },
  },
});

interface Figures {
  system: string;
  points_per_s: number;
  points_per_cpu_s: number;
  ack_p50_ms: number;
  ack_p99_ms: number;
  rss_mib: number;
  bytes_per_point: number;
}

const rounded = (value: number, digits: number): number => Math.round(value * 10 ** digits) / 10 ** digits;

async function runPeer(name: PeerName, batches: readonly Buffer[], points: number): Promise<Figures> {
  const peer = await PeerSystem.start(name);
  try {
    const figures = await peer.load(batches, points);
    return {
      system: name,
      points_per_s: Math.round(figures.pointsPerS),
      points_per_cpu_s: Math.round(figures.pointsPerCpuS),
      ack_p50_ms: rounded(figures.ackP50Ms, 1),
      ack_p99_ms: rounded(figures.ackP99Ms, 1),
      rss_mib: figures.residentMib,
      bytes_per_point: rounded(peer.folderBytes() / points, 3),
    };
  } finally {
    await peer.stop();
  }
}

function runMillrace(): Figures {
  const script = fileURLToPath(new URL('./ingest.js', import.meta.url));
  const output = execFileSync(
    process.execPath,
    [script, '--runs', '1', '--hosts', flags.hosts, '--ticks', flags.ticks],
    { encoding: 'utf8' },
  );
  const figures = JSON.parse(output.trim().split('\n').at(-1)!) as Record<string, number>;
  return {
    system: 'millrace',
    points_per_s: figures['points_per_s']!,
    points_per_cpu_s: figures['points_per_engine_cpu_s']!,
    ack_p50_ms: figures['engine_ack_p50_ms']!,
    ack_p99_ms: figures['engine_ack_p99_ms']!,
    rss_mib: figures['rss_mib']!,
    bytes_per_point: figures['fresh_bytes_per_stored_point']!,
  };
}

console.log(machineLine());
const hosts = Number(flags.hosts);
const ticks = Number(flags.ticks);
const startMs = Math.floor((Date.now() - 3_600_000) / TSBS_STEP_MS - ticks) * TSBS_STEP_MS;
const batches = tsbsLineBatches(hosts, ticks, startMs);
const points = hosts * TSBS_FIELDS.length * ticks;
for (let i = 0; i < Number(flags.runs); i++) {
  const own = runMillrace();
  console.log(JSON.stringify(own));
  for (const name of PEER_NAMES) {
    const other = await runPeer(name, batches, points);
    console.log(JSON.stringify(other));
    const ratio = (a: number, b: number): string => `${(a / b).toFixed(2)} ×`;
    console.log(
      `  millrace : ${name}  points/s ${ratio(own.points_per_s, other.points_per_s)}, points per CPU second ${ratio(own.points_per_cpu_s, other.points_per_cpu_s)}`,
    );
  }
}
