import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ShardMap } from '../../native-free-core/series/refs.js';
import { MillraceError } from '../errors.js';
import { checkShard } from './check-shard.js';
import { currentShardPath } from './install-shards.js';
import { checkLmdbFile } from './lmdb-file.js';
import { LmdbSnapshots } from './lmdb-store.js';
import { requireFolder } from './manifest.js';

/**
 * Reads a data folder through, as of one moment a shard, and reports a line for each finding and a summary. Changes
 * nothing. Answers whether all is well.
 * @throws MillraceError when there is no such folder or its manifest can't be understood
 */
export async function checkFolder(path: string, report: (line: string) => void): Promise<boolean> {
  const manifest = requireFolder(path);
  const map = new ShardMap(manifest.shards);
  let findings = 0;
  for (let shard = 0; shard < manifest.shards; shard++) {
    const folder = currentShardPath(path, manifest, shard);
    if (!existsSync(join(folder, 'data.mdb'))) {
      report(`shard ${shard}: ${folder}/data.mdb is missing`);
      findings++;
      continue;
    }
    const fault = faultOf(folder);
    if (fault !== undefined) {
      report(`shard ${shard}: ${fault}`);
      findings++;
      continue;
    }
    const snapshots = new LmdbSnapshots(folder);
    const snapshot = snapshots.open();
    try {
      const { findings: found, summary } = checkShard(snapshot, shard, map);
      for (const { what, where, done } of found) report(`shard ${shard}: ${what}, ${where}: ${done}`);
      report(`shard ${shard}: ${summary}`);
      findings += found.length;
    } finally {
      snapshot.close();
      await snapshots.close();
    }
  }
  return findings === 0;
}

/** Why a shard's environment must not be opened. */
function faultOf(folder: string): string | undefined {
  try {
    checkLmdbFile(folder, 'all');
    return undefined;
  } catch (error) {
    if (error instanceof MillraceError && error.code === 'MR_FOLDER_DAMAGED') return error.message;
    throw error;
  }
}
