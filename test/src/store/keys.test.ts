import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  damageKey,
  generationOfLogKey,
  logKey,
  numberedKey,
  numberOfKey,
  parseSegmentKey,
  positionOfLogKey,
  type SegmentRange,
  segmentKey,
  segmentSeekKey,
  tableEnd,
  tableKey,
} from '../../../src/store/keys.js';
import {
  PREFIX_SHARD,
  SHARD_LOG,
  TABLE_RAW,
  TABLE_SERIES,
  TIME_BIAS,
} from '../../../src/store/store-layout.js';
import { readVectors } from '../../native-free-core/cell/vectors.js';

const order = (a: Uint8Array, b: Uint8Array): number => Math.sign(Buffer.compare(a, b));
const u32 = fc.oneof(fc.nat(300), fc.integer({ min: 0, max: 2 ** 32 - 1 }));
const u48 = fc.oneof(
  fc.nat(300),
  fc.maxSafeNat().map((n) => n % 2 ** 48),
);
/** Where times beyond what a key holds go. */
const clamp = (ms: number): number => Math.min(TIME_BIAS - 1, Math.max(-TIME_BIAS, ms));
const timeMs = fc.oneof(
  fc.integer({ min: -300, max: 300 }),
  fc.integer({ min: -8.64e15, max: 8.64e15 }),
  fc.constantFrom(-TIME_BIAS, TIME_BIAS - 1, 0, -1),
);

test('keys have the golden bytes', () => {
  interface Vector {
    title: string;
    hex: string;
    numbered?: [number, number, number];
    log?: [number, number];
    segment?: [number, number, SegmentRange];
  }
  for (const { title, hex, numbered, log, segment } of readVectors<Vector[]>('store-keys.json')) {
    const key = numbered ? numberedKey(...numbered) : log ? logKey(...log) : segmentKey(...segment!);
    assert.equal(Buffer.from(key).toString('hex'), hex.replaceAll(' ', ''), title);
  }
});

test('numberedKey() keeps the order of numbers and gives them back', () => {
  fc.assert(
    fc.property(u32, u32, (a, b) => {
      const [keyA, keyB] = [numberedKey(3, TABLE_SERIES, a), numberedKey(3, TABLE_SERIES, b)];
      assert.equal(numberOfKey(keyA), a);
      assert.equal(order(keyA, keyB), Math.sign(a - b));
    }),
  );
});

test('logKey() keeps the order of generations, then of positions, and gives both back', () => {
  fc.assert(
    fc.property(u32, u48, u32, u48, (generationA, positionA, generationB, positionB) => {
      const [a, b] = [logKey(generationA, positionA), logKey(generationB, positionB)];
      assert.equal(generationOfLogKey(a), generationA);
      assert.equal(positionOfLogKey(a), positionA);
      assert.equal(order(a, b), Math.sign(generationA - generationB || positionA - positionB));
    }),
  );
});

test('segmentKey() keeps the order of end, start, generation and numbers, also before 1970, and gives all back', () => {
  const range = fc.record({
    startMs: timeMs,
    endMs: timeMs,
    generation: u32,
    firstNumber: u32,
    lastNumber: u32,
  });
  const clamped = (r: SegmentRange): SegmentRange => ({
    ...r,
    startMs: clamp(r.startMs),
    endMs: clamp(r.endMs),
  });
  fc.assert(
    fc.property(range, range, (rangeA, rangeB) => {
      const [keyA, keyB] = [segmentKey(15, TABLE_RAW, rangeA), segmentKey(15, TABLE_RAW, rangeB)];
      const [a, b] = [clamped(rangeA), clamped(rangeB)];
      assert.deepEqual(parseSegmentKey(keyA), a);
      const expected =
        a.endMs - b.endMs ||
        a.startMs - b.startMs ||
        a.generation - b.generation ||
        a.firstNumber - b.firstNumber ||
        a.lastNumber - b.lastNumber;
      assert.equal(order(keyA, keyB), Math.sign(expected));
    }),
    { numRuns: 1_000 },
  );
});

test('segmentKey() floors a fraction of a millisecond, towards the past also before 1970', () => {
  const check = (time: number, floored: number) => {
    const key = segmentKey(0, TABLE_RAW, {
      startMs: time,
      endMs: time,
      generation: 1,
      firstNumber: 0,
      lastNumber: 0,
    });
    const { startMs, endMs } = parseSegmentKey(key);
    assert.deepEqual([startMs, endMs], [floored, floored]);
  };
  check(1.75, 1);
  check(-0.25, -1);
  check(-0, 0);
  check(1e300, TIME_BIAS - 1);
  check(-1e300, -TIME_BIAS);
});

test('segmentSeekKey() passes over exactly the segments that end before a time', () => {
  fc.assert(
    fc.property(timeMs, timeMs, timeMs, (endMs, startMs, seekMs) => {
      const key = segmentKey(9, TABLE_RAW, { startMs, endMs, generation: 7, firstNumber: 0, lastNumber: 9 });
      assert.equal(order(key, segmentSeekKey(9, TABLE_RAW, seekMs)) > 0, clamp(endMs) >= clamp(seekMs));
    }),
    { numRuns: 1_000 },
  );
});

test('damageKey() keeps what is set aside apart, in the order in which it was found', () => {
  const key = logKey(5, 7);
  const aside = [damageKey(1_999, 0, key), damageKey(1_999, 1, key), damageKey(2_000, 0, key)];
  assert.deepEqual([...aside].sort(order), aside);
  assert.equal(Buffer.from(aside[1]!).toString('hex'), `f004000000010001${Buffer.from(key).toString('hex')}`);
});

test('tableKey() and tableEnd() hold every key of their table and none of another', () => {
  const keys = [
    numberedKey(4, TABLE_SERIES, 0),
    numberedKey(4, TABLE_SERIES, 2 ** 32 - 1),
    segmentKey(4, TABLE_RAW, {
      startMs: 0,
      endMs: 1e300,
      generation: 2 ** 32 - 1,
      firstNumber: 0,
      lastNumber: 0,
    }),
    logKey(0, 0),
    logKey(2 ** 32 - 1, 2 ** 48 - 1),
  ];
  for (const key of keys) {
    const isIn = (prefix: number, table: number): boolean =>
      order(key, tableKey(prefix, table)) >= 0 && order(key, tableEnd(prefix, table)) < 0;
    const homes = [4, 5, PREFIX_SHARD].flatMap((prefix) =>
      [TABLE_SERIES, 2, SHARD_LOG, 4, TABLE_RAW, 0x1a]
        .filter((table) => isIn(prefix, table))
        .map((t) => [prefix, t]),
    );
    assert.deepEqual(homes, [[key[0], key[1]]]);
  }
});
