import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TIMES_BASE, TIMES_DELTA, TIMES_FULL } from '../../../native-free-core/entry/entry-layout.js';
import {
  FLAG_DEFINED,
  FLAG_HAS_POINT,
  FORGOTTEN_SHIFT,
  LINE_FLAGS,
  LINE_SHIFT_U32,
  SLOT_POINTS_MASK,
  UNIT_BYTES,
  WORD_GENERATION,
  WORD_READY,
  WORD_RELEASED,
  WORD_SEQUENCE,
  WORD_SLOTS,
} from '../../../native-free-core/head/head-layout.js';
import { createHeadBuffers } from '../../../native-free-core/head/head-memory.js';
import { HeadWriter, type LiveRecorder } from '../../../native-free-core/head/head-writer.js';
import { APPLY_SLICE_POINTS, TOUCH_POINTS, TOUCH_SLOTS_MIN } from '../../../native-free-core/limits.js';
import { type Point, pointsEntry } from '../entry/entries.js';
import { appendPoints, chainOf, openHead, smallBuffers, spanOf } from './heads.js';

/** `count` points of one slot: times 1000, 1001, …, values 0, 1, … */
const run = (slot: number, count: number, from = 0): Point[] =>
  Array.from({ length: count }, (_, i) => ({ slot, timeMs: 1_000 + from + i, value: from + i }));

const pairs = (points: readonly Point[]): [number, number][] => points.map((p) => [p.timeMs, p.value]);

test('append() puts the same points into a chain whatever the form of their times is', () => {
  const check = (timeForm: number, points: Point[]) => {
    const head = openHead(3);
    const source = pointsEntry(points, timeForm, { producer: 0, seq: 0, baseMs: 5_000, arrivalMs: 0 });
    assert.equal(head.append(source, 0), points.length);
    for (let slot = 0; slot < 3; slot++) {
      assert.deepEqual(chainOf(head.views, slot, 1), pairs(points.filter((p) => p.slot === slot)));
    }
  };
  check(TIMES_BASE, [
    { slot: 0, timeMs: 5_000, value: 1 },
    { slot: 2, timeMs: 5_000, value: 2 },
    { slot: 0, timeMs: 5_000, value: 3 },
  ]);
  check(TIMES_DELTA, [
    { slot: 1, timeMs: 5_000 - 2 ** 31, value: -0 },
    { slot: 1, timeMs: 5_000 + 2 ** 31 - 1, value: 1e300 },
  ]);
  check(TIMES_FULL, [
    { slot: 2, timeMs: 0.25, value: 1 },
    { slot: 2, timeMs: -8.64e15, value: 2 },
  ]);
});

test('append() keeps a chain whole at every length around the ends of its extents', () => {
  for (const length of [1, 7, 8, 9, 23, 24, 25, 55, 56, 57, 87, 88, 89, 1_000]) {
    const head = openHead(2);
    // One point at a time and beside another series, so that every place of every extent is met by itself.
    for (let i = 0; i < length; i++) appendPoints(head, [...run(0, 1, i), ...run(1, 1, -i)]);
    assert.deepEqual(chainOf(head.views, 0, 1), pairs(run(0, length)), `${length} points`);
    assert.equal(chainOf(head.views, 1, 1).length, length);
  }
});

test('append() counts the points of generations that are gone beyond 2^30, and leaves the flags beside them alone', () => {
  const head = openHead(2);
  const { lines } = head.views;
  const flagsOf = (slot: number): number => (slot << LINE_SHIFT_U32) + LINE_FLAGS;
  lines[flagsOf(0)]! |= SLOT_POINTS_MASK << FORGOTTEN_SHIFT;
  for (let generation = 1; generation <= 3; generation++) {
    appendPoints(head, run(0, 5));
    if (generation > 1) head.release(generation - 1);
    if (generation < 3) head.swap();
  }
  assert.equal(lines[flagsOf(0)]! >>> FORGOTTEN_SHIFT, (SLOT_POINTS_MASK + 5) & SLOT_POINTS_MASK);
  assert.equal(lines[flagsOf(0)]! & ~(SLOT_POINTS_MASK << FORGOTTEN_SHIFT), FLAG_DEFINED | FLAG_HAS_POINT);
  assert.equal(lines[flagsOf(1)]!, FLAG_DEFINED);
  assert.deepEqual(chainOf(head.views, 0, 3), pairs(run(0, 5)));
});

test('append() puts every point into its chain when there are so many series that lines are touched ahead', () => {
  const slots = TOUCH_SLOTS_MIN + 10;
  const check = (count: number) => {
    const head = openHead(0, createHeadBuffers(16, slots, 1 << 20));
    head.define(slots - 1, 0);
    const points = Array.from({ length: count }, (_, i) => ({
      slot: (i * 7_919) % slots,
      timeMs: 1_000 + i,
      value: i,
    }));
    for (let round = 0; round < 2; round++) assert.equal(appendPoints(head, points), count);
    for (const { slot, timeMs, value } of points) {
      assert.deepEqual(chainOf(head.views, slot, 1), [
        [timeMs, value],
        [timeMs, value],
      ]);
    }
  };
  for (const count of [1, TOUCH_POINTS - 1, TOUCH_POINTS, TOUCH_POINTS + 1, TOUCH_POINTS * 3]) check(count);
});

