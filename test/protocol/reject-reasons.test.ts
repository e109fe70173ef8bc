import assert from 'node:assert/strict';
import { test } from 'node:test';
import { firstReject, RejectCode, rejectReason, rejectReasons } from '../../protocol/reject-reasons.js';
import { RejectTally } from '../../protocol/reject-tally.js';

test('rejectReasons are the closed list of the protocol, in its order', () => {
  assert.deepEqual(rejectReasons.slice(1), [
    'unknown_ref',
    'invalid_name',
    'invalid_label',
    'invalid_value',
    'invalid_time',
    'too_old',
    'too_far_ahead',
    'metric_series_limit',
    'total_series_limit',
    'too_many_labels',
    'label_too_long',
  ]);
});

test('rejectReason() names every code', () => {
  for (const [name, code] of Object.entries(RejectCode)) {
    assert.equal(
      rejectReason(code),
      name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
    );
  }
  assert.equal(Object.keys(RejectCode).length, rejectReasons.length - 1);
});

test('firstReject() answers the finding that comes first in the list', () => {
  assert.equal(firstReject(0, 0), 0);
  assert.equal(firstReject(0, RejectCode.tooOld), RejectCode.tooOld);
  assert.equal(firstReject(RejectCode.tooOld, 0), RejectCode.tooOld);
  assert.equal(firstReject(RejectCode.invalidValue, RejectCode.invalidName), RejectCode.invalidName);
});

test('RejectTally counts by reason, keeps the first index, and starts anew after reset()', () => {
  const tally = new RejectTally();
  tally.add(RejectCode.tooOld, 7);
  tally.add(RejectCode.tooOld, 3);
  tally.add(RejectCode.unknownRef, 0, 5);
  assert.equal(tally.total, 7);
  assert.equal(tally.count(RejectCode.tooOld), 2);
  assert.deepEqual(tally.list(), [
    { reason: 'unknown_ref', count: 5, firstIndex: 0 },
    { reason: 'too_old', count: 2, firstIndex: 7 },
  ]);
  tally.reset();
  assert.equal(tally.total, 0);
  assert.deepEqual(tally.list(), []);
  tally.add(RejectCode.tooOld, 9);
  assert.deepEqual(tally.list(), [{ reason: 'too_old', count: 1, firstIndex: 9 }]);
});
