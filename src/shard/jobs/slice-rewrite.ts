import { CellRun } from '../../../native-free-core/cell/cell-run.js';
import { COMPACTION_SERIES_WORK } from '../../../native-free-core/limits.js';
import { SegmentReader } from '../../../native-free-core/segment/segment-reader.js';
import type { CellEdits, SeriesSlice } from '../../../native-free-core/tier/slice-edits.js';
import type { StoreWriter } from '../../store/shard-store.js';
import { RAW_TIER, TIER_TABLES } from '../../store/tier-tables.js';
import type { JobHost } from './job-host.js';
import { RunCopier, type TierRun } from './run-copier.js';
import { SegmentOutput } from './segment-output.js';
import type { SegmentRef } from './segment-ref.js';
import { SeriesGather, type WindowStands } from './series-gather.js';
import type { StoreJob } from './store-job.js';

/** Some series of a group over some days, and what becomes of them. */
export interface Slice {
  local: number;
  /** By tier, the segments that hold any of it, by generation and then by number. */
  segments: readonly (readonly SegmentRef[])[];
  startMs: number;
  endMs: number;
  isSelected(number: number): boolean;
  /** What the cells become, by rollup tier. */
  edit(slice: SeriesSlice): readonly CellEdits[];
  /** Whether a raw point goes. */
  isGone(timeMs: number): boolean;
}

/** By tier: rows that went, and rows that were written anew. */
export interface SliceResult {
  removed: number[];
  written: number[];
}

interface LoadedSegment extends SegmentRef {
  tier: number;
  bytes: Uint8Array;
  isDamaged: boolean;
}

interface Plan {
  edits: readonly CellEdits[];
  /** By tier, how often each window that is edited stands in the segments, and has been met while they are written. */
  stands: readonly WindowStands[];
}

/** What a cell costs in points: it is decoded with its sketch, and copied. */
const CELL_WORK = 8;

const workOf = (tier: number, rows: number): number => (tier === RAW_TIER ? rows : CELL_WORK * rows);

// Scratch of this thread; nothing of it outlives a step.
const reader = new SegmentReader();
const copier = new RunCopier();

/**
 * Changes what is stored of some series in all tiers, in one transaction, so that nobody sees one tier changed and another not:
 * reads the slice series by series and decides, then writes the segments that change anew. A window whose cells lie in several
 * layers is changed in the last of them and taken out of the others.
 */
export class SliceRewrite implements StoreJob {
  isDone = false;
  hasWrites = false;
  readonly #host: JobHost;
  readonly #slice: Slice;
  readonly #onDone: (result: SliceResult) => void;
  readonly #result: SliceResult;
  readonly #outputs: SegmentOutput[] = [];
  readonly #plans = new Map<number, Plan>();
  readonly #work: Generator<number, void>;
  #removedPoints = 0;

  constructor(host: JobHost, slice: Slice, onDone: (result: SliceResult) => void) {
    this.#host = host;
    this.#slice = slice;
    this.#onDone = onDone;
    this.#result = { removed: TIER_TABLES.map(() => 0), written: TIER_TABLES.map(() => 0) };
    this.#work = this.#run();
  }

  step(): number {
    let work = 0;
    while (work < this.#host.bounds.stepWork) {
      const { done, value } = this.#work.next();
      if (done === true) {
        this.#finish();
        return work + 1;
      }
      work += value;
    }
    return work;
  }

  write(writer: StoreWriter): void {
    for (const output of this.#outputs) output.write(writer);
  }

  committed(): void {
    this.hasWrites = false;
    this.isDone = true;
    this.#onDone(this.#result);
  }

  /** The records change in the very step whose transaction takes the writes. */
  #finish(): void {
    for (const output of this.#outputs) output.finish();
    if (this.#removedPoints > 0) {
      const record = this.#host.books.change(this.#slice.local);
      record.storedPoints -= this.#removedPoints;
      record.expiredPoints += this.#removedPoints;
    }
    this.hasWrites = this.#outputs.length > 0;
    if (this.hasWrites) return;
    this.isDone = true;
    this.#onDone(this.#result);
  }

  /** What is damaged stays as it is, so what the other segments become is decided anew without it. */
  *#run(): Generator<number, void> {
    let segments = this.#load();
    while (!(yield* this.#rewriteAll(segments))) {
      segments = segments.filter(({ isDamaged }) => !isDamaged);
      this.#forget();
    }
  }

  #forget(): void {
    this.#plans.clear();
    this.#outputs.length = 0;
    this.#removedPoints = 0;
    this.#result.removed.fill(0);
    this.#result.written.fill(0);
  }

  /** Answers false as soon as one of the segments turns out to be damaged. */
  *#rewriteAll(segments: readonly LoadedSegment[]): Generator<number, boolean> {
    const isSound = (): boolean => segments.every(({ isDamaged }) => !isDamaged);
    const runs = this.#runsOf(segments);
    yield COMPACTION_SERIES_WORK;
    for (const number of [...runs.keys()].sort((a, b) => a - b)) {
      if (!isSound()) return false;
      yield* this.#decide(number, runs.get(number)!);
    }
    for (const segment of segments) {
      if (!isSound()) return false;
      if (this.#isChanged(segment)) yield* this.#rewrite(segment);
    }
    return isSound();
  }

