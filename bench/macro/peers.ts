import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { machineLine } from './machine.js';
import { TSBS_FIELDS, TSBS_STEP_MS, tsbsHosts, tsbsTicks } from './tsbs.js';

/**
 * Millrace, VictoriaMetrics and InfluxDB on the same points in the same run, each fresh, each alone on the machine: TSBS
 * cpu-only, Millrace through its client, the others over line protocol with four connections. Prints a line a system and run,
 * and the ratios of Millrace to each. Needs Debian's packages victoria-metrics and influxdb.
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

const CONNECTIONS = 4;
const LINES_PER_BATCH = 2_000;
const VM_PORT = 18_428;
const INFLUX_PORT = 18_086;

interface Figures {
  system: string;
  points_per_s: number;
  points_per_cpu_s: number;
  ack_p50_ms: number;
  ack_p99_ms: number;
  rss_mib: number;
  bytes_per_point?: number;
}

interface Peer {
  name: string;
  command: string;
  args(folder: string): string[];
  ready: string;
  write: string;
  setUp?: string;
  flush?: string;
}

const INFLUX_CONFIG = (folder: string): string => `reporting-disabled = true
bind-address = "127.0.0.1:18088"
[meta]
  dir = "${folder}/meta"
[data]
  dir = "${folder}/data"
  wal-dir = "${folder}/wal"
  index-version = "tsi1"
  max-series-per-database = 0
  max-values-per-tag = 0
  cache-max-memory-size = "4g"
[http]
  bind-address = "127.0.0.1:${INFLUX_PORT}"
  log-enabled = false
  max-body-size = 0
[monitor]
  store-enabled = false
`;

const PEERS: readonly Peer[] = [
  {
    name: 'victoriametrics',
    command: 'victoria-metrics',
    args: (folder) => [
      `-storageDataPath=${folder}`,
      `-httpListenAddr=127.0.0.1:${VM_PORT}`,
      '-retentionPeriod=100y',
    ],
    ready: `http://127.0.0.1:${VM_PORT}/health`,
    write: `http://127.0.0.1:${VM_PORT}/write?db=benchmark`,
    flush: `http://127.0.0.1:${VM_PORT}/internal/force_flush`,
  },
  {
    name: 'influxdb',
    command: 'influxd',
    args: (folder) => {
      writeFileSync(join(folder, 'influx.conf'), INFLUX_CONFIG(folder));
      return ['-config', join(folder, 'influx.conf')];
    },
    ready: `http://127.0.0.1:${INFLUX_PORT}/ping`,
    write: `http://127.0.0.1:${INFLUX_PORT}/write?db=benchmark`,
    setUp: `http://127.0.0.1:${INFLUX_PORT}/query?q=create+database+benchmark`,
  },
];

/** The points as line protocol, in batches, made before anything is timed. */
function lineBatches(hosts: number, ticks: number): Buffer[] {
  const heads = tsbsHosts(hosts).map(
    (labels) =>
      `cpu,${Object.entries(labels)
        .map(([name, value]) => `${name}=${value}`)
        .join(',')} `,
  );
  const startMs = Math.floor((Date.now() - 3_600_000 - ticks * TSBS_STEP_MS) / TSBS_STEP_MS) * TSBS_STEP_MS;
  const batches: Buffer[] = [];
  let lines: string[] = [];
  tsbsTicks(hosts, ticks).forEach((values, tick) => {
    heads.forEach((head, host) => {
      const fields = TSBS_FIELDS.map((name, f) => `${name}=${values[host * TSBS_FIELDS.length + f]}i`).join(
        ',',
      );
      lines.push(`${head}${fields} ${startMs + tick * TSBS_STEP_MS}000000`);
      if (lines.length < LINES_PER_BATCH) return;
      batches.push(Buffer.from(`${lines.join('\n')}\n`));
      lines = [];
    });
  });
  if (lines.length > 0) batches.push(Buffer.from(`${lines.join('\n')}\n`));
  return batches;
}

function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

const residentMib = (pid: number): number =>
  Math.round(Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1_024);

const folderBytes = (path: string): number =>
  Number(execFileSync('du', ['-sb', path], { encoding: 'utf8' }).split('\t')[0]);

async function untilReady(url: string): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const isReady = await fetch(url).then(
      (r) => r.ok,
      () => false,
    );
    if (isReady) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${url} does not answer`);
}

function post(agent: http.Agent, url: string, body: Buffer): Promise<number> {
  const started = performance.now();
  return new Promise((resolve, reject) => {
    const request = http.request(
      url,
      { method: 'POST', agent, headers: { 'content-length': body.length } },
      (response) => {
        response.resume();
        response.on('end', () => {
          if (response.statusCode! >= 300) reject(new Error(`${url} answered ${response.statusCode}`));
          else resolve(performance.now() - started);
        });
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}

async function load(
  peer: Peer,
  child: ChildProcess,
  folder: string,
  batches: Buffer[],
  points: number,
): Promise<Figures> {
  await untilReady(peer.ready);
  if (peer.setUp !== undefined) await fetch(peer.setUp, { method: 'POST' });
  const agent = new http.Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const pid = child.pid!;
  const cpuBefore = cpuSeconds(pid);
  const started = performance.now();
  const latencies: number[] = [];
  let next = 0;
  const send = async (): Promise<void> => {
    while (next < batches.length) latencies.push(await post(agent, peer.write, batches[next++]!));
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, send));
  const seconds = (performance.now() - started) / 1_000;
  const cpu = cpuSeconds(pid) - cpuBefore;
  const rss = residentMib(pid);
  if (peer.flush !== undefined) await fetch(peer.flush);
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  agent.destroy();
  latencies.sort((a, b) => a - b);
  return {
    system: peer.name,
    points_per_s: Math.round(points / seconds),
    points_per_cpu_s: Math.round(points / cpu),
    ack_p50_ms: Math.round(latencies[latencies.length >> 1]! * 10) / 10,
    ack_p99_ms: Math.round(latencies[Math.floor(latencies.length * 0.99)]! * 10) / 10,
    rss_mib: rss,
    bytes_per_point: Math.round((folderBytes(folder) / points) * 1_000) / 1_000,
  };
}

async function runPeer(peer: Peer, batches: Buffer[], points: number): Promise<Figures> {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-peer-'));
  const child = spawn(peer.command, peer.args(folder), { stdio: 'ignore' });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  try {
    return await load(peer, child, folder, batches, points);
  } finally {
    child.kill();
    await ended;
    rmSync(folder, { recursive: true, force: true });
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
const batches = lineBatches(hosts, ticks);
const points = hosts * TSBS_FIELDS.length * ticks;
for (let i = 0; i < Number(flags.runs); i++) {
  const own = runMillrace();
  console.log(JSON.stringify(own));
  for (const peer of PEERS) {
    const other = await runPeer(peer, batches, points);
    console.log(JSON.stringify(other));
    const ratio = (a: number, b: number): string => `${(a / b).toFixed(2)} ×`;
    console.log(
      `  millrace : ${peer.name}  points/s ${ratio(own.points_per_s, other.points_per_s)}, points per CPU second ${ratio(own.points_per_cpu_s, other.points_per_cpu_s)}`,
    );
  }
}
