import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SweepMarks } from '../../../../src/shard/jobs/sweep-marks.js';

const UNSEEN = Number.NEGATIVE_INFINITY;

test('of() keeps the marks of each tier of a group by class', () => {
  const marks = new SweepMarks(2);
  assert.deepEqual([...marks.of(0, 1)], [UNSEEN, UNSEEN]);
  marks.of(0, 1).set([5, 7]);
  assert.deepEqual([...marks.of(0, 1)], [5, 7]);
  assert.deepEqual([...marks.of(0, 2)], [UNSEEN, UNSEEN]);
  assert.deepEqual([...marks.of(1, 1)], [UNSEEN, UNSEEN]);
});

test('forget() forgets those of one group, also of a sweep that raises them later', () => {
  const marks = new SweepMarks(1);
  marks.of(1, 1).set([9]);
  const held = marks.of(0, 1);
  marks.forget(0);
  held.set([9]);
  assert.deepEqual([marks.of(0, 1)[0], marks.of(1, 1)[0]], [UNSEEN, 9]);
});

test('observe() forgets all when the time goes back, and only then', () => {
  const marks = new SweepMarks(1);
  marks.observe(100);
  marks.of(0, 0).set([9]);
  marks.observe(100);
  marks.observe(101);
  assert.equal(marks.of(0, 0)[0], 9);
  marks.observe(100);
  assert.equal(marks.of(0, 0)[0], UNSEEN);
});
