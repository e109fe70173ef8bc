import assert from 'node:assert/strict';
import { test } from 'node:test';
import { alarmScore } from '../../../bench/macro/alarm-score.js';
import { NAB_PROFILES, nabScore } from '../../../bench/macro/nab-score.js';

const standard = NAB_PROFILES[0]!;
const at = (count: number, ...places: number[]): Float64Array => {
  const scores = new Float64Array(count);
  for (const place of places) scores[place] = 1;
  return scores;
};

test('nabScore() is 0 for silence and 100 for the first point of each window alone', () => {
  const windows = [
    [40, 49],
    [70, 89],
  ] as const;
  assert.equal(nabScore([{ scores: at(100), windows }], 1, standard).score, 0);
  assert.equal(nabScore([{ scores: at(100, 40, 70), windows }], 1, standard).score, 100);
});

test('nabScore() counts the best of a window, false alarms by their distance, and nothing of the probation', () => {
  const windows = [[40, 49]] as const;
  const score = (...places: number[]) => nabScore([{ scores: at(100, ...places), windows }], 1, standard);
  assert.equal(score(40, 45, 49).score, 100);
  assert.equal(score(3, 40).score, 100);
  // In the middle of the window r = -0.5.
  const sigmoid = (r: number) => 2 / (1 + Math.exp(5 * r)) - 1;
  assert.ok(Math.abs(score(45).score - (100 + 100 * (sigmoid(-0.5) / sigmoid(-1))) / 2) < 1e-9);
  // One before the first window costs all of 0.11, one 9 points behind it (r = 1) nearly so, one far behind all.
  assert.ok(Math.abs(score(40, 20).score - (200 - 11) / 2) < 1e-9);
  assert.ok(Math.abs(score(40, 58).score - (200 + 11 * sigmoid(1)) / 2) < 1e-9);
  assert.ok(Math.abs(score(40, 99).score - (200 - 11) / 2) < 1e-9);
  assert.deepEqual(score(20, 45), { ...score(20, 45), hits: 1, windows: 1, falseAlarms: 1 });
});

test('alarmScore() counts alarms with a cool-down, and episodes', () => {
  const labels = new Uint8Array(100);
  labels.fill(1, 50, 53);
  labels[80] = 1;
  const result = alarmScore([{ scores: at(100, 5, 30, 35, 51, 52), labels }], 1);
  assert.deepEqual(result, { alarms: 2, falseAlarms: 1, episodes: 2, found: 1, f1: 0.5 });
});