  #load(): LoadedSegment[] {
    const { store } = this.#host;
    return this.#slice.segments.flatMap((ofTier, tier) =>
      ofTier.flatMap((segment) => {
        const bytes = store.get(segment.key)?.slice();
        return bytes === undefined ? [] : [{ ...segment, tier, bytes, isDamaged: false }];
      }),
    );
  }

  /** The runs of the selected series, by series, in the order of their layers. */
  #runsOf(segments: readonly LoadedSegment[]): Map<number, { segment: LoadedSegment; run: TierRun }[]> {
    const runs = new Map<number, { segment: LoadedSegment; run: TierRun }[]>();
    for (const segment of segments) {
      if (reader.open(segment.bytes, TIER_TABLES[segment.tier]!.kind, segment.firstNumber) !== 'ok') {
        this.#setAside(segment);
        continue;
      }
      while (reader.next()) {
        const { number, start, end } = reader;
        if (!this.#slice.isSelected(number)) continue;
        const own = runs.get(number) ?? [];
        runs.set(number, own);
        own.push({ segment, run: { bytes: segment.bytes, start, end, number } });
      }
      if (reader.isCut) this.#setAside(segment);
    }
    return runs;
  }

  #setAside(segment: LoadedSegment): void {
    segment.isDamaged = true;
    this.#host.quarantine.add(segment.key, 'damaged');
  }

  /** Reads one series over all tiers, run by run, and says what becomes of it. */
  *#decide(
    number: number,
    runs: readonly { segment: LoadedSegment; run: TierRun }[],
  ): Generator<number, void> {
    const { startMs, endMs } = this.#slice;
    const gather = new SeriesGather(startMs, endMs);
    for (const { segment, run } of runs) {
      if (!copier.read(run, TIER_TABLES[segment.tier]!)) return this.#setAside(segment);
      gather.add(segment.tier, copier);
      yield workOf(segment.tier, copier.rows);
    }
    const slice = gather.slice();
    const edits = this.#slice.edit(slice);
    const { stands } = gather;
    const hasGone = slice.times.some((time) => this.#slice.isGone(time));
    if (hasGone || edits.some(({ size }) => size > 0)) this.#plans.set(number, { edits, stands });
    yield COMPACTION_SERIES_WORK;
  }

  #isChanged({ tier, bytes, firstNumber }: LoadedSegment): boolean {
    reader.open(bytes, TIER_TABLES[tier]!.kind, firstNumber);
    while (reader.next()) {
      const plan = this.#plans.get(reader.number);
      if (plan !== undefined && (tier === RAW_TIER || plan.edits[tier - 1]!.size > 0)) return true;
    }
    return false;
  }

  #makeOutput(generation: number): SegmentOutput {
    const { map, shard, books, bounds } = this.#host;
    const { local } = this.#slice;
    const { segmentBytes, runCells } = bounds;
    const group = map.firstGroup(shard) + local;
    const output = new SegmentOutput({ group, local, books, segmentBytes, runCells });
    output.begin(generation);
    return output;
  }

  /** Writes a segment anew with what has changed in it. Not at all when a run of it is damaged, or nothing has. */
  *#rewrite(segment: LoadedSegment): Generator<number, void> {
    const tier = TIER_TABLES[segment.tier]!;
    const output = this.#makeOutput(segment.generation);
    const own = new SegmentReader();
    own.open(segment.bytes, tier.kind, segment.firstNumber);
    let rows = 0;
    let left = 0;
    while (own.next()) {
      const run = { bytes: segment.bytes, start: own.start, end: own.end, number: own.number };
      if (!copier.read(run, tier)) {
        this.#setAside(segment);
        return;
      }
      const work = copier.rows;
      rows += work;
      const plan = this.#plans.get(run.number);
      if (plan === undefined) {
        copier.copy(output, run, tier);
        left += work;
      } else
        left +=
          segment.tier === RAW_TIER
            ? this.#writePoints(output, run.number)
            : this.#writeCells(output, run, segment.tier, plan);
      yield workOf(segment.tier, work) + COMPACTION_SERIES_WORK / 8;
    }
    output.remove(segment.key, { tier: segment.tier, bytes: segment.bytes.length, rows });
    this.#outputs.push(output);
    this.#result.removed[segment.tier]! += rows - left;
    if (segment.tier === RAW_TIER) this.#removedPoints += rows - left;
  }

  /** What is left of the chunk that was read last. Answers the points. */
  #writePoints(output: SegmentOutput, number: number): number {
    const { times, values, rows } = copier;
    let left = 0;
    for (let from = 0; from < rows; ) {
      if (this.#slice.isGone(times[from]!)) {
        from++;
        continue;
      }
      let to = from + 1;
      while (to < rows && !this.#slice.isGone(times[to]!)) to++;
      output.addPoints(number, times, values, from, to);
      left += to - from;
      from = to;
    }
    return left;
  }

  /** The run that was read last, with its edits. Answers the cells. */
  #writeCells(output: SegmentOutput, run: TierRun, tier: number, plan: Plan): number {
    const edits = plan.edits[tier - 1]!;
    const { cells } = copier;
    const kept = new CellRun();
    let isChanged = false;
    for (let i = 0; i < cells.length; i++) {
      const startMs = cells.windowStartMs[i]!;
      if (!edits.has(startMs)) {
        kept.appendFrom(cells, i);
        continue;
      }
      isChanged = true;
      const stand = plan.stands[tier - 1]!.get(startMs)!;
      const edit = ++stand.met === stand.all ? edits.get(startMs) : undefined;
      if (edit === undefined) continue;
      kept.append(startMs, edit);
      this.#result.written[tier]!++;
    }
    if (!isChanged) copier.copy(output, run, TIER_TABLES[tier]!);
    else output.addCells(tier, run.number, kept);
    return isChanged ? kept.length : cells.length;
  }
}
