import assert from 'node:assert/strict';
import { test } from 'node:test';
import { layersOf, type SegmentRef } from '../../../../src/shard/jobs/segment-ref.js';

const segment = (generation: number, firstNumber: number, lastNumber: number): SegmentRef => {
  return { key: new Uint8Array(0), startMs: 0, endMs: 1, generation, firstNumber, lastNumber };
};

function check(
  segments: readonly SegmentRef[],
  wanted: readonly [generation: number, numbers: string][],
): void {
  const layers = layersOf(segments).map(({ generation, segments: own }) => {
    return [generation, own.map((each) => `${each.firstNumber}-${each.lastNumber}`).join(' ')];
  });
  assert.deepEqual(layers, wanted);
}

test('layersOf() puts the segments of a generation into one layer, by number', () => {
  check(
    [segment(2, 4, 7), segment(1, 0, 9), segment(2, 0, 3)],
    [
      [1, '0-9'],
      [2, '0-3 4-7'],
    ],
  );
});

test('layersOf() makes several layers of a generation whose segments hold the same numbers', () => {
  // A merge between two compactions of generation 8 had written 4-11; merged as one layer, series 6 came behind series 11, and the
  // segment that was made of them did not read.
  check(
    [segment(8, 6, 6), segment(8, 0, 3), segment(8, 4, 11), segment(8, 7, 7)],
    [
      [8, '0-3 4-11'],
      [8, '6-6 7-7'],
    ],
  );
});
