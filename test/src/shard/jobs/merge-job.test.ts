import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MergeSource } from '../../../../src/shard/jobs/merge-source.js';
import { TABLE_RAW, TABLE_ROLLUP_1D, TABLE_ROLLUP_1M } from '../../../../src/store/store-layout.js';
import { checkRollups } from '../../../sim/rollup-check.js';
import { type TestPoint, TierWorld } from './tier-world.js';

const DAY_MS = 86_400_000;
const T0 = 20_000 * DAY_MS;

/** Points of a stretch of a day, which the clock of the world has not left. */
function fill(world: TierWorld, rounds: number): void {
  world.nowMs = T0 + DAY_MS / 2;
  for (let round = 0; round < rounds; round++) {
    const points: TestPoint[] = Array.from({ length: 60 }, (_, i) => {
      return { number: i % 3, timeMs: T0 + round * 200_000 + Math.floor(i / 3) * 10_000, value: i };
    });
    world.flush(points);
    world.compact();
  }
}

function check(world: TierWorld): void {
  world.checkPoints();
  checkRollups(world.store, world.runs());
}

test('MergeJob() makes one layer of eight small ones, with longer chunks and one cell a window', () => {
  const world = new TierWorld();
  fill(world, 8);
  assert.equal(world.segments(TABLE_RAW), 8);
  assert.equal(world.books.tier(0, 4).rows, 24);
  world.merge();
  check(world);
  assert.deepEqual(
    [TABLE_RAW, TABLE_ROLLUP_1M, TABLE_ROLLUP_1D].map((table) => world.segments(table)),
    [1, 1, 1],
  );
  assert.equal(world.books.tier(0, 4).rows, 3);
  assert.deepEqual(
    world.runs().map(({ times }) => times.length),
    [160, 160, 160],
  );
  assert.equal(world.merges.jobs, 5);
});

test('MergeJob() leaves fewer layers alone until their stretch is over and cold', () => {
  const world = new TierWorld({ coldMs: 1_000_000 });
  fill(world, 3);
  world.merge();
  assert.equal(world.segments(TABLE_RAW), 3);
  world.nowMs = T0 + DAY_MS + 900_000;
  world.merge();
  assert.equal(world.segments(TABLE_RAW), 3);
  world.nowMs = T0 + DAY_MS + 1_100_000;
  world.merge();
  check(world);
  assert.equal(world.segments(TABLE_RAW), 1);
  // A stretch of the coarsest tier lasts longer.
  assert.equal(world.segments(TABLE_ROLLUP_1D), 3);
});

test('MergeSource() finds what is to be merged after a restart', () => {
  const world = new TierWorld();
  fill(world, 8);
  world.restart();
  world.merge();
  check(world);
  assert.equal(world.segments(TABLE_RAW), 1);
});

test('MergeSource() has nothing to do while it is held up, as between the compactions of a plan', () => {
  const world = new TierWorld();
  fill(world, 8);
  let isHeldUp = true;
  const merges = new MergeSource(world.host, () => isHeldUp);
  const isFound = () =>
    Array.from({ length: 100 }).some(() => merges.next(world.nowMs, 'idle') !== undefined);
  assert.equal(isFound(), false);
  isHeldUp = false;
  assert.equal(isFound(), true);
});
