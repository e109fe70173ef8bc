import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { WORD_READY } from '../../../native-free-core/head/head-layout.js';
import { LiveCoverage } from '../../../src/query/live-coverage.js';
import { ShardCounters } from '../../../src/shard/shard-counters.js';
import { createShardMemory } from '../../../src/shard/shard-memory.js';

function shard(): {
  coverage: LiveCoverage;
  counters: ShardCounters;
  at(nowMs: number): void;
  ready(word: number): void;
} {
  const memory = createShardMemory(16, 1_000, 1024 * 1024);
  let nowMs = 0;
  return {
    coverage: new LiveCoverage([memory], { nowMs: () => nowMs, monotonicMs: () => 0 }),
    counters: new ShardCounters(memory.counters),
    at: (ms) => {
      nowMs = ms;
    },
    ready: (word) => {
      Atomics.store(new Int32Array(memory.head.control), WORD_READY, word);
    },
  };
}

describe('LiveCoverage', () => {
  it('covers nothing before the shard is ready', () => {
    const { coverage } = shard();
    assert.equal(coverage.observe(), false);
    assert.equal(coverage.covers(1e12), false);
  });

  it('covers everything of a shard that was empty when it was seen first', () => {
    const { coverage, counters, ready } = shard();
    ready(1);
    assert.equal(coverage.observe(), true);
    counters.set('accepted', 10);
    coverage.observe();
    assert.equal(coverage.covers(0), true);
  });

  it('covers whole seconds after a start with points, and begins anew after each restart', () => {
    const { coverage, counters, ready, at } = shard();
    counters.set('accepted', 10);
    for (const [restarts, nowMs] of [
      [0, 10_400],
      [1, 20_000],
      [2, 35_001],
    ] as const) {
      counters.set('restarts', restarts);
      at(nowMs);
      if (restarts === 2) {
        ready(0);
        assert.equal(coverage.observe(), false);
        assert.equal(coverage.covers(1e12), false);
      }
      ready(1);
      coverage.observe();
      at(nowMs + 5_000);
      coverage.observe();
      const fromMs = Math.ceil(nowMs / 1_000) * 1_000;
      assert.equal(coverage.covers(fromMs - 1), false);
      assert.equal(coverage.covers(fromMs), true);
    }
  });
});
