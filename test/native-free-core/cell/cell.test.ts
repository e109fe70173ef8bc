import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Cell } from '../../../native-free-core/cell/cell.js';
import { cellData } from './runs.js';

function of(...points: [timeMs: number, value: number][]): Cell {
  const cell = new Cell();
  for (const [time, value] of points) cell.add(time, value);
  return cell;
}

test('add() keeps first and last by time when points arrive out of order', () => {
  const cell = of([20, 2], [10, 1], [30, 3], [20, 9]);
  assert.deepEqual([cell.firstTimeMs, cell.firstValue, cell.lastTimeMs, cell.lastValue], [10, 1, 30, 3]);
  assert.deepEqual([cell.count, cell.sum, cell.min, cell.max], [4, 15, 1, 9]);
  assert.equal(cell.m2, 95 - 225 / 4);
});

test('add() keeps the first arrival as first and the last as last when times are equal', () => {
  const cell = of([10, 1], [10, 2], [10, 3]);
  assert.deepEqual([cell.firstValue, cell.lastValue], [1, 3]);
});

test('add() turns -0 into 0', () => {
  const cell = of([1, -0]);
  for (const value of [cell.sum, cell.min, cell.max, cell.firstValue, cell.lastValue])
    assert.ok(Object.is(value, 0));
});

test('merge() changes nothing when one side is empty', () => {
  const points: [number, number][] = [
    [1, 5],
    [2, -3],
  ];
  const left = of(...points);
  left.merge(new Cell());
  assert.deepEqual(cellData(left), cellData(of(...points)));
  const right = new Cell();
  right.merge(of(...points));
  assert.deepEqual(cellData(right), cellData(of(...points)));
});

test('merge() takes the earlier origin when the right operand begins earlier', () => {
  const left = of([10, 7], [11, 9]);
  left.merge(of([5, 100], [20, -4]));
  assert.deepEqual([left.firstValue, left.lastValue], [100, -4]);
  assert.equal(left.squares, 93 ** 2 + 91 ** 2 + 104 ** 2);
  assert.equal(left.m2, 49 + 81 + 10_000 + 16 - 112 ** 2 / 4);
});

test('quantile() is exact at both ends and NaN when the cell is empty', () => {
  const cell = of([1, 0.3], [2, 0.7], [3, 100.123]);
  assert.equal(cell.quantile(0), 0.3);
  assert.equal(cell.quantile(100), 100.123);
  assert.ok(Math.abs(cell.quantile(50) - 0.7) <= 0.7 / 256);
  assert.ok(Number.isNaN(new Cell().quantile(50)));
  cell.reset();
  assert.equal(cell.count, 0);
  assert.equal(cell.m2, 0);
});
