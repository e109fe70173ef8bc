import assert from 'node:assert/strict';
import { chunkBytesMax, encodeChunkInto } from '../../../../native-free-core/codec/chunk.js';
import { batchBytesMax, encodeBatchInto } from '../../../../native-free-core/segment/batch-codec.js';
import { SegmentBuilder } from '../../../../native-free-core/segment/segment-builder.js';
import { SEGMENT_BATCH, SEGMENT_RAW } from '../../../../native-free-core/segment/segment-layout.js';
import { ShardMap } from '../../../../native-free-core/series/refs.js';
import { TIER_NAMES } from '../../../../native-free-core/tier/tiers.js';
import { GroupBooks, type StoredRecords } from '../../../../src/shard/group-books.js';
import { COMPACTION_BOUNDS, type CompactionBounds } from '../../../../src/shard/jobs/compaction-bounds.js';
import { CompactionSource } from '../../../../src/shard/jobs/compaction-source.js';
import { type JobHost, Quarantine } from '../../../../src/shard/jobs/job-host.js';
import { MergeSource } from '../../../../src/shard/jobs/merge-source.js';
import type { JobSource, StoreJob } from '../../../../src/shard/jobs/store-job.js';
import { KEEP_ALL, type TierCutoff } from '../../../../src/shard/jobs/tier-cutoff.js';
import type { StoreFinding } from '../../../../src/store/findings.js';
import { segmentKey, tableKey, tierKey } from '../../../../src/store/keys.js';
import {
  decodeGroupRecord,
  decodeTierRecord,
  emptyGroupRecord,
  emptyTierRecord,
} from '../../../../src/store/records.js';
import { TABLE_FRESH, TABLE_GROUP } from '../../../../src/store/store-layout.js';
import { POINT_TABLES } from '../../../../src/store/tier-tables.js';
import { batchOf, type SeriesPoints } from '../../../native-free-core/segment/batches.js';
import { CrashFuse } from '../../../sim/crash-fuse.js';
import { MemoryStore } from '../../../sim/memory-store.js';
import { readPointSegment, type StoredRun } from '../../../sim/read-segment.js';

export interface TestPoint {
  number: number;
  timeMs: number;
  value: number;
}

const GROUP = 0;
const SERIES = 64;

/** Everything is ripe, and every stretch that is over is cold. */
const EAGER: Partial<CompactionBounds> = {
  generationsMin: 1,
  quietMs: 0,
  ageMsMax: 0,
  seriesPoints: 0,
  coldMs: 0,
};

/** A group of a shard in memory: fresh segments written by hand, and the real jobs over them. */
export class TierWorld {
  readonly store = new MemoryStore(new CrashFuse());
  readonly findings: StoreFinding[] = [];
  /** Everything that was flushed, in the order of arrival. */
  readonly points: TestPoint[] = [];
  nowMs = 2e12;
  books!: GroupBooks;
  host!: JobHost;
  compactions!: CompactionSource;
  merges!: MergeSource;
  readonly #bounds: CompactionBounds;
  readonly #batchPoints: number;
  readonly #cutoff: TierCutoff;
  readonly #map = new ShardMap(16);
  #generation = 0;

  /** A flush with fewer than `batchPoints` a series on average writes batches. */
  constructor(bounds: Partial<CompactionBounds> = {}, batchPoints = 4, cutoff: TierCutoff = KEEP_ALL) {
    this.#bounds = { ...COMPACTION_BOUNDS, ...EAGER, ...bounds };
    this.#batchPoints = batchPoints;
    this.#cutoff = cutoff;
    this.restart();
  }

