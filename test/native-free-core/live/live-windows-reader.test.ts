import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LiveAggregate } from '../../../native-free-core/live/live-aggregate.js';
import {
  CELL_CHAIN,
  CHAIN_SHIFT,
  liveWindowsOffsets,
} from '../../../native-free-core/live/live-windows-layout.js';
import { createLiveWindows } from '../../../native-free-core/live/live-windows-memory.js';
import {
  LIVE_OK,
  LIVE_UNTRACKED,
  LiveWindowsReader,
} from '../../../native-free-core/live/live-windows-reader.js';
import { LiveWindowsWriter } from '../../../native-free-core/live/live-windows-writer.js';

const NOW_MS = 1_700_000_000_500;
const LIMITS = { metricsMax: 2, pagesMax: 64 };

function windowsWith(points: [timeMs: number, value: number][]) {
  const memory = createLiveWindows(LIMITS);
  const writer = new LiveWindowsWriter(memory);
  writer.advance(NOW_MS);
  writer.begin();
  for (const [timeMs, value] of points) assert.ok(writer.record(0, timeMs, value));
  writer.end();
  return { memory, writer, reader: new LiveWindowsReader(memory) };
}

test('LiveWindowsReader.readInto() covers whole seconds', () => {
  const { reader } = windowsWith(
    [-2, -1, 0, 1, 2].map((second) => [NOW_MS + second * 1_000, 2 ** (second + 2)]),
  );
  const check = (fromMs: number, toMs: number, sum: number) => {
    const aggregate = new LiveAggregate();
    assert.equal(reader.readInto(0, NOW_MS + fromMs, NOW_MS + toMs, aggregate), LIVE_OK);
    assert.equal(aggregate.sum, sum);
  };
  check(-500, 500, 4);
  check(-500, 501, 12);
  check(-501, 500, 6);
  check(0, 0, 4);
  check(-500, -500, 0);
  check(-57_500, 2_500, 31);
  check(-60_000, 0, 7);
});

test('LiveWindowsReader.readInto() adds to what the aggregate holds', () => {
  const { reader } = windowsWith([
    [NOW_MS, 1],
    [NOW_MS, 3],
  ]);
  const aggregate = new LiveAggregate();
  for (let i = 0; i < 3; i++) assert.equal(reader.readInto(0, NOW_MS - 1_000, NOW_MS, aggregate), LIVE_OK);
  assert.equal(aggregate.count, 6);
  assert.equal(aggregate.sum, 12);
  assert.equal(aggregate.variance, 1);
});

test('LiveWindowsReader.readInto() says when a metric has no row', () => {
  const { reader } = windowsWith([]);
  assert.equal(reader.readInto(2, 0, 1_000, new LiveAggregate()), LIVE_UNTRACKED);
});

test('LiveWindowsReader.readInto() asserts its range', () => {
  const { reader } = windowsWith([]);
  const check = (metric: number, fromMs: number, toMs: number) =>
    assert.throws(() => reader.readInto(metric, fromMs, toMs, new LiveAggregate()), /BUG/);
  check(0, 0, 60_001);
  check(0, 1_000, 0);
  check(0, Number.NaN, 0);
  check(-1, 0, 1_000);
  check(0.5, 0, 1_000);
});

test('LiveWindowsReader.readInto() keeps the variance of small distances far from zero', () => {
  const points: [number, number][] = [];
  for (let i = 0; i < 60_000; i++) points.push([NOW_MS - i, 1e9 + (i % 2)]);
  const { reader } = windowsWith(points);
  const aggregate = new LiveAggregate();
  assert.equal(reader.readInto(0, NOW_MS - 60_000, NOW_MS, aggregate), LIVE_OK);
  assert.ok(Math.abs(aggregate.variance - 0.25) < 1e-6, `variance ${aggregate.variance}`);
  assert.equal(aggregate.mean, 1e9 + 0.5);
});

test('LiveWindowsReader.readInto() keeps the variance when the first value is far from all others', () => {
  const points: [number, number][] = [[NOW_MS, -1e9]];
  for (let i = 1; i < 5_000; i++) points.push([NOW_MS, i % 2]);
  const { reader } = windowsWith(points);
  const aggregate = new LiveAggregate();
  assert.equal(reader.readInto(0, NOW_MS, NOW_MS, aggregate), LIVE_OK);
  const values = points.map(([, value]) => value);
  const mean = values.reduce((a, b) => a + b) / values.length;
  const variance = values.reduce((a, v) => a + (v - mean) ** 2, 0) / values.length;
  assert.ok(Math.abs(aggregate.variance / variance - 1) < 1e-9);
});

test('LiveWindowsReader.readInto() ends on chains that lead anywhere', () => {
  const { memory, reader } = windowsWith([
    [NOW_MS, 1],
    [NOW_MS, 2],
  ]);
  const words = new Int32Array(memory);
  const offsets = liveWindowsOffsets(LIMITS);
  const chainOf = () => {
    for (let at = offsets.cells; at < offsets.pages; at += 16) if (words[at] !== 0) return at + CELL_CHAIN;
    throw new Error('no cell is open');
  };
  const check = (break_: () => void) => {
    break_();
    assert.equal(reader.readInto(0, NOW_MS - 60_000, NOW_MS, new LiveAggregate()), LIVE_OK);
  };
  check(() => (words[offsets.pageHeads + 1] = 1));
  check(() => (words[offsets.pageHeads + 1] = -1));
  check(() => (words[offsets.pageHeads + 1] = 2 ** 30));
  check(() => (words[offsets.pageHeads] = 2 ** 30));
  check(() => (words[chainOf()] = -1));
  check(() => (words[chainOf()] = 2_000 << CHAIN_SHIFT));
});

test('LiveWindowsReader refuses memory that holds something else', () => {
  assert.throws(
    () => new LiveWindowsReader(new SharedArrayBuffer(1_024)),
    /BUG: the memory holds no live windows/,
  );
  const memory = createLiveWindows(LIMITS);
  new Int32Array(memory)[2] = 3;
  assert.throws(() => new LiveWindowsReader(memory), /BUG: the live windows have another length/);
});
