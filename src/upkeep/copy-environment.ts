import { mkdirSync } from 'node:fs';
import { LmdbStore } from '../store/lmdb-store.js';
import { syncFolder } from '../store/manifest.js';
import type { StoreReader } from '../store/shard-store.js';
import { ALL_KEYS, copyPairs, type OnStep, takeSteps } from './copy-pairs.js';

/**
 * Makes an environment in an empty folder that has what `source` has, without the pages that are free in it, and returns
 * when it would survive a loss of power.
 */
export async function copyEnvironment(source: StoreReader, folder: string, onStep: OnStep): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const target = LmdbStore.open(folder);
  try {
    await takeSteps(copyPairs(source, target, ALL_KEYS), onStep);
  } finally {
    await target.closed();
  }
  syncFolder(folder);
}
