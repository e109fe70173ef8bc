import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { CellRun } from '../../../native-free-core/cell/cell-run.js';
import { cellRunBytesMax, encodeCellRunInto } from '../../../native-free-core/cell/cell-run-codec.js';
import {
  measureRollupRun,
  ROLLUP_CELLS,
  ROLLUP_POINTS,
  readRollupRun,
} from '../../../native-free-core/cell/rollup-run.js';
import { chunkBytesMax, encodeChunkInto } from '../../../native-free-core/codec/chunk.js';

const MINUTE = 60_000;

function bytesOf(form: number, times: number[]): Uint8Array {
  const at = Float64Array.from(times);
  const values = at.map((_, i) => i % 7);
  if (form === ROLLUP_POINTS) {
    const out = new Uint8Array(1 + chunkBytesMax(times.length));
    out[0] = form;
    return out.slice(0, encodeChunkInto(at, values, 0, times.length, out, 1));
  }
  const run = new CellRun();
  run.accumulate(at, values, 0, times.length, MINUTE);
  const out = new Uint8Array(1 + cellRunBytesMax(run, 0, run.length));
  out[0] = form;
  return out.slice(0, encodeCellRunInto(run, 0, run.length, MINUTE, out, 1));
}

/** A copy with another byte at `at`. */
function changed(bytes: Uint8Array, at: number, byte: number): Uint8Array {
  const copy = bytes.slice();
  copy[at] = byte;
  return copy;
}

function checkSame(bytes: Uint8Array): void {
  const run = new CellRun();
  const extent = { rows: -1, firstMs: -1, lastMs: -1 };
  const status = readRollupRun(bytes, 0, bytes.length, MINUTE, run);
  assert.equal(measureRollupRun(bytes, 0, bytes.length, MINUTE, extent), status);
  if (status !== 'ok') return;
  const { length, firstTimeMs, lastTimeMs } = run;
  assert.deepEqual(extent, { rows: length, firstMs: firstTimeMs[0], lastMs: lastTimeMs[length - 1] });
}

test('measureRollupRun() tells what readRollupRun() makes when a run is of points or of cells', () => {
  const times = fc
    .array(fc.integer({ min: -200_000, max: 2_000_000 }), { minLength: 1, maxLength: 60 })
    .map((list) => list.sort((a, b) => a - b));
  fc.assert(
    fc.property(fc.constantFrom(ROLLUP_CELLS, ROLLUP_POINTS), times, (form, at) => {
      checkSame(bytesOf(form, at));
    }),
  );
});

test('measureRollupRun() answers as readRollupRun() does when a run is damaged, newer or of no known form', () => {
  for (const form of [ROLLUP_CELLS, ROLLUP_POINTS]) {
    const bytes = bytesOf(form, [0, 10_000, 70_000, 200_000]);
    for (let i = 0; i < bytes.length; i++) checkSame(changed(bytes, i, bytes[i]! ^ 4));
    checkSame(changed(bytes, 0, 9));
    checkSame(changed(bytes, 1, 99));
    checkSame(bytes.subarray(0, bytes.length - 2));
  }
});
