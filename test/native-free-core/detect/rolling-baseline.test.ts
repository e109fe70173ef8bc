import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { rollingBaselineInto } from '../../../native-free-core/detect/rolling-baseline.js';
import { autoregressive } from '../trend/noise.js';

test('rollingBaselineInto() has the mean and deviation of the points before each, as computed anew', () => {
  const steps = fc.array(fc.tuple(fc.nat(5), fc.integer({ min: -100, max: 100 })), { maxLength: 150 });
  fc.assert(
    fc.property(steps, fc.integer({ min: 1, max: 60 }), fc.constantFrom(0, 1e6), (points, windowMs, base) => {
      let time = 0;
      const times = Float64Array.from(points, ([step]) => (time += step));
      const values = Float64Array.from(points, ([, value]) => value + base);
      const count = points.length;
      const columns = [new Float64Array(count), new Float64Array(count), new Float64Array(count)] as const;
      const [means, deviations, counts] = columns;
      rollingBaselineInto(times, values, count, windowMs, base, { means, deviations, counts });
      times.forEach((at, i) => {
        const own = [...values].filter((_, j) => times[j]! < at && times[j]! >= at - windowMs);
        assert.equal(counts[i], own.length);
        if (own.length < 5) {
          assert.ok(Number.isNaN(means[i]!) && Number.isNaN(deviations[i]!));
          return;
        }
        const mean = own.reduce((a, b) => a + b, 0) / own.length;
        const square = own.reduce((a, b) => a + (b - mean) ** 2, 0) / own.length;
        assert.ok(Math.abs(means[i]! - mean) <= 1e-9 * Math.max(1, Math.abs(mean)));
        assert.ok(Math.abs(deviations[i]! - Math.sqrt(square)) <= 1e-6);
      });
    }),
    { numRuns: 300 },
  );
});

test('rollingBaselineInto() keeps no rounding of a huge value that has left the window', () => {
  const count = 600;
  const windowMs = 200;
  const huge = 20;
  const times = Float64Array.from({ length: count }, (_, i) => i);
  const baselineOf = (values: Float64Array) => {
    const columns = {
      means: new Float64Array(count),
      deviations: new Float64Array(count),
      counts: new Float64Array(count),
    };
    rollingBaselineInto(times, values, count, windowMs, values[0]!, columns);
    return columns;
  };
  const values = Float64Array.from(autoregressive(0, count, 4));
  const plain = baselineOf(values);
  for (const value of [2 ** 31 - 1, 1e12, -1e100]) {
    const spiked = baselineOf(values.map((other, i) => (i === huge ? value : other)));
    for (let i = huge + windowMs + 1; i < count; i++) {
      assert.ok(Math.abs(spiked.deviations[i]! - plain.deviations[i]!) <= 1e-9, `${value}, ${i}`);
      assert.ok(Math.abs(spiked.means[i]! - plain.means[i]!) <= 1e-9, `${value}, ${i}`);
    }
  }
});
