import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HeavyShapes } from '../../../src/query/heavy-shapes.js';
import { HEAVY_SHAPE_LENGTH_MAX, HEAVY_SHAPES_KEPT } from '../../../src/query/limits.js';
import { statsRequest } from './oracle.js';

const HOUR = 3_600_000;

test('isHeavy() knows a query again when it is about the same, at another time', () => {
  const shapes = new HeavyShapes();
  const request = statsRequest({ metric: 'cpu', startMs: 0, endMs: HOUR });
  assert.equal(shapes.isHeavy(request), false);
  shapes.learn(request, true);
  assert.ok(shapes.isHeavy(statsRequest({ metric: 'cpu', startMs: HOUR, endMs: 2 * HOUR + 5 }, [50])));
  assert.ok(!shapes.isHeavy(statsRequest({ metric: 'cpu', startMs: 0, endMs: 10 * HOUR })));
  assert.ok(!shapes.isHeavy(statsRequest({ metric: 'mem', startMs: 0, endMs: HOUR })));
  shapes.learn(request, false);
  assert.equal(shapes.isHeavy(request), false);
});

test('isHeavy() tells windows apart', () => {
  const shapes = new HeavyShapes();
  const request = (stepMs: number, names: string[], groupBy: string[] = []) => ({
    ...statsRequest({ metric: 'cpu', startMs: 0, endMs: HOUR }),
    ...{ stepMs, groupBy, aggregations: names.map((name) => ({ name })) },
  });
  shapes.learn(request(60_000, ['p99'], ['host']), true);
  assert.ok(shapes.isHeavy(request(60_000, ['p99'], ['host'])));
  assert.ok(!shapes.isHeavy(request(1_000, ['p99'], ['host'])));
  assert.ok(!shapes.isHeavy(request(60_000, ['mean'], ['host'])));
  assert.ok(!shapes.isHeavy(request(60_000, ['p99'])));
});

test('learn() remembers nothing long', () => {
  const shapes = new HeavyShapes();
  const request = (length: number) => ({
    ...statsRequest({ metric: 'cpu', startMs: 0, endMs: HOUR }),
    selectors: [{ label: 'host', op: '=', value: 'x'.repeat(length) } as const],
  });
  for (const length of [HEAVY_SHAPE_LENGTH_MAX / 2, HEAVY_SHAPE_LENGTH_MAX])
    shapes.learn(request(length), true);
  assert.ok(shapes.isHeavy(request(HEAVY_SHAPE_LENGTH_MAX / 2)));
  assert.ok(!shapes.isHeavy(request(HEAVY_SHAPE_LENGTH_MAX)));
});

test('learn() forgets what was heavy longest ago', () => {
  const shapes = new HeavyShapes();
  for (let i = 0; i <= HEAVY_SHAPES_KEPT; i++) {
    shapes.learn(statsRequest({ metric: `m${i}`, startMs: 0, endMs: HOUR }), true);
  }
  assert.ok(!shapes.isHeavy(statsRequest({ metric: 'm0', startMs: 0, endMs: HOUR })));
  assert.ok(shapes.isHeavy(statsRequest({ metric: 'm1', startMs: 0, endMs: HOUR })));
});
