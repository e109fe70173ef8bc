import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { NdjsonReader } from '../../../../src/cli/import/ndjson-reader.js';
import { NOW_MS, readAll } from './reading.js';

const read = (text: string, how = {}) => readAll((context) => new NdjsonReader(context), text, how);

test('NdjsonReader reads points in the forms that the server takes', () => {
  const { points, report } = read(
    [
      '\ufeff{"name":"m","value":1,"timestamp":"2023-11-14T22:13:20Z","labels":{"host":"a"}}',
      '{"metric_name":"m","value":2,"timestamp":1700000001,"tags":{"host":"a"}}\r',
      '',
      '  {"value":3,"name":"m"}  ',
      '{"name":"m","value":4,"timestamp":1700000000.25,"unknown":[1]}',
    ].join('\n'),
  );
  assert.deepEqual(points, [
    { series: 'm[["host","a"]]', value: 1, timeMs: 1_700_000_000_000, line: 1 },
    { series: 'm[["host","a"]]', value: 2, timeMs: 1_700_000_001_000, line: 2 },
    { series: 'm[]', value: 3, timeMs: NOW_MS, line: 4 },
    { series: 'm[]', value: 4, timeMs: 1_700_000_000_250, line: 5 },
  ]);
  assert.equal(report.rejected, 0);
});

test('NdjsonReader refuses lines one by one, by reason, with the first line of each', () => {
  const { points, report } = read(
    [
      '{"name":"m","value":1}',
      'not json',
      '{"name":"m","value":2} and more',
      '{"name":"m","value":2',
      '{"name":"m","value":"2"}',
      '{"name":"","value":2}',
      '{"name":"m","value":2,"timestamp":"soon"}',
      '[]',
      '{"name":"m","value":3}',
    ].join('\n'),
  );
  assert.deepEqual(
    points.map(({ value, line }) => [value, line]),
    [
      [1, 1],
      [3, 9],
    ],
  );
  const found = Object.fromEntries(
    [...report.byReason].map(([reason, { count, firstLine }]) => [reason, [count, firstLine]]),
  );
  assert.deepEqual(found, {
    bad_line: [3, 2],
    invalid_value: [1, 5],
    invalid_name: [2, 6],
    invalid_time: [1, 7],
  });
});

test('NdjsonReader finds the same points however the file is cut, and in batches that are full or far apart', () => {
  const point = fc.record({
    value: fc.integer(),
    second: fc.oneof(fc.nat(1e6), fc.integer({ min: -6e9, max: 6e9 })),
  });
  fc.assert(
    fc.property(fc.array(point, { maxLength: 30 }), fc.integer({ min: 1, max: 60 }), (list, chunkBytes) => {
      const file = list
        .map(({ value, second }) => `{"name":"m","value":${value},"timestamp":${second}}`)
        .join('\n');
      const { points, lines } = read(file, { chunkBytes });
      assert.deepEqual(
        points.map(({ value, timeMs }) => [value, timeMs]),
        list.map(({ value, second }) => [value, second * 1_000]),
      );
      assert.equal(lines, list.length);
    }),
  );
  const many = Array.from({ length: 25_000 }, (_, i) => `{"name":"m","value":${i}}`).join('\n');
  const { points } = read(many, { chunkBytes: 100_000 });
  assert.deepEqual(
    points.map(({ value }) => value),
    Array.from({ length: 25_000 }, (_, i) => i),
  );
  assert.deepEqual([points[0]?.line, points.at(-1)?.line], [1, 25_000]);
});

test('NdjsonReader passes over the lines before the one to go on from', () => {
  const { points } = read('{"name":"m","value":1}\nbroken\n{"name":"m","value":3}\n', { fromLine: 3 });
  assert.deepEqual(
    points.map(({ value, line }) => [value, line]),
    [[3, 3]],
  );
});
