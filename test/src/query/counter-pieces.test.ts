import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PointWindows } from '../../../native-free-core/query/point-windows.js';
import { CounterPieces } from '../../../src/query/counter-pieces.js';

test('CounterPieces gives each series its own, in the order in which they came', () => {
  const cells = new PointWindows();
  const times = Float64Array.from({ length: 200 }, (_, i) => i * 10);
  const values = Float64Array.from(times, (time) => time * 3 + 1);
  cells.gather(times, values, 0, 200, 100);
  const pieces = new CounterPieces();
  for (let from = 0; from < 20; from += 2)
    for (const ordinal of [7, 3]) pieces.add(ordinal, cells, from, from + 2);
  assert.deepEqual([...pieces.ordinals], [7, 3]);
  assert.deepEqual([pieces.has(7), pieces.has(4)], [true, false]);
  const wanted = Array.from({ length: 20 }, (_, i) => ({
    ...{ firstTimeMs: i * 100, firstValue: i * 300 + 1, lastTimeMs: i * 100 + 90, lastValue: i * 300 + 271 },
    ...{ min: i * 300 + 1, max: i * 300 + 271, count: 10 },
  }));
  assert.deepEqual(pieces.of(7), wanted);
  assert.deepEqual(pieces.of(3), wanted);
  assert.deepEqual(pieces.of(4), []);
});
