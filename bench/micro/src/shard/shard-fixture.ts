import {
  POINTS_SLOTS,
  pointsEntryBytes,
  pointsTimesOffset,
  pointsValuesOffset,
  TIMES_FULL,
} from '../../../../native-free-core/entry/entry-layout.js';
import { writePointsHead } from '../../../../native-free-core/entry/entry-writer.js';
import { createHeadBuffers } from '../../../../native-free-core/head/head-memory.js';
import { HeadWriter } from '../../../../native-free-core/head/head-writer.js';
import { ShardMap } from '../../../../native-free-core/series/refs.js';
import { Flush } from '../../../../src/shard/flush.js';
import { emptyTierRecords, GroupBooks } from '../../../../src/shard/group-books.js';
import { emptyGroupRecord } from '../../../../src/store/records.js';
import type { StoreWriter } from '../../../../src/store/shard-store.js';
import { randomFrom } from '../../native-free-core/codec/columns.js';

const START_MS = 1_767_225_600_000;
const STEP_MS = 10_000;

/** One group of a shard whose open state holds `points` of each of `series`, walks at one beat, as TSBS makes them. */
export class OpenShard {
  readonly map = new ShardMap(16);
  readonly books = new GroupBooks(0, this.map, { groups: [emptyGroupRecord()], tiers: [emptyTierRecords()] });
  readonly #head: HeadWriter;
  readonly series: number;
  readonly points: number;

  constructor(series: number, points: number) {
    this.series = series;
    this.points = points;
    // Extents of 8, 16 and then 32 points, 16 bytes a point.
    const arenaBytes = 2 ** Math.ceil(Math.log2(series * (points + 32) * 16));
    this.#head = new HeadWriter(createHeadBuffers(1, series * 16, arenaBytes));
    this.#head.reset(1);
    this.#fill();
    this.#head.ready();
  }

  #fill(): void {
    const { series } = this;
    const random = randomFrom(3);
    const bytes = new ArrayBuffer(pointsEntryBytes(series, TIMES_FULL));
    const u32 = new Uint32Array(bytes);
    const f64 = new Float64Array(bytes);
    const views = { u8: new Uint8Array(bytes), u32, i32: new Int32Array(bytes), f64 };
    const values = Float64Array.from({ length: series }, () => random() * 100);
    for (let slot = 0; slot < series; slot++) this.#head.define(slot, 0);
    for (let tick = 0; tick < this.points; tick++) {
      writePointsHead(views, 0, series, TIMES_FULL, { producer: 0, seq: 0, baseMs: 0, arrivalMs: 0 });
      for (let slot = 0; slot < series; slot++) {
        values[slot] = Math.min(100, Math.max(0, values[slot]! + 2 * random() - 1));
        u32[(POINTS_SLOTS >> 2) + slot] = slot;
        f64[(pointsTimesOffset(series) >> 3) + slot] = START_MS + tick * STEP_MS;
        f64[(pointsValuesOffset(series, TIMES_FULL) >> 3) + slot] = Math.floor(values[slot]!);
      }
      this.#head.append(views, 0);
    }
  }

  /** Flushes the open state, to `store` if there is one. Answers the bytes of its segments. */
  flush(store?: StoreWriter): number {
    const flush = new Flush({
      shard: 0,
      map: this.map,
      views: this.#head.views,
      books: this.books,
      groupSeries: () => this.series,
      stepPoints: 65_536,
      stepSeries: 4_096,
      batchSeriesPoints: 32,
      laneSeries: 4_096,
    });
    flush.begin(1, []);
    while (flush.active) {
      flush.step();
      if (store !== undefined) flush.write(store);
      this.books.committed();
      flush.committed();
    }
    return flush.writtenBytes;
  }

  /** Lets a generation be flushed once more. */
  forget(): void {
    const record = this.books.change(0);
    record.storedGeneration = 0;
    record.storedPoints = 0;
  }
}
