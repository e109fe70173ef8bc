import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { MillraceError } from '../../../src/errors.js';
import { Folder } from '../../../src/store/folder.js';
import { backupFolder } from '../../../src/upkeep/backup-folder.js';
import { compactFolder } from '../../../src/upkeep/compact-folder.js';
import { restoreFolder } from '../../../src/upkeep/restore-folder.js';
import { mountSmall } from '../../e2e/small-disk.js';
import { inFolderAsync } from '../store/temporary-folder.js';
import { checkSound } from './check-sound.js';
import { FolderLife, pointsAtRest } from './folder-life.js';

const quiet = () => {};

/** A folder with points in blocks and in the log. */
async function fill(path: string, batches = 20): Promise<void> {
  const life = new FolderLife(path, 3);
  for (let seq = 1; seq <= batches; seq++) life.send('a', seq, 300);
  await life.stop();
  const again = new FolderLife(path, 3);
  again.send('a', batches + 1, 300);
  await again.crash();
}

async function backup(path: string, to: string, onCopied: () => void = quiet): Promise<void> {
  const folder = Folder.openExisting(path);
  try {
    await backupFolder(folder, to, onCopied);
  } finally {
    folder.close();
  }
}

const isRefusal =
  (text: RegExp, code = 'MR_FOLDER_ACCESS') =>
  (error: unknown): boolean =>
    error instanceof MillraceError && error.code === code && text.test(error.message);

test('backupFolder() makes a folder with the same points, producers and key, of which the source knows nothing', async () => {
  await inFolderAsync(async (parent) => {
    const [data, to] = [join(parent, 'data'), join(parent, 'new', 'backup')];
    await fill(data);
    const before = await pointsAtRest(data);
    let copied = 0;
    await backup(data, to, () => copied++);
    assert.ok(copied >= 3);
    await checkSound(to);
    assert.deepEqual(readFileSync(join(to, 'millrace.json')), readFileSync(join(data, 'millrace.json')));
    assert.deepEqual(readdirSync(to).sort(), ['millrace.json', 'shard-0', 'shard-1', 'shard-2']);
    const life = new FolderLife(data, 3);
    life.send('a', 22, 300);
    await life.stop();
    assert.deepEqual(await pointsAtRest(to), before);
    const restored = new FolderLife(to, 3);
    assert.equal(restored.lastSeq('a'), 21);
    restored.send('a', 22, 300);
    await restored.stop();
    assert.deepEqual(await pointsAtRest(to), await pointsAtRest(data));
  });
});

