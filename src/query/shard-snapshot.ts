import { generationOfLogKey, logKey, parseSegmentKey, tableEnd, tableKey } from '../store/keys.js';
import type { LmdbSnapshot } from '../store/lmdb-store.js';
import { decodeGroupRecord, type GroupRecord } from '../store/records.js';
import { PREFIX_SHARD, SHARD_LOG, TABLE_GROUP } from '../store/store-layout.js';
import { POINT_TABLES } from '../store/tier-tables.js';
import type { QueryFindings } from './query-findings.js';

/**
 * One shard as of one moment, seen from a query thread: a read transaction of its store, and by it the right to read its
 * open state. A point is in blocks or in the open state, and moves from one to the other while queries run. This is how
 * each is seen exactly once:
 *
 *  1. A read transaction is opened. It shows the GROUP record of each group as of one commit: every generation up to
 *     F = storedGeneration is in blocks, and of generation F + 1 the series with numbers below b = partialBound.
 *     Records and blocks are written in one transaction, so whatever blocks the reader sees fit the records.
 *  2. So a point of series (group, number) and generation g is in blocks if g <= F, or g = F + 1 and number < b; else
 *     it is in the open state. At most two generations are open: those to read there are F + 1, unless number < b, and
 *     F + 2. A generation that does not exist yet has no chain.
 *  3. The open state is read after the transaction was opened, under the rules of HeadReader. A generation's chains stay
 *     whole until RELEASED reaches it; it does so behind the commit that put its last points into blocks. So if RELEASED
 *     is at most F when everything was copied, nothing of F + 1 and F + 2 was overwritten before.
 *  4. If it is larger, a flush ended after the transaction was opened and this view is stale. What was copied is thrown
 *     away and everything is done again with a new transaction. That happens to at most one query in the few
 *     microseconds around the end of a flush, because the open state is read first; the blocks, which take long, can't
 *     become stale.
 *  5. Points that arrive while the open state is read may be seen or not, each series as of its own moment. What was
 *     acknowledged before the query came is seen.
 *
 * A flush works group by group, so F is the newest or the one before it in every group. A group that lags further has
 * nothing in between: its F counts as the newest less one.
 */
export class ShardSnapshot {
  readonly reader: LmdbSnapshot;
  readonly #groups: GroupRecord[];
  #oldestStored = Number.POSITIVE_INFINITY;

  /** Takes the transaction over. The shard's groups are `firstGroup … firstGroup + groupCount - 1`. */
  constructor(reader: LmdbSnapshot, firstGroup: number, groupCount: number, findings: QueryFindings) {
    this.reader = reader;
    const records: (GroupRecord | undefined)[] = [];
    let newest = 0;
    let isDamaged = false;
    for (let local = 0; local < groupCount; local++) {
      const value = reader.get(tableKey(firstGroup + local, TABLE_GROUP));
      const record = value === undefined ? NOTHING_STORED : decodeGroupRecord(value);
      records.push(record);
      if (record === undefined) {
        isDamaged = true;
        findings.add('group record', `group ${firstGroup + local}`);
      } else if (record.storedGeneration > newest) newest = record.storedGeneration;
    }
    const firstLogged = isDamaged ? this.#firstLogged() : undefined;
    this.#groups = records.map((record, local) => {
      const known = record ?? this.#rebuild(firstGroup + local, newest, firstLogged);
      const used =
        known.storedGeneration >= newest - 1 ? known : { ...NOTHING_STORED, storedGeneration: newest - 1 };
      this.#oldestStored = Math.min(this.#oldestStored, used.storedGeneration);
      return used;
    });
  }

  /** F of the essay; `local` counts groups from the shard's first. */
  storedGeneration(local: number): number {
    return this.#groups[local]!.storedGeneration;
  }

  /** b of the essay. */
  partialBound(local: number): number {
    return this.#groups[local]!.partialBound;
  }

  /** Whether what was read of the open state may be missing a generation that this view does not have in blocks. */
  isStale(released: number): boolean {
    return released > this.#oldestStored;
  }

  close(): void {
    this.reader.close();
  }

  /** The generation of the oldest entry of the log. */
  #firstLogged(): number | undefined {
    let first: number | undefined;
    this.reader.forEachKey(logKey(0, 0), tableEnd(PREFIX_SHARD, SHARD_LOG), (key) => {
      first = generationOfLogKey(key);
      return false;
    });
    return first;
  }

  /** What a damaged record must have said: as recovery finds it, from the log and the blocks. */
  #rebuild(group: number, newest: number, firstLogged: number | undefined): GroupRecord {
    if (firstLogged === undefined) return { ...NOTHING_STORED, storedGeneration: newest };
    let partialBound = 0;
    for (const table of POINT_TABLES) {
      this.reader.forEachKey(tableKey(group, table), tableEnd(group, table), (key) => {
        const { generation, lastNumber } = parseSegmentKey(key);
        if (generation === firstLogged) partialBound = Math.max(partialBound, lastNumber + 1);
        return true;
      });
    }
    return { ...NOTHING_STORED, storedGeneration: firstLogged - 1, partialBound };
  }
}

const NOTHING_STORED: GroupRecord = {
  storedGeneration: 0,
  partialBound: 0,
  storedPoints: 0,
  expiredPoints: 0,
};
