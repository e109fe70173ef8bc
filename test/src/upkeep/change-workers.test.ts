import assert from 'node:assert/strict';
import { cpSync, existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Folder } from '../../../src/store/folder.js';
import { tableEnd, tableKey } from '../../../src/store/keys.js';
import { PREFIX_SHARD, SHARD_INTENT } from '../../../src/store/store-layout.js';
import { changeWorkers } from '../../../src/upkeep/change-workers.js';
import { inFolderAsync } from '../store/temporary-folder.js';
import { checkSound } from './check-sound.js';
import {
  EAGER_BOUNDS,
  FOR_EVER,
  FolderLife,
  METRIC,
  NOW_MS,
  pointsAtRest,
  testClock,
} from './folder-life.js';

const QUIET = { onStart: () => {}, onProgress: () => {}, onFinding: () => {}, onDone: () => {} };
const OPTIONS = { seriesTotal: 40_000, retention: FOR_EVER, clock: testClock };

/** Stops as a kill would: nothing that is under way gets on. */
class Killed extends Error {}

/** Changes the number of workers; dies behind the change on disk whose number is `dieAfter`. Answers the changes made. */
async function change(path: string, shards: number, dieAfter = Number.POSITIVE_INFINITY): Promise<number> {
  const folder = Folder.openExisting(path);
  let changes = 0;
  const onChange = () => {
    if (++changes === dieAfter) throw new Killed();
  };
  try {
    await changeWorkers(folder, shards, OPTIONS, { ...QUIET, onChange });
    assert.equal(folder.manifest.shards, shards);
  } catch (error) {
    if (!(error instanceof Killed)) throw error;
  } finally {
    folder.close();
  }
  return changes;
}

const shardsOf = (path: string): string[] => readdirSync(path).filter((name) => name.startsWith('shard-'));

/** A folder with points in blocks and in the log, of two producers; one has a gap in its batches. */
async function fill(path: string, shards: number): Promise<void> {
  const life = new FolderLife(path, shards);
  for (let seq = 1; seq <= 20; seq++) life.send('a', seq, 300);
  for (const seq of [1, 2, 4, 6]) life.send('b', seq, 100);
  await life.stop();
  const again = new FolderLife(path, shards);
  again.send('a', 21, 300);
  await again.crash();
}

test('changeWorkers() keeps every point, every producer and the law, from any number to any other', async () => {
  await inFolderAsync(async (path) => {
    await fill(path, 1);
    const before = await pointsAtRest(path);
    assert.equal(before.length, 21 * 300 + 4 * 100);
    for (const shards of [4, 3, 16, 1]) {
      await change(path, shards);
      assert.equal(shardsOf(path).length, shards);
      assert.equal(existsSync(join(path, 'moving')), false);
      await checkSound(path);
      assert.deepEqual(await pointsAtRest(path), before, `with ${shards}`);
      const life = new FolderLife(path, shards);
      assert.deepEqual([life.lastSeq('a'), life.lastSeq('b')], [21, 2]);
      assert.equal(life.accepted(), before.length);
      await life.stop();
    }
  });
});

test('changeWorkers() takes a batch once whatever the number of workers was when it was sent first', async () => {
  await inFolderAsync(async (path) => {
    await fill(path, 3);
    const before = await pointsAtRest(path);
    await change(path, 5);
    const life = new FolderLife(path, 5);
    life.send('a', 21, 300);
    life.send('b', 4, 100);
    life.send('b', 6, 100);
    assert.equal(life.accepted(), before.length);
    life.send('b', 3, 100);
    life.send('b', 5, 100);
    await life.stop();
    await change(path, 2);
    const after = new FolderLife(path, 2);
    assert.equal(after.lastSeq('b'), 6);
    assert.equal(after.accepted(), before.length + 200);
    await after.stop();
    assert.equal(new Set(await pointsAtRest(path)).size, before.length + 200);
  });
});

for (const [from, to] of [
  [1, 3],
  [3, 2],
] as const) {
  test(`changeWorkers() from ${from} to ${to} can be stopped behind any change on disk, and gone on with or given up`, async () => {
    await inFolderAsync(async (parent) => {
      const original = join(parent, 'original');
      await fill(original, from);
      const before = await pointsAtRest(original);
      const dry = join(parent, 'dry');
      cpSync(original, dry, { recursive: true });
      const changes = await change(dry, to);
      assert.ok(changes > 20, `${changes} changes on disk`);
      for (let at = 1; at <= changes; at++) {
        const path = join(parent, `stopped-${at}`);
        cpSync(original, path, { recursive: true });
        await change(path, to, at);
        // In turn: gone on with, given up, and met by an engine of the old number that takes points in between.
        const life = new FolderLife(path, from);
        const { shards } = life.folder.manifest;
        if (at % 3 === 0) life.send('a', 22, 50);
        const wanted = before.length + (at % 3 === 0 ? 50 : 0);
        assert.equal(life.accepted(), wanted);
        await life.crash();
        await change(path, at % 3 === 1 ? shards : to);
        await checkSound(path);
        assert.equal((await pointsAtRest(path)).length, wanted, `stopped behind change ${at}`);
        const end = new FolderLife(path, to);
        assert.deepEqual([end.lastSeq('a'), end.lastSeq('b')], [at % 3 === 0 ? 22 : 21, 2]);
        assert.equal(end.accepted(), wanted);
        await end.crash();
      }
    });
  });
}

/** How many intents of deletes a shard's store has. */
function countIntents(life: FolderLife, shard: number): number {
  let count = 0;
  const { store } = life.engines[shard]!.jobs.host;
  store.forEachKey(tableKey(PREFIX_SHARD, SHARD_INTENT), tableEnd(PREFIX_SHARD, SHARD_INTENT), () => {
    count++;
    return true;
  });
  return count;
}

test('changeWorkers() takes a delete that was cut short along, and it takes nothing that came after it had begun', async () => {
  await inFolderAsync(async (parent) => {
    for (const to of [1, 3]) {
      const path = join(parent, `to-${to}`);
      const life = new FolderLife(path, 2, { bounds: EAGER_BOUNDS });
      for (let seq = 1; seq <= 6; seq++) life.send('a', seq, 300);
      const selectors = [{ label: '__name__', op: '=' as const, value: METRIC }];
      const [done, cut] = life.engines.map(({ jobs: { rewrites } }) =>
        rewrites.add({ kind: 'delete', selectors, startMs: 0, endMs: NOW_MS }),
      );
      const [first, second] = life.engines;
      while (done!.phase !== 'done') first!.doWork(NOW_MS);
      while (countIntents(life, 1) === 0) second!.doWork(NOW_MS);
      // Corrected points of the same times, for both shards.
      life.put('b', 1, 300);
      for (const engine of life.engines) engine.doWork(NOW_MS);
      assert.notEqual(cut!.phase, 'done');
      assert.deepEqual([countIntents(life, 0), countIntents(life, 1)], [0, 1]);
      await life.crash();
      await change(path, to);
      const after = new FolderLife(path, to, { bounds: EAGER_BOUNDS });
      while (after.engines.some(({ jobs }) => jobs.rewrites.isRunning)) after.work();
      assert.ok(after.engines.every((_, shard) => countIntents(after, shard) === 0));
      await after.stop();
      await checkSound(path);
      const points = await pointsAtRest(path);
      assert.equal(points.length, 300, `with ${to}`);
      assert.ok(points.every((line) => line.includes('"b"')));
    }
  });
});
