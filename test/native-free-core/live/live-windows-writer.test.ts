import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LiveAggregate } from '../../../native-free-core/live/live-aggregate.js';
import {
  liveWindowsOffsets,
  WORD_GENERATION,
  WORD_SEQUENCE,
} from '../../../native-free-core/live/live-windows-layout.js';
import { createLiveWindows } from '../../../native-free-core/live/live-windows-memory.js';
import { LIVE_BUSY, LIVE_OK, LiveWindowsReader } from '../../../native-free-core/live/live-windows-reader.js';
import { LiveWindowsWriter } from '../../../native-free-core/live/live-windows-writer.js';

const NOW_MS = 1_700_000_000_500;
const LIMITS = { metricsMax: 4, pagesMax: 256 };

function windows(limits = LIMITS) {
  const memory = createLiveWindows(limits);
  const writer = new LiveWindowsWriter(memory);
  const reader = new LiveWindowsReader(memory);
  writer.advance(NOW_MS);
  return { memory, writer, reader, words: new Int32Array(memory) };
}

function recordAll(
  writer: LiveWindowsWriter,
  points: [metric: number, timeMs: number, value: number][],
): boolean[] {
  writer.begin();
  const taken = points.map(([metric, timeMs, value]) => writer.record(metric, timeMs, value));
  writer.end();
  return taken;
}

function read(reader: LiveWindowsReader, metric = 0, toMs = NOW_MS): LiveAggregate {
  const aggregate = new LiveAggregate();
  assert.equal(reader.readInto(metric, Math.max(0, toMs - 60_000), toMs, aggregate), LIVE_OK);
  return aggregate;
}

test('LiveWindowsWriter.record() takes 61 seconds before the present one, and 2 behind it', () => {
  const { writer } = windows();
  const check = (timeMs: number, taken: boolean) =>
    assert.deepEqual(recordAll(writer, [[0, timeMs, 1]]), [taken]);
  check(NOW_MS, true);
  check(NOW_MS - 61_500, true);
  check(NOW_MS - 61_501, false);
  check(NOW_MS + 2_499, true);
  check(NOW_MS + 2_500, false);
  check(Number.NaN, false);
  check(Number.NEGATIVE_INFINITY, false);
  assert.equal(writer.fromMs, NOW_MS - 61_500);
});

test('LiveWindowsWriter.record() refuses everything before the first advance', () => {
  const writer = new LiveWindowsWriter(createLiveWindows(LIMITS));
  assert.deepEqual(recordAll(writer, [[0, NOW_MS, 1]]), [false]);
});

test('LiveWindowsWriter.record() counts what it refuses', () => {
  const { writer, reader } = windows();
  const taken = recordAll(writer, [
    [0, NOW_MS, 1],
    [4, NOW_MS, 1],
    [-1, NOW_MS, 1],
    [0, 0, 1],
    [0, NOW_MS, Number.NaN],
    [0, NOW_MS, Number.POSITIVE_INFINITY],
    [0, NOW_MS, Number.NEGATIVE_INFINITY],
  ]);
  assert.deepEqual(taken, [true, false, false, false, false, false, false]);
  const expected = { recorded: 1, outside: 1, untracked: 2, notFinite: 3, unpaged: 0, pagesUsed: 1 };
  assert.deepEqual(reader.totals(), expected);
});

test('LiveWindowsWriter.end() shows a batch all at once, also one that did not fit the waiting points', () => {
  const { writer, reader } = windows();
  writer.begin();
  for (let i = 0; i < 8_192; i++) writer.record(0, NOW_MS, 1);
  assert.equal(read(reader).count, 0, 'points wait outside of the shared memory');
  writer.record(0, NOW_MS, 1);
  const before = new LiveAggregate();
  assert.equal(reader.readInto(0, NOW_MS - 1_000, NOW_MS, before), LIVE_BUSY);
  assert.equal(before.count, 0);
  assert.equal(read(reader, 1).count, 0, 'a row that the batch leaves alone is not busy');
  writer.end();
  assert.equal(read(reader).count, 8_193);
});

test('LiveWindowsWriter.end() leaves SEQUENCE alone when nothing was taken', () => {
  const { writer, words } = windows();
  const before = words[WORD_SEQUENCE];
  recordAll(writer, [[0, 0, 1]]);
  assert.equal(words[WORD_SEQUENCE], before);
  recordAll(writer, [[0, NOW_MS, 1]]);
  assert.equal(words[WORD_SEQUENCE], before! + 2);
});

test('LiveWindowsWriter asserts the order of its calls', () => {
  const { writer } = windows();
  assert.throws(() => writer.record(0, NOW_MS, 1), /BUG: live points are recorded between begin and end/);
  assert.throws(() => writer.end(), /BUG: no batch/);
  assert.throws(() => writer.advance(Number.NaN), /BUG: the present/);
  assert.throws(() => writer.advance(-1), /BUG: the present/);
  writer.begin();
  assert.throws(() => writer.begin(), /BUG: a batch of live points is open already/);
  assert.throws(() => writer.advance(NOW_MS), /BUG: live windows advance between batches/);
});

