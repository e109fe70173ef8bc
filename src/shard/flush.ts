import { CellRun } from '../../native-free-core/cell/cell-run.js';
import { cellRunBytesMax, encodeCellRunInto } from '../../native-free-core/cell/cell-run-codec.js';
import { CELL_RUN_ROWS_MAX } from '../../native-free-core/cell/cell-run-layout.js';
import { ROLLUP_CELLS, ROLLUP_POINTS, rollupForm } from '../../native-free-core/cell/rollup-run.js';
import { chunkBytesMax, encodeChunkInto } from '../../native-free-core/codec/chunk.js';
import { chainCount, copyChain } from '../../native-free-core/head/head-chain.js';
import {
  FLAG_HAS_POINT,
  LINE_FLAGS,
  LINE_NEWEST_MS,
  LINE_NEWEST_VALUE,
  LINE_OLDEST_MS,
  LINE_SHIFT_F64,
  LINE_SHIFT_U32,
} from '../../native-free-core/head/head-layout.js';
import type { HeadViews } from '../../native-free-core/head/head-memory.js';
import { isSorted, sortPoints } from '../../native-free-core/head/sort-points.js';
import { CHUNK_POINTS_MAX, SERIES_PAGE_LENGTH } from '../../native-free-core/limits.js';
import { SegmentBuilder } from '../../native-free-core/segment/segment-builder.js';
import { SEGMENT_RAW, SEGMENT_ROLLUP } from '../../native-free-core/segment/segment-layout.js';
import type { ShardMap } from '../../native-free-core/series/refs.js';
import { numberedKey, segmentKey, tableKey } from '../store/keys.js';
import { encodeGroupRecord, encodeWindowRecord, type GroupRecord } from '../store/records.js';
import { pageOfNumber } from '../store/series-page.js';
import type { StoreWriter } from '../store/shard-store.js';
import { SpanPage } from '../store/span-page.js';
import { TABLE_GROUP, TABLE_RAW, TABLE_ROLLUP_1M, TABLE_SPAN, TABLE_WINDOW } from '../store/store-layout.js';
import type { WindowSnapshot } from './producer-windows.js';

const MINUTE_MS = 60_000;

interface Write {
  key: Uint8Array;
  value: Uint8Array;
}

/** What a flush needs to know of its shard. */
export interface FlushContext {
  shard: number;
  map: ShardMap;
  views: HeadViews;
  /** By group, counted from the shard's first; changed by the flush as it goes on. */
  groups: GroupRecord[];
  /** Series numbered so far in each of these groups. */
  groupSeries: (group: number) => number;
  /** Points that one step encodes, and series that it looks at; a step ends with the series that reaches one of them. */
  stepPoints: number;
  stepSeries: number;
}

/**
 * Turns a closed generation of the open state into blocks, in steps that each take a bounded time and go to disk in
 * the transaction of the duty cycle that made them: a segment of chunks and a segment of 1 m cells a group and step, the
 * spans of the series in them, and the group's record, which says how far the step came. The log of the generation goes
 * with the last step. A crash between steps repeats none and loses none: replay passes over what the records say.
 *
 * Cells are written as what these points add to their minutes. Points of one minute that arrive in different
 * generations make several cells of it; readers merge them, because a cell is a monoid.
 */
export class Flush {
  /** Bytes of raw and of rollup segments written so far, for the counters. */
  rawBytes = 0;
  rollupBytes = 0;
  readonly #context: FlushContext;
  readonly #raw = new SegmentBuilder();
  readonly #rollup = new SegmentBuilder();
  readonly #cells = new CellRun();
  readonly #span = new SpanPage();
  #times = new Float64Array(1 << 12);
  #values = new Float64Array(1 << 12);
  #scratchTimes = new Float64Array(0);
  #scratchValues = new Float64Array(0);
  #generation = 0;
  #group = 0;
  #number = 0;
  #windows: WindowSnapshot[] = [];
  #writes: Write[] = [];
  #active = false;
  #finished = false;
  #storedInGeneration = 0;
  /** Series that the last range looked at. */
  #scanned = 0;

  constructor(context: FlushContext) {
    this.#context = context;
  }

  get active(): boolean {
    return this.#active;
  }

  get generation(): number {
    return this.#generation;
  }

  /** Points of the generation that are in blocks or in the writes that wait for the transaction. */
  get storedPoints(): number {
    return this.#storedInGeneration;
  }

