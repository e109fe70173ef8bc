import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { EngineProcess } from '../../bench/macro/engine-process.js';
import { checkSound } from '../src/upkeep/check-sound.js';
import { NumberedLoad } from './numbered-load.js';
import { mountSmall } from './small-disk.js';

const SMALL = '8m';
const LARGE = '64m';
const METRIC = 'full.test';

interface Health {
  status: string;
  detail?: string;
}

async function healthOf(engine: EngineProcess): Promise<{ status: number; body: Health }> {
  const response = await fetch(`${engine.url}/health`);
  return { status: response.status, body: (await response.json()) as Health };
}

async function waitForHealth(engine: EngineProcess, status: number): Promise<Health> {
  const deadline = Date.now() + 20_000;
  for (;;) {
    const health = await healthOf(engine);
    if (health.status === status) return health.body;
    assert.ok(Date.now() < deadline, `health is ${JSON.stringify(health)} after 20 s, not ${status}`);
    await sleep(50);
  }
}

async function record(engine: EngineProcess, timeoutMs: number): Promise<Response | undefined> {
  try {
    return await fetch(`${engine.url}/api/v1/record`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ data: [{ name: 'full.http', value: 1 }] }),
      signal: AbortSignal.timeout(timeoutMs),
    });
  } catch {
    return undefined;
  }
}

/** Whatever is asked of the stored data while nothing can be stored is refused at once, with the reason. */
async function checkRefused(
  engine: EngineProcess,
  method: string,
  path: string,
  body?: object,
): Promise<void> {
  const response = await fetch(engine.url + path, {
    method,
    headers: { 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(10_000),
  });
  const text = await response.text();
  const { code, detail, reason } = JSON.parse(text) as { code: string; detail: string; reason?: string };
  const isTold =
    (code === 'MR_BUSY' && reason === 'unable_to_store') ||
    (['MR_UNABLE_TO_STORE', 'MR_NO_SPACE'].includes(code) && /space|free/.test(detail));
  assert.ok(isTold && response.status >= 429, `${method} ${path} answered ${response.status}: ${text}`);
}

test('an engine whose disk is full says so, goes on reading, and goes on by itself when there is room', async (t) => {
  const disk = mountSmall(t, SMALL);
  if (disk === undefined) return;
  const folder = disk.path;
  const engine = await EngineProcess.start({
    folder,
    flags: [
      '--workers',
      '2',
      '--ring-bytes',
      '1MiB',
      '--limits-points-per-batch',
      '10000',
      '--log-bytes-max',
      '16MiB',
    ],
  });
  t.after(() => engine.stop('SIGKILL'));
  const load = new NumberedLoad(t, engine.port, METRIC);

  const { detail } = await waitForHealth(engine, 503);
  assert.match(detail ?? '', /can't store: .*(space|full|ENOSPC)/i);
  const answer = await record(engine, 5_000);
  assert.ok(answer !== undefined, 'POST /api/v1/record was not answered within 5 s while the disk was full');
  assert.ok(answer.status === 429 || answer.status === 503, String(answer.status));
  assert.ok(Number(answer.headers.get('retry-after')) >= 1);
  const problem = (await answer.json()) as { reason?: string; code: string };
  assert.ok(
    problem.reason === 'unable_to_store' || problem.code === 'MR_UNABLE_TO_STORE',
    JSON.stringify(problem),
  );

  await checkRefused(engine, 'POST', '/api/v1/retention/sweep');
  await checkRefused(engine, 'POST', '/api/v1/rollups/trigger', { start: '1h' });
  await checkRefused(engine, 'DELETE', `/api/v1/series?match=${METRIC}{series="1"}&start=1h`);
  await checkRefused(engine, 'POST', '/api/v1/snapshot?name=full');
  await checkRefused(engine, 'POST', '/backfill/import', {
    metrics: [{ metric_name: 'full.old', value: 1, timestamp: Date.now() - 86_400_000 }],
  });
  assert.equal(existsSync(join(folder, 'snapshots', 'full')), false, 'a part of a snapshot is left');

  assert.ok(
    (await load.stored(engine)).some((count) => count > 0),
    'reads go on',
  );
  const stats = await engine.json<{ shards: { unable_to_store: boolean; store_failures: number }[] }>(
    '/api/v1/operator/stats',
  );
  assert.ok(stats.shards.some((shard) => shard.unable_to_store && shard.store_failures > 0));
  assert.equal((await healthOf(engine)).status, 503, 'it does not come right without room');

  disk.resize(LARGE);
  await waitForHealth(engine, 200);
  const snapshot = await fetch(`${engine.url}/api/v1/snapshot?name=room`, { method: 'POST' });
  assert.equal(snapshot.status, 200, await snapshot.text());
  await checkSound(join(folder, 'snapshots', 'room'));
  await load.finish(engine);
  t.diagnostic(
    `${load.sent} points, ${stats.shards.map(({ store_failures }) => store_failures)} failed commits`,
  );
  await engine.stop();

  const again = await EngineProcess.start({ folder });
  t.after(() => again.stop('SIGKILL'));
  assert.ok(
    (await load.stored(again)).every((count) => count === 1),
    'and every point is there after a restart',
  );
  await again.stop();
  await checkSound(folder);
});
