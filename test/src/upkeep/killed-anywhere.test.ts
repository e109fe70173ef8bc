import assert from 'node:assert/strict';
import { cpSync, existsSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { Folder } from '../../../src/store/folder.js';
import { readManifest } from '../../../src/store/manifest.js';
import { backupFolder } from '../../../src/upkeep/backup-folder.js';
import { changeWorkers } from '../../../src/upkeep/change-workers.js';
import { compactFolder } from '../../../src/upkeep/compact-folder.js';
import { restoreFolder } from '../../../src/upkeep/restore-folder.js';
import { inFolderAsync } from '../store/temporary-folder.js';
import { checkSound, findingsOf } from './check-sound.js';
import { FOR_EVER, FolderLife, pointsAtRest, testClock } from './folder-life.js';

const QUIET = { onStart: () => {}, onProgress: () => {}, onFinding: () => {}, onDone: () => {} };
const OPTIONS = { seriesTotal: 40_000, retention: FOR_EVER, clock: testClock };

/**
 * Copies a folder whenever something in it has changed: what a kill at that moment would leave, with none of the clearing up that an
 * error would bring.
 */
class Kills {
  readonly states: string[] = [];
  readonly #folder: string;
  readonly #parent: string;

  constructor(folder: string, parent: string) {
    this.#folder = folder;
    this.#parent = parent;
  }

  readonly onChange = (): void => {
    const state = join(this.#parent, `${basename(this.#folder)}-${this.states.length}`);
    // A process that was killed has the folder no more.
    const filter = (path: string): boolean => !basename(path).startsWith('millrace.pid');
    if (existsSync(this.#folder)) cpSync(this.#folder, state, { recursive: true, filter });
    this.states.push(state);
  };
}

async function fill(path: string, shards: number, producer: string): Promise<string[]> {
  const life = new FolderLife(path, shards);
  for (let seq = 1; seq <= 3; seq++) life.send(producer, seq, 200);
  await life.stop();
  return pointsAtRest(path);
}

async function atRest<T>(path: string, act: (folder: Folder) => Promise<T>): Promise<T> {
  const folder = Folder.openExisting(path);
  try {
    return await act(folder);
  } finally {
    folder.close();
  }
}

const isInstalling = (path: string): boolean => readManifest(path)?.installing === true;

/** The states that a change of workers leaves on disk when it is killed. */
async function changeStates(path: string, parent: string, shards: number): Promise<string[]> {
  const kills = new Kills(path, parent);
  await atRest(path, (folder) =>
    changeWorkers(folder, shards, OPTIONS, { ...QUIET, onChange: kills.onChange }),
  );
  return kills.states;
}

test('restoreFolder() over a folder whose installation was cut short leaves all of the old data or of the new', async () => {
  await inFolderAsync(async (parent) => {
    const [other, data, to] = ['other', 'data', 'backup'].map((name) => join(parent, name));
    const after = await fill(other!, 3, 'b');
    await atRest(other!, (folder) => backupFolder(folder, to!, () => {}));
    const before = await fill(data!, 2, 'a');
    const installing = (await changeStates(data!, parent, 3)).filter(isInstalling);
    assert.ok(installing.length >= 4, `${installing.length} states of an installation`);
    for (const state of installing) {
      const kills = new Kills(state, parent);
      const { onChange } = kills;
      await restoreFolder(to!, state, { replace: true, onCopied: onChange, onChange });
      assert.deepEqual(await pointsAtRest(state), after);
      const seen = new Set<string>();
      for (const killed of kills.states) {
        assert.deepEqual(await findingsOf(killed), [], killed);
        const points = await pointsAtRest(killed);
        assert.ok(points.length === before.length || points.length === after.length);
        assert.deepEqual(points, points[0] === before[0] ? before : after);
        seen.add(points[0] === before[0] ? 'old' : 'new');
      }
      assert.deepEqual([...seen], ['old', 'new']);
    }
  });
});

test('restoreFolder() takes the place of a folder whose installation can not be finished, or whose manifest is damaged', async () => {
  await inFolderAsync(async (parent) => {
    const [data, to] = [join(parent, 'data'), join(parent, 'backup')];
    const points = await fill(data, 2, 'a');
    await atRest(data, (folder) => backupFolder(folder, to, () => {}));
    const states = (await changeStates(data, parent, 3)).filter(isInstalling);
    const [lost, damaged] = [states[0]!, states[1]!];
    rmSync(join(lost, 'moving'), { recursive: true });
    rmSync(join(lost, 'shard-1'), { recursive: true });
    writeFileSync(join(damaged, 'millrace.json'), '{"format"');
    for (const target of [lost, damaged]) {
      await restoreFolder(to, target, { replace: true, onCopied: () => {} });
      await checkSound(target);
      assert.deepEqual(await pointsAtRest(target), points);
    }
  });
});

test('every command takes up a folder whose installation was cut short', async () => {
  await inFolderAsync(async (parent) => {
    const data = join(parent, 'data');
    const points = await fill(data, 3, 'a');
    const states = (await changeStates(data, parent, 2)).filter(isInstalling);
    assert.ok(states.length >= 3);
    for (const state of states) {
      await checkSound(state);
      assert.equal(isInstalling(state), true, 'a check changed something');
      const copy = `${state}-compact`;
      cpSync(state, copy, { recursive: true });
      await atRest(copy, (folder) => compactFolder(folder, () => {}));
      assert.deepEqual(await pointsAtRest(copy), points);
      const to = `${state}-backup`;
      // Of the very folder: a backup that is begun over it finishes the installation first.
      await restoreFolder(state, to, { replace: false, onCopied: () => {} });
      assert.deepEqual(await pointsAtRest(to), points);
      await atRest(state, (folder) => backupFolder(folder, `${to}-2`, () => {}));
      assert.deepEqual(await pointsAtRest(`${to}-2`), points);
    }
  });
});

test('compactFolder() that is killed anywhere leaves every point, and can be begun again', async () => {
  await inFolderAsync(async (parent) => {
    const data = join(parent, 'data');
    const points = await fill(data, 3, 'a');
    const kills = new Kills(data, parent);
    await atRest(data, (folder) => compactFolder(folder, kills.onChange));
    kills.onChange();
    assert.ok(kills.states.length >= 4);
    for (const killed of kills.states) {
      await checkSound(killed);
      assert.deepEqual(await pointsAtRest(killed), points);
      await atRest(killed, (folder) => compactFolder(folder, () => {}));
      assert.deepEqual(await pointsAtRest(killed), points);
      assert.equal(existsSync(join(killed, 'moving')), false);
    }
  });
});

test('backupFolder() that is killed anywhere leaves nothing that is taken for a backup', async () => {
  await inFolderAsync(async (parent) => {
    const [data, to] = [join(parent, 'data'), join(parent, 'backup')];
    const points = await fill(data, 3, 'a');
    const kills = new Kills(to, parent);
    await atRest(data, (folder) => backupFolder(folder, to, kills.onChange));
    assert.ok(kills.states.length >= 3);
    for (const killed of kills.states) {
      await assert.rejects(
        restoreFolder(killed, join(parent, 'target'), { replace: true, onCopied: () => {} }),
        /is no data folder of Millrace/,
      );
      await assert.rejects(
        atRest(data, (folder) => backupFolder(folder, killed, () => {})),
        /is not empty/,
      );
    }
    await checkSound(to);
    assert.deepEqual(await pointsAtRest(to), points);
  });
});
