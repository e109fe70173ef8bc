import { assert } from '../../native-free-core/assert.js';
import {
  POINTS_SLOTS,
  pointsEntryBytes,
  pointsTimesOffset,
  pointsValuesOffset,
  TIMES_BASE,
  TIMES_DELTA,
  TIMES_FULL,
} from '../../native-free-core/entry/entry-layout.js';
import { type PointsHead, writePointsHead } from '../../native-free-core/entry/entry-writer.js';
import { SLOT_BITS } from '../../native-free-core/limits.js';
import { RING_FULL } from '../../native-free-core/ring/ring-producer.js';
import '../limits-check.js';
import type { PointColumns } from './point-columns.js';
import type { ShardLinks } from './shard-links.js';

/** Where the columns of a frame lie in its bytes; nothing is aligned. */
export interface FrameColumns {
  bytes: Uint8Array;
  view: DataView;
  dtOffset: number;
  valuesOffset: number;
}

const SLOT_MASK = 2 ** SLOT_BITS - 1;

/**
 * Writes batches into the rings of their shards: all of a batch, or nothing of it when a ring is full. A batch of a named
 * producer goes to every shard, also to one that gets none of its points, so that each knows of it.
 */
export class PointRouter {
  readonly #links: ShardLinks;
  readonly #counts: Int32Array;
  readonly #offsets: Float64Array;
  readonly #slotAt: Int32Array;
  readonly #timeAt: Int32Array;
  readonly #valueAt: Int32Array;

  constructor(links: ShardLinks) {
    this.#links = links;
    this.#counts = new Int32Array(links.count);
    this.#offsets = new Float64Array(links.count);
    this.#slotAt = new Int32Array(links.count);
    this.#timeAt = new Int32Array(links.count);
    this.#valueAt = new Int32Array(links.count);
  }

  /**
   * Routes a batch whose references stand in `columns.refs`; values and deltas lie in `frame`, or in `columns` with a time
   * each when there is no frame. `refused` points of it are REFUSED.
   * @returns a position a shard, to be waited for, or undefined: no ring took anything
   */
  route(
    columns: PointColumns,
    frame: FrameColumns | undefined,
    head: PointsHead,
    refused: number,
  ): Int32Array | undefined {
    const timeForm = frame === undefined ? TIMES_FULL : frame.dtOffset >= 0 ? TIMES_DELTA : TIMES_BASE;
    if (!this.#claim(columns, head, timeForm)) return undefined;
    if (this.#links.count === 1 && refused === 0 && frame !== undefined)
      this.#copyWhole(columns, frame, timeForm);
    else if (frame !== undefined) this.#scatterFrame(columns, frame, timeForm);
    else this.#scatterColumns(columns);
    const positions = new Int32Array(this.#links.count);
    this.#links.rings.forEach((ring, k) => {
      ring.publish();
      positions[k] = ring.publishedPosition;
    });
    return positions;
  }

  #claim(columns: PointColumns, head: PointsHead, timeForm: number): boolean {
    const { rings } = this.#links;
    this.#count(columns);
    for (let k = 0; k < rings.length; k++) {
      if (!this.#links.flushDefinitions(k)) return this.#abandon();
    }
    for (let k = 0; k < rings.length; k++) {
      const count = this.#counts[k]!;
      if (count === 0 && head.producer === 0) continue;
      const ring = rings[k]!;
      const offset = ring.tryClaim(pointsEntryBytes(count, timeForm));
      if (offset === RING_FULL) return this.#abandon();
      writePointsHead(ring.views, offset, count, timeForm, head);
      this.#offsets[k] = offset;
      this.#slotAt[k] = (offset + POINTS_SLOTS) >> 2;
      this.#timeAt[k] = (offset + pointsTimesOffset(count)) >> (timeForm === TIMES_FULL ? 3 : 2);
      this.#valueAt[k] = (offset + pointsValuesOffset(count, timeForm)) >> 3;
    }
    return true;
  }

  #abandon(): false {
    for (const ring of this.#links.rings) ring.abandon();
    return false;
  }

  #count(columns: PointColumns): void {
    const { refs, count } = columns;
    const counts = this.#counts.fill(0);
    if (counts.length === 1) {
      let taken = 0;
      for (let i = 0; i < count; i++) taken += refs[i]! >= 0 ? 1 : 0;
      counts[0] = taken;
      return;
    }
    for (let i = 0; i < count; i++) {
      const ref = refs[i]!;
      if (ref >= 0) counts[ref >>> SLOT_BITS]!++;
    }
  }

  /** One shard and nothing refused: three copies of whole columns. A reference to shard 0 is its slot. */
  #copyWhole(columns: PointColumns, frame: FrameColumns, timeForm: number): void {
    const { count, refs } = columns;
    const { views } = this.#links.rings[0]!;
    const offset = this.#offsets[0]!;
    views.i32.set(refs.subarray(0, count), (offset + POINTS_SLOTS) >> 2);
    if (timeForm === TIMES_DELTA) {
      views.u8.set(
        frame.bytes.subarray(frame.dtOffset, frame.dtOffset + count * 4),
        offset + pointsTimesOffset(count),
      );
    }
    views.u8.set(
      frame.bytes.subarray(frame.valuesOffset, frame.valuesOffset + count * 8),
      offset + pointsValuesOffset(count, timeForm),
    );
  }

  #scatterFrame(columns: PointColumns, frame: FrameColumns, timeForm: number): void {
    const { rings } = this.#links;
    const { count, refs } = columns;
    const { view, dtOffset, valuesOffset } = frame;
    const [slotAt, timeAt, valueAt] = [this.#slotAt, this.#timeAt, this.#valueAt];
    for (let i = 0; i < count; i++) {
      const ref = refs[i]!;
      if (ref < 0) continue;
      const k = ref >>> SLOT_BITS;
      const { u32, i32, f64 } = rings[k]!.views;
      u32[slotAt[k]!++] = ref & SLOT_MASK;
      // The literal true makes V8 inline the read as one unaligned load.
      if (timeForm === TIMES_DELTA) i32[timeAt[k]!++] = view.getInt32(dtOffset + i * 4, true);
      f64[valueAt[k]!++] = view.getFloat64(valuesOffset + i * 8, true);
    }
  }

  #scatterColumns(columns: PointColumns): void {
    const { rings } = this.#links;
    const { count, refs, values, times } = columns;
    assert(count <= values.length, 'a batch is longer than its columns');
    for (let i = 0; i < count; i++) {
      const ref = refs[i]!;
      if (ref < 0) continue;
      const k = ref >>> SLOT_BITS;
      const { u32, f64 } = rings[k]!.views;
      u32[this.#slotAt[k]!++] = ref & SLOT_MASK;
      f64[this.#timeAt[k]!++] = times[i]!;
      f64[this.#valueAt[k]!++] = values[i]!;
    }
  }
}
