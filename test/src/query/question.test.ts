import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { systemClock } from '../../../src/clock.js';
import type { NamesRequest } from '../../../src/http/present/names.js';
import { namesPresenter } from '../../../src/http/present/names.js';
import { InlineStop } from '../../../src/query/inline-stop.js';
import { QUERY_LIMITS_DEFAULT } from '../../../src/query/query-limits.js';
import type { QueryTools } from '../../../src/query/query-tools.js';
import { defineQuestion } from '../../../src/query/question.js';
import { RecentReads } from '../../../src/query/recent-reads.js';
import { QueryCancelled, StopCheck } from '../../../src/query/stop-check.js';

const request: NamesRequest = { kind: 'names', format: 'json', selectors: [] };
const names = Array.from({ length: 200_000 }, (_, i) => `metric_${i}`);

/** Answers so many names; `onFound` is called when they are found and not written yet. */
const answer = (stop: StopCheck, onFound = (): void => {}): number => {
  const question = defineQuestion(namesPresenter, () => () => {
    onFound();
    return { names };
  });
  return question.open({} as QueryTools)(request, stop).body.length;
};

describe('defineQuestion()', () => {
  it('ends a query that is cancelled, or over its time, while its answer is written', () => {
    let isCancelled = false;
    const stop = new StopCheck(systemClock, 60_000, () => isCancelled);
    assert.ok(answer(stop) > 1_000_000);
    assert.throws(() => answer(stop, () => (isCancelled = true)), QueryCancelled);
    let nowMs = 0;
    const late = new StopCheck({ ...systemClock, monotonicMs: () => nowMs }, 1_000);
    assert.throws(() => answer(late, () => (nowMs = 1_001)), { code: 'MR_QUERY_TIMEOUT' });
  });

  it('lets the socket thread write what it has found to its end', () => {
    let nowMs = 0;
    const clock = { ...systemClock, monotonicMs: () => nowMs };
    const stop = new InlineStop(clock, QUERY_LIMITS_DEFAULT, new RecentReads());
    assert.ok(answer(stop, () => (nowMs = 1_000)) > 1_000_000);
  });
});
