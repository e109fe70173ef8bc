import type { CellColumns } from '../../native-free-core/cell/cell-columns.js';
import { CellRun } from '../../native-free-core/cell/cell-run.js';
import { CHECKSUM_BYTES } from '../../native-free-core/cell/cell-run-layout.js';
import { peekRollupRunInto, readRollupRun } from '../../native-free-core/cell/rollup-run.js';
import { loadWord } from '../../native-free-core/codec/bits.js';
import type { SourcePart } from '../../native-free-core/query/plan-sources.js';
import { SEGMENT_ROLLUP } from '../../native-free-core/segment/segment-layout.js';
import { SegmentReader } from '../../native-free-core/segment/segment-reader.js';
import type { StoreReader } from '../store/shard-store.js';
import { TIER_TABLES } from '../store/tier-tables.js';
import { type CachedSegment, CellCache } from './cell-cache.js';
import { type ChosenSegment, chooseSegments, type GroupPlaces, lowerPlace } from './chosen-segments.js';
import type { PointVisitor } from './point-scan.js';
import type { QueryFindings } from './query-findings.js';
import type { ShardSelection } from './selection.js';
import type { StopCheck } from './stop-check.js';

/** Takes the cells of rollup tiers besides points. */
export interface CellVisitor extends PointVisitor {
  /** Whether cells must come with their sketches, as a CellRun. Without, they may come from memory. */
  readonly wantsSketches: boolean;
  /**
   * Cells [from, to) belong to the series of that ordinal. Of one series and tier, runs come in the order of arrival, and all
   * of them before its points. The cells are the scan's own, and valid until it returns.
   */
  visitCells(ordinal: number, cells: CellColumns, from: number, to: number): void;
}

/** The cells of one group that a scan is after. */
export interface CellsWanted {
  selected: ShardSelection;
  places: GroupPlaces;
  reader: StoreReader;
  /** Whole windows of a rollup tier. */
  part: SourcePart;
}

/** Those of one segment. */
interface SegmentCells extends CellsWanted {
  windowMs: number;
  chosen: ChosenSegment;
  bytes: Uint8Array;
  /** What is remembered of it; undefined where sketches are wanted, which are not. */
  cached: CachedSegment | undefined;
}

/** Where the cells of a run are: [from, to) of the columns. */
interface RunCells {
  cells: CellColumns;
  from: number;
  to: number;
}

// Scratch of this thread; nothing of it outlives a call.
const peeked = { firstMs: 0, lastMs: 0 };

/** Visits the stored cells of a tier. What is damaged is passed over and told to the findings. Its memory is used again. */
export class CellScan {
  readonly #cache = new CellCache();
  readonly #findings: QueryFindings;
  readonly #segment = new SegmentReader();
  readonly #run = new CellRun();

  constructor(findings: QueryFindings) {
    this.#findings = findings;
  }

  /** @throws MillraceError when a limit is reached or time is over; QueryCancelled */
  scanGroup(wanted: CellsWanted, visitor: CellVisitor, stop: StopCheck): void {
    const { selected, places, reader, part } = wanted;
    const { table, windowMs } = TIER_TABLES.find(({ name }) => name === part.tier)!;
    const { startMs, endMs } = part;
    for (const chosen of chooseSegments(selected, places, reader, [{ table, startMs, endMs }])) {
      stop.check();
      // Valid until the next call on the reader, which is for the next segment.
      const bytes = reader.get(chosen.key);
      if (bytes === undefined) continue;
      const status = this.#segment.open(bytes, SEGMENT_ROLLUP, chosen.firstNumber);
      if (status !== 'ok') {
        this.#findings.add(`${status} segment`, chosen.where);
        continue;
      }
      stop.cost.segments++;
      const key = Buffer.from(chosen.key).toString('latin1');
      const cached = visitor.wantsSketches ? undefined : this.#cache.open(key);
      this.#scanSegment({ ...wanted, windowMs, chosen, bytes, cached }, visitor, stop);
      if (cached !== undefined) this.#cache.settle(key, cached);
    }
  }

  #scanSegment(wanted: SegmentCells, visitor: CellVisitor, stop: StopCheck): void {
    const { selected, places, part, windowMs, chosen, bytes } = wanted;
    const segment = this.#segment;
    const { ids, firstOrdinal, view } = selected;
    const { index } = view;
    for (let at = lowerPlace(selected, places, chosen.firstNumber); segment.next(); ) {
      const { number, start, end } = segment;
      while (at < places.to && index.numberOf(ids.items[at]!) < number) at++;
      if (at === places.to) return;
      if (index.numberOf(ids.items[at]!) !== number) continue;
      peekRollupRunInto(bytes, start, end, windowMs, peeked);
      if (peeked.firstMs >= part.endMs || peeked.lastMs < part.startMs) continue;
      const found = this.#cellsOf(wanted, stop);
      if (found === undefined) continue;
      const { windowStartMs } = found.cells;
      const from = lowerWindow(windowStartMs, found.from, found.to, part.startMs);
      const to = lowerWindow(windowStartMs, from, found.to, part.endMs);
      if (from < to) visitor.visitCells(firstOrdinal + at, found.cells, from, to);
    }
  }

  /** The cells of the segment's present run, remembered or decoded. Undefined when they are damaged. */
  #cellsOf({ windowMs, chosen, bytes, cached }: SegmentCells, stop: StopCheck): RunCells | undefined {
    const { number, start, end } = this.#segment;
    const identity = { start, end, checksum: loadWord(bytes, end - CHECKSUM_BYTES, end) };
    const known = cached?.find(identity);
    if (known !== undefined) {
      stop.cost.cachedCells += known.to - known.from;
      return { cells: cached!, from: known.from, to: known.to };
    }
    const run = this.#run;
    run.reset();
    const status = readRollupRun(bytes, start, end, windowMs, run);
    if (status !== 'ok') {
      this.#findings.add(`${status} cells`, `${chosen.where}, number ${number}, byte ${start}`);
      return undefined;
    }
    stop.countCells(run.length, end - start);
    if (cached === undefined) return { cells: run, from: 0, to: run.length };
    const { from, to } = cached.add(identity, run);
    return { cells: cached, from, to };
  }
}

/** The first of the ascending windows [from, to) that is at or after `timeMs`; `to` when there is none. */
function lowerWindow(windowStartMs: Float64Array, from: number, to: number, timeMs: number): number {
  let low = from;
  let high = to;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (windowStartMs[middle]! < timeMs) low = middle + 1;
    else high = middle;
  }
  return low;
}
