import { assert } from '../assert.js';
import { readZigzag, varint, writeZigzag } from '../codec/varint.js';
import { bucketIndex, bucketMid } from './bucket.js';
import {
  COOKIE_OFFSET,
  DIGITS_MAX,
  DIGITS_OFFSET,
  HDR_COOKIE_MASK,
  HDR_V2_COOKIE,
  HDR_V2_COOKIE_BASE,
  HDR_VALUE_MAX,
  HEADER_BYTES,
  HIGHEST_OFFSET,
  LOWEST_OFFSET,
  NORMALIZING_OFFSET,
  PAYLOAD_LENGTH_OFFSET,
  RATIO_OFFSET,
} from './hdr-v2-layout.js';
import type { Sketch } from './sketch.js';

/**
 * Exchange with HdrHistogram. These functions make and take the uncompressed payload. The compressed form of log
 * files and of most tools is an envelope that the edge of the process adds, since it takes a deflate: big endian u32
 * 0x1c849314, u32 length, then `zlib.deflateSync(payload)`; in log files all of that in base64.
 *
 * Precision: HdrHistogram keeps `significantDigits` decimal digits of integers, a sketch half a percent (BUCKET_RELATIVE_ERROR). A value that goes
 * through both is within the sum of the two bounds.
 */

/** What the functions answer instead of an offset. */
export const HDR_OUT_OF_RANGE = -1;
export const HDR_MALFORMED = -2;

export interface HdrShape {
  /** Precision: 0..5 decimal digits. HdrHistogram's usual 3 is finer than a sketch. */
  significantDigits: number;
  /** The largest integer that can be counted, at least 2. */
  highestTrackable: number;
  /** What integer 1 stands for: 0.001 counts milliseconds with a resolution of a microsecond. */
  unit: number;
}

/** Bytes that `encodeHdrV2Into` may need. */
export function hdrV2BytesMax(sketch: Sketch): number {
  return HEADER_BYTES + 18 * (sketch.length + 1);
}

/**
 * Writes a sketch into memory with room for `hdrV2BytesMax` bytes; answers the offset after it, or HDR_OUT_OF_RANGE if
 * it holds a negative value or one above the highest trackable (HdrHistogram has no place for them). A bucket's values
 * are counted at the integer nearest to its middle, so integers up to 200 units of 1 arrive exactly.
 */
export function encodeHdrV2Into(sketch: Sketch, shape: HdrShape, out: Uint8Array, offset: number): number {
  assert(
    Number.isInteger(shape.significantDigits) &&
      shape.significantDigits >= 0 &&
      shape.significantDigits <= DIGITS_MAX,
    'significant digits of a HdrHistogram are 0..5',
  );
  assert(
    shape.highestTrackable >= 2 && shape.highestTrackable <= HDR_VALUE_MAX,
    'highest trackable out of range',
  );
  assert(shape.unit > 0 && Number.isFinite(shape.unit), 'the unit of a HdrHistogram must be positive');
  const half = halfMagnitude(shape.significantDigits);
  let at = offset + HEADER_BYTES;
  let next = 0;
  let pending = 0;
  for (let i = 0; i < sketch.length; i++) {
    const value = Math.ceil(bucketMid(sketch.indexes[i]!) / shape.unit - 0.5);
    if (sketch.indexes[i]! < 0 || value > shape.highestTrackable) return HDR_OUT_OF_RANGE;
    const slot = slotOf(value, half);
    if (slot < next) {
      // The same slot as the bucket before: its count is still to be written.
      pending += sketch.counts[i]!;
      continue;
    }
    if (pending > 0) at = writeZigzag(out, at, pending);
    at = writeEmpty(out, at, slot - next);
    pending = sketch.counts[i]!;
    next = slot + 1;
  }
  // An empty histogram is one empty slot, as the reference writes it.
  at = writeZigzag(out, at, pending);
  const view = new DataView(out.buffer, out.byteOffset + offset, HEADER_BYTES);
  view.setUint32(COOKIE_OFFSET, HDR_V2_COOKIE);
  view.setUint32(PAYLOAD_LENGTH_OFFSET, at - offset - HEADER_BYTES);
  view.setUint32(NORMALIZING_OFFSET, 0);
  view.setUint32(DIGITS_OFFSET, shape.significantDigits);
  setUint64(view, LOWEST_OFFSET, 1);
  setUint64(view, HIGHEST_OFFSET, shape.highestTrackable);
  view.setFloat64(RATIO_OFFSET, shape.unit);
  return at;
}

function writeEmpty(out: Uint8Array, offset: number, slots: number): number {
  if (slots === 0) return offset;
  return writeZigzag(out, offset, slots === 1 ? 0 : -slots);
}

