import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { EngineProcess } from '../../bench/macro/engine-process.js';
import { CALLS } from '../../src/http/calls.js';
import type { OperatorStats } from '../../src/operator/operator-report.js';
import { prometheusText } from '../../src/operator/prometheus/prometheus-text.js';
import { textFaults } from '../src/operator/prometheus/text-faults.js';

let engine: EngineProcess;

before(async () => {
  engine = await EngineProcess.start({ flags: ['--workers', '2'] });
  const data = Array.from({ length: 1_000 }, (_, i) => ({
    name: 'cpu_usage',
    value: i,
    labels: { host: `h${i % 10}` },
  }));
  data.push({ name: '', value: 1, labels: { host: 'refused' } });
  await fetch(`${engine.url}/api/v1/record`, {
    method: 'POST',
    body: JSON.stringify({ data }),
    headers: { 'content-type': 'application/json' },
  });
  await engine.json('/api/v1/stats/cpu_usage');
  // The store's figures are looked up once a second.
  await sleep(1_200);
});

after(async () => {
  await engine.stop();
  engine.removeFolder();
});

test('each call about the engine answers as its schema says', async () => {
  for (const path of ['/health', '/api/v1/operator/stats', '/db/status', '/api/v1/metrics/summary']) {
    const call = CALLS.find((each) => each.path === path)!;
    assert.ok('schema' in call.answer);
    const parsed = call.answer.schema.safeParse(await engine.json(path));
    assert.ok(parsed.success, `${path}: ${parsed.error?.message}`);
  }
});

test('the figures are those of what was done', async () => {
  const stats = await engine.json<OperatorStats>('/api/v1/operator/stats');
  assert.deepEqual(
    [stats.points_accepted, stats.series, stats.metrics, stats.rejects['invalid_name']],
    [1_000, 10, 1, 1],
  );
  assert.equal(stats.shards.length, 2);
  assert.equal(stats.queries.answered, 1);
  assert.ok(stats.shards.every(({ lmdb }) => lmdb.used_pages > 0 && lmdb.used_pages <= lmdb.file_pages));
  assert.ok(stats.event_loop_delay.p50_ms! < 1_000);
  // biome-ignore lint/suspicious/noExplicitAny: answers are looked at freely.
  const status = await engine.json<any>('/db/status');
  assert.deepEqual(
    [status.engine, status.path, status.durable, status.shards.length],
    ['lmdb', engine.folder, true, 2],
  );
  assert.ok(Math.abs(Date.parse(status.last_commit) - Date.now()) < 60_000, status.last_commit);
  assert.ok(status.free_bytes > 0 && status.size_bytes > 0);
  // biome-ignore lint/suspicious/noExplicitAny: answers are looked at freely.
  const summary = await engine.json<any>('/api/v1/metrics/summary');
  assert.deepEqual([summary.points, summary.series, summary.shards], [1_000, 10, 2]);
});

/** Paths of the numbers below a value; an index counts as any. */
function numbersIn(value: unknown, path = ''): string[] {
  if (typeof value === 'number') return [path];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, each]) =>
    numbersIn(each, `${path}/${Array.isArray(value) ? '*' : key}`),
  );
}

/** The same value, noting the path of each number that is read. */
function watched<T extends object>(value: T, seen: Set<string>, path = ''): T {
  return new Proxy(value, {
    get: (target, key) => {
      const each: unknown = Reflect.get(target, key);
      if (typeof key !== 'string') return each;
      const below = `${path}/${Array.isArray(target) && /^\d+$/.test(key) ? '*' : key}`;
      if (typeof each === 'number') seen.add(below);
      return typeof each === 'object' && each !== null ? watched(each, seen, below) : each;
    },
  });
}

test('GET /metrics has every number of the operator’s statistics', async () => {
  const stats = await engine.json<OperatorStats>('/api/v1/operator/stats');
  const seen = new Set<string>();
  prometheusText(watched(stats, seen));
  // A shard's number is its label, and is read as such.
  const missing = new Set(numbersIn(stats).filter((path) => !seen.has(path)));
  assert.deepEqual([...missing], [], 'src/operator/prometheus/metric-families.ts lacks them');
});

test('GET /metrics is what promtool takes without a word', async (t) => {
  const reply = await fetch(`${engine.url}/metrics`);
  assert.equal(reply.headers.get('content-type'), 'text/plain; version=0.0.4; charset=utf-8');
  const text = await reply.text();
  assert.match(text, /^millrace_points_accepted_total 1000$/m);
  assert.match(text, /^millrace_points_rejected_total\{reason="invalid_name"\} 1$/m);
  assert.match(text, /^millrace_shard_series\{shard="0"\} \d+$/m);
  assert.match(text, /^millrace_query_latency_seconds\{quantile="0\.99"\} 0\.\d+$/m);
  assert.match(text, /^millrace_query_latency_seconds_count 1$/m);
  assert.match(text, /^millrace_disk_free_bytes \d{6,}$/m);
  assert.match(text, /^process_cpu_seconds_total \d/m);
  assert.deepEqual(textFaults(text), []);
  const checked = spawnSync('promtool', ['check', 'metrics'], { input: text, encoding: 'utf8' });
  if (checked.error !== undefined) return t.diagnostic('promtool is not installed (Debian: prometheus)');
  assert.deepEqual([checked.status, checked.stdout, checked.stderr], [0, '', '']);
});
