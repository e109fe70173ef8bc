import type { ShardMap } from '../../native-free-core/series/refs.js';
import { TIER_NAMES } from '../../native-free-core/tier/tiers.js';
import { tableKey, tierKey } from '../store/keys.js';
import {
  emptyTierRecord,
  encodeGroupRecord,
  encodeTierRecord,
  type GroupRecord,
  type TierRecord,
} from '../store/records.js';
import type { StoreWriter } from '../store/shard-store.js';
import { TABLE_GROUP } from '../store/store-layout.js';

/** Changes of what a tier holds; left out: none. */
export interface TierChange {
  segments?: number;
  bytes?: number;
  rows?: number;
  sweptRows?: number;
}

/** The stored records of a shard's groups, by group counted from the shard's first. */
export interface StoredRecords {
  groups: GroupRecord[];
  /** By group, then by tier. */
  tiers: TierRecord[][];
}

/**
 * The records of a shard's groups and their tiers, in memory as they will be on disk behind the next transaction. Whoever
 * changes what a group holds changes the record here, in the step whose writes go into that transaction; the
 * engine writes what has changed as the last thing of each. So records fit the segments at every moment, also when a flush and a
 * job change the same one.
 *
 * Groups are counted from the shard's first, tiers as in TIER_NAMES.
 */
export class GroupBooks {
  /** Rows of tiers that were swept, since the worker began. */
  sweptRows = 0;
  readonly #firstGroup: number;
  readonly #records: StoredRecords;
  readonly #dirtyGroups = new Set<number>();
  readonly #durable: number[];
  /** A tier of a group as `local × tiers + tier`. */
  readonly #dirtyTiers = new Set<number>();

  constructor(shard: number, map: ShardMap, records: StoredRecords) {
    this.#firstGroup = map.firstGroup(shard);
    this.#records = records;
    this.#durable = records.groups.map(({ storedGeneration }) => storedGeneration);
  }

  get groups(): readonly Readonly<GroupRecord>[] {
    return this.#records.groups;
  }

  /**
   * The generation up to which all of a group's segments are in the store. Its record may be ahead of that: a step of the flush in
   * this very cycle may have changed it, and its segment waits for the transaction.
   */
  durableGeneration(local: number): number {
    return this.#durable[local]!;
  }

  /** The record of a group, to be changed. */
  change(local: number): GroupRecord {
    this.#dirtyGroups.add(local);
    return this.#records.groups[local]!;
  }

  tier(local: number, tier: number): Readonly<TierRecord> {
    return this.#records.tiers[local]![tier]!;
  }

  addToTier(local: number, tier: number, { segments, bytes, rows, sweptRows }: TierChange): void {
    const record = this.#records.tiers[local]![tier]!;
    record.segments += segments ?? 0;
    record.bytes += bytes ?? 0;
    record.rows += rows ?? 0;
    record.sweptRows += sweptRows ?? 0;
    this.sweptRows += sweptRows ?? 0;
    this.#dirtyTiers.add(local * TIER_NAMES.length + tier);
  }

  /** Bytes of a tier in all groups. */
  tierBytes(tier: number): number {
    return this.groups.reduce((sum, _, local) => sum + this.tier(local, tier).bytes, 0);
  }

  /** Points of the group that were stored are too old for the raw tier and gone. */
  expire(local: number, points: number): void {
    const record = this.change(local);
    record.storedPoints -= points;
    record.expiredPoints += points;
  }

  /** A sweep of the tier has gone through. */
  markSwept(local: number, tier: number, nowMs: number): void {
    this.#records.tiers[local]![tier]!.lastSweepMs = nowMs;
    this.addToTier(local, tier, {});
  }

  /** Points that are in blocks but in no tier yet. */
  freshPoints(local: number): number {
    return this.groups[local]!.storedPoints - this.tier(local, 0).rows;
  }

  /** Puts what has changed into the transaction. May be called again when the transaction failed. */
  write(writer: StoreWriter): void {
    for (const local of this.#dirtyGroups) {
      const record = this.#records.groups[local]!;
      writer.put(tableKey(this.#firstGroup + local, TABLE_GROUP), encodeGroupRecord(record));
    }
    for (const at of this.#dirtyTiers) {
      const tier = at % TIER_NAMES.length;
      const local = (at - tier) / TIER_NAMES.length;
      writer.put(tierKey(this.#firstGroup + local, tier), encodeTierRecord(this.tier(local, tier)));
    }
  }

  /** The transaction is durable. */
  committed(): void {
    for (const local of this.#dirtyGroups) this.#durable[local] = this.groups[local]!.storedGeneration;
    this.#dirtyGroups.clear();
    this.#dirtyTiers.clear();
  }
}

export const emptyTierRecords = (): TierRecord[] => TIER_NAMES.map(emptyTierRecord);
