import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EXTENT_FIRST, UNIT_BYTES } from '../../../native-free-core/head/head-layout.js';
import { SHARD_BOUNDS } from '../../../src/shard/shard-options.js';
import { TestShards } from '../query/query-fixture.js';

/** More than a rounding of the memory that one series may take. */
const SERIES = 400;

test('ShardEngine fills the first extent of many series before it closes a generation', () => {
  const shards = new TestShards(1, { ...SHARD_BOUNDS, arenaBytesSoft: UNIT_BYTES });
  try {
    const { engine } = shards.shards[0]!;
    const round = (timeMs: number): void => {
      const points = Array.from({ length: SERIES }, (_, i) => ({
        name: 'load',
        labels: { host: `h${i}` },
        timeMs,
        value: i,
      }));
      shards.write(points);
      shards.settle();
    };
    for (let i = 0; i < EXTENT_FIRST; i++) round(shards.nowMs + i * 10);
    assert.equal(engine.counters.get('flushes'), 0);
    assert.equal(engine.counters.get('open'), SERIES * EXTENT_FIRST);
    round(shards.nowMs + EXTENT_FIRST * 10);
    assert.equal(engine.counters.get('flushes'), 1);
  } finally {
    shards.close();
  }
});
