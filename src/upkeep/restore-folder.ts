import { existsSync, readdirSync, rmSync } from 'node:fs';
import { MillraceError } from '../errors.js';
import { indexPath } from '../store/folder.js';
import { FolderLock } from '../store/folder-lock.js';
import {
  currentShardPath,
  dropMoving,
  finishInstall,
  installShards,
  movingPath,
  type OnChange,
  shardPath,
} from '../store/install-shards.js';
import { LmdbStore } from '../store/lmdb-store.js';
import { makeFolder } from '../store/make-folder.js';
import { inaccessible, type Manifest, readManifest, requireFolder, syncFolder } from '../store/manifest.js';
import { asNoSpace } from './backup-folder.js';
import { copyEnvironment } from './copy-environment.js';
import { CopyProgress, type OnCopied } from './copy-progress.js';
import { requireSpace } from './disk-space.js';

/** What may lie in a folder that counts as empty: what a file system or an earlier restore left there. */
const NOTHING = new Set(['lost+found', 'moving', 'millrace.pid', 'millrace.pid.next', 'millrace.json.new']);

export interface RestoreOptions {
  /** Take the place of what is in the target. */
  replace: boolean;
  onCopied: OnCopied;
  /** Behind each change of what the target is: lets a test stop there. */
  onChange?: OnChange;
}

/**
 * Copies a backup into a data folder. The target's own data holds until the copy is whole and synced, and goes in one
 * step: a restore that fails or is killed leaves it as it was.
 * @throws MillraceError MR_FOLDER_ACCESS when the target is not empty and must not be replaced; MR_NO_SPACE
 */
export async function restoreFolder(backup: string, target: string, options: RestoreOptions): Promise<void> {
  requireTarget(backup, target, options.replace);
  try {
    makeFolder(target);
  } catch (error) {
    throw inaccessible(target, error);
  }
  const lock = FolderLock.take(target);
  try {
    const manifest = requireFolder(backup);
    finishOther(target);
    await copyBackup(backup, manifest, target, options.onCopied);
    // It is of the series that are replaced; the next start makes another one.
    rmSync(indexPath(target), { force: true });
    const { checksum: _, installing: __, ...fields } = manifest;
    installShards(target, fields, options.onChange);
  } finally {
    lock.release();
  }
}

/**
 * Looks at both folders before anything is done.
 * @throws MillraceError MR_FOLDER_ACCESS, MR_FOLDER_IN_USE
 */
export function requireTarget(backup: string, target: string, replace: boolean): void {
  requireFolder(backup);
  const owner = FolderLock.owner(backup);
  if (owner !== undefined)
    throw new MillraceError(
      'MR_FOLDER_IN_USE',
      `${backup} is in use by process ${owner}: it is a data folder at work and no backup`,
    );
  if (!replace && existsSync(target)) requireEmpty(target);
}

/**
 * An installation that was cut short is finished before its `moving` is needed for the copy: wherever an environment is still
 * there, it is the one that holds.
 */
function finishOther(target: string): void {
  try {
    const manifest = readManifest(target);
    if (manifest?.installing === true) finishInstall(target, manifest);
  } catch (error) {
    // What can't be understood or is not whole holds no more than it did: to replace that is what a restore is for.
    if (!(error instanceof MillraceError)) throw error;
  }
}

async function copyBackup(
  backup: string,
  manifest: Manifest,
  target: string,
  onCopied: OnCopied,
): Promise<void> {
  dropMoving(target);
  const stores: LmdbStore[] = [];
  try {
    for (let shard = 0; shard < manifest.shards; shard++)
      stores.push(LmdbStore.open(currentShardPath(backup, manifest, shard)));
    const usedBytes = stores.reduce((sum, store) => sum + store.figures().usedBytes, 0);
    requireSpace(target, usedBytes, 'the restore');
    const progress = new CopyProgress(usedBytes, onCopied);
    for (const [shard, store] of stores.entries()) {
      await copyEnvironment(store, shardPath(movingPath(target), shard), progress.onStep);
    }
    syncFolder(movingPath(target));
  } catch (error) {
    dropMoving(target);
    throw asNoSpace(error, movingPath(target));
  } finally {
    for (const store of stores) await store.closed();
  }
}

function requireEmpty(target: string): void {
  const found = readdirSync(target).filter((name) => !NOTHING.has(name));
  if (found.length === 0) return;
  throw new MillraceError(
    'MR_FOLDER_ACCESS',
    `${target} is not empty (it has ${found.slice(0, 3).join(', ')}): name a new folder, or say --replace to put the backup in the place of what is there`,
  );
}
