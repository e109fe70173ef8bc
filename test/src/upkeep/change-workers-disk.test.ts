import assert from 'node:assert/strict';
import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Folder } from '../../../src/store/folder.js';
import { changeWorkers, isForWantOfRoom } from '../../../src/upkeep/change-workers.js';
import { mountSmall } from '../../e2e/small-disk.js';
import { FOR_EVER, FolderLife, pointsAtRest, testClock } from './folder-life.js';

const QUIET = { onStart: () => {}, onProgress: () => {}, onFinding: () => {}, onDone: () => {} };
const OPTIONS = { seriesTotal: 40_000, retention: FOR_EVER, clock: testClock };
const MIB = 1024 * 1024;

async function fill(path: string): Promise<void> {
  const life = new FolderLife(path, 1);
  for (let seq = 1; seq <= 20; seq++) life.send('a', seq, 300);
  await life.stop();
}

test('changeWorkers() that has no room leaves a folder as it was and gives back what it took', async (t) => {
  // Both at the beginning: a process that has mapped as much as a shard takes may not be allowed to fork.
  const [narrow, wide] = [mountSmall(t, '12m'), mountSmall(t, '64m')];
  if (narrow === undefined || wide === undefined) return;

  const narrowPath = join(narrow.path, 'data');
  await fill(narrowPath);
  const narrowFolder = Folder.openExisting(narrowPath);
  await assert.rejects(
    changeWorkers(narrowFolder, 4, OPTIONS, QUIET),
    /the change to 4 workers needs [\d.]+ MiB of free disk at .*, [\d.]+ MiB are free: make room/,
  );
  narrowFolder.close();
  assert.equal(existsSync(join(narrowPath, 'moving')), false);

  const path = join(wide.path, 'data');
  await fill(path);
  const before = await pointsAtRest(path);
  const folder = Folder.openExisting(path);
  const used = wide.usedBytes();
  const filler = join(wide.path, 'filler');
  // What another process might do between the look at the free room and the next transaction.
  const onProgress = () => {
    if (!existsSync(filler)) writeFileSync(filler, Buffer.alloc(wide.freeBytes() - MIB / 2));
  };
  await assert.rejects(
    changeWorkers(folder, 4, OPTIONS, { ...QUIET, onProgress }),
    (error) => isForWantOfRoom(error) && /no space left/.test((error as Error).message),
  );
  folder.close();
  rmSync(filler);
  assert.equal(existsSync(join(path, 'moving')), false);
  assert.ok(wide.usedBytes() <= used + MIB);
  assert.deepEqual(await pointsAtRest(path), before);

  const again = Folder.openExisting(path);
  await changeWorkers(again, 4, OPTIONS, QUIET);
  again.close();
  assert.equal(readdirSync(path).filter((name) => name.startsWith('shard-')).length, 4);
  assert.deepEqual(await pointsAtRest(path), before);
});