test('backupFolder() refuses a target that has something in it, or lies in the folder itself', async () => {
  await inFolderAsync(async (parent) => {
    const data = join(parent, 'data');
    await fill(data, 1);
    const full = join(parent, 'full');
    mkdirSync(full);
    writeFileSync(join(full, 'mine'), '');
    await assert.rejects(backup(data, full), isRefusal(/full is not empty \(it has mine\)/));
    assert.deepEqual(readdirSync(full), ['mine']);
    await assert.rejects(backup(data, join(data, 'shard-9')), isRefusal(/lies in the data folder/));
    await assert.rejects(backup(data, join(full, 'mine', 'below')), isRefusal(/can't be made: .*ENOTDIR/));
  });
});

test('backupFolder() that fails removes what it wrote and nothing else', async () => {
  await inFolderAsync(async (parent) => {
    const data = join(parent, 'data');
    await fill(data, 2);
    const fail = () => {
      throw new MillraceError('MR_UNABLE_TO_STORE', 'no space left on device');
    };
    await assert.rejects(
      backup(data, join(parent, 'new', 'deep'), fail),
      isRefusal(/deep could not be written and was removed \(no space left/, 'MR_NO_SPACE'),
    );
    assert.equal(existsSync(join(parent, 'new')), false);
    mkdirSync(join(parent, 'there'));
    await assert.rejects(backup(data, join(parent, 'there'), fail), isRefusal(/make room/, 'MR_NO_SPACE'));
    assert.deepEqual(readdirSync(join(parent, 'there')), []);
  });
});

test('restoreFolder() fills an empty folder, and replaces one only when it is told to', async () => {
  await inFolderAsync(async (parent) => {
    const [data, to, target] = [join(parent, 'data'), join(parent, 'backup'), join(parent, 'target')];
    await fill(data);
    await backup(data, to);
    const before = await pointsAtRest(data);
    const options = { replace: false, onCopied: quiet };
    await restoreFolder(to, target, options);
    await checkSound(target);
    assert.deepEqual(await pointsAtRest(target), before);

    await assert.rejects(restoreFolder(to, target, options), isRefusal(/is not empty .*--replace/));
    const other = join(parent, 'other');
    const life = new FolderLife(other, 5);
    life.send('z', 1, 50);
    await life.stop();
    writeFileSync(join(other, 'series.index'), 'of other series');
    await restoreFolder(to, other, { ...options, replace: true });
    assert.deepEqual(await pointsAtRest(other), before);
    assert.deepEqual(readdirSync(other).sort(), ['millrace.json', 'shard-0', 'shard-1', 'shard-2']);
  });
});

test('restoreFolder() refuses what is no backup, a folder at work, and a target at work', async () => {
  await inFolderAsync(async (parent) => {
    const [data, to] = [join(parent, 'data'), join(parent, 'backup')];
    await fill(data, 1);
    await backup(data, to);
    const options = { replace: true, onCopied: quiet };
    await assert.rejects(restoreFolder(parent, to, options), isRefusal(/no data folder of Millrace/));
    const folder = Folder.openExisting(data);
    await assert.rejects(
      restoreFolder(data, join(parent, 'target'), options),
      isRefusal(/in use by process/, 'MR_FOLDER_IN_USE'),
    );
    await assert.rejects(restoreFolder(to, data, options), isRefusal(/in use by/, 'MR_FOLDER_IN_USE'));
    folder.close();
  });
});

test('restoreFolder() leaves the old data or the new, wherever it is stopped', async () => {
  await inFolderAsync(async (parent) => {
    const [data, to, old] = [join(parent, 'data'), join(parent, 'backup'), join(parent, 'old')];
    await fill(data, 3);
    await backup(data, to);
    const after = await pointsAtRest(data);
    const life = new FolderLife(old, 4);
    life.send('z', 1, 50);
    await life.stop();
    const before = await pointsAtRest(old);
    const seen = new Set<string>();
    for (let at = 0; at < 12; at++) {
      const target = join(parent, `target-${at}`);
      cpSync(old, target, { recursive: true });
      let left = at;
      const stop = () => {
        if (left-- === 0) throw new Error('stopped');
      };
      await restoreFolder(to, target, { replace: true, onCopied: stop, onChange: stop }).catch(
        (error: Error) => assert.equal(error.message, 'stopped'),
      );
      const points = await pointsAtRest(target);
      const what = points.length === before.length ? 'old' : 'new';
      assert.deepEqual(points, what === 'old' ? before : after);
      await checkSound(target);
      seen.add(what);
    }
    assert.deepEqual([...seen], ['old', 'new']);
  });
});

test('compactFolder() gives free pages back, keeps everything, and can be stopped anywhere', async () => {
  await inFolderAsync(async (parent) => {
    const data = join(parent, 'data');
    await fill(data, 60);
    const before = await pointsAtRest(data);
    const stopped = join(parent, 'stopped');
    cpSync(data, stopped, { recursive: true });
    const half = Folder.openExisting(stopped);
    let steps = 0;
    const stop = () => {
      if (++steps === 3) throw new Error('stopped');
    };
    await assert.rejects(compactFolder(half, stop), /stopped/);
    half.close();
    assert.deepEqual(await pointsAtRest(stopped), before);

    const folder = Folder.openExisting(data);
    const { beforeBytes, afterBytes } = await compactFolder(folder, quiet);
    assert.ok(afterBytes < beforeBytes, `${beforeBytes} bytes became ${afterBytes}`);
    const again = await compactFolder(folder, quiet);
    assert.equal(again.beforeBytes, afterBytes);
    folder.close();
    assert.equal(existsSync(join(data, 'moving')), false);
    await checkSound(data);
    assert.deepEqual(await pointsAtRest(data), before);
    const life = new FolderLife(data, 3);
    assert.equal(life.lastSeq('a'), 61);
    assert.equal(life.accepted(), before.length);
    await life.stop();
  });
});

test('checkFolder() and restoreFolder() read a backup on a medium that takes nothing, and leave nothing there', async (t) => {
  const disk = mountSmall(t, '24m');
  if (disk === undefined) return;
  await inFolderAsync(async (parent) => {
    const [data, to, target] = [join(parent, 'data'), join(disk.path, 'backup'), join(parent, 'target')];
    await fill(data, 3);
    await backup(data, to);
    for (const shard of [0, 1, 2]) rmSync(join(to, `shard-${shard}`, 'lock.mdb'), { force: true });
    disk.makeReadOnly();
    await checkSound(to);
    await restoreFolder(to, target, { replace: false, onCopied: quiet });
    assert.deepEqual(await pointsAtRest(target), await pointsAtRest(data));
    assert.deepEqual(readdirSync(join(to, 'shard-0')), ['data.mdb']);
  });
});
