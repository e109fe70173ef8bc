import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Folder } from '../store/folder.js';
import { dropMoving, movingPath, replaceEnvironment } from '../store/install-shards.js';
import { LmdbStore } from '../store/lmdb-store.js';
import { asNoSpace } from './backup-folder.js';
import { copyEnvironment } from './copy-environment.js';
import { CopyProgress, type OnCopied } from './copy-progress.js';
import { requireSpace } from './disk-space.js';

/** What a compaction did, bytes of files. */
export interface Compacted {
  beforeBytes: number;
  afterBytes: number;
}

/**
 * Gives the free pages of a folder at rest back to the disk: copies each shard's environment and puts the copy in its place
 * by one rename, one shard after the other, so that it needs room for the largest of them alone, and a crash at any moment
 * leaves each as it was or compacted.
 * @throws MillraceError MR_NO_SPACE; shards before that one are compacted
 */
export async function compactFolder(folder: Folder, onCopied: OnCopied): Promise<Compacted> {
  const shards = Array.from({ length: folder.manifest.shards }, (_, shard) => folder.shardPath(shard));
  const beforeBytes = fileBytes(shards);
  const used = await usedBytes(shards);
  const progress = new CopyProgress(
    used.reduce((sum, bytes) => sum + bytes, 0),
    onCopied,
  );
  // Where other whole copies are made, and thrown away like them when they are cut short.
  const copy = join(movingPath(folder.path), 'compact');
  for (const [shard, path] of shards.entries()) {
    dropMoving(folder.path);
    try {
      requireSpace(folder.path, used[shard]!, 'the compaction');
      await compactOne(path, copy, progress);
    } catch (error) {
      dropMoving(folder.path);
      throw asNoSpace(error, copy);
    }
  }
  dropMoving(folder.path);
  return { beforeBytes, afterBytes: fileBytes(shards) };
}

async function compactOne(path: string, copy: string, progress: CopyProgress): Promise<void> {
  const store = LmdbStore.open(path);
  try {
    await copyEnvironment(store, copy, progress.onStep);
  } finally {
    await store.closed();
  }
  replaceEnvironment(join(copy, 'data.mdb'), path);
}

async function usedBytes(paths: readonly string[]): Promise<number[]> {
  const used: number[] = [];
  for (const path of paths) {
    const store = LmdbStore.open(path);
    used.push(store.figures().usedBytes);
    await store.closed();
  }
  return used;
}

const fileBytes = (paths: readonly string[]): number =>
  paths.reduce((sum, path) => sum + statSync(join(path, 'data.mdb')).size, 0);
