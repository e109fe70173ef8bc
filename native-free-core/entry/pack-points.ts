import type { EntryViews } from '../head/head-writer.js';
import type { ByteViews } from './byte-views.js';
import {
  ENTRY_POINTS,
  ENTRY_UNITS_WORD,
  entryKindWord,
  POINTS_COUNT,
  POINTS_SLOTS,
  pointsEntryBytes,
  pointsTimesOffset,
  pointsValuesOffset,
  TIMES_BASE,
  TIMES_DELTA,
  TIMES_FULL,
  timeFormOf,
} from './entry-layout.js';
import {
  isValueForm,
  PACKED_POINT_BYTES_MIN,
  PACKED_SLOT_WIDTH,
  PACKED_SLOTS,
  PACKED_TIME_FORM,
  PACKED_VALUE_FORM,
  VALUES_FLOAT32,
  VALUES_FLOAT64,
  VALUES_INT8,
  VALUES_INT16,
  VALUES_INT32,
  valueBytes,
} from './packed-points-layout.js';

const HEAD_BYTES = PACKED_SLOTS;
const align8 = (bytes: number): number => (bytes + 7) & ~7;

/** The most bytes that the points entry at `offset` takes packed: never more than unpacked. */
export const packedBytesMax = (source: EntryViews, offset: number): number => source.u32[offset >> 2]! * 8;

/** The narrowest form that holds `count` values exactly, -0 included. Stops looking at the first that decides. */
function chooseValueForm(values: Float64Array, start: number, count: number): number {
  let bits = 0;
  let i = start;
  const end = start + count;
  for (; i < end; i++) {
    const value = values[i]!;
    const whole = value | 0;
    // -0 equals 0 but not its sign.
    if (whole !== value || (whole === 0 && 1 / value < 0)) break;
    // The magnitude's bits, gathered: cheaper than a minimum and a maximum.
    bits |= whole ^ (whole >> 31);
  }
  if (i === end) return bits < 128 ? VALUES_INT8 : bits < 32_768 ? VALUES_INT16 : VALUES_INT32;
  for (i = start; i < end; i++) if (Math.fround(values[i]!) !== values[i]) return VALUES_FLOAT64;
  return VALUES_FLOAT32;
}

/** Writes `count` slots in the narrowest width. Answers the width. */
function packSlots(from: Int32Array, start: number, count: number, out: ByteViews, at: number): number {
  let bits = 0;
  const narrow = out.u16;
  for (let i = 0, o = at >> 1; i < count; i++) {
    const slot = from[start + i]!;
    bits |= slot;
    narrow[o + i] = slot;
  }
  if (bits < 65_536) return 2;
  out.i32.set(from.subarray(start, start + count), at >> 2);
  return 4;
}

/**
 * Packs the points entry at byte `offset` of `source` to `out` at byte `at` (a multiple of 8), which has room for
 * `packedBytesMax`. Answers the offset behind it.
 */
export function packPoints(source: EntryViews, offset: number, out: ByteViews, at: number): number {
  const count = source.u32[(offset + POINTS_COUNT) >> 2]!;
  const timeForm = timeFormOf(source.u32[(offset >> 2) + 1]!);
  const slots = (offset + POINTS_SLOTS) >> 2;
  const values = (offset + pointsValuesOffset(count, timeForm)) >> 3;
  for (let i = 0; i < HEAD_BYTES / 4; i++) out.u32[(at >> 2) + i] = source.u32[(offset >> 2) + i]!;

  let to = at + HEAD_BYTES;
  // Of both widths, because the width is known only when the column is written.
  clearTail(out, to, count * 2);
  clearTail(out, to, count * 4);
  const slotWidth = packSlots(source.i32, slots, count, out, to);
  to = align8(to + count * slotWidth);

  const times = offset + pointsTimesOffset(count);
  if (timeForm === TIMES_DELTA) {
    clearTail(out, to, count * 4);
    for (let i = 0, o = to >> 2; i < count; i++) out.i32[o + i] = source.i32[(times >> 2) + i]!;
    to = align8(to + count * 4);
  } else if (timeForm === TIMES_FULL) {
    for (let i = 0, o = to >> 3; i < count; i++) out.f64[o + i] = source.f64[(times >> 3) + i]!;
    to += count * 8;
  }

  const form = chooseValueForm(source.f64, values, count);
  clearTail(out, to, count * valueBytes(form));
  writeValues(source.f64, values, count, form, out, to);
  to = align8(to + count * valueBytes(form));
  out.u32[(at >> 2) + ENTRY_UNITS_WORD] = (to - at) / 8;
  out.u8[at + PACKED_SLOT_WIDTH] = slotWidth;
  out.u8[at + PACKED_VALUE_FORM] = form;
  return to;
}

/** Clears the last unit of a column, which it may not fill: the same points make the same bytes whatever stood there. */
function clearTail(out: ByteViews, start: number, bytes: number): void {
  if ((bytes & 7) === 0) return;
  const last = (start + bytes) >> 3;
  out.u32[last * 2] = 0;
  out.u32[last * 2 + 1] = 0;
}

