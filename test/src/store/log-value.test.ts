import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { TIMES_BASE, TIMES_DELTA, TIMES_FULL } from '../../../native-free-core/entry/entry-layout.js';
import { sealEnvelope } from '../../../src/store/envelope.js';
import {
  LOG_ENTRIES,
  LOG_POINTS,
  type LogHead,
  LogValueBuilder,
  LogValueReader,
  peekLogPoints,
} from '../../../src/store/log-value.js';
import { SHARD_LOG } from '../../../src/store/store-layout.js';
import {
  NO_PRODUCER,
  type Point,
  pointsEntry,
  type ReadEntry,
  readPoints,
} from '../../native-free-core/entry/entries.js';

interface Entry {
  points: Point[];
  timeForm: number;
}

const HEAD: LogHead = { session: 2 ** 47 - 1, ringPosition: -12, acceptedPoints: 1_000, points: 5 };

function build(entries: readonly Entry[], head: LogHead = HEAD, builder = new LogValueBuilder()): Uint8Array {
  builder.reset();
  for (const { points, timeForm } of entries) builder.add(pointsEntry(points, timeForm), 0);
  return builder.finish(head).slice();
}

/** The entries of a value that must be whole. */
function read(value: Uint8Array, reader = new LogValueReader()): ReadEntry[] {
  assert.equal(reader.open(value), true);
  const entries: ReadEntry[] = [];
  for (let views = reader.next(); views !== undefined; views = reader.next()) entries.push(readPoints(views));
  return entries;
}

const points = (count: number, slot = 3): Point[] =>
  Array.from({ length: count }, (_, i) => ({ slot: slot + i, timeMs: 100 + i, value: i / 4 }));

test('a log value gives its head and its entries back, in order', () => {
  const reader = new LogValueReader();
  const value = build([
    { points: points(3), timeForm: TIMES_FULL },
    { points: points(2, 70_000), timeForm: TIMES_DELTA },
    { points: [], timeForm: TIMES_BASE },
  ]);
  const entries = read(value, reader);
  const { session, ringPosition, acceptedPoints, points: held } = reader;
  assert.deepEqual({ session, ringPosition, acceptedPoints, points: held }, HEAD);
  assert.deepEqual(
    entries.map((e) => [e.points, e.timeForm, e.head]),
    [
      [points(3), TIMES_FULL, NO_PRODUCER],
      [points(2, 70_000), TIMES_DELTA, NO_PRODUCER],
      [[], TIMES_BASE, NO_PRODUCER],
    ],
  );
  assert.equal(reader.length, value.length);
  assert.equal(reader.next(), undefined);
});

test('a log value has the golden bytes', () => {
  const entry = { points: [{ slot: 7, timeMs: 0, value: 45 }], timeForm: TIMES_BASE };
  const words = Buffer.from(build([entry]))
    .toString('hex')
    .match(/.{16}/g);
  assert.deepEqual(words, [
    '010300009976f1be', // version 1, table LOG, CRC32C
    'c0ffffffffffdf42', // session
    '00000000000028c0', // ring position -12
    '0000000000408f40', // 1,000 points accepted so far
    '0000000000001440', // 5 in this value
    '0700000001000201', // the entry: 7 units, POINTS, times BASE, slots of 2 bytes, values of 1
    '0100000000000000', // 1 point, no producer
    '0000000000000000', // seq
    '0000000000000000', // base
    '0000000000408f40', // arrival
    '0700000000000000', // slot
    '2d00000000000000', // value
  ]);
});

test('a builder and a reader give the same answers again after longer values', () => {
  const builder = new LogValueBuilder();
  const reader = new LogValueReader();
  const short = [{ points: points(1), timeForm: TIMES_FULL }];
  const expected = build(short);
  const long = [
    { points: points(9_000), timeForm: TIMES_FULL },
    { points: points(2), timeForm: TIMES_BASE },
  ];
  assert.equal(read(build(long, HEAD, builder), reader).length, 2);
  assert.deepEqual(build(short, HEAD, builder), expected);
  assert.deepEqual(read(expected, reader), read(expected));
});

