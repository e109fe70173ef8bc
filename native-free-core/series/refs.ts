import { assert } from '../assert.js';
import { GROUP_COUNT, PARTITION_COUNT, SLOT_BITS } from '../limits.js';

/** Numbers of identities. Meaning, width and reuse of each: docs/refs.md. */
export type ShardIndex = number & { readonly __brand: 'ShardIndex' };
export type GroupIndex = number & { readonly __brand: 'GroupIndex' };
export type SeriesNumber = number & { readonly __brand: 'SeriesNumber' };
export type Slot = number & { readonly __brand: 'Slot' };
/** A shard and a slot in it, packed into 30 bits, so that it is a small integer for the engine. */
export type SeriesRef = number & { readonly __brand: 'SeriesRef' };

const SLOT_MASK = 2 ** SLOT_BITS - 1;

export const packRef = (shard: number, slot: number): SeriesRef => ((shard << SLOT_BITS) | slot) as SeriesRef;
export const shardOfRef = (ref: number): ShardIndex => (ref >>> SLOT_BITS) as ShardIndex;
export const slotOfRef = (ref: number): Slot => (ref & SLOT_MASK) as Slot;

/** The partition is the lowest byte of the hash; a group is 16 neighbouring partitions. */
export const groupOfHash = (hash0: number): GroupIndex =>
  (((hash0 & (PARTITION_COUNT - 1)) / (PARTITION_COUNT / GROUP_COUNT)) | 0) as GroupIndex;

/**
 * Which shard owns which groups: the one place that decides. Shard k of n owns a contiguous range of groups,
 * as even as whole groups allow. A series has a number in its group, dense and for ever in the data folder;
 * its slot in the shard's memory follows by arithmetic, so that no table maps one to the other.
 */
export class ShardMap {
  readonly shardCount: number;
  readonly #firstGroup: number[] = [];

  constructor(shardCount: number) {
    assert(
      Number.isInteger(shardCount) && shardCount >= 1 && shardCount <= GROUP_COUNT,
      'shardCount out of range',
    );
    this.shardCount = shardCount;
    for (let k = 0; k <= shardCount; k++) this.#firstGroup.push(Math.floor((k * GROUP_COUNT) / shardCount));
  }

  firstGroup(shard: number): GroupIndex {
    return this.#firstGroup[shard] as GroupIndex;
  }

  groupCount(shard: number): number {
    return (this.#firstGroup[shard + 1] as number) - (this.#firstGroup[shard] as number);
  }

  shardOfGroup(group: number): ShardIndex {
    let k = 0;
    while ((this.#firstGroup[k + 1] as number) <= group) k++;
    return k as ShardIndex;
  }

  slotOf(group: number, number: number): Slot {
    const shard = this.shardOfGroup(group);
    return (number * this.groupCount(shard) + group - this.firstGroup(shard)) as Slot;
  }

  groupOfSlot(shard: number, slot: number): GroupIndex {
    return (this.firstGroup(shard) + (slot % this.groupCount(shard))) as GroupIndex;
  }

  numberOfSlot(shard: number, slot: number): SeriesNumber {
    return Math.floor(slot / this.groupCount(shard)) as SeriesNumber;
  }
}
