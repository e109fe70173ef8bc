import { CellRun } from '../../native-free-core/cell/cell-run.js';
import { readRollupRun } from '../../native-free-core/cell/rollup-run.js';
import type { SourcePart } from '../../native-free-core/query/plan-sources.js';
import { SEGMENT_ROLLUP } from '../../native-free-core/segment/segment-layout.js';
import { SegmentReader } from '../../native-free-core/segment/segment-reader.js';
import type { StoreReader } from '../store/shard-store.js';
import { TIER_TABLES } from '../store/tier-tables.js';
import { type ChosenSegment, chooseSegments, type GroupPlaces, lowerPlace } from './chosen-segments.js';
import type { PointVisitor } from './point-scan.js';
import type { QueryFindings } from './query-findings.js';
import type { ShardSelection } from './selection.js';
import type { StopCheck } from './stop-check.js';

/** Takes the cells of rollup tiers besides points. */
export interface CellVisitor extends PointVisitor {
  /**
   * Cells [from, to) belong to the series of that ordinal. Of one series and tier, runs come in the order of arrival, and all
   * of them before its points. The run is the scan's own, and valid until it returns.
   */
  visitCells(ordinal: number, run: CellRun, from: number, to: number): void;
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
}

/** Visits the stored cells of a tier. What is damaged is passed over and told to the findings. Its memory is used again. */
export class CellScan {
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
      if (status === 'ok') this.#scanSegment({ ...wanted, windowMs, chosen, bytes }, visitor, stop);
      else this.#findings.add(`${status} segment`, chosen.where);
    }
  }

  #scanSegment(cells: SegmentCells, visitor: CellVisitor, stop: StopCheck): void {
    const { selected, places, part, windowMs, chosen, bytes } = cells;
    const segment = this.#segment;
    const run = this.#run;
    const { ids, firstOrdinal, view } = selected;
    const { index } = view;
    stop.cost.segments++;
    for (let at = lowerPlace(selected, places, chosen.firstNumber); segment.next(); ) {
      const { number } = segment;
      while (at < places.to && index.numberOf(ids.items[at]!) < number) at++;
      if (at === places.to) return;
      if (index.numberOf(ids.items[at]!) !== number) continue;
      run.reset();
      const status = readRollupRun(bytes, segment.start, segment.end, windowMs, run);
      if (status !== 'ok') {
        this.#findings.add(`${status} cells`, `${chosen.where}, number ${number}, byte ${segment.start}`);
        continue;
      }
      stop.countCells(run.length, segment.end - segment.start);
      const from = lowerWindow(run, part.startMs);
      const to = lowerWindow(run, part.endMs);
      if (from < to) visitor.visitCells(firstOrdinal + at, run, from, to);
    }
  }
}

/** The first cell whose window is at or after `timeMs`. */
function lowerWindow({ windowStartMs, length }: CellRun, timeMs: number): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (windowStartMs[middle]! < timeMs) low = middle + 1;
    else high = middle;
  }
  return low;
}
