import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { SHARD_COUNT_MAX } from '../../native-free-core/limits.js';
import { MillraceError } from '../errors.js';
import { type Manifest, type ManifestFields, syncFolder, writeManifest } from './manifest.js';

/**
 * How whole environments take the place of others: by a change of workers and by a restore. Three states, each left by one
 * rename, so that a crash at any moment leaves the folder as it was or as it is to be:
 *
 *   1. The new environments are made below `moving`. The manifest does not know of them; what is there can be thrown
 *      away at any time.
 *   2. They are whole and synced, and the manifest is written with `installing`. From here on the new ones hold, and
 *      wherever `moving/shard-k` is still there it is the one that holds.
 *   3. Each file is renamed over its predecessor, what is left of the old ones is removed, and the manifest is written
 *      without `installing`.
 *
 * Whoever opens the folder goes on from the state that it finds.
 */

export const shardPath = (path: string, shard: number): string => join(path, `shard-${shard}`);

/** Where new environments are made. */
export const movingPath = (path: string): string => join(path, 'moving');

/** Called behind each change on disk, so that a test can stop there. */
export type OnChange = () => void;

/** The folder of a shard's environment that holds, also in a folder whose installation was cut short. */
export function currentShardPath(path: string, { installing }: Manifest, shard: number): string {
  const moving = shardPath(movingPath(path), shard);
  return installing === true && existsSync(join(moving, 'data.mdb')) ? moving : shardPath(path, shard);
}

/** Puts the whole and synced environments below `moving` in the place of all that were there. */
export function installShards(path: string, fields: ManifestFields, onChange: OnChange = () => {}): Manifest {
  const manifest = writeManifest(path, { ...fields, installing: true });
  onChange();
  return finishInstall(path, manifest, onChange);
}

/** Goes on with an installation that was begun. */
export function finishInstall(path: string, manifest: Manifest, onChange: OnChange = () => {}): Manifest {
  for (let shard = 0; shard < manifest.shards; shard++) installOne(path, shard, onChange);
  for (let shard = manifest.shards; shard < SHARD_COUNT_MAX; shard++) {
    if (!existsSync(shardPath(path, shard))) continue;
    rmSync(shardPath(path, shard), { recursive: true });
    onChange();
  }
  syncFolder(path);
  dropMoving(path);
  onChange();
  const { checksum: _, installing: __, ...fields } = manifest;
  return writeManifest(path, fields);
}

function installOne(path: string, shard: number, onChange: OnChange): void {
  const from = join(shardPath(movingPath(path), shard), 'data.mdb');
  const to = shardPath(path, shard);
  if (existsSync(from)) {
    mkdirSync(to, { recursive: true });
    replaceEnvironment(from, to);
    onChange();
  } else if (!existsSync(join(to, 'data.mdb'))) {
    throw new MillraceError(
      'MR_FOLDER_DAMAGED',
      `${from} is missing, and ${to} has no data either, though the change that makes it was under way: restore the whole data folder from a backup`,
    );
  }
}

/** Renames an environment's file over that in `to`, which nobody may have open. */
export function replaceEnvironment(from: string, to: string): void {
  // First, because it belongs to the file that goes; LMDB makes another one.
  rmSync(join(to, 'lock.mdb'), { force: true });
  renameSync(from, join(to, 'data.mdb'));
  syncFolder(to);
}

/** Throws away what a change that did not come to its end has made. */
export function dropMoving(path: string): void {
  rmSync(movingPath(path), { recursive: true, force: true });
}
