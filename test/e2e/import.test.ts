import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { EngineProcess } from '../../bench/macro/engine-process.js';
import { freePort } from './free-port.js';

const MAIN = fileURLToPath(new URL('../../src/main.js', import.meta.url));
const DAY_MS = 86_400_000;
/** Older than raw points are kept. */
const OLD_MS = Math.floor((Date.now() - 400 * DAY_MS) / DAY_MS) * DAY_MS;
const RANGE = `start=${OLD_MS}&end=${OLD_MS + 2 * DAY_MS}`;

interface Run {
  child: ChildProcess;
  ended: Promise<{ code: number | null; stdout: string; stderr: string }>;
}

function millrace(...flags: string[]): Run {
  const child = spawn(process.execPath, [MAIN, ...flags], { stdio: 'pipe' });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const ended = new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) =>
    child.once('close', (code) => resolve({ code, stdout, stderr })),
  );
  return { child, ended };
}

function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

async function startEngine(t: TestContext, folder: string, ...flags: string[]): Promise<EngineProcess> {
  const engine = await EngineProcess.start({ folder, flags: ['--workers', '2', ...flags] });
  t.after(() => engine.stop('SIGKILL'));
  return engine;
}

interface RollupCell {
  count: number;
  sum: number;
  min: number;
  max: number;
}

const rollupOf = async (engine: EngineProcess, window: string): Promise<RollupCell[]> =>
  (await engine.json<{ data: RollupCell[] }>(`/query/rollup?metric_name=cpu_usage&${RANGE}&window=${window}`))
    .data;

const countOf = async (engine: EngineProcess, metric: string): Promise<number> =>
  (await engine.json<{ count: number }>(`/api/v1/stats/${metric}?${RANGE}`)).count;

test('a history that is older than raw retention is there when POST /backfill/import has answered, and after kill -9', async (t) => {
  const folder = temporaryFolder(t);
  let engine = await startEngine(t, folder);
  const point = (i: number): object => ({
    metric_name: 'cpu_usage',
    value: i,
    timestamp: new Date(OLD_MS + i * 1_000).toISOString(),
    labels: { host: `server-0${i % 3}` },
  });
  const post = async (body: Uint8Array | string, type: string, headers = {}): Promise<Response> =>
    fetch(`${engine.url}/backfill/import`, {
      method: 'POST',
      body: body as string,
      headers: { 'Content-Type': type, ...headers },
    });
  const whole = await post(JSON.stringify({ metrics: [1, 2, 3].map(point) }), 'application/json');
  assert.deepEqual(await whole.json(), {
    imported: 3,
    rejected: 0,
    errors: [],
    series: 3,
    from: new Date(OLD_MS + 1_000).toISOString().replace('.000', ''),
    to: new Date(OLD_MS + 3_000).toISOString().replace('.000', ''),
  });
  assert.equal(await countOf(engine, 'cpu_usage'), 3);
  const [first] = await rollupOf(engine, '1h');
  assert.deepEqual([first?.count, first?.sum, first?.min, first?.max], [3, 6, 1, 3]);
  const lines = Array.from({ length: 50_000 }, (_, i) => JSON.stringify(point(i + 4)));
  // Lines that are no points among them, which are counted and nothing else.
  lines.splice(100, 0, '{"metric_name":"cpu_usage","value":"much"}', '{"value":1}');
  const streamed = await post(gzipSync(lines.join('\n')), 'application/x-ndjson', {
    'Content-Encoding': 'gzip',
  });
  const { imported, rejected, series } = (await streamed.json()) as Record<string, unknown>;
  assert.deepEqual([streamed.status, imported, rejected, series], [200, 50_000, 2, 3]);
  await engine.stop('SIGKILL');
  engine = await startEngine(t, folder);
  assert.equal(await countOf(engine, 'cpu_usage'), 50_003);
  // Tiers that keep that time have all of it; what is finer may be swept at any moment.
  for (const window of ['1h', '2h', '1d']) {
    const cells = await rollupOf(engine, window);
    assert.equal(
      cells.reduce((sum, { count }) => sum + count, 0),
      50_003,
      window,
    );
    assert.equal(
      cells.reduce((sum, cell) => sum + cell.sum, 0),
      (50_003 * 50_004) / 2,
      window,
    );
  }
  await engine.stop();
});

