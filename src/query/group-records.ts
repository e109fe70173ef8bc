import { generationOfLogKey, logKey, parseSegmentKey, tableEnd, tableKey } from '../store/keys.js';
import { decodeGroupRecord, emptyGroupRecord, type GroupRecord } from '../store/records.js';
import type { StoreReader } from '../store/shard-store.js';
import { PREFIX_SHARD, SHARD_LOG, TABLE_GROUP } from '../store/store-layout.js';
import { POINT_TABLES } from '../store/tier-tables.js';
import type { QueryFindings } from './query-findings.js';

/** What a shard's store holds of each of its groups. */
export interface GroupRecords {
  /** In the order of groups, counted from the shard's first. */
  groups: readonly GroupRecord[];
  /** The least of their stored generations. */
  oldestStored: number;
  /**
   * Whether the same is said as long as the store has this version. Not so where a record did not read and no point is open: the log, by which it is
   * made up for, may begin with any generation then.
   */
  isLasting: boolean;
}

/**
 * The records of groups `firstGroup … firstGroup + groupCount - 1`. A flush works group by group, so what is stored is the newest
 * generation or the one before it in every group. A group that lags further has nothing in between: it counts as the newest less one.
 */
export function readGroupRecords(
  reader: StoreReader,
  firstGroup: number,
  groupCount: number,
  findings: QueryFindings,
): GroupRecords {
  const records: (GroupRecord | undefined)[] = [];
  let newest = 0;
  let isDamaged = false;
  for (let local = 0; local < groupCount; local++) {
    const value = reader.get(tableKey(firstGroup + local, TABLE_GROUP));
    const record = value === undefined ? emptyGroupRecord() : decodeGroupRecord(value);
    records.push(record);
    if (record === undefined) {
      isDamaged = true;
      findings.add('group record', `group ${firstGroup + local}`);
    } else if (record.storedGeneration > newest) newest = record.storedGeneration;
  }
  const firstLogged = isDamaged ? firstLoggedOf(reader) : undefined;
  let oldestStored = Number.POSITIVE_INFINITY;
  const groups = records.map((record, local) => {
    const known = record ?? rebuilt(reader, firstGroup + local, newest, firstLogged);
    const used =
      known.storedGeneration >= newest - 1 ? known : { ...emptyGroupRecord(), storedGeneration: newest - 1 };
    oldestStored = Math.min(oldestStored, used.storedGeneration);
    return used;
  });
  return { groups, oldestStored, isLasting: !isDamaged || firstLogged !== undefined };
}

/**
 * The generation of the oldest entry of the log. Where there is one it goes in a transaction that stores what it holds, and with it the version of
 * the store.
 */
function firstLoggedOf(reader: StoreReader): number | undefined {
  let first: number | undefined;
  reader.forEachKey(logKey(0, 0), tableEnd(PREFIX_SHARD, SHARD_LOG), (key) => {
    first = generationOfLogKey(key);
    return false;
  });
  return first;
}

/** What a damaged record must have said: as recovery finds it, from the log and the blocks. */
// Four arguments: where to look, and what the other groups and the log say.
function rebuilt(
  reader: StoreReader,
  group: number,
  newest: number,
  firstLogged: number | undefined,
): GroupRecord {
  if (firstLogged === undefined) return { ...emptyGroupRecord(), storedGeneration: newest };
  let partialBound = 0;
  for (const table of POINT_TABLES) {
    reader.forEachKey(tableKey(group, table), tableEnd(group, table), (key) => {
      const { generation, lastNumber } = parseSegmentKey(key);
      if (generation === firstLogged) partialBound = Math.max(partialBound, lastNumber + 1);
      return true;
    });
  }
  return { ...emptyGroupRecord(), storedGeneration: firstLogged - 1, partialBound };
}
