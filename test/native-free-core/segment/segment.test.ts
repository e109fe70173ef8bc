import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SegmentBuilder } from '../../../native-free-core/segment/segment-builder.js';
import { segmentChecksum } from '../../../native-free-core/segment/segment-checksum.js';
import {
  SEGMENT_CHECKSUM,
  SEGMENT_DIRECTORY,
  SEGMENT_RAW,
  SEGMENT_ROLLUP,
} from '../../../native-free-core/segment/segment-layout.js';
import { SegmentReader } from '../../../native-free-core/segment/segment-reader.js';
import { readVectors } from '../cell/vectors.js';
import { build, type Run, walk } from './segments.js';

const run = (number: number, ...bytes: number[]): Run => ({
  number,
  bytes: Uint8Array.from(bytes),
  startMs: number,
  endMs: number + 10,
});
const ofRuns = (runs: readonly Run[]): unknown[] => runs.map(({ number, bytes }) => ({ number, bytes }));

test('finish() writes the golden bytes, and the reader gives the runs back', () => {
  interface Vector {
    title: string;
    kind: number;
    runs: { number: number; hex: string }[];
    hex: string;
  }
  for (const { title, kind, runs, hex } of readVectors<Vector[]>('segment.json')) {
    const made = runs.map((r) => run(r.number, ...Buffer.from(r.hex, 'hex')));
    const value = build(kind, made);
    assert.equal(
      Buffer.from(value)
        .toString('hex')
        .replace(/(.{8})(?=.)/g, '$1 '),
      hex,
      title,
    );
    assert.deepEqual(walk(value, kind, made[0]?.number ?? 0), { status: 'ok', runs: ofRuns(made) }, title);
  }
});

test('SegmentBuilder() tells what the key of a segment says when runs were added', () => {
  const builder = new SegmentBuilder();
  build(
    SEGMENT_RAW,
    [
      { ...run(7, 1), startMs: 500, endMs: 900 },
      { ...run(7, 2), startMs: -5, endMs: 10 },
      { ...run(90, 3), startMs: 100, endMs: 1_000.5 },
    ],
    builder,
  );
  const { runs, firstNumber, lastNumber, startMs, endMs } = builder;
  assert.deepEqual([runs, firstNumber, lastNumber, startMs, endMs], [3, 7, 90, -5, 1_000.5]);
  builder.begin();
  assert.deepEqual([builder.runs, builder.startMs, builder.endMs], [0, Infinity, -Infinity]);
});

test('SegmentBuilder() builds the same segment again when it was used for a longer one', () => {
  const builder = new SegmentBuilder();
  const short = [run(3, 1, 2, 3), run(5, 4)];
  const expected = build(SEGMENT_RAW, short);
  build(
    SEGMENT_RAW,
    Array.from({ length: 3_000 }, (_, i) => run(i * 1_000, ...Array<number>(60).fill(i & 255))),
    builder,
  );
  assert.deepEqual(build(SEGMENT_RAW, short, builder), expected);
});

test('open() refuses a value of the other kind, a cut one and an empty one', () => {
  const value = build(SEGMENT_RAW, [run(1, 1, 2), run(2, 3)]);
  const reader = new SegmentReader();
  const check = (bytes: Uint8Array, kind = SEGMENT_RAW) => {
    assert.equal(reader.open(bytes, kind, 1), 'damaged');
    assert.equal(reader.next(), false);
  };
  check(value, SEGMENT_ROLLUP);
  check(new Uint8Array(0));
  for (let length = 0; length < SEGMENT_DIRECTORY + 4; length++) check(value.slice(0, length));
});

test('open() finds every flipped bit of the head and the directory', () => {
  // A regression: the first bytes were outside the checksum, so a flipped version looked like a newer format.
  const value = build(SEGMENT_RAW, [run(1, 1, 2), run(300, 3)]);
  const directoryEnd = SEGMENT_DIRECTORY + 5;
  const reader = new SegmentReader();
  assert.equal(reader.open(value, SEGMENT_RAW, 1), 'ok');
  for (let bit = 0; bit < directoryEnd * 8; bit++) {
    const flipped = value.slice();
    flipped[bit >> 3]! ^= 1 << (bit & 7);
    assert.equal(reader.open(flipped, SEGMENT_RAW, 1), 'damaged', `bit ${bit}`);
  }
});

test('open() says newer when a whole segment has a version that it does not know', () => {
  const value = build(SEGMENT_RAW, [run(1, 1)]);
  value[0] = 2;
  new DataView(value.buffer).setUint32(SEGMENT_CHECKSUM, segmentChecksum(value, SEGMENT_DIRECTORY + 2), true);
  assert.equal(new SegmentReader().open(value, SEGMENT_RAW, 1), 'newer');
});

test('next() ends before a run that the value does not hold whole', () => {
  const value = build(SEGMENT_RAW, [run(1, 1, 2), run(2, 3, 4, 5)]);
  const { status, runs } = walk(value.slice(0, value.length - 1), SEGMENT_RAW, 1);
  assert.equal(status, 'ok');
  assert.deepEqual(runs, [{ number: 1, bytes: Uint8Array.of(1, 2) }]);
});

test('seek() finds the first run of a series, and stops behind where it would be', () => {
  const value = build(SEGMENT_RAW, [run(2, 1), run(5, 2), run(5, 3), run(9, 4)]);
  const reader = new SegmentReader();
  const check = (wanted: number[], found: (number | false)[]) => {
    assert.equal(reader.open(value, SEGMENT_RAW, 2), 'ok');
    assert.deepEqual(
      wanted.map((number) => reader.seek(number) && value[reader.start]),
      found,
    );
  };
  check([2, 5, 9], [1, 2, 4]);
  check([5, 5], [2, 3]);
  check([0], [false]);
  check([3, 5], [false, 3]);
  check([9, 10], [4, false]);
});

test('SegmentBuilder takes about as much memory as it holds', () => {
  // A job over ten years of raw points has one open for each day of each tier.
  const before = process.memoryUsage().arrayBuffers;
  const builders = Array.from({ length: 4_000 }, () => {
    const builder = new SegmentBuilder();
    builder.begin();
    builder.reserve(200);
    builder.add(1, 100, 0, 1);
    return builder;
  });
  const bytes = process.memoryUsage().arrayBuffers - before;
  assert.ok(bytes < 4_000 * 8_192, `${bytes} bytes for ${builders.length} builders`);
});
