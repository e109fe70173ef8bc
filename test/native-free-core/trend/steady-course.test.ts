import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isSteadyCourse } from '../../../native-free-core/trend/steady-course.js';
import { autoregressive } from './noise.js';

test('isSteadyCourse() is of what climbs or falls in each ninth of it, whatever its shape', () => {
  const check = (make: (i: number) => number, count: number, isSteady: boolean) => {
    const up = Float64Array.from({ length: count }, (_, i) => make(i));
    assert.equal(isSteadyCourse(up, count), isSteady, `${make}`);
    const down = up.map((value) => 3 - value);
    assert.equal(isSteadyCourse(down, count), isSteady, `falling ${make}`);
  };
  check((i) => i * i, 100, true);
  check((i) => Math.log(1 + i), 101, true);
  check((i) => 1.05 ** i + Math.sin(i), 200, true);
  check((i) => i, 18, true);
  check((i) => i, 17, false);
  check(() => 5, 100, false);
  check((i) => Math.max(50, i), 100, false);
  check((i) => Math.abs(i - 60), 100, false);
  assert.equal(isSteadyCourse(new Float64Array(0), 0), false);
});

test('isSteadyCourse() finds next to nothing in noise, and two walks in a hundred', () => {
  const check = (rho: number, count: number, most: number) => {
    let found = 0;
    for (let seed = 0; seed < 1_000; seed++) {
      if (isSteadyCourse(Float64Array.from(autoregressive(rho, count, seed * 7_919 + count)), count)) found++;
    }
    assert.ok(found <= most, `${found} of 1000 with rho ${rho} and ${count} points`);
  };
  check(0, 30, 1);
  check(0.9, 60, 5);
  check(1, 60, 40);
  check(1, 300, 40);
});