test('millrace import carries each line over once, though the server is killed in the middle', async (t) => {
  const folder = temporaryFolder(t);
  const port = await freePort();
  let engine = await startEngine(t, folder, '--port', String(port));
  const { url } = engine;
  const { child, ended } = millrace('import', '-', '--base-url', url);
  t.after(() => child.kill('SIGKILL'));
  const rows = (from: number, to: number): string =>
    Array.from({ length: to - from }, (_, i) => {
      const n = from + i;
      const value = n % 50_000 === 49_999 ? 'oops' : n;
      return `${OLD_MS + n * 100},imported,${value},host-${n % 100}\n`;
    }).join('');
  child.stdin!.write(`timestamp,metric,value,host\n${rows(0, 100_000)}`);
  for (let i = 0; i < 500 && (await countOf(engine, 'imported').catch(() => 0)) < 20_000; i++)
    await sleep(10);
  await engine.stop('SIGKILL');
  child.stdin!.write(rows(100_000, 150_000));
  await sleep(200);
  engine = await startEngine(t, folder, '--port', String(port));
  child.stdin!.end(rows(150_000, 200_000));
  const { code, stdout, stderr } = await ended;
  assert.equal(code, 5, stderr);
  assert.match(stdout, /199,996 imported, 4 refused, of standard input/);
  assert.match(stdout, /invalid_value: 4, first on line 50,001/);
  assert.equal(await countOf(engine, 'imported'), 199_996);
  const stats = await engine.json<{ conservation: { difference: number } }>('/api/v1/operator/stats');
  assert.equal(stats.conservation.difference, 0);
  await engine.stop();
});

test('millrace import tells of what the server refuses, by reason and line, and goes on from a line', async (t) => {
  const folder = temporaryFolder(t);
  const engine = await startEngine(t, folder);
  const file = join(folder, 'points.ndjson.gz');
  const line = (i: number, timestamp: number): string =>
    `{"name":"told","value":${i},"timestamp":${timestamp},"labels":{"host":"a"}}`;
  const lines = Array.from({ length: 30_000 }, (_, i) => line(i, OLD_MS + i));
  // Line 25,001 lies a day ahead, which only the server can know.
  lines[25_000] = line(0, Date.now() + DAY_MS);
  lines[10] = 'no json';
  writeFileSync(file, gzipSync(`${lines.join('\n')}\n`));
  const { code, stdout } = await millrace('import', file, '--base-url', engine.url).ended;
  assert.equal(code, 5);
  assert.match(stdout, /29,998 imported, 2 refused/);
  assert.match(stdout, /too_far_ahead: 1, first on line 25,001/);
  assert.match(stdout, /bad_line: 1, first on line 11/);
  assert.equal(await countOf(engine, 'told'), 29_998);
  const rest = await millrace('import', file, '--base-url', engine.url, '--from-line', '29001').ended;
  assert.equal(rest.code, 0, rest.stderr);
  assert.match(rest.stdout, /1,000 imported, 0 refused/);
  await engine.stop();
});

test('millrace generate --backfill sends a history that reaches further back than raw retention, either way', async (t) => {
  const engine = await startEngine(t, temporaryFolder(t));
  for (const [metric, flags] of [
    ['json', ['--hosts', '2']],
    ['binary', ['--hosts', '2', '--binary']],
  ] as const) {
    const run = millrace(
      ...['generate', '--metric', metric, '--pattern', 'combined', '--base-url', engine.url],
      ...['--backfill', '410d', '--interval', '6h', ...flags],
    );
    const { code, stdout, stderr } = await run.ended;
    assert.equal(code, 0, stderr);
    assert.match(stdout, /3,280 accepted, 0 rejected, of 3,280/);
    // Two days of four points from each of two hosts.
    assert.equal(await countOf(engine, metric), 16);
  }
  await engine.stop();
});