test('isEmpty() and length() tell what stands in the value so far', () => {
  const builder = new LogValueBuilder();
  assert.equal(builder.isEmpty, true);
  assert.equal(builder.length, LOG_ENTRIES);
  builder.add(pointsEntry([], TIMES_BASE), 0);
  assert.equal(builder.isEmpty, false);
  assert.equal(builder.length, LOG_ENTRIES + 40);
  builder.reset();
  assert.equal(builder.isEmpty, true);
});

test('a log value comes back for any entries', () => {
  const entry = fc.record({
    count: fc.nat(20),
    slot: fc.oneof(fc.nat(9), fc.nat(100_000)),
    value: fc.oneof(fc.integer(), fc.double({ noNaN: true })),
    timeForm: fc.constantFrom(TIMES_DELTA, TIMES_FULL),
  });
  const builder = new LogValueBuilder();
  const reader = new LogValueReader();
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 8 }), (list) => {
      const entries = list.map(({ count, slot, value, timeForm }) => ({
        points: points(count, slot).map((p) => ({ ...p, value: p.value * value })),
        timeForm,
      }));
      assert.deepEqual(
        read(build(entries, HEAD, builder), reader).map((e) => e.points),
        entries.map((e) => e.points),
      );
    }),
    { numRuns: 300 },
  );
});

test('open() finds every flipped bit and every cut', () => {
  const value = build([{ points: points(4), timeForm: TIMES_DELTA }]);
  const reader = new LogValueReader();
  for (let bit = 0; bit < value.length * 8; bit++) {
    const flipped = value.slice();
    flipped[bit >> 3]! ^= 1 << (bit & 7);
    assert.equal(reader.open(flipped), false, `bit ${bit}`);
    assert.equal(reader.next(), undefined);
  }
  for (let length = 0; length < value.length; length++) {
    assert.equal(reader.open(value.subarray(0, length)), false, `${length} bytes`);
  }
});

test('open() refuses a whole envelope that is too short for a head or no whole number of units', () => {
  const reader = new LogValueReader();
  for (const length of [8, 32, 39, 41, 44]) {
    const value = new Uint8Array(length);
    sealEnvelope(value, SHARD_LOG);
    assert.equal(reader.open(value), false, `${length} bytes`);
  }
});

test('next() asserts when an entry reaches behind the value, though the checksum holds', () => {
  const value = build([{ points: points(4), timeForm: TIMES_DELTA }]);
  const check = (damage: (view: DataView) => void) => {
    const damaged = value.slice();
    damage(new DataView(damaged.buffer));
    sealEnvelope(damaged, SHARD_LOG);
    const reader = new LogValueReader();
    assert.equal(reader.open(damaged), true);
    assert.throws(() => reader.next(), /BUG/);
  };
  check((view) => view.setUint32(LOG_ENTRIES, view.getUint32(LOG_ENTRIES, true) + 1, true));
  check((view) => view.setUint32(LOG_ENTRIES, 0, true));
  // Lengths that agree with each other: six points of 4 bytes a time and a value, 13 units where there are 10.
  check((view) => {
    assert.equal(view.getUint32(LOG_ENTRIES, true), 10);
    view.setUint32(LOG_ENTRIES, 13, true);
    view.setUint32(LOG_ENTRIES + 8, 6, true);
  });
  // A regression: memory for a count out of thin air was taken before its lengths were looked at.
  check((view) => view.setUint32(LOG_ENTRIES + 8, 2 ** 31, true));
});

test('peekLogPoints() believes a damaged value when its points would fit, packed as tight as they go', () => {
  const tight = Array.from({ length: 1_000 }, (_, i) => ({ slot: i, timeMs: 0, value: 1 }));
  const value = build([{ points: tight, timeForm: TIMES_BASE }], { ...HEAD, points: 1_000 });
  // A regression: it took 8 bytes a point for the least, from before entries were packed, and answered 0.
  assert.ok(value.length < 1_000 * 8);
  assert.equal(peekLogPoints(value), 1_000);
  const check = (held: number, expected: number) => {
    new DataView(value.buffer).setFloat64(LOG_POINTS, held, true);
    assert.equal(peekLogPoints(value), expected);
  };
  check(0, 0);
  check(1.5, 0);
  check(-1, 0);
  check(Number.NaN, 0);
  check(value.length, 0);
  assert.equal(peekLogPoints(value.subarray(0, LOG_ENTRIES - 1)), 0);
});
