import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encode } from '@msgpack/msgpack';
import type { RejectReason } from '../../../protocol/index.js';
import { columns, series } from './frames.js';
import { CLOCK_SKEW_MS, type EngineOptions, FakeEngine, NOW_MS, RETENTION_MS } from './ingest-fixture.js';

type Reason = RejectReason | 'taken';
type Labels = Record<string, unknown>;

/** What becomes of one row, and whether all places agree: the ACK, the counter, and what the shard got. */
function checkRow(row: unknown, expected: Reason, engine = new FakeEngine()): void {
  const before = engine.counters.rejectsByReason();
  const connection = engine.connect();
  connection.sendBytes(encode([3, 1, [row]]));
  engine.settle();
  const isTaken = expected === 'taken';
  assert.deepEqual(connection.answers, [[65, 1, isTaken ? 1 : 0, isTaken ? [] : [[expected, 1, 0]]]]);
  const after = engine.counters.rejectsByReason();
  const grown = Object.keys(after).filter((reason) => after[reason]! > before[reason]!);
  assert.deepEqual(grown, isTaken ? [] : [expected]);
  assert.equal(engine.points.length, isTaken ? 1 : 0);
  engine.points.length = 0;
}

/** What becomes of a series: in a row, and in SERIES with points of its ref. */
function checkSeries(name: unknown, labels: unknown, expected: Reason, options?: EngineOptions): void {
  checkRow([name, 1, null, labels], expected, new FakeEngine(options));
  const engine = new FakeEngine(options);
  const connection = engine.connect();
  connection.sendBytes(encode([1, [[7, name, labels]]]));
  connection.send(
    columns(1, [
      [7, 1],
      [7, 2],
    ]),
  );
  engine.settle();
  const isTaken = expected === 'taken';
  assert.deepEqual(connection.answers, [[65, 1, isTaken ? 2 : 0, isTaken ? [] : [[expected, 2, 0]]]]);
}

/** What becomes of a time, in both kinds of frame. */
function checkTime(timeMs: number, expected: Reason): void {
  checkRow(['m', 1, timeMs], expected);
  const check = (baseMs: number, dt: number | undefined) => {
    const engine = new FakeEngine();
    const connection = engine.connect();
    connection.send(series({ ref: 1, name: 'm' }));
    connection.send(columns(1, [dt === undefined ? [1, 1] : [1, 1, dt]], baseMs));
    engine.settle();
    const isTaken = expected === 'taken';
    assert.deepEqual(connection.answers, [[65, 1, isTaken ? 1 : 0, isTaken ? [] : [[expected, 1, 0]]]]);
    assert.deepEqual(
      engine.points.map((p) => p.timeMs),
      isTaken ? [timeMs] : [],
    );
  };
  check(timeMs, undefined);
  // The same instant by way of a delta, where a delta reaches.
  if (Math.abs(timeMs) < 8e15) check(timeMs - 1_000, 1_000);
}

const many = (count: number): Labels =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`l${i}`, 'v']));

test('unknown_ref: a ref that nothing bound', () => {
  const connection = new FakeEngine().connect();
  connection.send(
    columns(1, [
      [0, 1],
      [70_000, 1],
      [2 ** 32 - 1, 1],
    ]),
  );
  assert.deepEqual(connection.answers, [[65, 1, 0, [['unknown_ref', 3, 0]]]]);
});

test('invalid_name: not a string of 1 to 256 bytes of UTF-8 without control characters', () => {
  const check = (name: unknown, expected: Reason) => checkSeries(name, {}, expected);
  check('m', 'taken');
  check('m'.repeat(256), 'taken');
  check('é'.repeat(128), 'taken');
  check('m'.repeat(257), 'invalid_name');
  check('', 'invalid_name');
  check('a\u0000', 'invalid_name');
  check('a\u007f', 'invalid_name');
  check('a\u009f', 'invalid_name');
  check(7, 'invalid_name');
  check(null, 'invalid_name');
});

test('invalid_label: not a map of strings, an empty name, or a name twice', () => {
  const check = (labels: unknown, expected: Reason) => checkSeries('m', labels, expected);
  check({ host: 'a' }, 'taken');
  check(null, 'taken');
  check({ '': 'a' }, 'invalid_label');
  check({ '': '' }, 'taken');
  check({ host: 7 }, 'invalid_label');
  check({ host: null }, 'invalid_label');
  check(['host', 'a'], 'invalid_label');
  check('host=a', 'invalid_label');
  check({ host: 'line\nbreak' }, 'taken');
});

test('invalid_label: text that is no UTF-8, and a name that stands twice', () => {
  const check = (labels: number[], expected: Reason) => {
    const engine = new FakeEngine();
    const connection = engine.connect();
    connection.sendBytes(Uint8Array.from([0x93, 3, 1, 0x91, 0x94, 0xa1, 0x6d, 1, 0xc0, ...labels]));
    engine.settle();
    assert.deepEqual(connection.answers, [[65, 1, 0, [[expected, 1, 0]]]]);
  };
  check([0x81, 0xa1, 0x61, 0xa1, 0xff], 'invalid_label');
  check([0x81, 0xa1, 0xff, 0xa1, 0x61], 'invalid_label');
  check([0x82, 0xa1, 0x61, 0xa1, 0x31, 0xa1, 0x61, 0xa1, 0x32], 'invalid_label');
});

