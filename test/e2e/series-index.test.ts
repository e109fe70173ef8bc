import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { EngineProcess } from '../../bench/macro/engine-process.js';

const HOSTS = 3_000;

interface Figures {
  series_index: { series: number; label_sets: number; left_out: number };
}

async function record(engine: EngineProcess, from: number, to: number): Promise<void> {
  const lines = Array.from({ length: to - from }, (_, i) => {
    const labels = { host: `h${from + i}`, zone: `z${(from + i) % 7}` };
    return ['cpu', 'mem'].map((name) => `${JSON.stringify({ name, value: i, labels })}\n`).join('');
  });
  const headers = { 'Content-Type': 'application/x-ndjson' };
  const answer = await fetch(`${engine.url}/api/v1/record`, {
    method: 'POST',
    headers,
    body: lines.join(''),
  });
  assert.equal(answer.status, 200);
}

/** That every host is found, under its own name and by a pattern. */
async function check(engine: EngineProcess, hosts: number): Promise<void> {
  const { hosts: found } = await engine.json<{ hosts: string[] }>('/api/hosts');
  assert.equal(found.length, hosts);
  const zone = encodeURIComponent('{zone=~"z[12]",host!="h1"}');
  const { metrics } = await engine.json<{ metrics: { series: number }[] }>(`/api/metrics?match=${zone}`);
  const inZones = Array.from({ length: hosts }, (_, i) => i % 7).filter((z) => z === 1 || z === 2).length;
  assert.deepEqual(
    metrics.map(({ series }) => series),
    [inZones - 1, inZones - 1],
  );
  const last = await engine.json<{ labels: object }>(`/api/metrics/mem/latest?host=h${hosts - 1}`);
  assert.deepEqual(last.labels, { host: `h${hosts - 1}`, zone: `z${(hosts - 1) % 7}` });
  const { series_index } = await engine.json<Figures>('/api/v1/operator/stats');
  assert.deepEqual(
    [series_index.series, series_index.label_sets, series_index.left_out],
    [hosts * 2, hosts, 0],
  );
}

test('series are found at once, after a stop, after kill -9, with a damaged index and with another number of shards', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'series.index');
  let engine = await EngineProcess.start({ folder, flags: ['--workers', '2'] });
  t.after(() => engine.stop('SIGKILL'));
  await record(engine, 0, HOSTS);
  await check(engine, HOSTS);
  await engine.stop();
  const stored = readFileSync(path);

  engine = await EngineProcess.start({ folder });
  await check(engine, HOSTS);
  await record(engine, HOSTS, HOSTS + 500);
  await engine.stop('SIGKILL');
  assert.deepEqual(readFileSync(path), stored, 'what came since is little: it is not stored again');

  engine = await EngineProcess.start({ folder });
  await check(engine, HOSTS + 500);
  await engine.stop();
  const damaged = readFileSync(path);
  damaged[damaged.length >> 1]! ^= 4;
  writeFileSync(path, damaged);

  engine = await EngineProcess.start({ folder });
  await check(engine, HOSTS + 500);
  await engine.stop();

  engine = await EngineProcess.start({ folder, flags: ['--workers', '3'] });
  await check(engine, HOSTS + 500);
  await engine.stop();
});
