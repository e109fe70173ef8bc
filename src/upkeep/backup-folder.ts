import { readdirSync, rmSync } from 'node:fs';
import { resolve, sep } from 'node:path';
import { errorText, MillraceError } from '../errors.js';
import type { Folder } from '../store/folder.js';
import { shardPath } from '../store/install-shards.js';
import { LmdbStore } from '../store/lmdb-store.js';
import { makeFolder } from '../store/make-folder.js';
import { type ManifestFields, writeManifest } from '../store/manifest.js';
import type { StoreReader } from '../store/shard-store.js';
import { copyEnvironment } from './copy-environment.js';
import { CopyProgress, type OnCopied } from './copy-progress.js';
import { requireSpace } from './disk-space.js';

/** What a backup is made of: a view of each shard, all as of one moment, and how large they are. */
export interface BackupSource {
  shards: readonly StoreReader[];
  usedBytes: number;
  manifest: ManifestFields;
}

/** Copies a folder at rest. */
export async function backupFolder(folder: Folder, to: string, onCopied: OnCopied): Promise<void> {
  requireOutside(folder.path, to);
  const { checksum: _, ...manifest } = folder.manifest;
  const stores: LmdbStore[] = [];
  try {
    for (let shard = 0; shard < manifest.shards; shard++)
      stores.push(LmdbStore.open(folder.shardPath(shard)));
    const usedBytes = stores.reduce((sum, store) => sum + store.figures().usedBytes, 0);
    await writeBackup({ shards: stores, usedBytes, manifest }, to, onCopied);
  } finally {
    for (const store of stores) await store.closed();
  }
}

/**
 * Writes a backup: a data folder like any other, its manifest last, so that what is not whole is none. What was written
 * is removed when it fails.
 * @throws MillraceError MR_NO_SPACE, MR_FOLDER_ACCESS, or what `onCopied` throws to end it
 */
export async function writeBackup(source: BackupSource, to: string, onCopied: OnCopied): Promise<void> {
  const made = makeEmpty(to);
  try {
    requireSpace(to, source.usedBytes, 'the backup');
    const progress = new CopyProgress(source.usedBytes, onCopied);
    for (const [shard, reader] of source.shards.entries()) {
      await copyEnvironment(reader, shardPath(to, shard), progress.onStep);
    }
    writeManifest(to, source.manifest);
  } catch (error) {
    clear(to, made);
    throw asNoSpace(error, to);
  }
}

/** A store that took nothing was full, or its disk fails; the reason stands in the text. */
export function asNoSpace(error: unknown, path: string): unknown {
  if (!(error instanceof MillraceError) || error.code !== 'MR_UNABLE_TO_STORE') return error;
  return new MillraceError(
    'MR_NO_SPACE',
    `${path} could not be written and was removed (${error.message}): make room, or use another disk`,
    { cause: error },
  );
}

/** A backup in the folder that it is of would be taken for a part of it. */
function requireOutside(data: string, to: string): void {
  const [outer, inner] = [resolve(data), resolve(to)];
  if (inner !== outer && !inner.startsWith(outer + sep)) return;
  throw new MillraceError(
    'MR_FOLDER_ACCESS',
    `${to} lies in the data folder ${data} itself: name a folder outside of it, best on another disk`,
  );
}

/** Makes a folder, or takes an empty one. Answers the uppermost that it made, if it made any. */
function makeEmpty(path: string): string | undefined {
  try {
    const made = makeFolder(path);
    const found = readdirSync(path);
    if (found.length === 0) return made;
    throw new MillraceError(
      'MR_FOLDER_ACCESS',
      `${path} is not empty (it has ${found.slice(0, 3).join(', ')}): a backup is written into a new folder, or an empty one`,
    );
  } catch (error) {
    if (error instanceof MillraceError) throw error;
    throw new MillraceError('MR_FOLDER_ACCESS', `${path} can't be made: ${errorText(error)}`, {
      cause: error,
    });
  }
}

function clear(path: string, made: string | undefined): void {
  if (made !== undefined) rmSync(made, { recursive: true, force: true });
  else for (const name of readdirSync(path)) rmSync(`${path}${sep}${name}`, { recursive: true, force: true });
}
