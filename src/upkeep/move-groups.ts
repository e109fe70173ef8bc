import { assert } from '../../native-free-core/assert.js';
import type { ShardMap } from '../../native-free-core/series/refs.js';
import { logKey, tableEnd } from '../store/keys.js';
import type { ShardStore, StoreReader } from '../store/shard-store.js';
import { PREFIX_SHARD, SHARD_LOG } from '../store/store-layout.js';
import { COPY_STEP, type CopySteps, copyPairs, countKeys, type KeyRange } from './copy-pairs.js';
import { hasShardTables, heirsOf, writeShardTables } from './shard-tables.js';

const groupRange = (group: number): KeyRange => ({
  start: Uint8Array.of(group),
  end: Uint8Array.of(group + 1),
});

/**
 * Makes the environment of one shard of another number of shards: copies its groups, whole, from the shards that have
 * them, and then what belongs to the shard alone. The logs of all sources must be empty. A target that was begun by an earlier call
 * with the same sources is gone on with. Changes no source.
 */
export function* moveGroups(
  from: { map: ShardMap; stores: readonly StoreReader[] },
  to: { map: ShardMap; shard: number; store: ShardStore },
  step = COPY_STEP,
): CopySteps {
  const { map, shard, store } = to;
  if (hasShardTables(store)) return;
  const groups = Array.from({ length: map.groupCount(shard) }, (_, i) => map.firstGroup(shard) + i);
  for (const group of groups) {
    const source = from.stores[from.map.shardOfGroup(group)]!;
    yield* copyPairs(source, store, groupRange(group), step);
    const [wanted, found] = [source, store].map((each) => countKeys(each, groupRange(group)));
    assert(wanted === found, `group ${group} has ${wanted} values, its copy has ${found}`);
  }
  const heirOf = heirsOf(from.map, map, shard).map((old) => from.stores[old]!);
  writeShardTables(store, { sources: from.stores, heirOf, groups });
  yield 0;
}

/** Whether a shard has points that are in no block. */
export function hasLog(store: StoreReader): boolean {
  let found = false;
  store.forEachKey(logKey(0, 0), tableEnd(PREFIX_SHARD, SHARD_LOG), () => {
    found = true;
    return false;
  });
  return found;
}
