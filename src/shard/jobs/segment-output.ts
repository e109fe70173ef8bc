import type { CellRun } from '../../../native-free-core/cell/cell-run.js';
import { cellRunBytesMax, encodeCellRunInto } from '../../../native-free-core/cell/cell-run-codec.js';
import { ROLLUP_CELLS, ROLLUP_POINTS } from '../../../native-free-core/cell/rollup-run.js';
import { windowStartOf } from '../../../native-free-core/cell/window-start.js';
import { chunkBytesMax, encodeChunkInto } from '../../../native-free-core/codec/chunk.js';
import { SegmentBuilder } from '../../../native-free-core/segment/segment-builder.js';
import { segmentKey } from '../../store/keys.js';
import type { StoreWriter } from '../../store/shard-store.js';
import { RAW_TIER, TIER_TABLES } from '../../store/tier-tables.js';
import type { GroupBooks, TierChange } from '../group-books.js';
import type { RunBytes } from './layer-stream.js';

/** What an output needs to know of its job. */
export interface OutputTarget {
  /** The group, of all of the folder, and counted from the shard's first. */
  group: number;
  local: number;
  books: GroupBooks;
  /** Bytes from which on a segment ends with its series; cells of one run. */
  segmentBytes: number;
  runCells: number;
}

/** The finest rollup tier. */
const POINT_CELLS_TIER = 1;

/** A stretch of a tier: where it begins, ms. */
export interface Stretch {
  tier: number;
  startMs: number;
}

/** A segment that is being filled: of one tier and one stretch. */
interface OpenSegment {
  builder: SegmentBuilder;
  tier: number;
  rows: number;
}

/**
 * Writes runs of a group's series into segments of its tiers, and counts them in the tiers' records: what every job that
 * makes or rewrites stored data ends in. Series come by ascending number; whatever of one series is added comes in the
 * order of arrival. Each segment lies within one stretch of its tier and ends with a series.
 *
 * Usage: `begin(generation)`, then the `add…` calls and `remove` for what is replaced, `finish` in the step whose
 * transaction takes the writes, `write`, and `clear` when it is durable. The generation is that of the keys: the highest
 * of those that went in.
 */
export class SegmentOutput {
  /** Bytes of values that wait or are being built. */
  bytes = 0;
  /** Runs added since it was made: most of what a series with few points in each stretch costs. */
  runs = 0;
  /** Where the run that was added last lies, until the next one is. */
  readonly lastRun: RunBytes = { bytes: new Uint8Array(0), start: 0, end: 0 };
  readonly #target: OutputTarget;
  #generation = 0;
  /** By tier and stretch. */
  readonly #open = new Map<number, Map<number, OpenSegment>>();
  readonly #spare: SegmentBuilder[] = [];
  /** The stretches that segments were made for. */
  readonly touched: Stretch[] = [];
  #puts: { key: Uint8Array; value: Uint8Array }[] = [];
  #removes: Uint8Array[] = [];
  #changes: TierChange[] = TIER_TABLES.map(() => ({ segments: 0, bytes: 0, rows: 0, sweptRows: 0 }));
  /** The series that was added to last. */
  #number = -1;

  constructor(target: OutputTarget) {
    this.#target = target;
  }

  /** Cells of one run, at most. */
  get runCells(): number {
    return this.#target.runCells;
  }

  begin(generation: number): void {
    this.#generation = generation;
    this.#number = -1;
  }

  /** Sorted points [from, to) of a series, at most CHUNK_POINTS_MAX, which lie in one stretch, as a chunk of the raw tier. */
  addPoints(number: number, times: Float64Array, values: Float64Array, from: number, to: number): void {
    const open = this.#openFor(RAW_TIER, number, times[from]!);
    const { builder } = open;
    builder.reserve(chunkBytesMax(to - from));
    const end = encodeChunkInto(times, values, from, to - from, builder.bytes, builder.offset);
    this.#take(open, number, end, times[from]!, times[to - 1]!, to - from);
  }

