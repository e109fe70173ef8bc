import { createSeriesIndexMemory } from '../../../native-free-core/series-index/series-index-memory.js';
import { indexSizes } from '../../../src/indexer/index-sizes.js';
import { QUERY_LIMITS_DEFAULT } from '../../../src/query/query-limits.js';
import type { QueryWorkerData } from '../../../src/query/query-task.js';
import { KEEP_ALL, type TestShards } from './query-fixture.js';

const HASH_KEY = { k0Low: 1, k0High: 2, k1Low: 3, k1High: 4 };

/** What query threads over test shards are started with. */
export const workerDataOf = ({ shards }: TestShards): QueryWorkerData => ({
  shardCount: shards.length,
  shardPaths: shards.map(({ path }) => path),
  memories: shards.map(({ memory }) => memory),
  index: createSeriesIndexMemory(indexSizes(10_000), HASH_KEY),
  retention: KEEP_ALL,
  tierBytesMax: [],
  limits: QUERY_LIMITS_DEFAULT,
});
