import { ShardMap } from '../../native-free-core/series/refs.js';
import { ShardCounters } from '../shard/shard-counters.js';
import type { QueryFindings } from './query-findings.js';
import type { QueryWorkerData } from './query-task.js';
import { SeriesIndex } from './series-index.js';
import { ShardView } from './shard-view.js';
import { SharedIndexPass } from './shared-index-pass.js';

/** Where a thread finds the shards and their index. */
export type ShardsData = Pick<QueryWorkerData, 'shardCount' | 'shardPaths' | 'memories' | 'index'>;

/** What a thread sees of the engine: the shards in their order, and the index of all their series. */
export interface SeenShards {
  views: readonly ShardView[];
  series: SeriesIndex;
}

/** Opens them for a thread. */
export function seeShards(data: ShardsData, findings: QueryFindings): SeenShards {
  const { shardCount, shardPaths, memories, index } = data;
  const map = new ShardMap(shardCount);
  const counters = memories.map((memory) => new ShardCounters(memory.counters));
  const series = new SeriesIndex(index, new SharedIndexPass(counters));
  const views = memories.map((memory, shard) => {
    return new ShardView({ shard, map, path: shardPaths[shard]!, memory }, findings, series);
  });
  return { views, series };
}
