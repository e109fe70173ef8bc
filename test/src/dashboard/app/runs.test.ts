import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadPageModule } from '../page-module.js';

type Column = readonly (number | null)[];

const { placeNear } = await loadPageModule<{ placeNear(values: Column, place: number): number | null }>(
  'chart/runs.ts',
);

function check(title: string, values: Column, expected: readonly (number | null)[]): void {
  test(`placeNear() ${title}`, () => {
    assert.deepEqual(
      values.map((_, place) => placeNear(values, place)),
      expected,
    );
  });
}

check('is the place itself where there are values', [1, 2, 3], [0, 1, 2]);
check(
  'finds the nearer value of a line that goes over empty windows',
  [1, null, null, 4, null, null, 7],
  [0, 0, 3, 3, 3, 6, 6],
);
check('finds none in a gap', [1, 2, 3, null, null, null, 7, 8, 9], [0, 1, 2, null, null, null, 6, 7, 8]);
check('finds none before the first value and behind the last', [null, 1, 2, null], [null, 1, 2, null]);
check('finds none where there are no values', [null, null], [null, null]);
