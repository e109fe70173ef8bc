import { join } from 'node:path';
import { Indexer } from '../../../src/indexer/indexer.js';
import { createLogger } from '../../../src/log.js';
import type { ShardsData } from '../../../src/query/seen-shards.js';

/** The indexer of an engine's shards, on its own thread. */
export function startIndexer(data: ShardsData, folder: string): Indexer {
  const indexer = new Indexer({ ...data, indexPath: join(folder, 'series.index') }, createLogger('silent'));
  indexer.start();
  indexer.open();
  return indexer;
}
