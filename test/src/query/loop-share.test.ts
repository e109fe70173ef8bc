import assert from 'node:assert/strict';
import { test } from 'node:test';
import { INLINE_SAMPLE_MS, INLINE_STRETCH_MS } from '../../../src/query/limits.js';
import { LoopShare } from '../../../src/query/loop-share.js';

/** A share of a loop whose clock and work are told. */
class ToldLoop {
  atMs = 1_000;
  active = 0;
  idle = 0;
  readonly share = new LoopShare({ nowMs: () => 0, monotonicMs: () => this.atMs }, () => ({
    active: this.active,
    idle: this.idle,
  }));

  pass(active: number, idle: number): void {
    this.active += active;
    this.idle += idle;
    this.atMs += active + idle;
  }
}

test('mayBegin() allows little at a stretch, and more when time has passed', () => {
  const loop = new ToldLoop();
  let spent = 0;
  while (loop.share.mayBegin()) {
    loop.share.spend(0.25);
    spent += 0.25;
  }
  assert.ok(spent >= INLINE_STRETCH_MS / 2 && spent <= INLINE_STRETCH_MS, `${spent} ms`);
  loop.pass(0, 0.5);
  assert.equal(loop.share.mayBegin(), true);
});

test('mayBegin() allows half of the time in the long run', () => {
  const loop = new ToldLoop();
  let spent = 0;
  for (let turn = 0; turn < 10_000; turn++) {
    if (loop.share.mayBegin()) {
      loop.share.spend(0.4);
      loop.pass(0.4, 0);
      spent += 0.4;
    } else loop.pass(0, 0.1);
  }
  assert.ok(Math.abs(spent / (loop.atMs - 1_000) - 0.5) < 0.01, `${spent} of ${loop.atMs - 1_000} ms`);
});

test('mayBegin() allows nothing while other work takes most of the time, and again when it is over', () => {
  const loop = new ToldLoop();
  loop.share.mayBegin();
  loop.pass(0.95 * INLINE_SAMPLE_MS, 0.05 * INLINE_SAMPLE_MS);
  assert.equal(loop.share.mayBegin(), false);
  loop.pass(0.2 * INLINE_SAMPLE_MS, 0.8 * INLINE_SAMPLE_MS);
  assert.equal(loop.share.mayBegin(), true);
});

test('mayBegin() does not take its own queries for other work', () => {
  const loop = new ToldLoop();
  loop.share.mayBegin();
  for (let i = 0; i < 10; i++) {
    loop.share.spend(0.09 * INLINE_SAMPLE_MS);
    loop.pass(0.09 * INLINE_SAMPLE_MS, 0.01 * INLINE_SAMPLE_MS);
  }
  loop.pass(0, INLINE_SAMPLE_MS);
  assert.equal(loop.share.mayBegin(), true);
});