/**
 * Adds the values of a HdrHistogram to a sketch, each at the middle of its slot; answers the offset after it, or
 * HDR_MALFORMED, and then the sketch is as it was. Histograms whose indexes were shifted are not taken.
 */
export function decodeHdrV2Into(bytes: Uint8Array, offset: number, end: number, sketch: Sketch): number {
  if (end - offset < HEADER_BYTES) return HDR_MALFORMED;
  const view = new DataView(bytes.buffer, bytes.byteOffset + offset, HEADER_BYTES);
  if (((view.getUint32(COOKIE_OFFSET) & HDR_COOKIE_MASK) | 0) !== HDR_V2_COOKIE_BASE) return HDR_MALFORMED;
  const payloadEnd = offset + HEADER_BYTES + view.getUint32(PAYLOAD_LENGTH_OFFSET);
  const digits = view.getUint32(DIGITS_OFFSET);
  const lowest = getUint64(view, LOWEST_OFFSET);
  const unit = unitOf(view);
  if (payloadEnd > end || digits > DIGITS_MAX || !(lowest >= 1 && lowest <= HDR_VALUE_MAX) || !(unit > 0)) {
    return HDR_MALFORMED;
  }
  const slots = { half: halfMagnitude(digits), magnitude: log2Floor(lowest), unit };
  // Once to see that all is well, once to add.
  if (!walkPayload(bytes, offset + HEADER_BYTES, payloadEnd, slots, undefined)) return HDR_MALFORMED;
  walkPayload(bytes, offset + HEADER_BYTES, payloadEnd, slots, sketch);
  return payloadEnd;
}

/** How slots are laid out, see hdr-v2-layout.ts: h, u, and what integer 1 stands for. */
interface Slots {
  half: number;
  magnitude: number;
  unit: number;
}

function walkPayload(
  bytes: Uint8Array,
  offset: number,
  end: number,
  slots: Slots,
  sketch: Sketch | undefined,
): boolean {
  let total = 0;
  let slot = 0;
  for (let at = offset; at < end; ) {
    at = readZigzag(bytes, at, end);
    if (at < 0) return false;
    const count = varint.value;
    if (count < 0) slot += -count;
    else {
      if (count > 0) {
        const value = slotMiddle(slot, slots) * slots.unit;
        total += count;
        if (!Number.isFinite(value) || total > Number.MAX_SAFE_INTEGER) return false;
        sketch?.addBucket(bucketIndex(value), count);
      }
      slot++;
    }
  }
  return true;
}

/** h of hdr-v2-layout.ts: the smallest that keeps single units up to 2 * 10^digits. */
function halfMagnitude(digits: number): number {
  let magnitude = 0;
  while (2 ** (magnitude + 1) < 2 * 10 ** digits) magnitude++;
  return magnitude;
}

function slotOf(value: number, half: number): number {
  const doublings = Math.max(0, log2Floor(value) - half);
  return doublings * 2 ** half + Math.floor(value / 2 ** doublings);
}

/** The middle of a slot as an integer, as HdrHistogram's medianEquivalentValue: a single integer is its own middle. */
function slotMiddle(slot: number, slots: Slots): number {
  const doublings = Math.max(0, Math.floor(slot / 2 ** slots.half) - 1);
  const width = 2 ** (doublings + slots.magnitude);
  return (slot - doublings * 2 ** slots.half) * width + Math.floor(width / 2);
}

/** floor(log2(value)) of an integer 0..2^53; 0 of 0. */
function log2Floor(value: number): number {
  return value < 2 ? 0 : value < 2 ** 32 ? 31 - Math.clz32(value) : 63 - Math.clz32(value / 2 ** 32);
}

/**
 * hdr-histogram-js writes the integer 1 where a double belongs, and ignores it, together with an index offset of 1,
 * which it ignores too. NaN for a histogram whose indexes are shifted.
 */
function unitOf(view: DataView): number {
  const fromJavaScript = view.getUint32(RATIO_OFFSET) === 0 && view.getUint32(RATIO_OFFSET + 4) === 1;
  if (fromJavaScript) return 1;
  const unit = view.getFloat64(RATIO_OFFSET);
  return view.getUint32(NORMALIZING_OFFSET) === 0 && Number.isFinite(unit) ? unit : Number.NaN;
}

function setUint64(view: DataView, at: number, value: number): void {
  view.setUint32(at, Math.floor(value / 2 ** 32));
  view.setUint32(at + 4, value % 2 ** 32);
}

function getUint64(view: DataView, at: number): number {
  return view.getUint32(at) * 2 ** 32 + view.getUint32(at + 4);
}
