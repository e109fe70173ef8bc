import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PRODUCER_WINDOW_BITS } from '../../../native-free-core/limits.js';
import {
  BATCH_NEW,
  BATCH_SEEN,
  BATCH_TOO_FAR,
  ProducerWindow,
} from '../../../native-free-core/producer/producer-window.js';

/** A window that has taken these batches, which were all new. */
function taken(...seqs: number[]): ProducerWindow {
  const window = new ProducerWindow();
  for (const seq of seqs) {
    assert.equal(window.look(seq), BATCH_NEW, `seq ${seq}`);
    window.mark(seq);
  }
  return window;
}

test('look() says new, seen and too far at the edges of the window', () => {
  const window = new ProducerWindow(100);
  const check = (seq: number, verdict: number) => assert.equal(window.look(seq), verdict, `seq ${seq}`);
  check(0, BATCH_SEEN);
  check(100, BATCH_SEEN);
  check(101, BATCH_NEW);
  check(100 + PRODUCER_WINDOW_BITS, BATCH_NEW);
  check(101 + PRODUCER_WINDOW_BITS, BATCH_TOO_FAR);
});

test('mark() closes the gap when the missing batch comes, at the edges of both words', () => {
  const check = (last: number) => {
    const window = new ProducerWindow();
    for (let seq = 2; seq <= last; seq++) window.mark(seq);
    assert.equal(window.contiguous, 0);
    assert.equal(window.highest, last);
    window.mark(1);
    assert.deepEqual([window.contiguous, window.low, window.high], [last, 0, 0]);
    assert.equal(window.highest, last);
  };
  check(2);
  check(31);
  check(32);
  check(33);
  check(34);
  check(63);
  check(64);
});

test('highest() is the last batch that was taken, gaps or not', () => {
  const check = (seqs: number[], highest: number) => assert.equal(taken(...seqs).highest, highest);
  check([], 0);
  check([1], 1);
  check([5], 5);
  check([32], 32);
  check([33], 33);
  check([64, 1], 64);
  check([1, 2, 40, 3], 40);
});

test('skipTo() counts everything up to a batch as taken and keeps what lies above', () => {
  const check = (seqs: number[], to: number, contiguous: number, above: number[]) => {
    const window = taken(...seqs);
    window.skipTo(to);
    assert.equal(window.contiguous, contiguous);
    const seen = Array.from({ length: PRODUCER_WINDOW_BITS }, (_, i) => contiguous + 1 + i).filter(
      (seq) => window.look(seq) === BATCH_SEEN,
    );
    assert.deepEqual(seen, above);
  };
  check([], 0, 0, []);
  check([], 10, 10, []);
  check([1, 2], 1, 2, []);
  check([5, 9], 3, 3, [5, 9]);
  check([5, 9], 4, 5, [9]);
  check([5, 6, 9], 4, 6, [9]);
  check([33, 64], 32, 33, [64]);
  check([64], 63, 64, []);
  check([40], 1_000, 1_000, []);
  check([], 2 ** 40, 2 ** 40, []);
});

test('a window goes on at the largest seq that a number holds', () => {
  const start = Number.MAX_SAFE_INTEGER - 70;
  const window = new ProducerWindow(start);
  window.mark(start + 64);
  window.mark(start + 1);
  assert.deepEqual([window.contiguous, window.highest], [start + 1, start + 64]);
});

test('clone() is equal and on its own', () => {
  const window = taken(1, 3, 40);
  const copy = window.clone();
  assert.equal(copy.equals(window), true);
  copy.mark(2);
  assert.equal(copy.equals(window), false);
  assert.equal(window.contiguous, 1);
});
