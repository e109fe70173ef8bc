import { CellRun } from '../../native-free-core/cell/cell-run.js';
import { readRollupRun } from '../../native-free-core/cell/rollup-run.js';
import { PointSegmentReader } from '../../native-free-core/segment/point-segment-reader.js';
import { SEGMENT_ROLLUP } from '../../native-free-core/segment/segment-layout.js';
import { SegmentReader } from '../../native-free-core/segment/segment-reader.js';
import { parseSegmentKey, type SegmentRange } from '../../src/store/keys.js';
import { TIER_TABLES, type TierTable } from '../../src/store/tier-tables.js';
import { law } from './sim-failure.js';

/** One series' points in one run of a segment of points. */
export interface StoredRun {
  readonly group: number;
  readonly number: number;
  readonly generation: number;
  readonly times: Float64Array;
  readonly values: Float64Array;
}

const reader = new SegmentReader();
const points = new PointSegmentReader();
const run = new CellRun();

/** Reads a segment of points, and holds its key to what it says of times and numbers. */
export function readPointSegment(key: Uint8Array, value: Uint8Array): StoredRun[] {
  const range = parseSegmentKey(key);
  const runs: StoredRun[] = [];
  law(points.open(value, range.firstNumber, range.lastNumber) === 'ok', 'a segment of points does not read');
  let [oldestMs, newestMs] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  while (points.next()) {
    const status = points.decode();
    law(status === 'ok', `a run of points does not read: ${status}`);
    const { batch } = points;
    law(batch.numbers[batch.series - 1]! <= points.lastNumber, 'a run has series that it should not have');
    for (let i = 0; i < batch.series; i++) {
      const times = batch.times.slice(batch.start(i), batch.ends[i]);
      const values = batch.values.slice(batch.start(i), batch.ends[i]);
      for (let at = 1; at < times.length; at++) {
        law(times[at]! >= times[at - 1]!, 'the points of a run are out of order');
      }
      oldestMs = Math.min(oldestMs, times[0]!);
      newestMs = Math.max(newestMs, times[times.length - 1]!);
      runs.push({ group: key[0]!, number: batch.numbers[i]!, generation: range.generation, times, values });
    }
  }
  checkRange(range, runs, points.end === value.length);
  const isTrue = range.startMs === Math.floor(oldestMs) && range.endMs === Math.floor(newestMs);
  law(isTrue, 'a segment key tells other times');
  const raw = TIER_TABLES[0]!;
  if (key[1] === raw.table) checkStretch(range, raw);
  return runs;
}

/** Called for each run of cells of a segment; the run is used again for the next. */
export type CellsVisitor = (number: number, cells: CellRun) => void;

/** Reads a segment of cells of a tier. */
export function readRollupSegment(
  key: Uint8Array,
  value: Uint8Array,
  tier: TierTable,
  visit: CellsVisitor,
): void {
  const range = parseSegmentKey(key);
  const runs: { number: number }[] = [];
  law(reader.open(value, SEGMENT_ROLLUP, range.firstNumber) === 'ok', 'a rollup segment does not read');
  checkStretch(range, tier);
  while (reader.next()) {
    run.reset();
    const status = readRollupRun(value, reader.start, reader.end, tier.windowMs, run);
    law(status === 'ok', `a run of cells does not read: ${status}`);
    for (let i = 0; i < run.length; i++) {
      const isInside =
        Math.floor(run.firstTimeMs[i]!) >= range.startMs && Math.floor(run.lastTimeMs[i]!) <= range.endMs;
      law(isInside, 'a rollup segment key tells other times');
    }
    runs.push({ number: reader.number });
    visit(reader.number, run);
  }
  checkRange(range, runs, reader.end === value.length);
}

function checkStretch({ startMs, endMs }: SegmentRange, { stretchMs, name }: TierTable): void {
  const isInside = Math.floor(startMs / stretchMs) === Math.floor(endMs / stretchMs);
  law(isInside, `a segment of ${name} from ${startMs} to ${endMs} crosses a border`);
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
