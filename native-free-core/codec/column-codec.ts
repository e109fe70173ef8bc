import { assert } from '../assert.js';
import { FORM_OTHER, FORM_PATCHED, FORM_REPEAT, FORM_SAME } from './column-layout.js';
import { decodeDecimals, encodeDecimals } from './decimal-form.js';
import { planDecimals, replanDecimals } from './decimal-plan.js';
import { scan, scanDecimals } from './decimal-scan.js';
import { decodeFloats, encodeFloats, floatPlan, planFloats } from './float-form.js';
import { floatShape } from './float-shape.js';
import { COLUMN_VALUES_MAX } from './limits.js';
import { decodePatched, encodePatched, patchBitsMax } from './patched-form.js';
import { decodeRepeats, encodeRepeats, isRepeating } from './repeat-form.js';
import { floats } from './scratch.js';

/**
 * One column of float64 values, lossless to the bit whatever the bits are. `column-layout.ts` has the forms.
 *
 * The encoder decides first whether the column is made of decimals (integers are decimals too), then plans it, which
 * tells the exact length, and writes once. The float forms are looked at where decimals fail or come out long.
 * All working memory is the module's (`scratch.ts`), so nothing is allocated, and calls on one thread don't overlap.
 */

/** What decodeColumnInto answers when the bytes are no column. */
export const COLUMN_MALFORMED = -1;

/** Built once: a template in the call would be a string a call, whether the assertion holds or not. */
const COUNT_TEXT = `a column holds 0 to ${COLUMN_VALUES_MAX} values`;

/** Decimal columns above so many bits a value are held against the float forms; below, no float form can win. */
const DECIMAL_BITS_SURE = 24;

/** Bytes that `encodeColumnInto` needs at most for `count` values: the raw form. */
export function columnBytesMax(count: number): number {
  return count === 0 ? 0 : 1 + 8 * count;
}

/**
 * Encodes column[start, start + count) into out at `offset`, where `columnBytesMax(count)` bytes are free; answers the
 * offset after it. `count`: 0..65,536 values; it isn't written. No byte outside the answer's range is touched.
 */
export function encodeColumnInto(
  column: Float64Array,
  start: number,
  count: number,
  out: Uint8Array,
  offset: number,
): number {
  assert(count >= 0 && count <= COLUMN_VALUES_MAX, COUNT_TEXT);
  assert(start >= 0 && start + count <= column.length, 'the values must lie inside the column');
  assert(
    offset >= 0 && offset + columnBytesMax(count) <= out.length,
    'the output must have room for the raw form',
  );
  if (count === 0) return offset;
  const e = scanDecimals(column, start, count);
  const exceptions = scan.exceptions;
  const decimalBits = e < 0 ? Number.POSITIVE_INFINITY : planDecimals(count) + patchBitsMax(exceptions);
  if (decimalBits > DECIMAL_BITS_SURE * count) {
    const floatBits = planFloats(column, start, count);
    const repeating = floatPlan.form !== FORM_SAME && isRepeating(count);
    const repeatFactor = repeating ? 1 - floatShape.repeats / count : 1;
    if (e < 0 || floatBits * repeatFactor < decimalBits) {
      return repeating ? encodeRepeats(count, out, offset) : encodeFloats(count, out, offset);
    }
    replanDecimals(count);
  }
  if (exceptions === 0) return encodeDecimals(count, e, out, offset);
  return encodePatched(column, start, count, e, exceptions, out, offset);
}

/**
 * Decodes `count` values from bytes [offset, end) into out at `outStart`; answers the offset after the column, or
 * COLUMN_MALFORMED, with out overwritten in part. Arbitrary bytes never make it throw, read at or after `end`, or take
 * more than O(count + end - offset) steps; whether they are the ones once written is for a checksum to say.
 */
export function decodeColumnInto(
  bytes: Uint8Array,
  offset: number,
  end: number,
  count: number,
  out: Float64Array,
  outStart: number,
): number {
  assert(count >= 0 && count <= COLUMN_VALUES_MAX, COUNT_TEXT);
  assert(offset >= 0 && end <= bytes.length, 'the column must lie inside the bytes');
  assert(outStart >= 0 && outStart + count <= out.length, 'the output must have room for every value');
  if (count === 0) return offset;
  if (offset >= end) return COLUMN_MALFORMED;
  const form = bytes[offset]!;
  if (form < FORM_OTHER) return decodeDecimals(bytes, offset, end, count, out, outStart);
  if (form === FORM_REPEAT) return decodeRepeats(bytes, offset, end, count, out, outStart);
  if (form === FORM_PATCHED) return decodePatched(bytes, offset, end, count, out, outStart);
  const p = decodeFloats(bytes, offset, end, count);
  if (p >= 0) for (let i = 0; i < count; i++) out[outStart + i] = floats[i]!;
  return p;
}
