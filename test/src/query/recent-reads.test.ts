import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RECENT_READ_MS, RECENT_READS_KEPT } from '../../../src/query/limits.js';
import { RecentReads } from '../../../src/query/recent-reads.js';

test('has() is true of what was read lately', () => {
  const reads = new RecentReads();
  assert.equal(reads.has('a', 0), false);
  reads.note('a', 1_000);
  assert.equal(reads.has('a', 1_000 + RECENT_READ_MS - 1), true);
  assert.equal(reads.has('a', 1_000 + RECENT_READ_MS), false);
  reads.note('a', 2_000);
  assert.equal(reads.has('a', 1_000 + RECENT_READ_MS), true);
});

test('note() forgets what was not read for the longest time when there are too many', () => {
  const reads = new RecentReads();
  reads.note('first', 0);
  reads.note('second', 0);
  reads.note('first', 1);
  for (let i = 0; i < RECENT_READS_KEPT - 1; i++) reads.note(`${i}`, 2);
  assert.deepEqual([reads.has('first', 2), reads.has('second', 2)], [true, false]);
});

test('noteAnew() is true once in a while for each place', () => {
  const reads = new RecentReads();
  assert.equal(reads.noteAnew('a', 0), true);
  assert.equal(reads.noteAnew('a', RECENT_READ_MS / 2 - 1), false);
  assert.equal(reads.noteAnew('b', 1), true);
  assert.equal(reads.noteAnew('a', RECENT_READ_MS / 2), true);
});
