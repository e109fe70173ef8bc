import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ShardPulse } from '../../../src/operator/shard-pulse.js';

test('silent is the shard that has made no cycle for thirty samples, until it makes one', () => {
  const pulse = new ShardPulse(2);
  const sample = (first: number, second: number): boolean[] => [
    pulse.sample(0, first),
    pulse.sample(1, second),
  ];
  for (let i = 0; i <= 29; i++) assert.deepEqual(sample(i, 7), [false, false]);
  assert.equal(pulse.silent, undefined);
  assert.deepEqual(sample(30, 7), [false, true]);
  assert.equal(pulse.silent, 1);
  assert.deepEqual(sample(31, 7), [false, false], 'it is told once');
  assert.equal(pulse.silent, 1);
  sample(32, 8);
  assert.equal(pulse.silent, undefined);
});

test('a shard that has made no cycle since its start is silent, too', () => {
  const pulse = new ShardPulse(1);
  for (let i = 0; i < 30; i++) assert.equal(pulse.sample(0, 0), false);
  assert.equal(pulse.sample(0, 0), true);
});

test('a shard that is away is not silent, and counts from when it is back', () => {
  const pulse = new ShardPulse(1);
  const silentAfter = (samples: number): boolean[] =>
    Array.from({ length: samples }, () => pulse.sample(0, 5));
  silentAfter(20);
  pulse.setAway(0, true);
  assert.ok(silentAfter(100).every((isSilent) => !isSilent));
  pulse.setAway(0, false);
  assert.deepEqual(silentAfter(30).indexOf(true), 29);
});
