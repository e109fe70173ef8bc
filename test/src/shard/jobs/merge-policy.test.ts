import assert from 'node:assert/strict';
import { test } from 'node:test';
import { COMPACTION_BOUNDS } from '../../../../src/shard/jobs/compaction-bounds.js';
import { chooseMerge } from '../../../../src/shard/jobs/merge-policy.js';

const KIB = 1_024;
const bounds = { ...COMPACTION_BOUNDS, segmentBytes: 128 * KIB, jobBytes: 4_096 * KIB, mergeLayers: 4 };

function check(layersKib: number[], isCold: boolean, wanted: [number, number] | undefined): void {
  const choice = chooseMerge(
    layersKib.map((kib) => kib * KIB),
    bounds,
    isCold,
  );
  assert.deepEqual(choice && [choice.from, choice.to], wanted, layersKib.join());
}

test('chooseMerge() takes neighbours of one size when there are enough', () => {
  check([], false, undefined);
  check([1, 1, 1], false, undefined);
  check([1, 1, 1, 1], false, [0, 4]);
  check([500, 1, 1, 1, 1], false, [1, 5]);
  // Not neighbours.
  check([1, 1, 500, 1, 1], false, undefined);
  check([20, 20, 20, 20], false, [0, 4]);
});

test('chooseMerge() rewrites no large layer for a few small ones', () => {
  check([100, 1, 1, 1], false, undefined);
  check([100, 1, 1, 1, 1], false, [1, 5]);
  check([2_000, 2_000, 2_000, 2_000], false, undefined);
});

test('chooseMerge() takes any two small ones when the stretch is cold', () => {
  check([1, 1], true, [0, 2]);
  check([1], true, undefined);
  check([900, 900], true, [0, 2]);
  check([2_000, 1], true, undefined);
});

test('chooseMerge() keeps a job within its bytes, but for two layers', () => {
  check([900, 900, 900, 900, 900, 900], false, [0, 4]);
  check([900, 900, 900], true, [0, 3]);
});
