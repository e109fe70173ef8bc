import assert from 'node:assert/strict';
import { test } from 'node:test';
import { normalEquivalent } from '../../../native-free-core/detect/normal-equivalent.js';
import { normal } from '../trend/noise.js';

test('normalEquivalent() is as rare in a normal distribution as the distance is in that of few points', () => {
  // Exact tails of Student's distribution with points - 1 degrees of freedom at distance · √((points - 1) / (points + 1)).
  const check = (distance: number, points: number, exact: number, within: number) => {
    const found = normalEquivalent(distance, points);
    assert.ok(Math.abs(found - exact) <= within, `${distance} from ${points}: ${found}, exact ${exact}`);
    assert.equal(normalEquivalent(-distance, points), found);
  };
  check(0, 5, 0, 0);
  check(1, 5, 0.7387632799485828, 0.002);
  check(3, 5, 1.808787667793175, 0.01);
  check(8, 5, 2.984777576740608, 0.03);
  check(50, 5, 4.738657560831334, 0.11);
  check(3, 10, 2.25943427226124, 0.01);
  check(6, 10, 3.5285187551813118, 0.01);
  check(3, 30, 2.6959690386697535, 0.001);
  check(4, 1_000, 3.9791761422496563, 1e-4);
});

test('normalEquivalent() calls 0.27 % of normal values farther than 3, however few points they are held against', () => {
  for (const points of [5, 8, 20]) {
    const next = normal(points);
    let found = 0;
    const runs = 40_000;
    for (let run = 0; run < runs; run++) {
      const own = Array.from({ length: points }, next);
      const mean = own.reduce((a, b) => a + b, 0) / points;
      const deviation = Math.sqrt(own.reduce((a, b) => a + (b - mean) ** 2, 0) / points);
      if (normalEquivalent((next() - mean) / deviation, points) > 3) found++;
    }
    // 108 of them, and three deviations more or less.
    assert.ok(found >= 75 && found <= 140, `${found} of ${runs} with ${points} points`);
  }
});
