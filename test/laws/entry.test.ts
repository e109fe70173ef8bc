import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ByteViews } from '../../native-free-core/entry/byte-views.js';
import {
  pointsEntryBytes,
  TIMES_BASE,
  TIMES_DELTA,
  TIMES_FULL,
} from '../../native-free-core/entry/entry-layout.js';
import {
  packedBytesMax,
  packPoints,
  unpackedBytes,
  unpackPoints,
} from '../../native-free-core/entry/pack-points.js';
import { entryRoom, type Point, putPoints, readPoints } from '../native-free-core/entry/entries.js';

const int = (bits: number): fc.Arbitrary<number> =>
  fc.oneof(
    fc.integer({ min: -(2 ** (bits - 1)), max: 2 ** (bits - 1) - 1 }),
    fc.constantFrom(-(2 ** (bits - 1)), 2 ** (bits - 1) - 1),
  );

/** Columns of one kind, so that every form is chosen, and mixtures. */
const valuesOf = fc.oneof(
  fc.array(int(8), { maxLength: 40 }),
  fc.array(int(16), { maxLength: 40 }),
  fc.array(int(32), { maxLength: 40 }),
  fc.array(fc.float({ noNaN: true }), { maxLength: 40 }),
  fc.array(fc.double({ noNaN: true }), { maxLength: 40 }),
  fc.array(fc.oneof(int(8), fc.constant(-0), int(32), fc.double({ noNaN: true })), { maxLength: 40 }),
);
const slotsOf = fc.oneof(
  fc.array(fc.nat(65_535), { minLength: 40, maxLength: 40 }),
  fc.array(fc.nat(2 ** 26 - 1), { minLength: 40, maxLength: 40 }),
);
const whole = fc.integer({ min: -1e12, max: 2e12 });
const head = fc.record({
  producer: fc.nat(),
  seq: fc.maxSafeNat(),
  baseMs: fc.oneof(whole, fc.double({ noNaN: true, min: -1e12, max: 1e12 })),
  arrivalMs: whole,
});

interface Case {
  points: Point[];
  timeForm: number;
  head: { producer: number; seq: number; baseMs: number; arrivalMs: number };
}

const entry: fc.Arbitrary<Case> = fc
  .tuple(
    valuesOf,
    slotsOf,
    fc.constantFrom(TIMES_BASE, TIMES_DELTA, TIMES_FULL),
    fc.array(int(32), { minLength: 40, maxLength: 40 }),
    fc.array(fc.double({ noNaN: true }), { minLength: 40, maxLength: 40 }),
    head,
  )
  .map(([values, slots, timeForm, deltas, times, h]) => {
    // A delta is added to its base when it is read: a base with a fraction would round in the test's own subtraction.
    const baseMs = timeForm === TIMES_DELTA ? Math.trunc(h.baseMs) : h.baseMs;
    const timeOf = (i: number): number =>
      timeForm === TIMES_BASE ? baseMs : timeForm === TIMES_DELTA ? baseMs + deltas[i]! : times[i]!;
    const points = values.map((value, i) => ({ slot: slots[i]!, timeMs: timeOf(i), value }));
    return { points, timeForm, head: { ...h, baseMs } };
  });

function pack(
  { points, timeForm, head: h }: Case,
  at: number,
  before = 0x5a,
): { views: ByteViews; end: number } {
  const source = entryRoom(pointsEntryBytes(points.length, timeForm) + 64);
  // Bytes between columns are whatever was there before.
  source.u8.fill(before ^ 0xff);
  putPoints(source, 24, points, timeForm, h);
  const views = new ByteViews(at + packedBytesMax(source, 24) + 8);
  views.u8.fill(before);
  return { views, end: packPoints(source, 24, views, at) };
}

test('unpackPoints() gives back what packPoints() took for any points entry', () => {
  fc.assert(
    fc.property(entry, fc.integer({ min: 0, max: 9 }), (each, units) => {
      const at = units * 8;
      const { views, end } = pack(each, at);
      assert.equal(views.u32[at >> 2]! * 8, end - at);
      const bytes = unpackedBytes(views, at, end);
      assert.equal(bytes, pointsEntryBytes(each.points.length, each.timeForm));
      const out = new ByteViews(bytes);
      assert.equal(unpackPoints(views, at, end, out), true);
      assert.deepEqual(readPoints(out), { units: bytes / 8, kind: 1, ...each });
    }),
    { numRuns: 1_500 },
  );
});

test('packPoints() writes the same bytes whatever stood in the memory around the columns before', () => {
  fc.assert(
    fc.property(entry, (each) => {
      const a = pack(each, 8, 0x5a);
      const b = pack(each, 8, 0x00);
      assert.deepEqual(a.views.u8.slice(8, a.end), b.views.u8.slice(8, b.end));
    }),
    { numRuns: 300 },
  );
});

test('unpackPoints() answers, and stays inside its memory, for any damage to an entry', () => {
  const damage = fc.array(fc.tuple(fc.nat(47), fc.nat(255)), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(entry, damage, fc.boolean(), (each, edits, isRelative) => {
      const { views, end } = pack(each, 0);
      for (const [place, byte] of edits) views.u8[place] = isRelative ? views.u8[place]! ^ byte : byte;
      const bytes = unpackedBytes(views, 0, end);
      assert.ok(bytes === -1 || bytes <= 40 + 16 + (end - 40) * 7, `${bytes} bytes out of ${end}`);
      const out = new ByteViews(Math.max(40, bytes));
      assert.equal(unpackPoints(views, 0, end, out), bytes !== -1);
      if (bytes === -1) return;
      const { points, units } = readPoints(out);
      assert.equal(units * 8, bytes);
      assert.ok(points.every(({ value }) => value !== undefined));
    }),
    { numRuns: 2_000 },
  );
});

test('unpackPoints() answers for any bytes at all', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 40, maxLength: 200 }), (bytes) => {
      const length = bytes.length & ~7;
      const views = new ByteViews(length);
      views.u8.set(bytes.subarray(0, length));
      const found = unpackedBytes(views, 0, length);
      assert.ok(found === -1 || found >= 40);
      assert.equal(unpackPoints(views, 0, length, new ByteViews(Math.max(40, found))), found !== -1);
    }),
    { numRuns: 2_000 },
  );
});
