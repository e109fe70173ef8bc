import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KnownRuns } from '../../../src/query/known-runs.js';

function runsOf(known: KnownRuns, number: number): [number, number][] {
  const runs: [number, number][] = [];
  known.forEach(number, (from, to) => runs.push([from, to]));
  return runs;
}

function make(): KnownRuns {
  const known = new KnownRuns();
  known.renew(7, 100, 109);
  return known;
}

test('forEach() gives the runs of a number in their order, and knows() that they are all', () => {
  const known = make();
  assert.equal(known.knows(100), false);
  known.add(100, 0, 3);
  known.add(100, 3, 5);
  known.add(109, 5, 6);
  assert.deepEqual(runsOf(known, 100), [
    [0, 3],
    [3, 5],
  ]);
  assert.deepEqual(runsOf(known, 109), [[5, 6]]);
  assert.deepEqual(
    [100, 101, 109].map((number) => known.knows(number)),
    [true, false, true],
  );
});

test('knows() is true of a number without runs, and not of one that lacks some', () => {
  const known = make();
  known.setNone(101);
  assert.equal(known.knows(101), true);
  assert.deepEqual(runsOf(known, 101), []);
  known.add(102, 0, 3);
  known.setPartial(102);
  known.add(102, 3, 5);
  known.setNone(102);
  assert.equal(known.knows(102), false);
});

test('setNone() leaves what was found', () => {
  const known = make();
  known.add(103, 0, 3);
  known.setNone(103);
  assert.deepEqual(runsOf(known, 103), [[0, 3]]);
});

test('renew() forgets everything of another version and nothing of the same', () => {
  const known = make();
  known.add(103, 0, 3);
  known.renew(7, 100, 109);
  assert.equal(known.knows(103), true);
  known.renew(8, 100, 109);
  assert.equal(known.knows(103), false);
  known.add(103, 4, 5);
  assert.deepEqual(runsOf(known, 103), [[4, 5]]);
  known.renew(9, 0, 3);
  known.setNone(3);
  assert.equal(known.knows(3), true);
});

test('forget() forgets one number, which may be found anew', () => {
  const known = make();
  known.add(103, 0, 3);
  known.add(104, 3, 5);
  known.add(104, 5, 6);
  known.forget(104);
  // Of another segment: there is nothing to forget.
  for (const number of [99, 110]) known.forget(number);
  assert.deepEqual(
    [103, 104].map((number) => known.knows(number)),
    [true, false],
  );
  known.add(104, 3, 5);
  known.add(104, 6, 9);
  assert.deepEqual(runsOf(known, 104), [
    [3, 5],
    [6, 9],
  ]);
});