test('LiveWindowsWriter.advance() gives the pages of idle metrics back, a bounded number of cells a call', () => {
  const { writer, reader } = windows({ metricsMax: 1_500, pagesMax: 2_000 });
  writer.begin();
  for (let metric = 0; metric < 1_500; metric++) writer.record(metric, NOW_MS, 7);
  writer.end();
  assert.equal(reader.totals().pagesUsed, 1_500);
  writer.advance(NOW_MS + 61_499);
  assert.equal(reader.totals().pagesUsed, 1_500);
  writer.advance(NOW_MS + 61_500);
  assert.equal(reader.totals().pagesUsed, 1_500 - 1_024);
  writer.advance(NOW_MS + 61_500);
  assert.equal(reader.totals().pagesUsed, 0);
});

test('LiveWindowsWriter.advance() leaves readers alone while nothing has to go', () => {
  const { writer, words } = windows();
  recordAll(writer, [[0, NOW_MS, 1]]);
  writer.advance(NOW_MS + 64_000);
  const sequence = words[WORD_SEQUENCE];
  for (let second = 65; second < 200; second++) writer.advance(NOW_MS + second * 1_000);
  assert.equal(words[WORD_SEQUENCE], sequence);
});

test('LiveWindowsWriter hands pages that came back to other metrics, empty', () => {
  const { writer, reader } = windows({ metricsMax: 2, pagesMax: 1 });
  recordAll(writer, [
    [0, NOW_MS, 100],
    [0, NOW_MS, 101],
    [1, NOW_MS, 64],
  ]);
  assert.equal(read(reader, 0).partial, false);
  assert.equal(read(reader, 1).partial, true);
  assert.equal(reader.totals().unpaged, 1);
  const laterMs = NOW_MS + 64_000;
  writer.advance(laterMs);
  recordAll(writer, [
    [1, laterMs, 64],
    [1, laterMs, 127],
    [1, laterMs, 66],
  ]);
  const aggregate = read(reader, 1, laterMs + 1);
  assert.equal(aggregate.partial, false);
  assert.equal(aggregate.histogram.count, 3);
  assert.ok(Math.abs(aggregate.quantile(50) - 66) < 66 / 256);
});

test('LiveWindowsWriter.advance() lets the clock step back and drops what lies too far ahead then', () => {
  const { writer, reader, words } = windows();
  recordAll(writer, [
    [0, NOW_MS, 1],
    [0, NOW_MS - 30_000, 2],
  ]);
  const generation = words[WORD_GENERATION]!;
  writer.advance(NOW_MS - 20_000);
  assert.equal(words[WORD_GENERATION], generation + 2);
  assert.deepEqual(
    recordAll(writer, [
      [0, NOW_MS - 70_000, 3],
      [0, NOW_MS, 4],
    ]),
    [true, false],
  );
  assert.equal(read(reader).count, 1);
  assert.equal(read(reader, 0, NOW_MS - 29_000).sum, 5);
});

test('LiveWindowsWriter takes over from one that died in a batch', () => {
  const { memory, writer, reader } = windows();
  recordAll(writer, [[1, NOW_MS, 5]]);
  writer.begin();
  for (let i = 0; i < 8_193; i++) writer.record(0, NOW_MS, i);
  const aggregate = new LiveAggregate();
  assert.equal(reader.readInto(0, NOW_MS - 1_000, NOW_MS, aggregate), LIVE_BUSY);
  assert.equal(read(reader, 1).count, 1, 'rows that the dead batch left alone are still readable');
  const next = new LiveWindowsWriter(memory);
  next.advance(NOW_MS);
  for (const metric of [0, 1]) assert.equal(read(reader, metric).count, 0);
  recordAll(next, [[0, NOW_MS, 2]]);
  assert.equal(read(reader).count, 1);
  assert.equal(reader.totals().pagesUsed, 1);
});

test('LiveWindowsWriter takes over from one that died in a reset', () => {
  const { memory, words, reader } = windows();
  words[WORD_GENERATION]! |= 1;
  assert.equal(reader.readInto(0, NOW_MS - 1_000, NOW_MS, new LiveAggregate()), LIVE_BUSY);
  new LiveWindowsWriter(memory).advance(NOW_MS);
  assert.equal(words[WORD_GENERATION]! & 1, 0);
  assert.equal(read(reader).count, 0);
});

test('LiveWindowsWriter starts its batch numbers again before they overflow', () => {
  const memory = createLiveWindows(LIMITS);
  const words = new Int32Array(memory);
  words[WORD_SEQUENCE] = 2 ** 31 - 6;
  const writer = new LiveWindowsWriter(memory);
  const reader = new LiveWindowsReader(memory);
  writer.advance(NOW_MS);
  recordAll(writer, [[1, NOW_MS, 1]]);
  const seen = new Set<number>();
  for (let i = 1; i <= 6; i++) {
    recordAll(writer, [[0, NOW_MS, i]]);
    assert.equal(words[WORD_SEQUENCE]! & 1, 0);
    seen.add(words[WORD_SEQUENCE]!);
    assert.equal(read(reader).count, i);
  }
  assert.ok(seen.has(2 ** 31 - 2) && seen.has(4), 'numbers ran to their end and began again');
  assert.equal(
    words[liveWindowsOffsets(LIMITS).marks + 1],
    1,
    'the mark of a row that rested is older than any batch',
  );
  assert.equal(read(reader, 1).count, 1);
});
