import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { EngineProcess } from '../../bench/macro/engine-process.js';
import type { OperatorStats } from '../../src/operator/operator-report.js';

/** How long an engine may take to end with a query that waits for a thread, ms: five seconds for its request, and as long for the threads. */
const STOP_MS_MAX = 15_000;

/** Ends query threads as they begin while the file beside it is there; nothing else has a word for what is cancelled. */
const HOOK = `
const { existsSync } = require('node:fs');
const { isMainThread, workerData } = require('node:worker_threads');
const mark = __filename + '.fail';
if (!isMainThread && workerData?.cancelled !== undefined && existsSync(mark)) process.exit(7);
`;

async function startHooked(hook: string): Promise<EngineProcess> {
  const before = process.env['NODE_OPTIONS'];
  process.env['NODE_OPTIONS'] = `--require ${hook}`;
  try {
    return await EngineProcess.start({ flags: ['--workers', '1', '--query-threads', '2'] });
  } finally {
    if (before === undefined) delete process.env['NODE_OPTIONS'];
    else process.env['NODE_OPTIONS'] = before;
  }
}

test('an engine whose query threads cannot start takes points, says so, comes back by itself, and stops', async (t) => {
  const tools = mkdtempSync(join(tmpdir(), 'millrace-hook-'));
  const hook = join(tools, 'hook.cjs');
  writeFileSync(hook, HOOK);
  writeFileSync(`${hook}.fail`, '');
  let engine = await startHooked(hook);
  t.after(async () => {
    await engine.stop('SIGKILL');
    engine.removeFolder();
    rmSync(tools, { recursive: true });
  });
  const queries = async (): Promise<OperatorStats['queries']> =>
    (await engine.json<OperatorStats>('/api/v1/operator/stats')).queries;
  const record = async (): Promise<void> => {
    const answer = await fetch(`${engine.url}/metrics/ingest`, {
      method: 'POST',
      body: JSON.stringify({ metric_name: 'kept', value: 1 }),
      headers: { 'content-type': 'application/json' },
    });
    assert.equal(answer.status, 200, await answer.text());
  };

  await record();
  assert.deepEqual([(await queries()).threads, (await queries()).threads_missing], [0, 2]);
  const asked = engine.json<{ count: number }>('/api/v1/stats/kept');
  while ((await queries()).threads_lost < 4) await sleep(10);
  rmSync(`${hook}.fail`);
  assert.equal((await asked).count, 1);
  while ((await queries()).threads_missing > 0) await sleep(10);
  assert.equal((await queries()).threads, 2);
  await engine.stop();
  engine.removeFolder();

  writeFileSync(`${hook}.fail`, '');
  engine = await startHooked(hook);
  await record();
  const waiting = fetch(`${engine.url}/api/v1/stats/kept`).then(
    ({ status }) => status,
    () => 0,
  );
  while ((await queries()).in_flight === 0) await sleep(10);
  const startMs = performance.now();
  await engine.stop();
  assert.ok(performance.now() - startMs < STOP_MS_MAX, `it took ${performance.now() - startMs} ms to stop`);
  assert.notEqual(await waiting, 200);
});
