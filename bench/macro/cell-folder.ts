import { chunkBytesMax, encodeChunkInto } from '../../native-free-core/codec/chunk.js';
import {
  COMPACTION_RUN_CELLS,
  COMPACTION_SEGMENT_BYTES,
  SERIES_TOTAL_MAX,
} from '../../native-free-core/limits.js';
import { ShardMap } from '../../native-free-core/series/refs.js';
import { createProducer } from '../../src/client/node.js';
import { systemClock } from '../../src/clock.js';
import type { GroupBooks } from '../../src/shard/group-books.js';
import { SegmentOutput } from '../../src/shard/jobs/segment-output.js';
import { recoverShard } from '../../src/shard/recovery.js';
import { createShardMemory } from '../../src/shard/shard-memory.js';
import { Folder } from '../../src/store/folder.js';
import { LmdbStore } from '../../src/store/lmdb-store.js';
import { EngineProcess } from './engine-process.js';
import { addSeries, refsOf } from './live-load.js';
import { TSBS_FIELDS, TSBS_STEP_MS, tsbsTicks } from './tsbs.js';

export const DAY_MS = 86_400_000;
export const CELLS_A_DAY = 1_440;

const POINTS_A_CELL = 60_000 / TSBS_STEP_MS;
/** Nothing is sent to a shard that only opens its books. */
const RING_BYTES = 4_096;

/** The cells of one series for one day as a compaction stores them: as the points that they are made of, a run behind the other. */
interface DayOfCells {
  bytes: Uint8Array;
  runs: { start: number; end: number; rows: number; firstMs: number; lastMs: number }[];
}

/** What the folder is to hold: `hosts` hosts a prefix, ten series each, and cells of 1 m for whole days before today. */
export interface CellFolderPlan {
  prefixes: readonly string[];
  hosts: number;
  days: number;
}

/**
 * Makes a folder with cells of 1 m of TSBS cpu-only, and nothing else but one point a series: the engine makes the series,
 * and then the segments are written by the code that compactions write with, without a flush and a compaction of all those points.
 */
export async function makeCellFolder(plan: CellFolderPlan): Promise<string> {
  const path = await makeSeries(plan);
  const folder = Folder.openExisting(path);
  try {
    const map = new ShardMap(folder.manifest.shards);
    const todayMs = Math.floor(Date.now() / DAY_MS) * DAY_MS;
    for (let shard = 0; shard < map.shardCount; shard++) {
      const store = LmdbStore.open(folder.shardPath(shard));
      const memory = createShardMemory(map.groupCount(shard), SERIES_TOTAL_MAX, RING_BYTES);
      const { engine } = recoverShard({ shard, map, memory, store, session: 1 }, systemClock);
      const { books, groupSeries } = engine.jobs.host;
      for (let day = plan.days; day >= 1; day--) {
        const cells = cellsOfDay(todayMs - day * DAY_MS);
        writeDay(cells, { store, books, groupSeries, firstGroup: map.firstGroup(shard) });
      }
      await store.closed();
    }
  } finally {
    folder.close();
  }
  return path;
}

/** Lets the engine make the series, with one point each. */
async function makeSeries({ prefixes, hosts }: CellFolderPlan): Promise<string> {
  const engine = await EngineProcess.start();
  const producer = createProducer({ url: `ws://127.0.0.1:${engine.port}/ws/ingest`, masking: 'zero' });
  for (const prefix of prefixes) addSeries(producer, prefix, hosts);
  const refs = refsOf(prefixes.length * hosts * TSBS_FIELDS.length);
  while (!producer.addColumns(refs, new Float64Array(refs.length), { baseMs: Date.now() }))
    await producer.ready();
  await producer.close();
  await engine.stop();
  return engine.folder;
}

/** A day of ten series. */
function cellsOfDay(startMs: number): DayOfCells[] {
  const pointsADay = CELLS_A_DAY * POINTS_A_CELL;
  const ticks = tsbsTicks(1, pointsADay);
  const times = Float64Array.from({ length: pointsADay }, (_, i) => startMs + i * TSBS_STEP_MS);
  return TSBS_FIELDS.map((_, field) => {
    const values = Float64Array.from(ticks, (tick) => tick[field]!);
    const bytes = new Uint8Array(chunkBytesMax(pointsADay) * 2);
    const runs: DayOfCells['runs'] = [];
    let at = 0;
    for (let from = 0; from < pointsADay; ) {
      const count = Math.min(COMPACTION_RUN_CELLS * POINTS_A_CELL, pointsADay - from);
      const end = encodeChunkInto(times, values, from, count, bytes, at);
      const [firstMs, lastMs] = [times[from]!, times[from + count - 1]!];
      runs.push({ start: at, end, rows: count / POINTS_A_CELL, firstMs, lastMs });
      at = end;
      from += count;
    }
    return { bytes, runs };
  });
}

interface Target {
  store: LmdbStore;
  books: GroupBooks;
  groupSeries: (group: number) => number;
  firstGroup: number;
}

/** Writes a day of every series, a transaction a day. */
function writeDay(days: readonly DayOfCells[], { store, books, groupSeries, firstGroup }: Target): void {
  const outputs = books.groups.map((record, local) => {
    const group = firstGroup + local;
    const output = new SegmentOutput({
      group,
      local,
      books,
      segmentBytes: COMPACTION_SEGMENT_BYTES,
      runCells: COMPACTION_RUN_CELLS,
    });
    output.begin(record.storedGeneration);
    for (let number = 0; number < groupSeries(group); number++) {
      const { bytes, runs } = days[number % days.length]!;
      for (const { start, end, rows, firstMs, lastMs } of runs)
        output.copyPointCells(number, { bytes, start, end }, rows, firstMs, lastMs);
    }
    output.finish();
    return output;
  });
  store.transaction((writer) => {
    for (const output of outputs) output.write(writer);
    books.write(writer);
  });
  books.committed();
}
