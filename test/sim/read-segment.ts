import { CellRun } from '../../native-free-core/cell/cell-run.js';
import { readRollupRun } from '../../native-free-core/cell/rollup-run.js';
import { decodeChunkInto, peekChunkCount } from '../../native-free-core/codec/chunk.js';
import { SEGMENT_RAW, SEGMENT_ROLLUP } from '../../native-free-core/segment/segment-layout.js';
import { SegmentReader } from '../../native-free-core/segment/segment-reader.js';
import { parseSegmentKey } from '../../src/store/keys.js';
import { law } from './sim-failure.js';

/** One series' points in one raw segment. */
export interface StoredRun {
  readonly group: number;
  readonly number: number;
  readonly generation: number;
  readonly times: Float64Array;
  readonly values: Float64Array;
}

const MINUTE_MS = 60_000;
const reader = new SegmentReader();
const run = new CellRun();

/** Reads a raw segment, and holds its key to what it says of times and numbers. */
export function readRawSegment(key: Uint8Array, value: Uint8Array): StoredRun[] {
  const range = parseSegmentKey(key);
  const runs: StoredRun[] = [];
  law(reader.open(value, SEGMENT_RAW, range.firstNumber) === 'ok', 'a raw segment does not read');
  let [oldestMs, newestMs] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  while (reader.next()) {
    const count = peekChunkCount(value, reader.start, reader.end);
    law(count > 0, 'a chunk of a segment does not read');
    const times = new Float64Array(count);
    const values = new Float64Array(count);
    const decoded = decodeChunkInto(value, reader.start, reader.end, times, values, 0);
    law(decoded === count, `a chunk of a segment does not read: ${decoded}`);
    for (let i = 1; i < count; i++) law(times[i]! >= times[i - 1]!, 'the points of a chunk are out of order');
    oldestMs = Math.min(oldestMs, times[0]!);
    newestMs = Math.max(newestMs, times[count - 1]!);
    runs.push({ group: key[0]!, number: reader.number, generation: range.generation, times, values });
  }
  checkRange(range, runs, reader.end === value.length);
  const isTrue = range.startMs === Math.floor(oldestMs) && range.endMs === Math.floor(newestMs);
  law(isTrue, 'a segment key tells other times');
  return runs;
}

/** Called for each run of cells of a segment; the run is used again for the next. */
export type CellsVisitor = (number: number, cells: CellRun) => void;

/** Reads a rollup segment of 1 m cells. */
export function readRollupSegment(key: Uint8Array, value: Uint8Array, visit: CellsVisitor): void {
  const range = parseSegmentKey(key);
  const runs: { number: number }[] = [];
  law(reader.open(value, SEGMENT_ROLLUP, range.firstNumber) === 'ok', 'a rollup segment does not read');
  while (reader.next()) {
    run.reset();
    const status = readRollupRun(value, reader.start, reader.end, MINUTE_MS, run);
    law(status === 'ok', `a run of cells does not read: ${status}`);
    for (let i = 0; i < run.length; i++) {
      const isInside = run.firstTimeMs[i]! >= range.startMs && Math.floor(run.lastTimeMs[i]!) <= range.endMs;
      law(isInside, 'a rollup segment key tells other times');
    }
    runs.push({ number: reader.number });
    visit(reader.number, run);
  }
  checkRange(range, runs, reader.end === value.length);
}

function checkRange(
  range: { firstNumber: number; lastNumber: number },
  runs: readonly { number: number }[],
  isWhole: boolean,
): void {
  law(isWhole && runs.length > 0, 'a segment has bytes that no run claims, or no run');
  const isTrue = runs[0]!.number === range.firstNumber && runs.at(-1)!.number === range.lastNumber;
  law(isTrue, 'a segment key tells other series than there are');
}
