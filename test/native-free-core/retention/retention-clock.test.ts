import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { RETENTION_HOLD_MS, RETENTION_STEP_MS_MAX } from '../../../native-free-core/limits.js';
import { RetentionClock } from '../../../native-free-core/retention/retention-clock.js';

const DAY_MS = 86_400_000;
const STEP_MS = 10_000;

/** Observes for a while in steps; answers what is believed last. */
function pass(clock: RetentionClock, fromMs: number, forMs: number): number {
  let believed = Number.NaN;
  for (let ms = 0; ms <= forMs; ms += STEP_MS) believed = clock.observe(fromMs + ms);
  return believed;
}

test('observe() goes with a clock that goes on', () => {
  const clock = new RetentionClock();
  assert.equal(pass(clock, 0, DAY_MS), DAY_MS);
});

test('observe() does not believe a leap of a day before it has stood', () => {
  const clock = new RetentionClock();
  pass(clock, 0, 100_000);
  assert.equal(clock.observe(DAY_MS), 100_000);
  // Time goes on from where it stood.
  assert.equal(pass(clock, DAY_MS, RETENTION_HOLD_MS - STEP_MS), 100_000 + RETENTION_HOLD_MS - STEP_MS);
  assert.equal(clock.observe(DAY_MS + RETENTION_HOLD_MS), DAY_MS + RETENTION_HOLD_MS);
  assert.equal(pass(clock, DAY_MS + RETENTION_HOLD_MS, 100_000), DAY_MS + RETENTION_HOLD_MS + 100_000);
});

test('observe() forgets a leap that is set right', () => {
  const clock = new RetentionClock();
  pass(clock, 0, 100_000);
  pass(clock, DAY_MS, 60_000);
  assert.equal(clock.observe(160_000), 160_000);
  assert.equal(pass(clock, 160_000, DAY_MS), DAY_MS + 160_000);
});

test('observe() believes a clock that is set back', () => {
  const clock = new RetentionClock();
  pass(clock, DAY_MS, 100_000);
  assert.equal(clock.observe(DAY_MS - 3_600_000), DAY_MS - 3_600_000);
});

test('observe() is never ahead of the clock, and never behind by more than the leaps it doubts', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -DAY_MS, max: DAY_MS }), { maxLength: 60 }), (steps) => {
      const clock = new RetentionClock();
      let nowMs = 0;
      let doubtedMs = 0;
      for (const step of steps) {
        nowMs += step;
        if (step > RETENTION_STEP_MS_MAX) doubtedMs += step;
        const believed = clock.observe(nowMs);
        assert.ok(believed <= nowMs);
        assert.ok(believed >= nowMs - doubtedMs);
      }
    }),
  );
});
