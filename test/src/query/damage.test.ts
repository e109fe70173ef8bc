import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { tableEnd, tableKey } from '../../../src/store/keys.js';
import { TABLE_FRESH, TABLE_GROUP, TABLE_SERIES } from '../../../src/store/store-layout.js';
import { bodyOf, checkRaw, checkStats, statsRequest } from './oracle.js';
import { OPEN_BOUNDS, type TestPoint, TestShards } from './query-fixture.js';

const T0 = 1_700_000_000_000;
const ALL = { metric: 'cpu', startMs: T0 - 1_000, endMs: T0 + 100_000 };
let shards: TestShards;
afterEach(() => shards.close());

const points = (round: number): TestPoint[] =>
  Array.from({ length: 400 }, (_, i) => {
    return { name: 'cpu', labels: { host: `h${i % 100}` }, timeMs: T0 + round * 1_000 + i, value: i + round };
  });

/** Changes stored values of one table of one group, from the first key on, until `change` answers false. */
function change(table: number, group: number, change: (value: Uint8Array, key: Uint8Array) => boolean): void {
  const { store } = shards.shards[shards.map.shardOfGroup(group)]!;
  const changed: { key: Uint8Array; value: Uint8Array }[] = [];
  store.forEach(tableKey(group, table), tableEnd(group, table), (key, value) => {
    const copy = new Uint8Array(value);
    if (!change(copy, key)) return false;
    changed.push({ key: new Uint8Array(key), value: copy });
    return true;
  });
  store.transaction((writer) => {
    for (const { key, value } of changed) writer.put(key, value);
  });
}

function twoGenerations(bounds = OPEN_BOUNDS): void {
  shards = new TestShards(1, bounds);
  for (let round = 0; round < 3; round++) {
    shards.write(points(round));
    shards.settle();
    if (round < 2) shards.closeGeneration();
    shards.settle();
  }
}

const countOf = (): number => bodyOf(shards.answer(statsRequest(ALL)))['count'];

describe('a query of a damaged store', () => {
  it('passes over a damaged segment and tells it once', () => {
    twoGenerations();
    const group = shards.visible()[0]!.group;
    const lost = shards.visible().filter((p) => p.group === group && p.arrival < 400).length;
    let isFirst = true;
    change(TABLE_FRESH, group, (value) => {
      if (!isFirst) return false;
      isFirst = false;
      value[8] = value[8]! ^ 1;
      return true;
    });
    assert.equal(countOf(), 1_200 - lost);
    assert.equal(countOf(), 1_200 - lost);
    const found = shards.findings.take();
    assert.equal(found.length, 1);
    assert.match(found[0]!, /^damaged segment at group \d+, generation 1, numbers \d+ to \d+$/);
    assert.deepEqual(shards.findings.take(), []);
  });

  it('loses the points of a damaged chunk and of no other', () => {
    twoGenerations({ ...OPEN_BOUNDS, batchSeriesPoints: 0 });
    const group = shards.visible()[0]!.group;
    change(TABLE_FRESH, group, (value) => {
      value[value.length - 6] = value[value.length - 6]! ^ 16;
      return true;
    });
    // In each of two segments the run of the last series, with 4 points.
    assert.equal(countOf(), 1_200 - 8);
    assert.equal(shards.findings.take().length, 2);
  });

  it('loses the points of a damaged batch and of no other', () => {
    twoGenerations();
    const group = shards.visible()[0]!.group;
    const lost = shards.visible().filter((p) => p.group === group && p.arrival < 800).length;
    change(TABLE_FRESH, group, (value) => {
      value[value.length - 6] = value[value.length - 6]! ^ 16;
      return true;
    });
    // Each of two segments is one batch.
    assert.equal(countOf(), 1_200 - lost);
    assert.match(
      shards.findings.take().join('\n'),
      /^damaged run at group \d+, generation 1, .*\n.*generation 2/,
    );
  });

  it('passes over a damaged series page', () => {
    twoGenerations();
    const group = shards.visible()[0]!.group;
    change(TABLE_SERIES, group, (value) => {
      value[20] = value[20]! ^ 255;
      return true;
    });
    assert.equal(countOf(), shards.visible().filter((p) => p.group !== group).length);
    assert.deepEqual(shards.findings.take(), [`series page at group ${group}, page 0`]);
  });

  for (const state of ['open', 'flushing', 'stored']) {
    for (const isRestarted of [false, true]) {
      it(`finds out what a damaged group record said, ${state}${isRestarted ? ', after a restart' : ''}`, () => {
        twoGenerations();
        if (state !== 'open') shards.closeGeneration();
        if (state === 'flushing') shards.write(points(3));
        if (state === 'stored') shards.settle();
        const group = shards.visible()[0]!.group;
        damageRecord(group);
        if (isRestarted) shards.restart(true);
        checkStats(shards, ALL);
        checkRaw(shards, ALL);
        assert.ok(shards.findings.take().includes(`group record at group ${group}`));
        while (shards.work()) checkStats(shards, ALL);
        checkRaw(shards, ALL);
      });
    }
  }

  it('finds out how much of a generation is in blocks', () => {
    shards = new TestShards(1, OPEN_BOUNDS);
    const many = Array.from({ length: 6_000 }, (_, i) => {
      return { name: 'cpu', labels: { host: `h${i}` }, timeMs: T0 + i, value: i };
    });
    for (let round = 0; round < 2; round++) {
      shards.write(many);
      shards.settle();
      shards.closeGeneration();
      if (round === 0) shards.settle();
    }
    shards.work();
    const snapshot = shards.views[0]!.openSnapshot();
    const group = Array.from({ length: 16 }, (_, i) => i).find((local) => snapshot.partialBound(local) > 0);
    snapshot.close();
    assert.ok(group !== undefined, 'no group is stored in part');
    damageRecord(group);
    checkStats(shards, ALL);
    checkRaw(shards, ALL);
  });
});

function damageRecord(group: number): void {
  change(TABLE_GROUP, group, (value) => {
    value[10] = value[10]! ^ 255;
    return true;
  });
}
