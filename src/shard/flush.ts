import { chainCount } from '../../native-free-core/head/head-chain.js';
import type { HeadViews } from '../../native-free-core/head/head-memory.js';
import { touchChains } from '../../native-free-core/head/head-touch.js';
import { TOUCH_SERIES } from '../../native-free-core/limits.js';
import type { ShardMap } from '../../native-free-core/series/refs.js';
import { numberedKey, segmentKey } from '../store/keys.js';
import { encodeWindowRecord } from '../store/records.js';
import { pageOfNumber } from '../store/series-page.js';
import type { StoreWriter } from '../store/shard-store.js';
import { TABLE_FRESH, TABLE_SPAN, TABLE_WINDOW } from '../store/store-layout.js';
import { FreshSegment } from './fresh-segment.js';
import type { GroupBooks } from './group-books.js';
import type { WindowSnapshot } from './producer-windows.js';
import { spanPageOf } from './span-pages.js';

interface Write {
  key: Uint8Array;
  value: Uint8Array;
}

/** What a flush needs to know of its shard. */
export interface FlushContext {
  shard: number;
  map: ShardMap;
  views: HeadViews;
  /** Its records say how far the flush came; the engine writes them. */
  books: GroupBooks;
  /** Series numbered so far in each of these groups. */
  groupSeries: (group: number) => number;
  /** Points that one step encodes, and series that it looks at; a step ends with the series that reaches one of them. */
  stepPoints: number;
  stepSeries: number;
  /** Mean points a series below which a step writes batches. */
  batchSeriesPoints: number;
  /** Numbers that a segment may span. */
  laneSeries: number;
}

/**
 * Turns a closed generation of the open state into fresh segments, in steps that each take a bounded time and go to disk in
 * the transaction of the duty cycle that made them: a segment of points a group and step, the spans of the series in it, and
 * the group's record, which says how far the step came. The log of the generation goes with the last step. A crash between
 * steps repeats none and loses none: replay passes over what the records say.
 *
 * No cells are made here: a compaction makes those of all tiers later (docs/adr/0007-tiers-are-contributions.md).
 */
export class Flush {
  /** Bytes of segments written so far, for the counters. */
  writtenBytes = 0;
  readonly #context: FlushContext;
  readonly #segment: FreshSegment;
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
    this.#segment = new FreshSegment(context.views);
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
    const { books, stepPoints, stepSeries } = this.#context;
    const groups = books.groups.length;
    let points = 0;
    let series = 0;
    while (this.#group < groups && points < stepPoints && series < stepSeries) {
      points += this.#encodeRange(stepPoints - points, stepSeries - series);
      series += this.#scanned;
      this.#endGroupIfDone();
    }
    if (this.#group === groups) this.#finish();
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
    const record = this.#context.books.groups[group];
    if (record === undefined) return 0;
    // A group that has the generation already begins at its end.
    return record.storedGeneration >= this.#generation ? Number.MAX_SAFE_INTEGER : record.partialBound;
  }

  /** Encodes series of one group from #number on until a bound is reached; moves on to the next group at its end. */
  #encodeRange(pointsMax: number, seriesMax: number): number {
    const { map, shard, books } = this.#context;
    const group = map.firstGroup(shard) + this.#group;
    const { end, points } = this.#measure(group, pointsMax, seriesMax);
    this.#scanned = Math.max(1, end - this.#number);
    if (points > 0) this.#encodeSeries(group, end, points);
    const record = books.change(this.#group);
    record.storedPoints += points;
    record.partialBound = end;
    this.#storedInGeneration += points;
    this.#number = end;
    return points;
  }

  /**
   * How far the step goes and how many points that are, by the series' lines alone. Never over the border of a lane, so that
   * what a compaction finds are segments of one lane each.
   */
  #measure(group: number, pointsMax: number, seriesMax: number): { end: number; points: number } {
    const { map, views, laneSeries, groupSeries } = this.#context;
    const laneEnd = (Math.floor(this.#number / laneSeries) + 1) * laneSeries;
    const last = Math.min(this.#number + seriesMax, laneEnd, groupSeries(group));
    let end = this.#number;
    let points = 0;
    for (; end < last && points < pointsMax; end++) {
      points += chainCount(views, map.slotOf(group, end), this.#generation);
    }
    return { end, points };
  }

  #encodeSeries(group: number, end: number, points: number): void {
    const { map, views, batchSeriesPoints } = this.#context;
    const segment = this.#segment;
    segment.begin(points < (end - this.#number) * batchSeriesPoints);
    let spanPage = -1;
    for (let number = this.#number; number < end; number++) {
      const slot = map.slotOf(group, number);
      if ((number - this.#number) % TOUCH_SERIES === 0) {
        const step = map.slotOf(group, number + 1) - slot;
        touchChains(views, this.#generation, slot, step, Math.min(TOUCH_SERIES, end - number));
      }
      const count = chainCount(views, slot, this.#generation);
      if (count === 0) continue;
      segment.add(number, slot, this.#generation, count);
      const page = pageOfNumber(number);
      if (page !== spanPage) this.#writeSpanPage(group, (spanPage = page));
    }
    const value = segment.finish();
    if (value === undefined) return;
    const { startMs, endMs, firstNumber, lastNumber } = segment.builder;
    const range = { startMs, endMs, generation: this.#generation, firstNumber, lastNumber };
    this.writtenBytes += value.length;
    this.#writes.push({ key: segmentKey(group, TABLE_FRESH, range), value: value.slice() });
  }

  #endGroupIfDone(): void {
    const { map, shard, books } = this.#context;
    const group = map.firstGroup(shard) + this.#group;
    if (this.#number < this.#context.groupSeries(group)) return;
    const record = books.change(this.#group);
    record.storedGeneration = Math.max(record.storedGeneration, this.#generation);
    record.partialBound = 0;
    this.#number = this.#startOf(++this.#group);
  }

  #writeSpanPage(group: number, page: number): void {
    const { views, map } = this.#context;
    const value = spanPageOf(views, map, { group, page, groupSeries: this.#context.groupSeries(group) });
    this.#writes.push({ key: numberedKey(group, TABLE_SPAN, page), value });
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
}