// Six arguments: a loop a form, over views that the caller holds.
function writeValues(
  from: Float64Array,
  start: number,
  count: number,
  form: number,
  out: ByteViews,
  at: number,
): void {
  if (form === VALUES_INT8) for (let i = 0; i < count; i++) out.i8[at + i] = from[start + i]!;
  else if (form === VALUES_INT16)
    for (let i = 0, o = at >> 1; i < count; i++) out.i16[o + i] = from[start + i]!;
  else if (form === VALUES_INT32)
    for (let i = 0, o = at >> 2; i < count; i++) out.i32[o + i] = from[start + i]!;
  else if (form === VALUES_FLOAT32)
    for (let i = 0, o = at >> 2; i < count; i++) out.f32[o + i] = from[start + i]!;
  else for (let i = 0, o = at >> 3; i < count; i++) out.f64[o + i] = from[start + i]!;
}

/** Where the columns of the packed entry at `at` lie. Answers false when it does not end at `end`. */
function findColumns(source: ByteViews, at: number, end: number): boolean {
  const { u8, u32 } = source;
  const count = u32[(at + POINTS_COUNT) >> 2]!;
  const slotWidth = u8[at + PACKED_SLOT_WIDTH]!;
  const valueForm = u8[at + PACKED_VALUE_FORM]!;
  const timeForm = u8[at + PACKED_TIME_FORM]!;
  // The count comes first: sums of a count out of thin air would wrap around 2^32 below and agree by chance.
  if (count * PACKED_POINT_BYTES_MIN > end - at - HEAD_BYTES) return false;
  if ((slotWidth !== 2 && slotWidth !== 4) || !isValueForm(valueForm) || timeForm > TIMES_FULL) return false;
  const timeBytes = timeForm === TIMES_BASE ? 0 : timeForm === TIMES_DELTA ? align8(count * 4) : count * 8;
  found.count = count;
  found.slotWidth = slotWidth;
  found.timeForm = timeForm;
  found.valueForm = valueForm;
  found.timesAt = align8(at + HEAD_BYTES + count * slotWidth);
  found.valuesAt = found.timesAt + timeBytes;
  return align8(found.valuesAt + count * valueBytes(valueForm)) === end;
}

/** What `findColumns` found: a field for each result, because one object an entry would be garbage. */
const found = { count: 0, slotWidth: 0, timeForm: 0, valueForm: 0, timesAt: 0, valuesAt: 0 };

/** Bytes of the entry that `unpackPoints` makes of the packed one in [at, end); -1 when it is none. */
export function unpackedBytes(source: ByteViews, at: number, end: number): number {
  return findColumns(source, at, end) ? pointsEntryBytes(found.count, found.timeForm) : -1;
}

/**
 * Makes of the packed entry in [at, end) the entry as it stood in the ring, at the begin of `out`, which has room for
 * `unpackedBytes`. Answers false when its lengths do not agree: not what `packPoints` wrote.
 */
export function unpackPoints(source: ByteViews, at: number, end: number, out: ByteViews): boolean {
  if (!findColumns(source, at, end)) return false;
  const { count, slotWidth, timeForm, valueForm, timesAt, valuesAt } = found;
  out.u8.set(source.u8.subarray(at, at + HEAD_BYTES));
  out.u32[ENTRY_UNITS_WORD] = pointsEntryBytes(count, timeForm) / 8;
  out.u32[1] = entryKindWord(ENTRY_POINTS, timeForm);
  const slots = POINTS_SLOTS >> 2;
  const slotsAt = at + HEAD_BYTES;
  if (slotWidth === 2)
    for (let i = 0, o = slotsAt >> 1; i < count; i++) out.u32[slots + i] = source.u16[o + i]!;
  else for (let i = 0, o = slotsAt >> 2; i < count; i++) out.u32[slots + i] = source.u32[o + i]!;
  out.u8.set(source.u8.subarray(timesAt, valuesAt), pointsTimesOffset(count));
  readValues(source, valuesAt, count, valueForm, out.f64, pointsValuesOffset(count, timeForm) >> 3);
  return true;
}

// Six arguments, as above.
function readValues(
  source: ByteViews,
  at: number,
  count: number,
  form: number,
  to: Float64Array,
  start: number,
): void {
  if (form === VALUES_INT8) for (let i = 0; i < count; i++) to[start + i] = source.i8[at + i]!;
  else if (form === VALUES_INT16)
    for (let i = 0, o = at >> 1; i < count; i++) to[start + i] = source.i16[o + i]!;
  else if (form === VALUES_INT32)
    for (let i = 0, o = at >> 2; i < count; i++) to[start + i] = source.i32[o + i]!;
  else if (form === VALUES_FLOAT32)
    for (let i = 0, o = at >> 2; i < count; i++) to[start + i] = source.f32[o + i]!;
  else for (let i = 0, o = at >> 3; i < count; i++) to[start + i] = source.f64[o + i]!;
}
