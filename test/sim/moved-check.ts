import type { ShardMap } from '../../native-free-core/series/refs.js';
import { decodeGroupRecord } from '../../src/store/records.js';
import { PREFIX_SHARD, SHARD_PRODUCER, TABLE_GROUP } from '../../src/store/store-layout.js';
import type { DurableView } from './durable-view.js';
import type { MemoryStore } from './memory-store.js';
import { law } from './sim-failure.js';

/** Stores, and which of them has what. */
interface Placed {
  readonly map: ShardMap;
  readonly stores: readonly MemoryStore[];
}

const nameOf = (key: Uint8Array): string => Buffer.from(key).toString('hex');

/**
 * A change of workers moves whole groups: each pair of a group is in its new store and in no other, byte by byte, but for the
 * generation up to which it is stored, which is raised to one that all groups share. Each producer's name is in every store.
 */
export function checkMoved(
  from: Placed & { readonly views: readonly DurableView[] },
  { to, stores }: { readonly to: ShardMap; readonly stores: readonly MemoryStore[] },
): void {
  const wanted = new Map<string, { value: Uint8Array; group: number }>();
  const producers = new Map<string, Uint8Array>();
  for (const store of from.stores) {
    for (const { key, value } of store.pairs()) {
      if (key[0] !== PREFIX_SHARD) wanted.set(nameOf(key), { value, group: key[0]! });
      else if (key[1] === SHARD_PRODUCER) producers.set(nameOf(key), value);
    }
  }
  for (const [shard, store] of stores.entries()) {
    const generations = new Set<number>();
    for (const { key, value } of store.pairs()) {
      if (key[0] === PREFIX_SHARD) continue;
      const name = nameOf(key);
      const old = wanted.get(name);
      if (key[1] === TABLE_GROUP) generations.add(decodeGroupRecord(value)!.storedGeneration);
      law(
        to.shardOfGroup(key[0]!) === shard,
        `group ${key[0]} is in shard ${shard}, where it does not belong`,
      );
      const isSame = key[1] === TABLE_GROUP || (old !== undefined && Buffer.compare(old.value, value) === 0);
      law(isSame, () => `a change of workers changed ${name}`);
      if (key[1] === TABLE_GROUP) checkGroup(old?.value, value);
      wanted.delete(name);
    }
    law(generations.size <= 1, `the groups of shard ${shard} are stored up to ${[...generations].join()}`);
    for (const [name, value] of producers) {
      const moved = store.peek(Buffer.from(name, 'hex'));
      law(
        moved !== undefined && Buffer.compare(moved, value) === 0,
        `shard ${shard} lacks a producer's name`,
      );
    }
  }
  law(wanted.size === 0, () => `a change of workers lost ${[...wanted.keys()].join()}`);
}

function checkGroup(before: Uint8Array | undefined, after: Uint8Array): void {
  const moved = decodeGroupRecord(after)!;
  if (before === undefined) {
    law(moved.storedPoints + moved.expiredPoints === 0, 'a group that had no record has points');
    return;
  }
  const old = decodeGroupRecord(before)!;
  law(moved.storedGeneration >= old.storedGeneration, 'a group that moved is stored less far than it was');
  const same = { ...moved, storedGeneration: old.storedGeneration };
  law(JSON.stringify(same) === JSON.stringify(old), () => `a group's record was ${JSON.stringify(old)}`);
}
