import { CellRun } from '../../../native-free-core/cell/cell-run.js';
import { COMPACTION_SERIES_WORK } from '../../../native-free-core/limits.js';
import { SegmentReader } from '../../../native-free-core/segment/segment-reader.js';
import { RAW_TIER, TIER_TABLES } from '../../store/tier-tables.js';
import { type JobHost, outputTarget } from './job-host.js';
import { RunCopier, type TierRun } from './run-copier.js';
import { SegmentOutput } from './segment-output.js';
import {
  type SeriesChange,
  type SeriesChanges,
  type Slice,
  type SliceResult,
  type SliceSegment,
  workOf,
} from './slice.js';

// Scratch of this thread; nothing of it outlives a step.
const reader = new SegmentReader();
const copier = new RunCopier();

/**
 * Writes the segments of a slice anew in which something changes. A window whose cells lie in several layers is changed in the
 * last of them and taken out of the others.
 */
export class SliceWriter {
  /** One a segment that is written anew. */
  readonly outputs: SegmentOutput[] = [];
  readonly result: SliceResult = { removed: TIER_TABLES.map(() => 0), written: TIER_TABLES.map(() => 0) };
  readonly #host: JobHost;
  readonly #slice: Slice;
  readonly #changes: SeriesChanges;

  constructor(host: JobHost, slice: Slice, changes: SeriesChanges) {
    this.#host = host;
    this.#slice = slice;
    this.#changes = changes;
  }

  /** Answers false as soon as one of the segments is damaged, which is then in quarantine: what was made is to be dropped. */
  *writeAll(segments: readonly SliceSegment[]): Generator<number, boolean> {
    for (const segment of segments) {
      if (!this.#isChanged(segment)) continue;
      if (!(yield* this.#write(segment))) return false;
    }
    return true;
  }

  #isChanged({ tier, bytes, firstNumber }: SliceSegment): boolean {
    reader.open(bytes, TIER_TABLES[tier]!.kind, firstNumber);
    while (reader.next()) {
      const change = this.#changes.get(reader.number);
      if (change !== undefined && (tier === RAW_TIER || change.edits[tier - 1]!.size > 0)) return true;
    }
    return false;
  }

  *#write({ key, tier, bytes, generation, firstNumber }: SliceSegment): Generator<number, boolean> {
    const table = TIER_TABLES[tier]!;
    const output = new SegmentOutput(outputTarget(this.#host, this.#slice.local));
    output.begin(generation);
    // Its own, because it goes on after the next step.
    const runs = new SegmentReader();
    runs.open(bytes, table.kind, firstNumber);
    let rows = 0;
    let left = 0;
    while (runs.next()) {
      const run = { bytes, start: runs.start, end: runs.end, number: runs.number };
      if (!copier.read(run, table)) {
        this.#host.quarantine.add(key, 'damaged');
        return false;
      }
      const runRows = copier.rows;
      rows += runRows;
      left += this.#writeRun(output, run, tier);
      yield workOf(tier, runRows) + COMPACTION_SERIES_WORK / 8;
    }
    output.remove(key, { tier, bytes: bytes.length, rows });
    this.outputs.push(output);
    this.result.removed[tier]! += rows - left;
    return true;
  }

  /** The run that was read last, as it is or with its changes. Answers the rows that are left of it. */
  #writeRun(output: SegmentOutput, run: TierRun, tier: number): number {
    const change = this.#changes.get(run.number);
    if (change !== undefined && tier === RAW_TIER) return this.#writePoints(output, run.number);
    if (change !== undefined) return this.#writeCells(output, run, tier, change);
    copier.copy(output, run, TIER_TABLES[tier]!);
    return copier.rows;
  }

  /** What is left of the chunk that was read last. */
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

  /** The run that was read last, with its edits. */
  #writeCells(output: SegmentOutput, run: TierRun, tier: number, change: SeriesChange): number {
    const edits = change.edits[tier - 1]!;
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
      const stand = change.stands[tier - 1]!.get(startMs)!;
      const edit = ++stand.met === stand.all ? edits.get(startMs) : undefined;
      if (edit === undefined) continue;
      kept.append(startMs, edit);
      this.result.written[tier]!++;
    }
    if (!isChanged) copier.copy(output, run, TIER_TABLES[tier]!);
    else output.addCells(tier, run.number, kept);
    return isChanged ? kept.length : cells.length;
  }
}
