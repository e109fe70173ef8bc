import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GROUP_COUNT, PARTITION_COUNT, SLOT_BITS } from '../../../native-free-core/limits.js';
import {
  groupOfHash,
  packRef,
  ShardMap,
  shardOfRef,
  slotOfRef,
} from '../../../native-free-core/series/refs.js';

test('packRef() keeps shard and slot apart when both are at their bounds', () => {
  const check = (shard: number, slot: number) => {
    const ref = packRef(shard, slot);
    assert.ok(ref >= 0 && ref < 2 ** 30, `${ref} is no small integer`);
    assert.equal(shardOfRef(ref), shard);
    assert.equal(slotOfRef(ref), slot);
  };
  check(0, 0);
  check(0, 2 ** SLOT_BITS - 1);
  check(15, 0);
  check(15, 2 ** SLOT_BITS - 1);
  check(7, 12_345);
});

test('groupOfHash() takes 16 neighbouring partitions together when it reads the lowest byte', () => {
  for (let partition = 0; partition < PARTITION_COUNT; partition++) {
    assert.equal(groupOfHash(partition), Math.floor(partition / 16));
    // The other bits, the sign among them, say nothing.
    assert.equal(groupOfHash(0xabcdef00 | partition | 0), Math.floor(partition / 16));
  }
});

test('ShardMap() gives every group to exactly one shard, as even as whole groups allow, for 1 to 16 shards', () => {
  for (let shards = 1; shards <= GROUP_COUNT; shards++) {
    const map = new ShardMap(shards);
    const owners = new Int32Array(GROUP_COUNT).fill(-1);
    const sizes: number[] = [];
    for (let shard = 0; shard < shards; shard++) {
      sizes.push(map.groupCount(shard));
      for (let i = 0; i < map.groupCount(shard); i++) {
        const group = map.firstGroup(shard) + i;
        assert.equal(owners[group], -1, 'a group has two owners');
        owners[group] = shard;
        assert.equal(map.shardOfGroup(group), shard);
      }
    }
    assert.ok(!owners.includes(-1), 'a group has no owner');
    assert.ok(Math.max(...sizes) - Math.min(...sizes) <= 1, `${shards} shards get ${sizes}`);
  }
});

test('firstGroup() gives each shard the groups that it has had in every folder so far', () => {
  const check = (shards: number, firsts: number[]) => {
    const map = new ShardMap(shards);
    assert.deepEqual(
      firsts.map((_, shard) => map.firstGroup(shard)),
      firsts,
    );
  };
  // A shard's file holds its groups: another division would look for series in a file that does not have them.
  check(1, [0]);
  check(2, [0, 8]);
  check(3, [0, 5, 10]);
  check(5, [0, 3, 6, 9, 12]);
  check(6, [0, 2, 5, 8, 10, 13]);
  check(7, [0, 2, 4, 6, 9, 11, 13]);
});

test('slotOf() is a bijection between numbers and slots when every shard is looked at', () => {
  for (let shards = 1; shards <= GROUP_COUNT; shards++) {
    const map = new ShardMap(shards);
    const taken = Array.from({ length: shards }, () => new Set<number>());
    for (let group = 0; group < GROUP_COUNT; group++) {
      const shard = map.shardOfGroup(group);
      for (let number = 0; number < 40; number++) {
        const slot = map.slotOf(group, number);
        assert.equal(map.groupOfSlot(shard, slot), group);
        assert.equal(map.numberOfSlot(shard, slot), number);
        taken[shard]!.add(slot);
      }
    }
    taken.forEach((slots, shard) => {
      // Dense: 40 numbers of every group fill the slots from 0 on, none twice.
      assert.equal(slots.size, 40 * map.groupCount(shard));
      assert.equal(Math.max(...slots), 40 * map.groupCount(shard) - 1);
    });
  }
});

test('ShardMap() asserts when the number of shards is none that a folder can have', () => {
  const check = (shards: number) => assert.throws(() => new ShardMap(shards), /BUG/);
  check(0);
  check(17);
  check(1.5);
  check(Number.NaN);
});
