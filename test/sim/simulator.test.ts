import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runSeed } from './run-seed.js';
test('x', () => {
  const seeds = Number(process.env['MILLRACE_SIM_SEEDS'] ?? 30);
  const first = Number(process.env['MILLRACE_SIM_SEED'] ?? 1);
  assert.ok(seeds);
  for (let seed = first; seed < first + seeds; seed++) runSeed(seed);
});
