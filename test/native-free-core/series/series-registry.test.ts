import assert from 'node:assert/strict';
import { test } from 'node:test';
import { slotsMaxOf } from '../../../native-free-core/head/head-layout.js';
import { GROUP_COUNT } from '../../../native-free-core/limits.js';
import { groupOfHash, ShardMap, shardOfRef, slotOfRef } from '../../../native-free-core/series/refs.js';
import {
  REGISTRY_ABSENT,
  REGISTRY_TOTAL_LIMIT,
  SeriesRegistry,
} from '../../../native-free-core/series/series-registry.js';
import { hashWords } from '../../../native-free-core/series/siphash128.js';

/** Leaves a hash that is `group`'s and differs for each `id`. The probe starts at word 1: few of them collide hard. */
function hashOf(group: number, id: number, probe = id): void {
  hashWords[0] = (id << 8) | (group << 4) | (id & 15);
  hashWords[1] = probe;
  hashWords[2] = id;
  hashWords[3] = ~id;
}

test('add() numbers the series of each group from 0 in order of arrival when groups mix', () => {
  const map = new ShardMap(3);
  const registry = new SeriesRegistry(map, 10_000);
  const next = new Array<number>(GROUP_COUNT).fill(0);
  for (let id = 0; id < 2_000; id++) {
    const group = (id * 7) % GROUP_COUNT;
    hashOf(group, id);
    assert.equal(registry.find(), REGISTRY_ABSENT);
    const ref = registry.add();
    const shard = map.shardOfGroup(group);
    assert.equal(shardOfRef(ref), shard);
    assert.equal(map.groupOfSlot(shard, slotOfRef(ref)), group);
    assert.equal(map.numberOfSlot(shard, slotOfRef(ref)), next[group]);
    next[group]!++;
    assert.equal(registry.find(), ref);
  }
  assert.equal(registry.count, 2_000);
  for (let group = 0; group < GROUP_COUNT; group++) assert.equal(registry.groupCount(group), next[group]);
});

test('find() finds every series again when the table grew many times and all probes collide', () => {
  const registry = new SeriesRegistry(new ShardMap(1), 100_000);
  const refs: number[] = [];
  const series = 4_000;
  // One probe start for all of a kind, at the end of the table, so that runs wrap around.
  const probe = (id: number): number => -1 - (id % 3);
  for (let id = 0; id < series; id++) {
    hashOf(id % GROUP_COUNT, id, probe(id));
    refs.push(registry.add());
  }
  for (let id = 0; id < series; id++) {
    hashOf(id % GROUP_COUNT, id, probe(id));
    assert.equal(registry.find(), refs[id]);
  }
  assert.equal(new Set(refs).size, series);
});

test('find() tells hashes apart when they differ in one bit of one word', () => {
  const registry = new SeriesRegistry(new ShardMap(2), 100);
  hashWords.fill(0);
  registry.add();
  for (let word = 0; word < 4; word++) {
    for (let bit = 0; bit < 32; bit++) {
      hashWords.fill(0);
      hashWords[word] = 1 << bit;
      assert.equal(registry.find(), REGISTRY_ABSENT, `word ${word}, bit ${bit}`);
    }
  }
});

test('add() refuses when as many series as there may be are known, and find() still finds the old ones', () => {
  const registry = new SeriesRegistry(new ShardMap(1), 100);
  for (let id = 0; id < 100; id++) {
    hashOf(id % GROUP_COUNT, id);
    assert.ok(registry.add() >= 0);
  }
  hashOf(3, 100);
  assert.equal(registry.add(), REGISTRY_TOTAL_LIMIT);
  assert.equal(registry.find(), REGISTRY_ABSENT);
  assert.equal(registry.count, 100);
  hashOf(99 % GROUP_COUNT, 99);
  assert.ok(registry.find() >= 0);
});

test('add() refuses when one group has as many series as memory has lines for', () => {
  const map = new ShardMap(16);
  const registry = new SeriesRegistry(map, 100_000);
  const numbersMax = slotsMaxOf(1, 100_000);
  registry.reserveNumbers(5, numbersMax - 1);
  hashOf(5, 1);
  const ref = registry.add();
  assert.equal(map.numberOfSlot(5, slotOfRef(ref)), numbersMax - 1);
  hashOf(5, 2);
  assert.equal(registry.add(), REGISTRY_TOTAL_LIMIT);
  hashOf(6, 3);
  assert.ok(registry.add() >= 0, 'another group still has room');
});

test('restore() gives a series its old number, and add() goes on behind the highest when numbers are missing', () => {
  const map = new ShardMap(2);
  const registry = new SeriesRegistry(map, 1_000);
  hashOf(9, 1);
  const ref = registry.restore(9, 4);
  assert.equal(map.numberOfSlot(1, slotOfRef(ref)), 4);
  hashOf(9, 2);
  registry.restore(9, 0);
  assert.equal(registry.groupCount(9), 5);
  registry.reserveNumbers(9, 300);
  registry.reserveNumbers(9, 10);
  hashOf(9, 3);
  assert.equal(map.numberOfSlot(1, slotOfRef(registry.add())), 300);
});

test('restore() asserts when a stored series lies in another group than its hash, or comes twice', () => {
  const registry = new SeriesRegistry(new ShardMap(1), 100);
  hashOf(2, 1);
  assert.equal(groupOfHash(hashWords[0]!), 2);
  assert.throws(() => registry.restore(3, 0), /BUG/);
  registry.restore(2, 0);
  assert.throws(() => registry.restore(2, 1), /BUG/);
});
