import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadPageModule } from '../page-module.js';

interface Clock {
  learnNow(engineMs: number, sentMs: number): void;
  clockOffsetMs(): number;
}

interface Case {
  /** How far the engine's clock is ahead of the reader's, ms. */
  aheadMs: number;
  /** How long the question and its answer took, ms. */
  tookMs?: number;
}

function check(title: string, { aheadMs, tookMs = 20 }: Case, isCorrected: boolean): void {
  test(`learnNow() ${title}`, async () => {
    const { learnNow, clockOffsetMs } = await loadPageModule<Clock>('clock.ts');
    const sentMs = Date.now() - tookMs;
    learnNow(Math.floor((sentMs + tookMs / 2 + aheadMs) / 1_000) * 1_000, sentMs);
    if (!isCorrected) assert.equal(clockOffsetMs(), 0);
    else {
      const afterMs = clockOffsetMs() - aheadMs;
      assert.ok(afterMs >= 0 && afterMs <= 1_100 + tookMs, `${afterMs} ms beyond the engine's time`);
    }
  });
}

check('leaves a clock alone that is right', { aheadMs: 0 }, false);
check('leaves a clock alone that is a second off', { aheadMs: -1_000 }, false);
check('leaves a right clock alone when the answer takes a minute', { aheadMs: 0, tookMs: 60_000 }, false);
check('corrects a clock that is an hour slow', { aheadMs: 3_600_000 }, true);
check('corrects a clock that is an hour fast', { aheadMs: -3_600_000 }, true);
check('corrects by a slow answer too', { aheadMs: 3_600_000, tookMs: 5_000 }, true);

test('learnNow() passes over an answer without a time', async () => {
  const { learnNow, clockOffsetMs } = await loadPageModule<Clock>('clock.ts');
  learnNow(Number.NaN, Date.now());
  assert.equal(clockOffsetMs(), 0);
});
