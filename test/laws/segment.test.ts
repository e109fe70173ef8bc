import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { SegmentBuilder } from '../../native-free-core/segment/segment-builder.js';
import { SegmentDirectory } from '../../native-free-core/segment/segment-directory.js';
import { SEGMENT_RAW, SEGMENT_ROLLUP } from '../../native-free-core/segment/segment-layout.js';
import { SegmentReader } from '../../native-free-core/segment/segment-reader.js';
import { build, type Run, walk } from '../native-free-core/segment/segments.js';

const runsOf: fc.Arbitrary<Run[]> = fc
  .array(
    fc.record({
      // 0: a further run of the same series.
      step: fc.oneof(fc.nat(3), fc.nat(100_000_000)),
      bytes: fc.uint8Array({ maxLength: 40 }),
      startMs: fc.double({ noNaN: true }),
      endMs: fc.double({ noNaN: true }),
    }),
    { maxLength: 40 },
  )
  .map((steps) => {
    let number = 0;
    return steps.map(({ step, ...rest }) => ({ ...rest, number: (number += step) }));
  });

const builder = new SegmentBuilder();
const reader = new SegmentReader();

test('a segment gives back every run that went into it, whatever was built and read before', () => {
  fc.assert(
    fc.property(runsOf, fc.constantFrom(SEGMENT_RAW, SEGMENT_ROLLUP), (runs, kind) => {
      const value = build(kind, runs, builder);
      assert.equal(builder.runs, runs.length);
      assert.equal(builder.startMs, Math.min(Infinity, ...runs.map((r) => r.startMs)));
      assert.equal(builder.endMs, Math.max(-Infinity, ...runs.map((r) => r.endMs)));
      const found = walk(value, kind, runs[0]?.number ?? 0, reader);
      assert.equal(found.status, 'ok');
      assert.deepEqual(
        found.runs,
        runs.map(({ number, bytes }) => ({ number, bytes })),
      );
    }),
    { numRuns: 500 },
  );
});

test('a directory leads to the runs of every number, and of no other', () => {
  const directory = new SegmentDirectory();
  fc.assert(
    fc.property(runsOf, fc.array(fc.nat(200), { maxLength: 8 }), (runs, others) => {
      const value = build(SEGMENT_RAW, runs, builder);
      assert.equal(reader.open(value, SEGMENT_RAW, runs[0]?.number ?? 0), 'ok');
      directory.read(reader);
      assert.deepEqual([directory.length, directory.isCut], [runs.length, false]);
      let from = 0;
      // As a scan asks: by ascending numbers, some of which have no runs.
      const numbers = [...new Set([...others, ...runs.map(({ number }) => number)])].sort((a, b) => a - b);
      for (const number of numbers) {
        const found: Uint8Array[] = [];
        from = directory.seek(number, from);
        for (; from < directory.length && directory.numberOf(from) === number; from++)
          found.push(value.slice(directory.startOf(from), directory.endOf(from)));
        assert.deepEqual(
          found,
          runs.filter((run) => run.number === number).map(({ bytes }) => bytes),
        );
      }
    }),
    { numRuns: 500 },
  );
});

test('a reader finds damage to head and directory, and lets damage to a run touch that run alone', () => {
  fc.assert(
    fc.property(
      runsOf.filter((runs) => runs.some((r) => r.bytes.length > 0)),
      fc.nat(),
      fc.integer({ min: 1, max: 255 }),
      (runs, place, mask) => {
        const value = build(SEGMENT_RAW, runs, builder);
        const at = place % value.length;
        value[at]! ^= mask;
        const found = walk(value, SEGMENT_RAW, runs[0]!.number, reader);
        const runsAt = value.length - runs.reduce((sum, r) => sum + r.bytes.length, 0);
        if (at < runsAt) {
          assert.deepEqual(found, { status: 'damaged', runs: [] });
          return;
        }
        const different = found.runs.filter((r, i) => Buffer.compare(r.bytes, runs[i]!.bytes) !== 0);
        assert.equal(found.runs.length, runs.length);
        assert.equal(different.length, 1);
      },
    ),
    { numRuns: 500 },
  );
});

test('a reader answers, and never leads outside the value, for any bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), fc.nat(3), (bytes, kind) => {
      assert.equal(walk(bytes, kind, 0, reader).status, 'damaged');
    }),
    { numRuns: 500 },
  );
});