  /** A chunk of `count` points in [firstMs, lastMs], one stretch, whose bytes are copied. */
  copyChunk(number: number, chunk: RunBytes, count: number, firstMs: number, lastMs: number): void {
    const open = this.#openFor(RAW_TIER, number, firstMs);
    this.#copyRun(open, chunk);
    this.#take(open, number, open.builder.offset + chunk.end - chunk.start, firstMs, lastMs, count);
  }

  /** Cells [start, …) of a series for a rollup tier, of any stretches; ascending by window. */
  addCells(tier: number, number: number, cells: CellRun, start = 0): void {
    const { stretchMs, windowMs } = TIER_TABLES[tier]!;
    for (let from = start; from < cells.length; ) {
      const stretchEndMs = windowStartOf(cells.windowStartMs[from]!, stretchMs) + stretchMs;
      const most = Math.min(cells.length, from + this.#target.runCells);
      let to = from + 1;
      while (to < most && cells.windowStartMs[to]! < stretchEndMs) to++;
      const open = this.#openFor(tier, number, cells.windowStartMs[from]!);
      const { builder } = open;
      builder.reserve(1 + cellRunBytesMax(cells, from, to - from));
      builder.bytes[builder.offset] = ROLLUP_CELLS;
      const end = encodeCellRunInto(cells, from, to - from, windowMs, builder.bytes, builder.offset + 1);
      this.#take(open, number, end, firstTimeOf(cells, from, to), lastTimeOf(cells, from, to), to - from);
      from = to;
    }
  }

  /**
   * The cells of sorted points [from, to) of a series, as the points themselves (rollup-run.ts): for the finest tier, in one
   * stretch of it and `rows` windows, at most `runCells`.
   */
  addPointCells(
    number: number,
    times: Float64Array,
    values: Float64Array,
    from: number,
    to: number,
    rows: number,
  ): void {
    const open = this.#openFor(POINT_CELLS_TIER, number, times[from]!);
    const { builder } = open;
    builder.reserve(1 + chunkBytesMax(to - from));
    builder.bytes[builder.offset] = ROLLUP_POINTS;
    const end = encodeChunkInto(times, values, from, to - from, builder.bytes, builder.offset + 1);
    this.#take(open, number, end, times[from]!, times[to - 1]!, rows);
  }

  /** The same, from the chunk of these points. */
  copyPointCells(number: number, chunk: RunBytes, rows: number, firstMs: number, lastMs: number): void {
    const open = this.#openFor(POINT_CELLS_TIER, number, firstMs);
    const { builder } = open;
    builder.reserve(1 + chunk.end - chunk.start);
    builder.bytes[builder.offset] = ROLLUP_POINTS;
    copyBytes(chunk, builder.bytes, builder.offset + 1);
    this.#take(open, number, builder.offset + 1 + chunk.end - chunk.start, firstMs, lastMs, rows);
  }

  /** A run of `rows` cells with points in [firstMs, lastMs], one stretch of the tier, whose bytes are copied as they are. */
  copyCells(
    tier: number,
    number: number,
    run: RunBytes,
    rows: number,
    firstMs: number,
    lastMs: number,
  ): void {
    const open = this.#openFor(tier, number, firstMs);
    this.#copyRun(open, run);
    this.#take(open, number, open.builder.offset + run.end - run.start, firstMs, lastMs, rows);
  }

  /** Takes a segment away in the same transaction; of a tier, `rows` it held. The change of FRESH has no record. */
  remove(key: Uint8Array, counted?: { tier: number; bytes: number; rows: number }): void {
    this.#removes.push(key);
    if (counted === undefined) return;
    const change = this.#changes[counted.tier]!;
    change.segments!--;
    change.bytes! -= counted.bytes;
    change.rows! -= counted.rows;
  }

  /** Rows of a tier that are not kept. */
  sweep(tier: number, rows: number): void {
    this.#changes[tier]!.sweptRows! += rows;
  }

  /** Ends all segments and changes the records: in the step whose transaction takes the writes. */
  finish(): void {
    for (const byStretch of this.#open.values()) {
      for (const [stretch, open] of byStretch) this.#end(open, stretch);
      byStretch.clear();
    }
    const { books, local } = this.#target;
    this.#changes.forEach((change, tier) => {
      const isChanged = Object.values(change).some((amount) => amount !== 0);
      if (isChanged) books.addToTier(local, tier, change);
    });
    this.#changes = TIER_TABLES.map(() => ({ segments: 0, bytes: 0, rows: 0, sweptRows: 0 }));
  }

  /** What is removed goes first: a new segment may have the key of an old one. */
  write(writer: StoreWriter): void {
    for (const key of this.#removes) writer.remove(key);
    for (const { key, value } of this.#puts) writer.put(key, value);
  }

  clear(): void {
    this.#puts = [];
    this.#removes = [];
    this.bytes = 0;
    this.touched.length = 0;
  }

  #openFor(tier: number, number: number, timeMs: number): OpenSegment {
    if (number !== this.#number) this.#cut(number);
    let byStretch = this.#open.get(tier);
    if (byStretch === undefined) this.#open.set(tier, (byStretch = new Map()));
    const stretch = windowStartOf(timeMs, TIER_TABLES[tier]!.stretchMs);
    let open = byStretch.get(stretch);
    if (open === undefined) {
      open = { builder: this.#spare.pop() ?? new SegmentBuilder(), tier, rows: 0 };
      open.builder.begin();
      byStretch.set(stretch, open);
    }
    return open;
  }

  /** Between two series: ends the segments that are long enough. */
  #cut(number: number): void {
    this.#number = number;
    for (const byStretch of this.#open.values()) {
      for (const [stretch, open] of byStretch) {
        if (open.builder.offset < this.#target.segmentBytes) continue;
        this.#end(open, stretch);
        byStretch.delete(stretch);
      }
    }
  }

  #end({ builder, tier, rows }: OpenSegment, startMs: number): void {
    this.#touch(tier, startMs);
    const { table, kind } = TIER_TABLES[tier]!;
    const { endMs, firstNumber, lastNumber } = builder;
    const range = { startMs: builder.startMs, endMs, generation: this.#generation, firstNumber, lastNumber };
    const value = builder.finish(kind).slice();
    this.#puts.push({ key: segmentKey(this.#target.group, table, range), value });
    const change = this.#changes[tier]!;
    change.segments!++;
    change.bytes! += value.length;
    change.rows! += rows;
    this.#spare.push(builder);
  }

  #touch(tier: number, startMs: number): void {
    if (this.touched.some((each) => each.tier === tier && each.startMs === startMs)) return;
    this.touched.push({ tier, startMs });
  }

  #copyRun({ builder }: OpenSegment, run: RunBytes): void {
    builder.reserve(run.end - run.start);
    copyBytes(run, builder.bytes, builder.offset);
  }

  // Six primitives: an object a run would be garbage.
  #take(open: OpenSegment, number: number, end: number, firstMs: number, lastMs: number, rows: number): void {
    this.bytes += end - open.builder.offset;
    this.runs++;
    this.lastRun.bytes = open.builder.bytes;
    this.lastRun.start = open.builder.offset;
    this.lastRun.end = end;
    open.builder.add(number, end, firstMs, lastMs);
    open.rows += rows;
  }
}

function firstTimeOf(cells: CellRun, from: number, to: number): number {
  let first = cells.firstTimeMs[from]!;
  for (let i = from + 1; i < to; i++) first = Math.min(first, cells.firstTimeMs[i]!);
  return first;
}

function lastTimeOf(cells: CellRun, from: number, to: number): number {
  let last = cells.lastTimeMs[from]!;
  for (let i = from + 1; i < to; i++) last = Math.max(last, cells.lastTimeMs[i]!);
  return last;
}

/** A loop beats subarray + set for the hundred bytes of a run: no view object. */
function copyBytes({ bytes, start, end }: RunBytes, out: Uint8Array, at: number): void {
  for (let i = start, to = at; i < end; i++) out[to++] = bytes[i]!;
}
