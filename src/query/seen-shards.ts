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

/** Opens them for a thread: all of them or none. @throws MillraceError MR_FOLDER_ACCESS where a store can't be opened */
export function seeShards(data: ShardsData, findings: QueryFindings): SeenShards {
  const { shardCount, shardPaths, memories, index } = data;
  const map = new ShardMap(shardCount);
  const counters = memories.map((memory) => new ShardCounters(memory.counters));
  const series = new SeriesIndex(index, new SharedIndexPass(counters));
  const views: ShardView[] = [];
  try {
    memories.forEach((memory, shard) => {
      views.push(new ShardView({ shard, map, path: shardPaths[shard]!, memory }, findings, series));
    });
  } catch (error) {
    // Nothing reads in them yet, so they are closed before anybody tries again.
    for (const view of views) view.close().catch(() => {});
    throw error;
  }
  return { views, series };
}