  /** True when the writes that wait end the generation: its log goes in the same transaction. */
  get finished(): boolean {
    return this.#finished;
  }

  /** Starts on a closed generation, behind what its groups' records say is stored. */
  begin(generation: number, windows: WindowSnapshot[]): void {
    this.#active = true;
    this.#finished = false;
    this.#generation = generation;
    this.#group = 0;
    this.#storedInGeneration = 0;
    this.#number = this.#startOf(0);
    this.#windows = windows;
  }

  /** Encodes the next part, unless one waits to be written. Answers the points it looked at. */
  step(): number {
    if (!this.#active || this.#finished || this.#writes.length > 0) return 0;
    const { groups, stepPoints, stepSeries } = this.#context;
    let points = 0;
    let series = 0;
    while (this.#group < groups.length && points < stepPoints && series < stepSeries) {
      points += this.#encodeRange(stepPoints - points, stepSeries - series);
      series += this.#scanned;
      this.#writeGroupRecord();
    }
    if (this.#group === groups.length) this.#finish();
    return points + series;
  }

  /** Puts what waits into the transaction. May be called again when the transaction failed. */
  write(writer: StoreWriter): void {
    for (const { key, value } of this.#writes) writer.put(key, value);
  }

  /** The transaction is durable. Answers the generation that is now wholly in blocks, or undefined. */
  committed(): number | undefined {
    this.#writes = [];
    if (!this.#finished) return undefined;
    this.#active = false;
    this.#finished = false;
    return this.#generation;
  }

  #startOf(group: number): number {
    const record = this.#context.groups[group];
    if (record === undefined) return 0;
    // A group that has the generation already begins at its end.
    return record.storedGeneration >= this.#generation ? Number.MAX_SAFE_INTEGER : record.partialBound;
  }

  /** Encodes series of one group from #number on until a bound is reached; moves on to the next group at its end. */
  #encodeRange(pointsMax: number, seriesMax: number): number {
    const { map, shard, groups } = this.#context;
    const group = map.firstGroup(shard) + this.#group;
    const end = Math.min(this.#number + seriesMax, this.#context.groupSeries(group));
    this.#scanned = Math.max(1, end - this.#number);
    this.#raw.begin();
    this.#rollup.begin();
    let points = 0;
    let number = this.#number;
    let spanPage = -1;
    for (; number < end && points < pointsMax; number++) {
      const here = this.#encodeSeries(map.slotOf(group, number), number);
      if (here === 0) continue;
      points += here;
      const page = pageOfNumber(number);
      if (page !== spanPage) this.#writeSpanPage(group, (spanPage = page));
    }
    this.#takeSegment(group, TABLE_RAW, this.#raw, SEGMENT_RAW);
    this.#takeSegment(group, TABLE_ROLLUP_1M, this.#rollup, SEGMENT_ROLLUP);
    const record = groups[this.#group]!;
    record.storedPoints += points;
    record.partialBound = number;
    this.#storedInGeneration += points;
    this.#number = number;
    return points;
  }

  #writeGroupRecord(): void {
    const { map, shard, groups } = this.#context;
    const group = map.firstGroup(shard) + this.#group;
    const record = groups[this.#group]!;
    if (this.#number >= this.#context.groupSeries(group)) {
      record.storedGeneration = Math.max(record.storedGeneration, this.#generation);
      record.partialBound = 0;
      this.#number = this.#startOf(++this.#group);
    }
    this.#writes.push({ key: tableKey(group, TABLE_GROUP), value: encodeGroupRecord(record) });
  }

  /** One series: chunks and cells of its points in the generation. Answers their number. */
  #encodeSeries(slot: number, number: number): number {
    const { views } = this.#context;
    const count = chainCount(views, slot, this.#generation);
    if (count === 0) return 0;
    this.#reserve(count);
    const times = this.#times;
    const values = this.#values;
    copyChain(views, slot, this.#generation, count, times, values, 0);
    if (!isSorted(times, count)) this.#sort(count);
    for (let start = 0; start < count; start += CHUNK_POINTS_MAX) {
      this.#encodeChunk(number, start, Math.min(count, start + CHUNK_POINTS_MAX));
    }
    return count;
  }

  /** The points [start, end) of the series at hand: a chunk, and what they add to its minutes. */
  #encodeChunk(number: number, start: number, end: number): void {
    const times = this.#times;
    const values = this.#values;
    const raw = this.#raw;
    const rollup = this.#rollup;
    const count = end - start;
    const firstMs = times[start]!;
    const lastMs = times[end - 1]!;
    raw.reserve(chunkBytesMax(count));
    const chunkStart = raw.offset;
    const chunkEnd = encodeChunkInto(times, values, start, count, raw.bytes, chunkStart);
    raw.add(number, chunkEnd, firstMs, lastMs);
    if (rollupForm(count, firstMs, lastMs, MINUTE_MS) === ROLLUP_POINTS) {
      const bytes = chunkEnd - chunkStart;
      rollup.reserve(1 + bytes);
      rollup.bytes[rollup.offset] = ROLLUP_POINTS;
      // A loop beats subarray + set for the hundred bytes of a chunk: no view object.
      for (let i = 0, to = rollup.offset + 1; i < bytes; i++)
        rollup.bytes[to + i] = raw.bytes[chunkStart + i]!;
      rollup.add(number, rollup.offset + 1 + bytes, firstMs, lastMs);
      return;
    }
    const cells = this.#cells;
    cells.reset();
    cells.accumulate(times, values, start, count, MINUTE_MS);
    for (let from = 0; from < cells.length; from += CELL_RUN_ROWS_MAX) {
      const rows = Math.min(CELL_RUN_ROWS_MAX, cells.length - from);
      rollup.reserve(1 + cellRunBytesMax(cells, from, rows));
      rollup.bytes[rollup.offset] = ROLLUP_CELLS;
      const at = encodeCellRunInto(cells, from, rows, MINUTE_MS, rollup.bytes, rollup.offset + 1);
      rollup.add(number, at, firstMs, lastMs);
    }
  }

  #writeSpanPage(group: number, page: number): void {
    const { views, map } = this.#context;
    this.#span.clear();
    const base = page * SERIES_PAGE_LENGTH;
    const end = Math.min(base + SERIES_PAGE_LENGTH, this.#context.groupSeries(group));
    for (let number = base; number < end; number++) {
      const slot = map.slotOf(group, number);
      if ((views.lines[(slot << LINE_SHIFT_U32) + LINE_FLAGS]! & FLAG_HAS_POINT) === 0) continue;
      const line = slot << LINE_SHIFT_F64;
      const f64 = views.linesF64;
      this.#span.set(
        number - base,
        f64[line + LINE_OLDEST_MS]!,
        f64[line + LINE_NEWEST_MS]!,
        f64[line + LINE_NEWEST_VALUE]!,
      );
    }
    this.#writes.push({ key: numberedKey(group, TABLE_SPAN, page), value: this.#span.seal().slice() });
  }

  #takeSegment(group: number, table: number, builder: SegmentBuilder, kind: number): void {
    if (builder.runs === 0) return;
    const range = {
      startMs: builder.startMs,
      endMs: builder.endMs,
      generation: this.#generation,
      firstNumber: builder.firstNumber,
      lastNumber: builder.lastNumber,
    };
    const value = builder.finish(kind).slice();
    if (kind === SEGMENT_RAW) this.rawBytes += value.length;
    else this.rollupBytes += value.length;
    this.#writes.push({ key: segmentKey(group, table, range), value });
  }

  #finish(): void {
    const first = this.#context.map.firstGroup(this.#context.shard);
    for (const { producer, windows, lastSeenMs } of this.#windows) {
      windows.forEach((w, i) => {
        const value = encodeWindowRecord({ contiguous: w.contiguous, low: w.low, high: w.high, lastSeenMs });
        this.#writes.push({ key: numberedKey(first + i, TABLE_WINDOW, producer), value });
      });
    }
    this.#windows = [];
    this.#finished = true;
  }

  #reserve(count: number): void {
    if (count <= this.#times.length) return;
    const size = 2 ** Math.ceil(Math.log2(count));
    this.#times = new Float64Array(size);
    this.#values = new Float64Array(size);
  }

  #sort(count: number): void {
    if (this.#scratchTimes.length < count) {
      this.#scratchTimes = new Float64Array(this.#times.length);
      this.#scratchValues = new Float64Array(this.#times.length);
    }
    sortPoints(this.#times, this.#values, count, this.#scratchTimes, this.#scratchValues);
  }
}