test('too_many_labels: more than 32, those with an empty value not counted', () => {
  checkSeries('m', many(32), 'taken');
  checkSeries('m', many(33), 'too_many_labels');
  checkSeries('m', { ...many(32), none: '', nothing: '' }, 'taken');
});

test('label_too_long: a name above 128 bytes, a value above 1,024', () => {
  checkSeries('m', { ['n'.repeat(128)]: 'v' }, 'taken');
  checkSeries('m', { ['n'.repeat(129)]: 'v' }, 'label_too_long');
  checkSeries('m', { n: 'v'.repeat(1_024) }, 'taken');
  checkSeries('m', { n: 'v'.repeat(1_025) }, 'label_too_long');
  checkSeries('m', { n: 'é'.repeat(513) }, 'label_too_long');
});

test('invalid_value: not a finite number', () => {
  const check = (value: unknown, expected: Reason) => {
    checkRow(['m', value, NOW_MS], expected);
    if (typeof value !== 'number') return;
    const engine = new FakeEngine();
    const connection = engine.connect();
    connection.send(series({ ref: 1, name: 'm' }));
    connection.send(columns(1, [[1, value]]));
    engine.settle();
    const isTaken = expected === 'taken';
    assert.deepEqual(connection.answers, [[65, 1, isTaken ? 1 : 0, isTaken ? [] : [[expected, 1, 0]]]]);
    assert.ok(!isTaken || Object.is(engine.points[0]?.value, value));
  };
  check(0, 'taken');
  check(-0, 'taken');
  check(Number.MAX_VALUE, 'taken');
  check(-Number.MIN_VALUE, 'taken');
  check(Number.NaN, 'invalid_value');
  check(Number.POSITIVE_INFINITY, 'invalid_value');
  check(Number.NEGATIVE_INFINITY, 'invalid_value');
  check('1', 'invalid_value');
  check(null, 'invalid_value');
  check(true, 'invalid_value');
});

test('invalid_time: no instant that a Date could hold', () => {
  checkTime(8.64e15 + 1_024, 'invalid_time');
  checkTime(-8.64e15 - 1_024, 'invalid_time');
  checkTime(Number.NaN, 'invalid_time');
  checkTime(Number.POSITIVE_INFINITY, 'invalid_time');
  checkTime(1e300, 'invalid_time');
  checkRow(['m', 1, 'yesterday'], 'invalid_time');
  checkRow(['m', 1, true], 'invalid_time');
  checkRow(['m', 1, new Date(NOW_MS).toISOString()], 'taken');
  checkRow(['m', 1, null], 'taken');
  checkRow(['m', 1], 'taken');
});

test('too_old: before now less the retention of raw points, and not at it', () => {
  checkTime(NOW_MS - RETENTION_MS, 'taken');
  checkTime(NOW_MS - RETENTION_MS - 0.25, 'too_old');
  checkTime(NOW_MS - RETENTION_MS - 1, 'too_old');
  checkTime(-8.64e15, 'too_old');
});

test('too_far_ahead: after now and the clock skew, and not at it', () => {
  checkTime(NOW_MS + CLOCK_SKEW_MS, 'taken');
  checkTime(NOW_MS + CLOCK_SKEW_MS + 0.25, 'too_far_ahead');
  checkTime(NOW_MS + CLOCK_SKEW_MS + 1, 'too_far_ahead');
  checkTime(8.64e15, 'too_far_ahead');
});

test('metric_series_limit: a new series of a metric that has as many as it may; known ones go on', () => {
  const engine = new FakeEngine({ seriesPerMetricMax: 2 });
  const check = (name: string, host: string, expected: Reason) =>
    checkRow([name, 1, NOW_MS, { host }], expected, engine);
  check('m', 'a', 'taken');
  check('m', 'b', 'taken');
  check('m', 'c', 'metric_series_limit');
  check('m', 'a', 'taken');
  check('n', 'c', 'taken');
  check('m', 'c', 'metric_series_limit');
});

test('total_series_limit: a new series when there are as many as there may be; known ones go on', () => {
  const engine = new FakeEngine({ seriesTotalMax: 2 });
  const check = (name: string, expected: Reason) => checkRow([name, 1, NOW_MS], expected, engine);
  check('a', 'taken');
  check('b', 'taken');
  check('c', 'total_series_limit');
  check('a', 'taken');
});

test('of two reasons in a row the first of the list is told, and of several bad points the first place', () => {
  checkRow(['', Number.NaN, 'never', { '': 1 }], 'invalid_name');
  checkRow(['m', Number.NaN, 'never'], 'invalid_value');
  checkRow(7, 'invalid_name');
  const engine = new FakeEngine();
  const connection = engine.connect();
  connection.send(series({ ref: 1, name: 'm' }));
  connection.send(
    columns(1, [
      [1, 1],
      [9, 1],
      [1, Number.NaN],
      [9, Number.NaN],
      [1, 2],
      [1, Number.NaN],
    ]),
  );
  engine.settle();
  const rejected = [
    ['unknown_ref', 2, 1],
    ['invalid_value', 2, 2],
  ];
  assert.deepEqual(connection.answers, [[65, 1, 2, rejected]]);
  assert.deepEqual(
    engine.points.map((p) => p.value),
    [1, 2],
  );
});
