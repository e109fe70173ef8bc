import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Clock } from '../../../src/clock.js';
import { InlineStop } from '../../../src/query/inline-stop.js';
import {
  INLINE_READ_MS,
  INLINE_RUN_BYTES_MAX,
  INLINE_STEPS_MAX,
  INLINE_STEPS_ONCE_MAX,
} from '../../../src/query/limits.js';
import { QUERY_LIMITS_DEFAULT } from '../../../src/query/query-limits.js';
import { RecentReads } from '../../../src/query/recent-reads.js';
import { stepsOf } from '../../../src/query/work.js';

let atMs = 0;
const clock: Clock = { nowMs: () => 0, monotonicMs: () => atMs };
const LARGE = { name: 'Error', reason: 'large' };
const BEYOND = { name: 'Error', reason: 'beyond' };

function begun(valueWeight?: number): InlineStop {
  atMs = 1_000;
  return new InlineStop(clock, QUERY_LIMITS_DEFAULT, new RecentReads(), valueWeight);
}

test('check(), count() and countCells() end a query whose time is over, and not before', () => {
  const check = (look: (stop: InlineStop) => void, reason: string): void => {
    const stop = begun();
    atMs += INLINE_READ_MS;
    look(stop);
    atMs += 0.001;
    assert.throws(() => look(stop), { name: 'Error', reason });
  };
  check((stop) => stop.check(), 'large');
  check((stop) => stop.count(1), 'large');
  check((stop) => stop.countCells(1, 10), 'large');
  // The next one has time for the rest.
  check((stop) => {
    stop.remembered();
    stop.check();
  }, 'unready');
});

test('count() and countCells() count', () => {
  const stop = begun();
  stop.count(3);
  stop.countCells(4, 50);
  const { points, cells, bytes } = stop.cost;
  assert.deepEqual({ points, cells, bytes }, { points: 3, cells: 4, bytes: 50 });
});

test('foresee() ends a query whose parts are too many steps together', () => {
  const stop = begun();
  const series = Math.floor(INLINE_STEPS_MAX / stepsOf('series', 1));
  stop.foresee('series', series);
  assert.throws(() => stop.foresee('answerValue', series), BEYOND);
});

test('foresee() lets what is done once be more, and not what comes each time', () => {
  const stop = begun();
  stop.foresee('decoding', INLINE_STEPS_ONCE_MAX);
  assert.throws(() => stop.foresee('run', 1), LARGE);
  const other = begun();
  other.foresee('openPoint', INLINE_STEPS_MAX);
  other.foresee('decoding', INLINE_STEPS_ONCE_MAX - INLINE_STEPS_MAX);
  assert.throws(() => other.foresee('openPoint', 1), BEYOND);
});

test('foresee() knows that choosing series may be less the next time', () => {
  const stop = begun();
  stop.foresee('matchedText', Math.floor(INLINE_STEPS_MAX / stepsOf('matchedText', 1)));
  assert.throws(() => stop.foresee('row', 1), LARGE);
});

test('foresee() takes values of the answer for as much as its form makes of them', () => {
  const values = Math.floor(INLINE_STEPS_MAX / stepsOf('answerValue', 1));
  begun().foresee('answerValue', values);
  begun(2).foresee('answerValue', values / 2);
  assert.throws(() => begun(2).foresee('answerValue', values), BEYOND);
  begun(2).foresee('cell', values);
});

test('beforeDecode() ends a query that would decode a long run', () => {
  begun().beforeDecode(INLINE_RUN_BYTES_MAX);
  assert.throws(() => begun().beforeDecode(INLINE_RUN_BYTES_MAX + 1), LARGE);
});

test('beforeRead() and beforeWait() end a query that would wait', () => {
  const stop = begun();
  assert.throws(() => stop.beforeRead('somewhere'), { reason: 'waits' });
  assert.throws(() => stop.beforeWait(), { reason: 'waits' });
});
