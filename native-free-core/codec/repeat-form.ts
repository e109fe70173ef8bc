import { FORM_REPEAT } from './column-layout.js';
import { decodeFloats, encodeFloats, planFloats } from './float-form.js';
import { floatShape } from './float-shape.js';
import { planResiduals } from './residual-plan.js';
import { readResiduals } from './residual-read.js';
import { writeResiduals } from './residual-write.js';
import { floats, floatWords, HIGH_WORD, LOW_WORD, positions, residualLow, residuals } from './scratch.js';
import { readVarint, varint, writeVarint } from './varint.js';

/**
 * A float column in which values stay for a while: run lengths as integers, then the runs' values as a column of their
 * own. Used where at least one in eight values repeats the one before: each saves eight bytes, and the run lengths
 * cost at most a bit a value, so the column cannot exceed the raw form.
 */
const REPEATS_PER_VALUE_MIN = 1 / 8;

/** Fewer values than this may not make up for the two heads. */
const REPEAT_VALUES_MIN = 8;

/** Whether the `count` doubles just measured repeat often enough. */
export function isRepeating(count: number): boolean {
  return count >= REPEAT_VALUES_MIN && floatShape.repeats >= count * REPEATS_PER_VALUE_MIN;
}

/** Writes the `count` doubles in `floats`, which are overwritten; answers the offset after them. */
export function encodeRepeats(count: number, out: Uint8Array, offset: number): number {
  const runs = gatherRuns(count);
  out[offset] = FORM_REPEAT;
  const p = writeVarint(out, offset + 1, runs - 1);
  residuals.wide = false;
  planResiduals(runs);
  const after = writeResiduals(runs, out, p);
  planFloats(floats, 0, runs);
  return encodeFloats(runs, out, after);
}

/** Moves each run's value to the front of `floats` and its length - 1 to the residuals; answers the number of runs. */
function gatherRuns(count: number): number {
  const lows = residualLow;
  const words = floatWords;
  let run = 0;
  lows[0] = 0;
  for (let i = 1; i < count; i++) {
    const low = words[2 * i + LOW_WORD]!;
    const high = words[2 * i + HIGH_WORD]!;
    if (low === words[2 * run + LOW_WORD] && high === words[2 * run + HIGH_WORD]) {
      lows[run]!++;
      continue;
    }
    run++;
    words[2 * run + LOW_WORD] = low;
    words[2 * run + HIGH_WORD] = high;
    lows[run] = 0;
  }
  return run + 1;
}

/** Reads a column whose form byte is at `offset` into out; answers the offset after it, or -1. */
export function decodeRepeats(
  bytes: Uint8Array,
  offset: number,
  end: number,
  count: number,
  out: Float64Array,
  outStart: number,
): number {
  const lows = residualLow;
  let p = readVarint(bytes, offset + 1, end);
  if (p < 0 || varint.value >= count) return -1;
  const runs = varint.value + 1;
  p = readResiduals(bytes, p, end, runs);
  if (p < 0 || residuals.wide) return -1;
  let total = runs;
  for (let run = 0; run < runs; run++) total += positions[run] = lows[run]!;
  if (total !== count) return -1;
  p = decodeFloats(bytes, p, end, runs);
  if (p < 0) return -1;
  let i = outStart;
  for (let run = 0; run < runs; run++) {
    const value = floats[run]!;
    for (const stop = i + positions[run]!; i <= stop; i++) out[i] = value;
  }
  return p;
}
