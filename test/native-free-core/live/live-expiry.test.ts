import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LiveExpiry, NONE_DUE } from '../../../native-free-core/live/live-expiry.js';

function drain(expiry: LiveExpiry): number[] {
  const cells: number[] = [];
  for (let cell = expiry.next(); cell !== NONE_DUE; cell = expiry.next()) cells.push(cell);
  return cells;
}

test('LiveExpiry.next() answers the occupied cells of due places, once a pass', () => {
  const expiry = new LiveExpiry(3);
  for (const cell of [0, 31, 32, 63, 64, 128 + 5, 128 + 40]) expiry.occupy(cell);
  expiry.makeDue(63, 66);
  assert.ok(expiry.pending);
  assert.deepEqual(drain(expiry), [0, 63, 64]);
  assert.ok(!expiry.pending);
  assert.deepEqual(drain(expiry), []);
  expiry.vacate(0);
  expiry.makeAllDue();
  assert.deepEqual(drain(expiry), [31, 32, 63, 64, 133, 168]);
});

test('LiveExpiry.makeDue() makes the place of each second due and no other', () => {
  const expiry = new LiveExpiry(1);
  for (let cell = 0; cell < 64; cell++) expiry.occupy(cell);
  for (let second = 0; second < 130; second++) {
    expiry.makeDue(second, second + 1);
    assert.deepEqual(drain(expiry), [second % 64]);
  }
});

test('LiveExpiry.next() takes places that become due in a pass in the next one', () => {
  const expiry = new LiveExpiry(2);
  for (const cell of [1, 2, 65, 66]) expiry.occupy(cell);
  expiry.makeDue(1, 2);
  assert.equal(expiry.next(), 1);
  expiry.makeDue(2, 3);
  assert.deepEqual(drain(expiry), [65]);
  assert.ok(expiry.pending);
  assert.deepEqual(drain(expiry), [2, 66]);
});

test('LiveExpiry.makeDue() makes all places due after an hour', () => {
  const expiry = new LiveExpiry(1);
  for (let cell = 0; cell < 64; cell++) expiry.occupy(cell);
  expiry.makeDue(100, 3_700);
  assert.equal(drain(expiry).length, 64);
});

test('LiveExpiry.reset() forgets cells and a pass under way', () => {
  const expiry = new LiveExpiry(2);
  for (const cell of [1, 2, 65]) expiry.occupy(cell);
  expiry.makeAllDue();
  expiry.next();
  expiry.reset();
  assert.ok(!expiry.pending && expiry.rows === 0);
  expiry.occupy(3);
  expiry.makeAllDue();
  assert.deepEqual(drain(expiry), [3]);
});
