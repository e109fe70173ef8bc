import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What a load of line protocol cost. */
export interface LoadFigures {
  pointsPerS: number;
  pointsPerCpuS: number;
  ackP50Ms: number;
  ackP99Ms: number;
  residentMib: number;
}

interface PeerKind {
  command: string;
  port: number;
  args(folder: string): string[];
  /** Paths of its HTTP API. */
  ready: string;
  write: string;
  setUp?: string;
  flush?: string;
}

const INFLUX_PORT = 18_086;
const VM_PORT = 18_428;

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

const KINDS = {
  victoriametrics: {
    command: 'victoria-metrics',
    port: VM_PORT,
    args: (folder) => [
      `-storageDataPath=${folder}`,
      `-httpListenAddr=127.0.0.1:${VM_PORT}`,
      '-retentionPeriod=100y',
      '-search.maxUniqueTimeseries=10000000',
      '-search.latencyOffset=0s',
    ],
    ready: '/health',
    write: '/write?db=benchmark',
    flush: '/internal/force_flush',
  },
  influxdb: {
    command: 'influxd',
    port: INFLUX_PORT,
    args: (folder) => {
      writeFileSync(join(folder, 'influx.conf'), INFLUX_CONFIG(folder));
      return ['-config', join(folder, 'influx.conf')];
    },
    ready: '/ping',
    write: '/write?db=benchmark',
    setUp: '/query?q=create+database+benchmark',
  },
} as const satisfies Record<string, PeerKind>;

export type PeerName = keyof typeof KINDS;

export const PEER_NAMES = Object.keys(KINDS) as PeerName[];

const CONNECTIONS = 4;

/** How long a peer may take to write behind what it has taken, ms. */
const SETTLE_MS = 3_000;

/**
 * One of the systems that Millrace is compared with, fresh, in a process and a folder of its own, on loopback. They come
 * from Debian's packages victoria-metrics and influxdb.
 */
export class PeerSystem {
  readonly name: PeerName;
  readonly url: string;
  readonly #kind: PeerKind;
  readonly #folder: string;
  readonly #child: ChildProcess;

  private constructor(name: PeerName) {
    this.name = name;
    this.#kind = KINDS[name];
    this.url = `http://127.0.0.1:${this.#kind.port}`;
    this.#folder = mkdtempSync(join(tmpdir(), 'millrace-peer-'));
    this.#child = spawn(this.#kind.command, this.#kind.args(this.#folder), { stdio: 'ignore' });
  }

  static async start(name: PeerName): Promise<PeerSystem> {
    const peer = new PeerSystem(name);
    await peer.#untilReady();
    if (peer.#kind.setUp !== undefined) await fetch(peer.url + peer.#kind.setUp, { method: 'POST' });
    return peer;
  }

  /** Sends batches of line protocol, which hold `points` in all, and waits until they are written. */
  async load(batches: readonly Buffer[], points: number): Promise<LoadFigures> {
    const agent = new http.Agent({ keepAlive: true, maxSockets: CONNECTIONS });
    const cpuBefore = this.#cpuSeconds();
    const started = performance.now();
    const latencies: number[] = [];
    let next = 0;
    const send = async (): Promise<void> => {
      while (next < batches.length) {
        latencies.push(await post(agent, this.url + this.#kind.write, batches[next++]!));
      }
    };
    await Promise.all(Array.from({ length: CONNECTIONS }, send));
    const seconds = (performance.now() - started) / 1_000;
    const cpu = this.#cpuSeconds() - cpuBefore;
    const residentMib = this.#residentMib();
    if (this.#kind.flush !== undefined) await fetch(this.url + this.#kind.flush);
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
    agent.destroy();
    latencies.sort((a, b) => a - b);
    return {
      pointsPerS: points / seconds,
      pointsPerCpuS: points / cpu,
      ackP50Ms: latencies[latencies.length >> 1]!,
      ackP99Ms: latencies[Math.floor(latencies.length * 0.99)]!,
      residentMib,
    };
  }

  folderBytes(): number {
    return Number(execFileSync('du', ['-sb', this.#folder], { encoding: 'utf8' }).split('\t')[0]);
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.kill();
    await ended;
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #untilReady(): Promise<void> {
    for (let attempt = 0; attempt < 200; attempt++) {
      const isReady = await fetch(this.url + this.#kind.ready).then(
        (r) => r.ok,
        () => false,
      );
      if (isReady) return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error(`${this.name} does not answer`);
  }

  #cpuSeconds(): number {
    const stat = readFileSync(`/proc/${this.#child.pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) / 100;
  }

  #residentMib(): number {
    const status = readFileSync(`/proc/${this.#child.pid}/status`, 'utf8');
    return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1_024);
  }
}

function post(agent: http.Agent, url: string, body: Buffer): Promise<number> {
  const started = performance.now();
  return new Promise((resolve, reject) => {
    const headers = { 'content-length': body.length };
    const request = http.request(url, { method: 'POST', agent, headers }, (response) => {
      response.resume();
      response.on('end', () => {
        if (response.statusCode! >= 300) reject(new Error(`${url} answered ${response.statusCode}`));
        else resolve(performance.now() - started);
      });
    });
    request.on('error', reject);
    request.end(body);
  });
}