  /** Everything in memory is lost and read again. */
  restart(): void {
    const stored = this.store.get(tableKey(GROUP, TABLE_GROUP));
    // What is lent is gone at the next read.
    const group = stored === undefined ? emptyGroupRecord() : decodeGroupRecord(stored)!;
    const tiers = TIER_NAMES.map((_, tier) => {
      const value = this.store.get(tierKey(GROUP, tier));
      return value === undefined ? emptyTierRecord() : decodeTierRecord(value)!;
    });
    const records: StoredRecords = { groups: [group], tiers: [tiers] };
    this.books = new GroupBooks(0, this.#map, records);
    this.host = {
      shard: 0,
      map: this.#map,
      store: this.store,
      books: this.books,
      bounds: this.#bounds,
      groupSeries: () => SERIES,
      cutoff: this.#cutoff,
      quarantine: new Quarantine(0, (finding) => this.findings.push(finding)),
      found: (finding) => this.findings.push(finding),
    };
    this.merges = new MergeSource(this.host);
    this.compactions = new CompactionSource(this.host, (local, stretches) =>
      this.merges.touch(local, stretches),
    );
  }

  /** A generation of these points. */
  flush(points: readonly TestPoint[]): void {
    const generation = ++this.#generation;
    this.points.push(...points.map(({ number, timeMs, value }) => ({ number, timeMs, value })));
    const numbers = [...new Set(points.map(({ number }) => number))].sort((a, b) => a - b);
    const lanes = new Map<number, number[]>();
    for (const number of numbers) {
      const lane = Math.floor(number / this.#bounds.laneSeries);
      lanes.set(lane, [...(lanes.get(lane) ?? []), number]);
    }
    this.store.transaction((writer) => {
      for (const lane of lanes.values()) {
        const series = lane.map((number) => seriesOf(number, points));
        const isBatches = points.length < numbers.length * this.#batchPoints;
        const { value, builder } = encode(series, isBatches);
        const { startMs, endMs, firstNumber, lastNumber } = builder;
        const range = { startMs, endMs, generation, firstNumber, lastNumber };
        writer.put(segmentKey(GROUP, TABLE_FRESH, range), value);
      }
      const record = this.books.change(0);
      record.storedGeneration = generation;
      record.storedPoints += points.length;
      this.books.write(writer);
    });
    this.books.committed();
    this.compactions.flushed(generation, this.nowMs);
  }

  compact(): void {
    this.run(this.compactions);
  }

  merge(): void {
    // A look at everything takes many calls that find nothing.
    for (let i = 0; i < 100; i++) this.run(this.merges);
  }

  /** Runs the jobs of a source until it has none. */
  run(source: JobSource): void {
    for (
      let job = source.next(this.nowMs, 'idle');
      job !== undefined;
      job = source.next(this.nowMs, 'idle')
    ) {
      while (!job.isDone) this.#cycle(job);
    }
  }

  /** A job is begun and all is lost after some of its steps. */
  interrupt(cycles: number): void {
    const job = this.compactions.next(this.nowMs, 'idle') ?? this.merges.next(this.nowMs, 'idle');
    for (let i = 0; i < cycles && job?.isDone === false; i++) this.#cycle(job);
    this.restart();
  }

  #cycle(job: StoreJob): void {
    job.step(this.nowMs);
    if (!job.hasWrites) return;
    this.store.transaction((writer) => {
      job.write(writer);
      this.books.write(writer);
    });
    job.committed();
    this.books.committed();
  }

  /** The stored points by generation. */
  runs(): StoredRun[] {
    const runs: StoredRun[] = [];
    for (const { key, value } of this.store.pairs()) {
      if (key[0] === GROUP && POINT_TABLES.includes(key[1]!)) runs.push(...readPointSegment(key, value));
    }
    return runs.sort((a, b) => a.generation - b.generation);
  }

  segments(table: number): number {
    return [...this.store.pairs()].filter(({ key }) => key[0] === GROUP && key[1] === table).length;
  }

  /** Every point is stored once, and those of equal times in the order of arrival. */
  checkPoints(): void {
    const byTime = (a: TestPoint, b: TestPoint): number => a.number - b.number || a.timeMs - b.timeMs;
    const found = this.runs().flatMap(({ number, times, values }) =>
      Array.from(times, (timeMs, i) => ({ number, timeMs, value: values[i]! })),
    );
    assert.deepEqual(found.sort(byTime), [...this.points].sort(byTime));
    assert.equal(this.books.groups[0]!.storedPoints, this.points.length);
  }
}

function seriesOf(number: number, points: readonly TestPoint[]): SeriesPoints {
  const own = points.filter((point) => point.number === number).sort((a, b) => a.timeMs - b.timeMs);
  return { number, times: own.map(({ timeMs }) => timeMs), values: own.map(({ value }) => value) };
}

function encode(
  series: readonly SeriesPoints[],
  isBatches: boolean,
): { value: Uint8Array; builder: SegmentBuilder } {
  const builder = new SegmentBuilder();
  builder.begin();
  const times = series.flatMap((each) => each.times);
  const [startMs, endMs] = [Math.min(...times), Math.max(...times)];
  if (isBatches) {
    const batch = batchOf(series);
    builder.reserve(batchBytesMax(batch.series, batch.points));
    const end = encodeBatchInto(batch, builder.bytes, 0);
    builder.add(series[0]!.number, end, startMs, endMs, series.at(-1)!.number);
    return { value: builder.finish(SEGMENT_BATCH), builder };
  }
  for (const { number, times, values } of series) {
    builder.reserve(chunkBytesMax(times.length));
    const columns = [Float64Array.from(times), Float64Array.from(values)] as const;
    const end = encodeChunkInto(...columns, 0, times.length, builder.bytes, builder.offset);
    builder.add(number, end, startMs, endMs);
  }
  return { value: builder.finish(SEGMENT_RAW), builder };
}