test('append() takes one unit for 8 points, two more for 16, four more for each 32 above', () => {
  const check = (points: number, units: number) => {
    const head = openHead(1);
    appendPoints(head, run(0, points));
    assert.equal(head.usedBytes, units * UNIT_BYTES);
  };
  check(0, 0);
  check(1, 1);
  check(8, 1);
  check(9, 3);
  check(24, 3);
  check(25, 7);
  check(56, 7);
  check(57, 11);
});

test('append() takes the points that a filter lets through, and says how many', () => {
  const head = openHead(4);
  const points = [...run(0, 3), ...run(1, 3), ...run(2, 3), ...run(3, 3)];
  assert.equal(
    head.append(pointsEntry(points, TIMES_FULL), 0, (slot) => slot % 2 === 1),
    6,
  );
  assert.deepEqual(
    [0, 1, 2, 3].map((slot) => chainOf(head.views, slot, 1).length),
    [0, 3, 0, 3],
  );
  assert.deepEqual(head.openPoints, [0, 6]);
  assert.equal(spanOf(head.views, 0), undefined);
});

test('append() opens the state to readers after every slice of a long entry', () => {
  const head = openHead(1, smallBuffers(1 << 22));
  const before = head.views.control[WORD_SEQUENCE]!;
  const points = run(0, APPLY_SLICE_POINTS * 2 + 1);
  assert.equal(head.append(pointsEntry(points, TIMES_FULL), 0), points.length);
  // Two steps of the word, to odd and to even, for each of three slices.
  assert.equal(head.views.control[WORD_SEQUENCE]! - before, 6);
  assert.equal(chainOf(head.views, 0, 1).length, points.length);
});

test('append() does nothing when an entry has no points', () => {
  const head = openHead(1);
  const before = head.views.control[WORD_SEQUENCE];
  assert.equal(head.append(pointsEntry([], TIMES_BASE), 0), 0);
  assert.equal(head.views.control[WORD_SEQUENCE], before);
});

test('append() keeps the oldest and the newest point of a slot, and of equal times the one that came last', () => {
  const head = openHead(1);
  const check = (timeMs: number, value: number, span: [number, number, number]) => {
    appendPoints(head, [{ slot: 0, timeMs, value }]);
    assert.deepEqual(spanOf(head.views, 0), span);
  };
  assert.equal(spanOf(head.views, 0), undefined);
  check(100, 1, [100, 100, 1]);
  check(300, 2, [100, 300, 2]);
  check(200, 3, [100, 300, 2]);
  check(50, 4, [50, 300, 2]);
  check(300, 5, [50, 300, 5]);
  check(-1e12, 6, [-1e12, 300, 5]);
});

test('append() asserts when an arena is full beyond its hard bound', () => {
  const head = openHead(1, smallBuffers(4 * UNIT_BYTES));
  assert.throws(() => appendPoints(head, run(0, 25)), /BUG/);
});

test('append() offers to the live windows what is recent enough, between their own begin and end', () => {
  const seen: string[] = [];
  const live: LiveRecorder = {
    record: (metric, timeMs, value) => seen.push(`${metric} ${timeMs} ${value}`) > 0,
    begin: () => void seen.push('begin'),
    end: () => void seen.push('end'),
  };
  const head = new HeadWriter(smallBuffers(), live);
  head.reset(1);
  head.define(0, 42);
  appendPoints(head, run(0, 2));
  head.ready();
  appendPoints(head, run(0, 2));
  head.setLiveFrom(1_001);
  appendPoints(head, run(0, 3));
  assert.deepEqual(seen, ['begin', 'end', 'begin', '42 1001 1', '42 1002 2', 'end']);
});

test('swap() goes on in the other arena and leaves what is closed readable', () => {
  const head = openHead(2);
  appendPoints(head, run(0, 30));
  assert.equal(head.canSwap, true);
  const before = head.views.control[WORD_SEQUENCE]!;
  head.swap();
  assert.equal(head.views.control[WORD_SEQUENCE], before + 2);
  assert.equal(head.generation, 2);
  assert.equal(head.usedBytes, 0);
  assert.equal(head.canSwap, false);
  appendPoints(head, [...run(0, 5, 30), ...run(1, 2)]);
  assert.deepEqual(chainOf(head.views, 0, 1), pairs(run(0, 30)));
  assert.deepEqual(chainOf(head.views, 0, 2), pairs(run(0, 5, 30)));
  assert.deepEqual(chainOf(head.views, 1, 1), []);
  assert.deepEqual(head.openPoints, [7, 30]);
  assert.throws(() => head.swap(), /BUG/);
});

