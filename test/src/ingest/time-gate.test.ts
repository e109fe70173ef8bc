import assert from 'node:assert/strict';
import { test } from 'node:test';
import { windowStartOf } from '../../../native-free-core/cell/window-start.js';
import { timeMsMax } from '../../../protocol/limits.js';
import { RejectCode } from '../../../protocol/reject-reasons.js';
import { HISTORY_AGE_MS_MAX, TIME_MS_MIN } from '../../../src/ingest/limits.js';
import { TimeGate } from '../../../src/ingest/time-gate.js';
import { parseSegmentKey, segmentKey } from '../../../src/store/keys.js';
import { TIER_TABLES } from '../../../src/store/tier-tables.js';
import { keepRaw } from '../../native-free-core/retention/retentions.js';

const NOW_MS = 1_700_000_000_000;
const HOUR_MS = 3_600_000;

test('reason() holds a time to the widest bounds of its kind of batch', () => {
  const gate = new TimeGate({ retention: keepRaw(HOUR_MS), clockSkewMs: 10 });
  const check = (kind: 'live' | 'history', timeMs: number, wanted: number) => {
    gate.open(kind, NOW_MS);
    assert.equal(gate.reason(timeMs), wanted, `${kind} ${timeMs}`);
  };
  check('live', NOW_MS - HOUR_MS, 0);
  check('live', NOW_MS - HOUR_MS - 0.5, RejectCode.tooOld);
  check('history', NOW_MS - HOUR_MS - 0.5, 0);
  check('history', NOW_MS - HISTORY_AGE_MS_MAX, 0);
  check('history', NOW_MS - HISTORY_AGE_MS_MAX - 1, RejectCode.tooOld);
  for (const kind of ['live', 'history'] as const) {
    check(kind, NOW_MS + 10, 0);
    check(kind, NOW_MS + 11, RejectCode.tooFarAhead);
    check(kind, Number.NaN, RejectCode.invalidTime);
    check(kind, Number.NEGATIVE_INFINITY, RejectCode.invalidTime);
    check(kind, -timeMsMax - 1, RejectCode.invalidTime);
    check(kind, timeMsMax + 1, RejectCode.invalidTime);
  }
});

test('reasonOf() holds a time to the bound of its class', () => {
  const day = 24 * HOUR_MS;
  const rules = [{ match: 'debug.*', raw: HOUR_MS }];
  const gate = new TimeGate({ retention: keepRaw(day, rules, 2 * day), clockSkewMs: 10 });
  const check = (kind: 'live' | 'history', retentionClass: number, ageMs: number, wanted: number) => {
    gate.open(kind, NOW_MS);
    assert.equal(gate.reason(NOW_MS - ageMs) || gate.reasonOf(retentionClass, NOW_MS - ageMs), wanted);
  };
  check('live', 0, day, 0);
  check('live', 0, day + 1, RejectCode.tooOld);
  check('live', 1, HOUR_MS, 0);
  check('live', 1, HOUR_MS + 1, RejectCode.tooOld);
  check('history', 1, 2 * day, 0);
  check('history', 0, 2 * day + 1, RejectCode.tooOld);
});

test('oldestMs and newestMs lie within what every class takes, and what a time can be', () => {
  const rules = [{ match: 'debug.*', raw: HOUR_MS }];
  const gate = new TimeGate({ retention: keepRaw(24 * HOUR_MS, rules), clockSkewMs: HOUR_MS });
  gate.open('live', NOW_MS);
  assert.deepEqual([gate.oldestMs, gate.newestMs], [NOW_MS - HOUR_MS, NOW_MS + HOUR_MS]);
  gate.open('live', timeMsMax);
  assert.equal(gate.newestMs, timeMsMax);
  gate.open('live', -timeMsMax);
  assert.equal(gate.oldestMs, TIME_MS_MIN);
});

test('reason() takes no time that the keys of segments could not tell from others', () => {
  const gate = new TimeGate({ retention: keepRaw(Number.POSITIVE_INFINITY), clockSkewMs: 0 });
  gate.open('live', NOW_MS);
  assert.equal(gate.reason(TIME_MS_MIN), 0);
  assert.equal(gate.reason(TIME_MS_MIN - 1), RejectCode.tooOld);
  assert.equal(gate.reason(-timeMsMax), RejectCode.tooOld);
  for (const { table, stretchMs } of TIER_TABLES) {
    const startMs = windowStartOf(TIME_MS_MIN, stretchMs);
    const range = { startMs, endMs: TIME_MS_MIN, generation: 1, firstNumber: 0, lastNumber: 0 };
    assert.deepEqual(parseSegmentKey(segmentKey(0, table, range)), range);
  }
});
