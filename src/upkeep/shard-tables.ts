import { assert } from '../../native-free-core/assert.js';
import type { ShardMap } from '../../native-free-core/series/refs.js';
import { decodeIntent, encodeIntent } from '../store/intent.js';
import { DAMAGE_INDEX_MAX, numberedKey, setDamageIndex, tableEnd, tableKey } from '../store/keys.js';
import {
  decodeGroupRecord,
  decodeProducerRecord,
  decodeShardRecord,
  emptyGroupRecord,
  encodeGroupRecord,
  encodeShardRecord,
  type GroupRecord,
  type ShardRecord,
} from '../store/records.js';
import type { ShardStore, StoreReader, StoreWriter } from '../store/shard-store.js';
import {
  PREFIX_SHARD,
  SHARD_DAMAGE,
  SHARD_INTENT,
  SHARD_PRODUCER,
  SHARD_RECORD,
  TABLE_GROUP,
} from '../store/store-layout.js';

interface Pair {
  key: Uint8Array;
  value: Uint8Array;
}

/** What a shard of the new number takes from those of the old one besides its groups. */
export interface ShardTables {
  /** All old shards. */
  sources: readonly StoreReader[];
  /** Those whose counts of what was lost, and whose values that were set aside, are this shard's from now on. */
  heirOf: readonly StoreReader[];
  /** Numbers of this shard's groups. */
  groups: readonly number[];
}

/** Which old shards each new one inherits from: the shard that has their first group. */
export function heirsOf(from: ShardMap, to: ShardMap, shard: number): number[] {
  return Array.from({ length: from.shardCount }, (_, old) => old).filter(
    (old) => to.shardOfGroup(from.firstGroup(old)) === shard,
  );
}

/**
 * Writes what belongs to a shard alone, in one transaction, when its groups are there: every producer's name, since a batch goes
 * to every shard; what was set aside; and the shard's record, whose counts are those of its groups. The groups, which counted
 * generations each with its own shard, begin at the same one from now on: readers look for generations that no record
 * says to be stored in the shard's memory.
 */
export function writeShardTables(target: ShardStore, { sources, heirOf, groups }: ShardTables): void {
  const producers = new Map<string, Pair>();
  for (const source of sources) collectProducers(source, producers);
  const records = groupRecords(target, groups);
  const storedGeneration = Math.max(0, ...[...records.values()].map((record) => record.storedGeneration));
  const damagedPoints = heirOf.reduce((sum, source) => sum + recordOf(source).damagedPoints, 0);
  let acceptedPoints = damagedPoints;
  for (const record of records.values()) acceptedPoints += record.storedPoints + record.expiredPoints;
  const nextLogPosition = Math.max(...sources.map((source) => recordOf(source).nextLogPosition));
  const record = { session: 0, ringPosition: 0, nextLogPosition, acceptedPoints, damagedPoints };
  target.transaction((writer) => {
    for (const { key, value } of producers.values()) writer.put(key, value);
    for (const [group, stored] of records) {
      writer.put(tableKey(group, TABLE_GROUP), encodeGroupRecord({ ...stored, storedGeneration }));
    }
    copyDamage(heirOf, writer);
    copyIntents(sources, { heirOf, groups }, writer);
    writer.put(tableKey(PREFIX_SHARD, SHARD_RECORD), encodeShardRecord(record));
  });
}

/** By group, those that are whole; recovery makes a damaged one anew from the group's segments. */
function groupRecords(store: StoreReader, groups: readonly number[]): Map<number, GroupRecord> {
  const records = new Map<number, GroupRecord>();
  for (const group of groups) {
    const stored = store.get(tableKey(group, TABLE_GROUP));
    const record = stored === undefined ? emptyGroupRecord() : decodeGroupRecord(stored);
    if (record === undefined) continue;
    assert(record.partialBound === 0, `group ${group} is stored in part, though its log is empty`);
    records.set(group, record);
  }
  return records;
}

/** Whether `writeShardTables` was here: it is the last that is written. */
export const hasShardTables = (store: StoreReader): boolean =>
  store.get(tableKey(PREFIX_SHARD, SHARD_RECORD)) !== undefined;

/** A name that is whole in any shard is whole in all of them from now on. */
function collectProducers(source: StoreReader, producers: Map<string, Pair>): void {
  const start = tableKey(PREFIX_SHARD, SHARD_PRODUCER);
  source.forEach(start, tableEnd(PREFIX_SHARD, SHARD_PRODUCER), (key, value) => {
    const name = Buffer.from(key).toString('latin1');
    if (!producers.has(name) || decodeProducerRecord(value) !== undefined)
      producers.set(name, { key: key.slice(), value: value.slice() });
    return true;
  });
}

function copyDamage(sources: readonly StoreReader[], writer: StoreWriter): void {
  const taken = new Set<string>();
  const start = tableKey(PREFIX_SHARD, SHARD_DAMAGE);
  for (const source of sources) {
    source.forEach(start, tableEnd(PREFIX_SHARD, SHARD_DAMAGE), (stored, value) => {
      const key = stored.slice();
      // Two shards may have found something under the same key in the same second.
      for (let index = 0; taken.has(Buffer.from(key).toString('latin1')) && index < DAMAGE_INDEX_MAX; index++)
        setDamageIndex(key, index);
      taken.add(Buffer.from(key).toString('latin1'));
      writer.put(key, value);
      return true;
    });
  }
}

/**
 * Deletes that some shard had not finished go with the groups that they were to be done in: another shard may be through with the same
 * delete, and have taken points of its range since.
 */
function copyIntents(
  sources: readonly StoreReader[],
  { heirOf, groups }: Pick<ShardTables, 'heirOf' | 'groups'>,
  writer: StoreWriter,
): void {
  let id = 0;
  const put = (value: Uint8Array): void => writer.put(numberedKey(PREFIX_SHARD, SHARD_INTENT, id++), value);
  const start = tableKey(PREFIX_SHARD, SHARD_INTENT);
  for (const source of sources) {
    source.forEach(start, tableEnd(PREFIX_SHARD, SHARD_INTENT), (_key, value) => {
      const intent = decodeIntent(value);
      if (intent === undefined) {
        // Whoever has it says so.
        if (heirOf.includes(source)) put(value);
        return true;
      }
      const cuts = intent.cuts.filter(([group]) => groups.includes(group));
      if (cuts.length > 0) put(encodeIntent({ ...intent, cuts }));
      return true;
    });
  }
}

/** A record that is missing or damaged counts nothing; recovery says so. */
function recordOf(source: StoreReader): ShardRecord {
  const stored = source.get(tableKey(PREFIX_SHARD, SHARD_RECORD));
  const empty = { session: 0, ringPosition: 0, nextLogPosition: 0, acceptedPoints: 0, damagedPoints: 0 };
  return (stored === undefined ? undefined : decodeShardRecord(stored)) ?? empty;
}
