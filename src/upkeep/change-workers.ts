import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ShardMap } from '../../native-free-core/series/refs.js';
import type { Clock } from '../clock.js';
import { MillraceError } from '../errors.js';
import type { StoreFinding } from '../store/findings.js';
import type { Folder } from '../store/folder.js';
import { dropMoving, movingPath, shardPath } from '../store/install-shards.js';
import { lastTransaction } from '../store/lmdb-file.js';
import { LmdbStore } from '../store/lmdb-store.js';
import { syncFolder } from '../store/manifest.js';
import { takeSteps } from './copy-pairs.js';
import { requireSpace } from './disk-space.js';
import { moveGroups } from './move-groups.js';
import { type ShardAtRest, storeLog } from './store-log.js';

/** Who is told of a change of workers. */
export interface ChangeWatcher {
  /** Before anything is copied. */
  onStart(from: number, to: number, bytes: number): void;
  onProgress(copiedBytes: number, bytes: number): void;
  onFinding(finding: StoreFinding): void;
  onDone(workers: number): void;
  /** Behind each change on disk: lets a test stop there. */
  onChange?(): void;
}

interface Change {
  from: ShardMap;
  to: ShardMap;
  sources: LmdbStore[];
  watcher: ChangeWatcher;
}

/**
 * Gives the data of a folder at rest to another number of shards. Groups are copied whole into new environments, and these
 * take the place of the old ones in one step when all of them are there: until then the folder is as it was, and a
 * crash, a full disk or a kill at any moment costs nothing but time. An attempt that was cut short is gone on with, unless the
 * folder was written to in between.
 *
 * @throws MillraceError MR_NO_SPACE or MR_UNABLE_TO_STORE when the disk can't hold both; the folder keeps its number
 */
export async function changeWorkers(
  folder: Folder,
  shards: number,
  { clock, ...shardOptions }: Pick<ShardAtRest, 'seriesTotal' | 'retention'> & { clock: Clock },
  watcher: ChangeWatcher,
): Promise<void> {
  const from = new ShardMap(folder.manifest.shards);
  if (shards === from.shardCount) {
    // Of a change that was given up.
    dropMoving(folder.path);
    return;
  }
  const paths = Array.from({ length: from.shardCount }, (_, shard) => folder.shardPath(shard));
  for (const [shard, path] of paths.entries()) {
    const atRest = { shard, map: from, path, ...shardOptions };
    for (const finding of await storeLog(atRest, clock)) watcher.onFinding(finding);
    watcher.onChange?.();
  }
  const plan = JSON.stringify({
    from: from.shardCount,
    to: shards,
    transactions: paths.map(lastTransaction),
  });
  const sources: LmdbStore[] = [];
  try {
    for (const path of paths) sources.push(LmdbStore.open(path));
    await copyAll(folder.path, plan, { from, to: new ShardMap(shards), sources, watcher });
  } catch (error) {
    // Room that is short is not to be taken by half a copy.
    if (isForWantOfRoom(error)) dropMoving(folder.path);
    throw error;
  } finally {
    for (const source of sources) await source.closed();
  }
  folder.install(shards, () => watcher.onChange?.());
  watcher.onDone(shards);
}

/** Whether a change failed because the disk could not hold it. */
export const isForWantOfRoom = (error: unknown): boolean =>
  error instanceof MillraceError && (error.code === 'MR_NO_SPACE' || error.code === 'MR_UNABLE_TO_STORE');

/** Keeps what an earlier attempt at the same change of the same data has copied; throws anything else away. */
function takeUpPlan(path: string, plan: string): void {
  const file = join(movingPath(path), 'plan.json');
  if (readIfThere(file) === plan) return;
  dropMoving(path);
  mkdirSync(movingPath(path));
  writeFileSync(file, plan, { flush: true });
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

/** Bytes that an earlier attempt has copied. */
function doneBytes(moving: string, shards: number): number {
  let bytes = 0;
  for (let shard = 0; shard < shards; shard++) {
    const stat = statSync(join(shardPath(moving, shard), 'data.mdb'), { throwIfNoEntry: false });
    bytes += stat?.size ?? 0;
  }
  return bytes;
}

async function copyAll(path: string, plan: string, { from, to, sources, watcher }: Change): Promise<void> {
  const moving = movingPath(path);
  const bytes = sources.reduce((sum, source) => sum + source.figures().usedBytes, 0);
  let copied = 0;
  watcher.onStart(from.shardCount, to.shardCount, bytes);
  takeUpPlan(path, plan);
  const done = doneBytes(moving, to.shardCount);
  requireSpace(path, Math.max(0, bytes - done), `the change to ${to.shardCount} workers`);
  for (let shard = 0; shard < to.shardCount; shard++) {
    const target = shardPath(moving, shard);
    const store = LmdbStore.open(target);
    try {
      const steps = moveGroups({ map: from, stores: sources }, { map: to, shard, store });
      await takeSteps(steps, (stepBytes) => {
        copied += stepBytes;
        watcher.onProgress(Math.min(bytes, done + copied), bytes);
        watcher.onChange?.();
      });
    } finally {
      await store.closed();
    }
    syncFolder(target);
  }
  syncFolder(moving);
}
