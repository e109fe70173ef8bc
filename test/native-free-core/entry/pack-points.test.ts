import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ByteViews } from '../../../native-free-core/entry/byte-views.js';
import { TIMES_BASE, TIMES_DELTA, TIMES_FULL } from '../../../native-free-core/entry/entry-layout.js';
import type { PointsHead } from '../../../native-free-core/entry/entry-writer.js';
import {
  packedBytesMax,
  packPoints,
  unpackedBytes,
  unpackPoints,
} from '../../../native-free-core/entry/pack-points.js';
import {
  PACKED_SLOT_WIDTH,
  PACKED_TIME_FORM,
  PACKED_VALUE_FORM,
  VALUES_FLOAT32,
  VALUES_FLOAT64,
  VALUES_INT8,
  VALUES_INT16,
  VALUES_INT32,
} from '../../../native-free-core/entry/packed-points-layout.js';
import { readVectors } from '../cell/vectors.js';
import { type Point, pointsEntry, readPoints } from './entries.js';

interface Vector {
  title: string;
  timeForm: number;
  head: PointsHead;
  points: Point[];
  hex: string;
}

/** Packs an entry at byte 16 of fresh memory. */
function packed(
  points: readonly Point[],
  timeForm: number,
  head?: PointsHead,
): { views: ByteViews; end: number } {
  const source = pointsEntry(points, timeForm, head);
  const views = new ByteViews(16 + packedBytesMax(source, 0) + 64);
  return { views, end: packPoints(source, 0, views, 16) };
}

const valuesOf = (...values: number[]): Point[] => values.map((value, slot) => ({ slot, timeMs: 0, value }));

test('packPoints() writes the golden bytes, and unpackPoints() makes of them what they were', () => {
  for (const { title, timeForm, head, points, hex } of readVectors<Vector[]>('packed-points.json')) {
    const { views, end } = packed(points, timeForm, head);
    const bytes = Buffer.from(views.u8.slice(16, end));
    assert.equal(bytes.toString('hex').replace(/(.{16})(?=.)/g, '$1 '), hex, title);
    const out = new ByteViews(unpackedBytes(views, 16, end));
    assert.equal(unpackPoints(views, 16, end, out), true);
    const units = out.u8.length / 8;
    assert.deepEqual(readPoints(out), { units, kind: 1, timeForm, head, points }, title);
  }
});

test('packPoints() chooses the narrowest form that holds every value exactly', () => {
  const check = (values: number[], form: number) => {
    const { views, end } = packed(valuesOf(...values), TIMES_BASE);
    assert.equal(views.u8[16 + PACKED_VALUE_FORM], form, String(values));
    const out = new ByteViews(unpackedBytes(views, 16, end));
    unpackPoints(views, 16, end, out);
    // Object.is, so that -0 counts.
    readPoints(out).points.forEach(({ value }, i) => {
      assert.ok(Object.is(value, values[i]), `${values[i]} comes back as ${value}`);
    });
  };
  check([], VALUES_INT8);
  check([0, 127, -128], VALUES_INT8);
  check([128], VALUES_INT16);
  check([-129], VALUES_INT16);
  check([32_767, -32_768], VALUES_INT16);
  check([32_768], VALUES_INT32);
  check([-32_769], VALUES_INT32);
  check([2 ** 31 - 1, -(2 ** 31)], VALUES_INT32);
  check([2 ** 31], VALUES_FLOAT32);
  check([-(2 ** 31) - 1], VALUES_FLOAT64);
  check([0.5, 3], VALUES_FLOAT32);
  check([-0], VALUES_FLOAT32);
  check([1, 2, -0], VALUES_FLOAT32);
  check([Math.fround(0.1), -1e30 * 0, 2 ** 127], VALUES_FLOAT32);
  check([0.1], VALUES_FLOAT64);
  // Whole numbers that a float32 does not hold, met before the one that is no int32.
  check([2 ** 24 + 1, 0.5], VALUES_FLOAT64);
  check([1, 2, 3, 1e300], VALUES_FLOAT64);
  check([Number.MIN_VALUE], VALUES_FLOAT64);
  check([2 ** 53], VALUES_FLOAT32);
  check([2 ** 53 - 1], VALUES_FLOAT64);
});

test('packPoints() takes two bytes for a slot up to 65,535 and four above', () => {
  const check = (slots: number[], width: number) => {
    const { views, end } = packed(
      slots.map((slot) => ({ slot, timeMs: 0, value: 1 })),
      TIMES_BASE,
    );
    assert.equal(views.u8[16 + PACKED_SLOT_WIDTH], width);
    const out = new ByteViews(unpackedBytes(views, 16, end));
    unpackPoints(views, 16, end, out);
    assert.deepEqual(
      readPoints(out).points.map((p) => p.slot),
      slots,
    );
  };
  check([0, 65_535], 2);
  check([65_536], 4);
  check([1, 2 ** 26 - 1, 2], 4);
});

test('packPoints() takes TSBS-like points down to 3 bytes, and never more than the entry itself', () => {
  const points = Array.from({ length: 1_000 }, (_, i) => ({ slot: i, timeMs: 7, value: i % 100 }));
  const { end } = packed(points, TIMES_BASE, { producer: 0, seq: 0, baseMs: 7, arrivalMs: 8 });
  assert.equal(end - 16, 40 + 3_000);
  for (let count = 0; count < 12; count++) {
    for (const timeForm of [TIMES_BASE, TIMES_DELTA, TIMES_FULL]) {
      const wide = Array.from({ length: count }, (_, i) => ({
        slot: 1e6 + i,
        timeMs: i,
        value: Math.PI * i,
      }));
      const source = pointsEntry(wide, timeForm);
      const out = new ByteViews(1_024);
      assert.ok(packPoints(source, 0, out, 0) <= packedBytesMax(source, 0));
    }
  }
});

test('unpackPoints() refuses an entry when its lengths do not agree with its end', () => {
  const points = valuesOf(1, 2, 3);
  const check = (damage: (views: ByteViews) => void, endOffset = 0) => {
    const { views, end } = packed(points, TIMES_DELTA);
    damage(views);
    const out = new ByteViews(1_024);
    assert.equal(unpackedBytes(views, 16, end + endOffset), -1);
    assert.equal(unpackPoints(views, 16, end + endOffset, out), false);
    assert.deepEqual(out.u8, new Uint8Array(1_024));
  };
  check(() => {}, 8);
  check(() => {}, -8);
  check(() => {}, -56);
  check(({ u8 }) => u8.fill(3, 16 + PACKED_SLOT_WIDTH, 16 + PACKED_SLOT_WIDTH + 1));
  check(({ u8 }) => u8.fill(3, 16 + PACKED_VALUE_FORM, 16 + PACKED_VALUE_FORM + 1));
  check(({ u8 }) => u8.fill(3, 16 + PACKED_TIME_FORM, 16 + PACKED_TIME_FORM + 1));
  check(({ u32 }) => u32.fill(30, 6, 7));
  check(({ u32 }) => u32.fill(0, 6, 7));
});

test('unpackPoints() refuses a count whose bytes wrap around 32 bits and then agree', () => {
  // A regression: the sums were masked to 32 bits before they were compared. At three bytes a point these counts come
  // to 2^33 bytes and a few, which end where the one point of the entry does.
  for (const count of [2_863_311_533, 2_863_311_534, 2_863_311_535, 2_863_311_536]) {
    const { views, end } = packed(valuesOf(1), TIMES_BASE);
    views.u32[6] = count;
    assert.equal(unpackedBytes(views, 16, end), -1);
  }
});
