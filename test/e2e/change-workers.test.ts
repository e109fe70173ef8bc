import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { EngineProcess } from '../../bench/macro/engine-process.js';
import { seededRandom } from '../../bench/macro/tsbs.js';
import { readManifest } from '../../src/store/manifest.js';
import { NumberedLoad } from './numbered-load.js';
import { mountSmall } from './small-disk.js';

const MAIN = fileURLToPath(new URL('../../src/main.js', import.meta.url));
const METRIC = 'workers.test';
const KILLS = Number(process.env['MILLRACE_KILL_ROUNDS'] ?? 8);

function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/**
 * A port below those that the kernel gives away: a client that tries again and again to reach an engine that is down is
 * given the engine's own port at some time, and then has it.
 */
const PORT = String(20_000 + (process.pid % 10_000));

const shardsOf = (folder: string): number | undefined => readManifest(folder)?.shards;

function checkSound(folder: string): void {
  const { status, stdout } = spawnSync(process.execPath, [MAIN, 'check', '--data', folder], {
    encoding: 'utf8',
  });
  assert.equal(status, 0, stdout);
}

/** Starts an engine and kills it `afterMs` behind its first copy, or behind its start when it makes none. */
async function startAndKill(folder: string, workers: number, afterMs: number): Promise<void> {
  const child = spawn(
    process.execPath,
    [MAIN, 'serve', '--port', '0', '--data', folder, '--workers', String(workers), '--log-level', 'warn'],
    { stdio: ['ignore', 'pipe', 'ignore'] },
  );
  const ended = once(child, 'exit');
  let isListening = false;
  child.stdout.once('data', () => {
    isListening = true;
  });
  while (!isListening && !existsSync(join(folder, 'moving'))) {
    assert.equal(child.exitCode, null, 'the engine ends by itself');
    await sleep(2);
  }
  await sleep(afterMs);
  child.kill('SIGKILL');
  await ended;
}

test('a producer meets every point once while its engine is started with other numbers of workers', async (t) => {
  const folder = temporaryFolder(t);
  let engine = await EngineProcess.start({ folder, flags: ['--workers', '1', '--port', PORT] });
  t.after(() => engine.stop('SIGKILL'));
  const load = new NumberedLoad(t, engine.port, METRIC);
  for (const workers of [4, 3, 1]) {
    await sleep(300);
    // A stop and a crash in turn: with an empty log and with a full one.
    await engine.stop(workers === 3 ? 'SIGKILL' : 'SIGTERM');
    engine = await EngineProcess.start({
      folder,
      flags: ['--workers', String(workers), '--port', PORT],
    });
    assert.equal(shardsOf(folder), workers);
  }
  await sleep(300);
  await load.finish(engine);
  await engine.stop();
  checkSound(folder);

  engine = await EngineProcess.start({ folder });
  assert.equal(shardsOf(folder), 1, 'without a number the folder keeps its own');
  await engine.stop();
});

test(`an engine that is killed ${KILLS} times while it changes its workers has lost nothing`, async (t) => {
  const folder = temporaryFolder(t);
  let engine = await EngineProcess.start({ folder, flags: ['--workers', '2', '--port', PORT] });
  t.after(() => engine.stop('SIGKILL'));
  const load = new NumberedLoad(t, engine.port, METRIC);
  await sleep(1_000);
  await engine.stop('SIGKILL');
  const random = seededRandom(Number(process.env['MILLRACE_KILL_SEED'] ?? 1));
  const seen = new Set<number | undefined>();
  for (let kill = 0; kill < KILLS; kill++) {
    // Often near its beginning, and now and then long after its end.
    await startAndKill(folder, kill % 4 === 3 ? 1 : 5, 600 * random() ** 2);
    seen.add(shardsOf(folder));
  }
  engine = await EngineProcess.start({ folder, flags: ['--workers', '5', '--port', PORT] });
  assert.equal(shardsOf(folder), 5);
  await load.finish(engine);
  await engine.stop();
  checkSound(folder);
  t.diagnostic(`${load.sent} points; met with ${[...seen].join(', ')} shards`);
});

test('an engine whose disk can not hold the data twice starts with the number of workers that it had', async (t) => {
  const disk = mountSmall(t, '160m');
  if (disk === undefined) return;
  const folder = join(disk.path, 'data');
  let engine = await EngineProcess.start({ folder, flags: ['--workers', '1', '--port', PORT] });
  t.after(() => engine.stop('SIGKILL'));
  const load = new NumberedLoad(t, engine.port, METRIC);
  await sleep(500);
  await load.stop();
  await load.producer.flush();
  await engine.stop();
  disk.resize(`${disk.usedBytes() + 8 * 1024 * 1024}`);

  engine = await EngineProcess.start({ folder, flags: ['--workers', '3', '--port', PORT] });
  assert.equal(shardsOf(folder), 1);
  assert.ok((await load.stored(engine)).every((times) => times === 1));
  await engine.stop();
  checkSound(folder);

  disk.resize('160m');
  engine = await EngineProcess.start({ folder, flags: ['--workers', '3', '--port', PORT] });
  assert.equal(shardsOf(folder), 3);
  await load.finish(engine);
  await engine.stop();
  checkSound(folder);
});
