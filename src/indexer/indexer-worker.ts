import { setImmediate as nextTurn } from 'node:timers/promises';
import { ShardMap } from '../../native-free-core/series/refs.js';
import {
  CONTROL_REQUESTED,
  CONTROL_SERVED,
  CONTROL_STATE,
  STATE_STOP,
  STATE_WAIT,
} from '../../native-free-core/series-index/series-index-layout.js';
import { systemClock } from '../clock.js';
import { ShardCounters } from '../shard/shard-counters.js';
import { LmdbSnapshots } from '../store/lmdb-store.js';
import type { IndexedShard } from './index-builder.js';
import { IndexKeeper } from './index-keeper.js';
import type { IndexerMessage, IndexerTask } from './indexer-task.js';
import { INDEX_POLL_MS } from './limits.js';

/**
 * The never-ending task of the indexer's thread: loads the stored index, waits until the stores are open, and then takes new series
 * whenever a query asks or some time has passed, until it is stopped. It sleeps on the word of requests.
 */
export async function runIndexer(task: IndexerTask): Promise<void> {
  const control = new Int32Array(task.index.control);
  const say = (message: IndexerMessage): void => task.port.postMessage(message);
  const startMs = systemClock.monotonicMs();
  const shards = shardsOf(task);
  const keeper = new IndexKeeper({
    memory: task.index,
    path: task.indexPath,
    clock: systemClock,
    say,
    shards,
  });
  const loaded = keeper.load();
  const state = (): number => Atomics.load(control, CONTROL_STATE);
  const sleep = async (request: number): Promise<void> => {
    Atomics.wait(control, CONTROL_REQUESTED, request, INDEX_POLL_MS);
    // lmdb's timers would pile up in a thread that never turns its event loop.
    await nextTurn();
  };
  while (state() === STATE_WAIT) await sleep(Atomics.load(control, CONTROL_REQUESTED));
  if (state() !== STATE_STOP) {
    keeper.open();
    say({ kind: 'ready', series: keeper.rows, loaded, durationMs: systemClock.monotonicMs() - startMs });
    while (state() !== STATE_STOP) {
      keeper.work();
      // Not at all, if somebody asked since the pass.
      await sleep(Atomics.load(control, CONTROL_SERVED));
    }
    keeper.work();
    keeper.save();
  }
}

function shardsOf({ shardCount, shardPaths, memories }: IndexerTask): IndexedShard[] {
  const map = new ShardMap(shardCount);
  return shardPaths.map((path, shard) => {
    const own = new ShardCounters(memories[shard]!.counters);
    let snapshots: LmdbSnapshots | undefined;
    return {
      firstGroup: map.firstGroup(shard),
      groupCount: map.groupCount(shard),
      countSeries: () => own.get('series'),
      openStore: () => (snapshots ??= new LmdbSnapshots(path)).open(),
    };
  });
}
