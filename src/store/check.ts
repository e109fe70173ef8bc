import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { GROUP_COUNT } from '../../native-free-core/limits.js';
import { ShardMap } from '../../native-free-core/series/refs.js';
import { MillraceError } from '../errors.js';
import { IndexFile } from '../indexer/index-file.js';
import { type CheckedShard, ShardChecker } from './check-shard.js';
import type { StoreFinding } from './findings.js';
import { hashKeyOf, indexPath } from './folder.js';
import { currentShardPath } from './install-shards.js';
import { checkLmdbFile } from './lmdb-file.js';
import { LmdbSnapshots } from './lmdb-store.js';
import { requireFolder } from './manifest.js';

/** Who is told how a check goes. */
export interface CheckWatcher {
  onFinding(finding: StoreFinding): void;
  /** A shard is read through; `summary` says what is there, in a sentence. */
  onShard(shard: number, summary: string): void;
  /** Groups of all shards that are read through. May throw, which ends the check. */
  onProgress(groups: number, of: number): void;
}

/**
 * Reads a data folder through, as of one moment a shard. Changes nothing. Answers whether all is well.
 * @throws MillraceError when there is no such folder or its manifest can't be understood
 */
export async function checkFolder(path: string, watcher: CheckWatcher): Promise<boolean> {
  const manifest = requireFolder(path);
  const map = new ShardMap(manifest.shards);
  const hashKey = hashKeyOf(manifest);
  let findings = 0;
  const found = (finding: StoreFinding): void => {
    findings++;
    watcher.onFinding(finding);
  };
  let groups = 0;
  for (let shard = 0; shard < manifest.shards; shard++) {
    const folder = currentShardPath(path, manifest, shard);
    const fault = faultOf(folder);
    if (fault !== undefined) {
      found({ shard, what: 'file', where: folder, done: fault });
      groups += map.groupCount(shard);
      continue;
    }
    const before = groups;
    const summary = await readShard(folder, { shard, map, hashKey }, found, (done) => {
      groups = before + done;
      watcher.onProgress(groups, GROUP_COUNT);
    });
    watcher.onShard(shard, summary);
  }
  const index = new IndexFile(indexPath(path)).check();
  if (index !== undefined) {
    const done = `${index}: nothing is lost, the next start makes it anew`;
    found({ shard: 0, what: 'stored index of labels', where: indexPath(path), done });
  }
  return findings === 0;
}

async function readShard(
  folder: string,
  of: CheckedShard,
  found: (finding: StoreFinding) => void,
  onGroup: (groups: number) => void,
): Promise<string> {
  const snapshots = new LmdbSnapshots(folder);
  const snapshot = snapshots.open();
  try {
    const checker = new ShardChecker(snapshot, of, found);
    for (const [i, group] of checker.groups.entries()) {
      checker.group(group);
      onGroup(i + 1);
      // A signal is to be heard between two groups.
      await new Promise((resolve) => setImmediate(resolve));
    }
    checker.end();
    return checker.summary();
  } finally {
    snapshot.close();
    await snapshots.close();
  }
}

/** Why a shard's environment must not be opened. */
function faultOf(folder: string): string | undefined {
  if (!existsSync(join(folder, 'data.mdb'))) return `${folder}/data.mdb is missing`;
  try {
    checkLmdbFile(folder, 'all');
    return undefined;
  } catch (error) {
    if (error instanceof MillraceError && error.code === 'MR_FOLDER_DAMAGED') return error.message;
    throw error;
  }
}
