import { CellRun } from '../../../../native-free-core/cell/cell-run.js';
import { readRollupRun } from '../../../../native-free-core/cell/rollup-run.js';
import { decodeChunkInto } from '../../../../native-free-core/codec/chunk.js';
import { CHUNK_POINTS_MAX } from '../../../../native-free-core/limits.js';
import { SegmentReader } from '../../../../native-free-core/segment/segment-reader.js';
import { ShardMap } from '../../../../native-free-core/series/refs.js';
import { emptyTierRecords, GroupBooks } from '../../../../src/shard/group-books.js';
import { SegmentOutput } from '../../../../src/shard/jobs/segment-output.js';
import type { JobSource } from '../../../../src/shard/jobs/store-job.js';
import { countTier } from '../../../../src/store/count-tier.js';
import { parseSegmentKey, tableEnd, tableKey } from '../../../../src/store/keys.js';
import { emptyGroupRecord } from '../../../../src/store/records.js';
import { RAW_TIER, TIER_TABLES } from '../../../../src/store/tier-tables.js';
import { CrashFuse } from '../../../sim/crash-fuse.js';
import { MemoryStore } from '../../../sim/memory-store.js';

/** A row of a tier as it is stored: a point, or a cell by its window and count. */
export interface StoredRow {
  local: number;
  number: number;
  /** Of the point, or the window's start. */
  timeMs: number;
  count: number;
}

export interface TestPoint {
  timeMs: number;
  value: number;
}

const SHARDS = 8;

/** The tiers of a shard of two groups in a store in memory, filled by hand as a compaction does it. */
export class TieredStore {
  readonly map = new ShardMap(SHARDS);
  readonly shard = 3;
  readonly store = new MemoryStore(new CrashFuse());
  readonly books: GroupBooks;
  readonly groupCount: number;
  #generation = 0;

  constructor() {
    this.groupCount = this.map.groupCount(this.shard);
    const groups = Array.from({ length: this.groupCount }, emptyGroupRecord);
    this.books = new GroupBooks(this.shard, this.map, { groups, tiers: groups.map(emptyTierRecords) });
  }

  /** Writes points of series of one group, by number, into all tiers, as one generation. */
  write(local: number, series: ReadonlyMap<number, readonly TestPoint[]>, segmentBytes = 2_000): void {
    const group = this.map.firstGroup(this.shard) + local;
    const output = new SegmentOutput({ group, local, books: this.books, segmentBytes, runCells: 16 });
    output.begin(++this.#generation);
    const record = this.books.change(local);
    for (const [number, unsorted] of [...series].sort(([a], [b]) => a - b)) {
      const points = [...unsorted].sort((a, b) => a.timeMs - b.timeMs);
      record.storedPoints += points.length;
      writeSeries(output, number, points);
    }
    record.storedGeneration = this.#generation;
    output.finish();
    this.commit((writer) => output.write(writer));
  }

  commit(write: Parameters<MemoryStore['transaction']>[0]): void {
    this.store.transaction((writer) => {
      write(writer);
      this.books.write(writer);
    });
    this.books.committed();
  }

  /** Runs the jobs of a source until it has none. Answers how many there were. */
  run(source: JobSource, nowMs: number): number {
    let jobs = 0;
    for (let job = source.next(nowMs, 'idle'); job !== undefined; job = source.next(nowMs, 'idle')) {
      jobs++;
      while (!job.isDone) {
        job.step(nowMs);
        if (!job.hasWrites) continue;
        this.commit((writer) => job!.write(writer));
        job.committed();
      }
    }
    return jobs;
  }

  rows(tier: number): StoredRow[] {
    const rows: StoredRow[] = [];
    for (let local = 0; local < this.groupCount; local++) this.#readTier(local, tier, rows);
    return rows;
  }

  /** That the records say what is stored, and that raw points are those that the groups say. */
  checkBooks(check: (is: unknown, wanted: unknown, text: string) => void): void {
    for (let local = 0; local < this.groupCount; local++) {
      const group = this.map.firstGroup(this.shard) + local;
      for (const tier of TIER_TABLES) {
        const { segments, bytes, rows } = this.books.tier(local, tier.tier);
        check(
          { segments, bytes, rows },
          countTier(this.store, group, tier),
          `${tier.name} of group ${local}`,
        );
      }
      const { storedPoints } = this.books.groups[local]!;
      check(storedPoints, this.books.tier(local, RAW_TIER).rows, `stored points of group ${local}`);
    }
  }

  #readTier(local: number, tier: number, rows: StoredRow[]): void {
    const { table, kind, windowMs } = TIER_TABLES[tier]!;
    const group = this.map.firstGroup(this.shard) + local;
    const reader = new SegmentReader();
    const times = new Float64Array(CHUNK_POINTS_MAX);
    const values = new Float64Array(CHUNK_POINTS_MAX);
    const cells = new CellRun();
    this.store.forEach(tableKey(group, table), tableEnd(group, table), (key, value) => {
      if (reader.open(value, kind, parseSegmentKey(key).firstNumber) !== 'ok') return true;
      while (reader.next()) {
        const { number, start, end } = reader;
        if (windowMs === 0) {
          const count = decodeChunkInto(value, start, end, times, values, 0);
          for (let i = 0; i < count; i++) rows.push({ local, number, timeMs: times[i]!, count: 1 });
          continue;
        }
        cells.reset();
        readRollupRun(value, start, end, windowMs, cells);
        for (let i = 0; i < cells.length; i++) {
          rows.push({ local, number, timeMs: cells.windowStartMs[i]!, count: cells.count[i]! });
        }
      }
      return true;
    });
  }
}

function writeSeries(output: SegmentOutput, number: number, points: readonly TestPoint[]): void {
  const times = Float64Array.from(points, ({ timeMs }) => timeMs);
  const values = Float64Array.from(points, ({ value }) => value);
  const { stretchMs } = TIER_TABLES[RAW_TIER]!;
  for (let from = 0; from < times.length; ) {
    const stretch = Math.floor(times[from]! / stretchMs);
    let to = from + 1;
    while (to < times.length && Math.floor(times[to]! / stretchMs) === stretch) to++;
    output.addPoints(number, times, values, from, to);
    from = to;
  }
  for (const { tier, windowMs } of TIER_TABLES) {
    if (windowMs === 0) continue;
    if (tier === 1 && number % 2 === 0) {
      writePointCells(output, number, times, values);
      continue;
    }
    const cells = new CellRun();
    cells.accumulate(times, values, 0, times.length, windowMs);
    output.addCells(tier, number, cells);
  }
}

/** 1 m cells in the form of points, a run a stretch. */
function writePointCells(
  output: SegmentOutput,
  number: number,
  times: Float64Array,
  values: Float64Array,
): void {
  const { stretchMs, windowMs } = TIER_TABLES[1]!;
  for (let from = 0; from < times.length; ) {
    const stretch = Math.floor(times[from]! / stretchMs);
    let to = from;
    const windows = new Set<number>();
    for (; to < times.length && Math.floor(times[to]! / stretchMs) === stretch; to++) {
      windows.add(Math.floor(times[to]! / windowMs));
    }
    output.addPointCells(number, times, values, from, to, windows.size);
    from = to;
  }
}
