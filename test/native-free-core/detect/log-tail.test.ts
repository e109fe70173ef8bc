import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LogTail } from '../../../native-free-core/detect/log-tail.js';
import { normal, uniform } from '../trend/noise.js';

test('LogTail gives a score of s to about one in 10^s points, whatever their distribution', () => {
  const check = (next: () => number) => {
    const tail = new LogTail(1, 1);
    let above = 0;
    let far = 0;
    for (let i = 0; i < 200_000; i++) {
      const score = tail.push(next());
      if (i < 10_000) continue;
      if (score > 2) above++;
      if (score >= 3) far++;
    }
    assert.ok(above >= 190_000 * 0.005 && above <= 190_000 * 0.02, `${above} above the level`);
    assert.ok(far >= 190_000 * 0.0003 && far <= 190_000 * 0.002, `${far} of one in a thousand`);
  };
  const [gauss, even] = [normal(1), uniform(2)];
  check(() => Math.abs(gauss()));
  check(() => -Math.log(even()));
  check(() => 1e-9 * even() ** -0.3);
});
