import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EngineProcess } from '../../bench/macro/engine-process.js';
import { checkSound } from '../src/upkeep/check-sound.js';
import { freePort } from './free-port.js';
import { Inspector, startInspected } from './inspector.js';
import { NumberedLoad } from './numbered-load.js';

const CRASHES = 3;

interface ShardStats {
  shards: { restarts: number; points: { accepted: number } }[];
}

test(`a shard whose thread dies ${CRASHES} times under load is started again, and every point is there once`, async (t) => {
  const inspectorPort = await freePort();
  const engine = await startInspected(inspectorPort);
  t.after(async () => {
    await engine.stop('SIGKILL');
    engine.removeFolder();
  });
  const inspector = await Inspector.attach(inspectorPort);
  const load = new NumberedLoad(t, engine.port, 'crash.test');
  for (let crash = 1; crash <= CRASHES; crash++) {
    await sleep(150);
    await inspector.endThread(0);
    // Health and queries answer while the thread is away.
    assert.equal((await fetch(`${engine.url}/health`)).status, 200);
    assert.equal((await fetch(`${engine.url}/metrics/names`)).status, 200);
    await restarted(engine, crash);
  }
  inspector.close();
  await sleep(150);
  await load.finish(engine);
  t.diagnostic(`${load.sent} points, ${load.producer.stats().reconnects} reconnects`);
  await engine.stop();
  await checkSound(engine.folder);
});

/** Waits until a shard was started again so many times and takes points. */
async function restarted(engine: EngineProcess, times: number): Promise<void> {
  const deadline = Date.now() + 10_000;
  let before = -1;
  for (;;) {
    const { shards } = await engine.json<ShardStats>('/api/v1/operator/stats');
    const shard = shards.find(({ restarts }) => restarts > 0);
    if (shard !== undefined && shard.restarts >= times) {
      if (before >= 0 && shard.points.accepted > before) return;
      before = shard.points.accepted;
    }
    assert.ok(
      Date.now() < deadline,
      `after 10 s: ${JSON.stringify(shards.map(({ restarts, points }) => ({ restarts, points })))}`,
    );
    await sleep(50);
  }
}
