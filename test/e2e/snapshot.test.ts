import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { EngineProcess } from '../../bench/macro/engine-process.js';
import { NumberedLoad } from './numbered-load.js';
import { mountSmall } from './small-disk.js';

const MAIN = fileURLToPath(new URL('../../src/main.js', import.meta.url));
const METRIC = 'snapshot.test';

function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function checkSound(folder: string): void {
  const { status, stdout } = spawnSync(process.execPath, [MAIN, 'check', '--data', folder], {
    encoding: 'utf8',
  });
  assert.equal(status, 0, stdout);
}

interface Report {
  name: string;
  path: string;
  bytes: number;
  shards: number;
  held_ms: number;
}

/** Takes a snapshot, again while the machine is too busy for one. */
async function takeSnapshot(engine: EngineProcess, query = ''): Promise<Report> {
  for (let tries = 0; ; tries++) {
    const response = await fetch(`${engine.url}/api/v1/snapshot${query}`, { method: 'POST' });
    const text = await response.text();
    if (response.status === 200) return JSON.parse(text) as Report;
    assert.ok(response.status === 429 && tries < 10, text);
  }
}

test('a snapshot under load has every acknowledged point and no batch in part, and the load loses none', async (t) => {
  const folder = temporaryFolder(t);
  const engine = await EngineProcess.start({ folder, flags: ['--workers', '3'] });
  t.after(() => engine.stop('SIGKILL'));
  const load = new NumberedLoad(t, engine.port, METRIC);
  const snapshots: { report: Report; acknowledged: number }[] = [];
  for (let round = 0; round < 3; round++) {
    await sleep(120);
    const { acknowledged } = load;
    snapshots.push({ report: await takeSnapshot(engine), acknowledged });
  }
  await load.finish(engine);
  await engine.stop();
  checkSound(folder);

  for (const { report, acknowledged } of snapshots) {
    assert.equal(report.path, join(folder, 'snapshots', report.name));
    assert.equal(report.shards, 3);
    assert.ok(report.bytes > 0 && report.held_ms < 150, JSON.stringify(report));
    checkSound(report.path);
    const copy = await EngineProcess.start({ folder: report.path });
    const seen = await load.stored(copy);
    const { conservation } = await copy.json<{ conservation: { difference: number } }>(
      '/api/v1/operator/stats',
    );
    await copy.stop();
    assert.equal(conservation.difference, 0);
    // The producer numbers its points as it sends them: batches that are whole in all shards are all up to a number.
    const count = seen.indexOf(0);
    assert.ok(count >= acknowledged, `${count} points, ${acknowledged} were acknowledged before`);
    assert.ok(
      seen.every((times, number) => times === (number < count ? 1 : 0)),
      `a batch behind point ${count} is there in part`,
    );
  }
  t.diagnostic(`held for ${snapshots.map(({ report }) => report.held_ms).join(', ')} ms`);
});

test('a snapshot has a name of its own, is refused beside another, and only for an admin where there are tokens', async (t) => {
  const folder = temporaryFolder(t);
  const target = temporaryFolder(t);
  const engine = await EngineProcess.start({
    folder,
    flags: ['--workers', '2', '--admin-token', 'boss', '--token', 'sender', '--snapshot-dir', target],
  });
  t.after(() => engine.stop('SIGKILL'));
  const post = async (query: string, token?: string) => {
    const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const response = await fetch(`${engine.url}/api/v1/snapshot${query}`, { method: 'POST', headers });
    return {
      status: response.status,
      body: (await response.json()) as Report & { code: string; detail: string },
    };
  };
  assert.equal((await post('')).status, 401);
  assert.equal((await post('', 'sender')).status, 403);
  const { status, body } = await post('?name=first', 'boss');
  assert.deepEqual([status, body.path], [200, join(target, 'first')]);
  const again = await post('?name=first', 'boss');
  assert.equal(again.status, 400);
  assert.match(again.body.detail, /a snapshot of that name already/);
  for (const name of ['..%2Fout', '.hidden', 'a%2Fb', 'x'.repeat(65)]) {
    assert.equal((await post(`?name=${name}`, 'boss')).status, 400, name);
  }
  const both = await Promise.all([post('?name=second', 'boss'), post('?name=third', 'boss')]);
  assert.deepEqual(both.map((each) => each.status).sort(), [200, 429]);
  assert.equal(readdirSync(target).length, 2);
  await engine.stop();
});

test('a snapshot whose disk is full is refused and leaves nothing, and the engine goes on', async (t) => {
  const disk = mountSmall(t, '17m');
  if (disk === undefined) return;
  const folder = temporaryFolder(t);
  const engine = await EngineProcess.start({
    folder,
    flags: ['--workers', '2', '--snapshot-dir', join(disk.path, 'snapshots')],
  });
  t.after(() => engine.stop('SIGKILL'));
  const load = new NumberedLoad(t, engine.port, METRIC);
  // More than what a snapshot may take of such a disk.
  while (load.acknowledged < 200_000) await sleep(50);
  const response = await fetch(`${engine.url}/api/v1/snapshot`, { method: 'POST' });
  const problem = (await response.json()) as { code: string; detail: string };
  assert.deepEqual([response.status, problem.code], [507, 'MR_NO_SPACE'], JSON.stringify(problem));
  assert.match(problem.detail, /make room/);
  assert.deepEqual(readdirSync(join(disk.path, 'snapshots')), []);
  disk.resize('256m');
  const { path } = await takeSnapshot(engine);
  checkSound(path);
  await load.finish(engine);
  await engine.stop();
});

test('an engine that stops while a snapshot is copied ends in good order and leaves no half of one', async (t) => {
  const folder = temporaryFolder(t);
  const engine = await EngineProcess.start({ folder, flags: ['--workers', '2'] });
  t.after(() => engine.stop('SIGKILL'));
  const load = new NumberedLoad(t, engine.port, METRIC);
  await sleep(500);
  const asked = fetch(`${engine.url}/api/v1/snapshot?name=late`, { method: 'POST' }).then(
    (response) => response.status,
    () => 0,
  );
  await sleep(30);
  await engine.stop();
  await load.abandon();
  const status = await asked;
  assert.equal(existsSync(join(folder, 'snapshots', 'late', 'millrace.json')), status === 200);
  if (status !== 200) assert.equal(existsSync(join(folder, 'snapshots', 'late')), false);
  checkSound(folder);
});
