import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { LiveAggregate } from '../../../native-free-core/live/live-aggregate.js';
import {
  liveWindowsOffsets,
  METRICS_MAX,
  PAGES_MAX,
} from '../../../native-free-core/live/live-windows-layout.js';
import { createLiveWindows } from '../../../native-free-core/live/live-windows-memory.js';
import { LIVE_OK, LiveWindowsReader } from '../../../native-free-core/live/live-windows-reader.js';
import { LiveWindowsWriter } from '../../../native-free-core/live/live-windows-writer.js';

/** Every 32-bit word of small windows that is not 0, as [byte offset, value], on a little-endian machine. */
interface Vector {
  limits: { metricsMax: number; pagesMax: number };
  nowMs: number;
  points: [metric: number, timeMs: number, value: number][];
  words: [offset: number, value: number][];
}

const vector = JSON.parse(readFileSync('test/vectors/live-windows.json', 'utf8')) as Vector;

test('LiveWindowsWriter writes the bytes of the golden vector', () => {
  const memory = createLiveWindows(vector.limits);
  const writer = new LiveWindowsWriter(memory);
  writer.advance(vector.nowMs);
  writer.begin();
  for (const [metric, timeMs, value] of vector.points) assert.ok(writer.record(metric, timeMs, value));
  writer.end();
  const view = new DataView(memory);
  const words: [number, number][] = [];
  for (let at = 0; at < memory.byteLength; at += 4) {
    if (view.getInt32(at, true) !== 0) words.push([at, view.getInt32(at, true)]);
  }
  assert.deepEqual(words, vector.words);
});

test('LiveWindowsReader reads the bytes of the golden vector', () => {
  const memory = new SharedArrayBuffer(liveWindowsOffsets(vector.limits).bytes);
  const view = new DataView(memory);
  for (const [at, value] of vector.words) view.setInt32(at, value, true);
  const aggregate = new LiveAggregate();
  const reader = new LiveWindowsReader(memory);
  assert.equal(reader.readInto(1, vector.nowMs - 60_000, vector.nowMs, aggregate), LIVE_OK);
  const values = vector.points.map(([, , value]) => value);
  assert.equal(aggregate.count, values.length);
  assert.equal(
    aggregate.sum,
    values.reduce((a, b) => a + b),
  );
  assert.equal(aggregate.min, Math.min(...values));
  assert.equal(aggregate.max, Math.max(...values));
  assert.equal(aggregate.partial, false);
});

test('liveWindowsOffsets() lays the parts out without overlap, cells on cache lines', () => {
  const check = (metricsMax: number, pagesMax: number) => {
    const at = liveWindowsOffsets({ metricsMax, pagesMax });
    assert.ok(at.marks >= 108 && at.pageHeads >= at.marks + metricsMax && at.pageHeads % 2 === 0);
    assert.ok(at.cells >= at.pageHeads + pagesMax * 2 && at.cells % 16 === 0);
    assert.equal(at.pages - at.cells, metricsMax * 1_024);
    assert.equal(at.bytes, (at.pages + pagesMax * 128) * 4);
  };
  check(1, 1);
  check(3, 5);
  check(8_192, 65_536);
  check(METRICS_MAX, PAGES_MAX);
});

test('liveWindowsOffsets() asserts its limits', () => {
  const check = (metricsMax: number, pagesMax: number) =>
    assert.throws(() => liveWindowsOffsets({ metricsMax, pagesMax }), /BUG/);
  check(0, 1);
  check(1, 0);
  check(1.5, 1);
  check(METRICS_MAX + 1, 1);
  check(1, PAGES_MAX + 1);
  check(Number.NaN, 1);
});