test('release() frees an arena, whose next generation begins empty though old lines still stand there', () => {
  const head = openHead(2);
  const { control } = head.views;
  appendPoints(head, run(0, 30));
  head.swap();
  head.release(1);
  assert.equal(control[WORD_RELEASED], 1);
  assert.deepEqual(head.openPoints, [0, 0]);
  head.swap();
  assert.equal(control[WORD_GENERATION], 3);
  assert.equal(head.usedBytes, 0);
  assert.deepEqual(chainOf(head.views, 0, 3), []);
  appendPoints(head, run(1, 9));
  appendPoints(head, run(0, 9, 500));
  assert.deepEqual(chainOf(head.views, 0, 3), pairs(run(0, 9, 500)));
  assert.deepEqual(chainOf(head.views, 1, 3), pairs(run(1, 9)));
});

test('release() asserts when a generation is not the next one that is closed', () => {
  const head = openHead(1);
  assert.throws(() => head.release(1), /BUG/);
  head.swap();
  assert.throws(() => head.release(2), /BUG/);
  head.release(1);
  assert.throws(() => head.release(1), /BUG/);
});

test('begin() and end() move the sequence word to odd and to even, and do nothing when they come twice', () => {
  const head = openHead(1);
  const { control } = head.views;
  const start = control[WORD_SEQUENCE]!;
  assert.equal(start & 1, 0);
  head.begin();
  head.begin();
  assert.equal(control[WORD_SEQUENCE], start + 1);
  head.end();
  head.end();
  assert.equal(control[WORD_SEQUENCE], start + 2);
});

test('ready() opens the state with an even word when a predecessor died inside a change', () => {
  const buffers = smallBuffers();
  const first = openHead(1, buffers);
  appendPoints(first, run(0, 5));
  first.begin();
  const next = new HeadWriter(buffers);
  next.reset(4);
  const { control } = next.views;
  assert.equal(control[WORD_READY], 0);
  assert.equal(control[WORD_SEQUENCE]! & 1, 1);
  // Recovery appends and defines; readers see none of it until ready.
  next.define(0, 0);
  appendPoints(next, run(0, 5));
  next.end();
  assert.equal(control[WORD_SEQUENCE]! & 1, 1);
  next.ready();
  assert.equal(control[WORD_SEQUENCE]! & 1, 0);
  assert.equal(control[WORD_READY], 1);
  assert.equal(control[WORD_GENERATION], 4);
  assert.equal(control[WORD_RELEASED], 3);
});

test('the sequence word goes on through 2^31 and 2^32', () => {
  for (const start of [2 ** 31 - 2, -2]) {
    const buffers = smallBuffers();
    new Int32Array(buffers.control)[WORD_SEQUENCE] = start;
    const head = openHead(1, buffers);
    for (let i = 0; i < 3; i++) appendPoints(head, run(0, 1));
    assert.equal(head.views.control[WORD_SEQUENCE]! & 1, 0);
    assert.equal(head.views.control[WORD_SEQUENCE], (start + 2 + 6) | 0);
  }
});

test('define() keeps a slot, its metric and how far slots reach', () => {
  const head = openHead(0);
  assert.equal(head.isDefined(7), false);
  head.define(7, 3);
  assert.equal(head.isDefined(7), true);
  assert.equal(head.views.control[WORD_SLOTS], 8);
  head.define(2, 3);
  assert.equal(head.views.control[WORD_SLOTS], 8);
  assert.throws(() => head.define(head.views.slotsMax, 0), /BUG/);
});

test('restoreSpan() is what later points are compared with', () => {
  const head = openHead(1);
  head.restoreSpan(0, 100, 200, 7);
  assert.deepEqual(spanOf(head.views, 0), [100, 200, 7]);
  appendPoints(head, [{ slot: 0, timeMs: 150, value: 8 }]);
  assert.deepEqual(spanOf(head.views, 0), [100, 200, 7]);
  assert.deepEqual(chainOf(head.views, 0, 1), [[150, 8]]);
});

test('reset() forgets every point and series of an earlier worker', () => {
  const buffers = smallBuffers();
  const first = openHead(3, buffers);
  appendPoints(first, [...run(0, 40), ...run(2, 3)]);
  const next = new HeadWriter(buffers);
  next.reset(1);
  for (let slot = 0; slot < 3; slot++) {
    assert.equal(next.isDefined(slot), false);
    assert.equal(spanOf(next.views, slot), undefined);
    assert.deepEqual(chainOf(next.views, slot, 1), []);
  }
  assert.equal(next.usedBytes, 0);
});

test('reset() forgets the points of a slot whose series could not be read', () => {
  // A regression: with a damaged page of series at the end, replay appends to slots that nothing defined. They lay
  // above SLOTS, so a second worker of the process found their old chains and wrote into extents of other series.
  const buffers = smallBuffers();
  const first = openHead(1, buffers);
  appendPoints(first, run(5, 10));
  first.restoreSpan(9, 1, 2, 3);
  const next = new HeadWriter(buffers);
  next.reset(1);
  assert.deepEqual(chainOf(next.views, 5, 1), []);
  assert.equal(spanOf(next.views, 5), undefined);
  assert.equal(spanOf(next.views, 9), undefined);
});
