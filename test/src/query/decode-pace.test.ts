import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DecodePace } from '../../../src/query/decode-pace.js';

const MINUTE = 60_000;
const HOUR = 3_600_000;
/** Asks until what is said changes no more. */
const settled = (pace: DecodePace, windowMs: number): number => {
  for (let i = 0; i < 2_000; i++) pace.asked(windowMs);
  return pace.stepsOf(windowMs, 1);
};

test('stepsOf() grows with the cells and with their windows before anything is known', () => {
  const pace = new DecodePace();
  assert.equal(pace.stepsOf(MINUTE, 200), 2 * pace.stepsOf(MINUTE, 100));
  assert.ok(pace.stepsOf(HOUR, 1) > 10 * pace.stepsOf(MINUTE, 1));
});

test('note() leads to what runs take lately, and leaves other windows alone', () => {
  const pace = new DecodePace();
  const hours = pace.stepsOf(HOUR, 1);
  // 100 cells in 1 ms are 1,000 steps a cell.
  for (let i = 0; i < 100; i++) pace.note(MINUTE, 100, 1);
  assert.ok(Math.abs(pace.stepsOf(MINUTE, 1) - 1_000) < 1);
  for (let i = 0; i < 100; i++) pace.note(MINUTE, 100, 0.1);
  assert.ok(Math.abs(pace.stepsOf(MINUTE, 1) - 100) < 1);
  assert.equal(pace.stepsOf(HOUR, 1), hours);
});

test('what was slow is tried again in time', () => {
  const pace = new DecodePace();
  const atFirst = settled(pace, MINUTE);
  for (let i = 0; i < 100; i++) pace.note(MINUTE, 1, 1);
  const slow = pace.stepsOf(MINUTE, 1);
  assert.ok(slow > 1_000 * atFirst);
  assert.equal(pace.stepsOf(MINUTE, 1), slow);
  pace.asked(MINUTE);
  assert.ok(pace.stepsOf(MINUTE, 1) < slow);
  assert.equal(settled(pace, MINUTE), atFirst);
});

test('one run whose thread was held up changes little', () => {
  const pace = new DecodePace();
  const before = pace.stepsOf(MINUTE, 1);
  pace.note(MINUTE, 60, 20);
  assert.ok(pace.stepsOf(MINUTE, 1) < 2 * before);
});
