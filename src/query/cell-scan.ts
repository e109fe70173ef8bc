import type { CellColumns } from '../../native-free-core/cell/cell-columns.js';
import { CellRun } from '../../native-free-core/cell/cell-run.js';
import { CHECKSUM_BYTES } from '../../native-free-core/cell/cell-run-layout.js';
import { peekRollupRunInto, readRollupRun } from '../../native-free-core/cell/rollup-run.js';
import { loadWord } from '../../native-free-core/codec/bits.js';
import { lowerBound } from '../../native-free-core/query/lower-bound.js';
import type { SourcePart } from '../../native-free-core/query/plan-sources.js';
import { SegmentDirectory } from '../../native-free-core/segment/segment-directory.js';
import { SEGMENT_ROLLUP } from '../../native-free-core/segment/segment-layout.js';
import { SegmentReader } from '../../native-free-core/segment/segment-reader.js';
import { systemClock } from '../clock.js';
import { TIER_TABLES } from '../store/tier-tables.js';
import { type CachedSegment, CellCache, type CellPlaces } from './cell-cache.js';
import { type ChosenSegment, type GroupPlaces, whereOf } from './chosen-segments.js';
import { DecodePace } from './decode-pace.js';
import type { StoredSegment } from './known-store.js';
import { SEGMENT_NUMBERS_FORESEEN } from './limits.js';
import type { PointVisitor } from './point-scan.js';
import type { QueryFindings } from './query-findings.js';
import { forEachPlace, knowsAll } from './segment-places.js';
import type { ShardSelection } from './selection.js';
import type { ShardSnapshot } from './shard-snapshot.js';
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
  snapshot: ShardSnapshot;
  /** Whole windows of a rollup tier. */
  part: SourcePart;
  /** The tier's segments that may hold them. */
  chosen: readonly ChosenSegment[];
}

/** Those of one segment. */
interface SegmentCells extends Omit<CellsWanted, 'chosen'> {
  windowMs: number;
  segment: StoredSegment;
  /** What is remembered of it; undefined where sketches are wanted, which are not. */
  cached: CachedSegment | undefined;
  visitor: CellVisitor;
  stop: StopCheck;
}

// Scratch of this thread; nothing of it outlives a call.
const peeked = { firstMs: 0, lastMs: 0 };

/** Visits the stored cells of a tier. What is damaged is passed over and told to the findings. Its memory is used again. */
export class CellScan {
  readonly #cache: CellCache;
  readonly #findings: QueryFindings;
  readonly #segment = new SegmentReader();
  /** Of a segment of which nothing is remembered. */
  readonly #directory = new SegmentDirectory();
  /** The run that is visited. */
  readonly #at = { number: 0, start: 0, end: 0 };
  readonly #run = new CellRun();
  readonly #pace = new DecodePace();

  /** `cacheBytes` is the memory for remembered cells. */
  constructor(findings: QueryFindings, cacheBytes: number) {
    this.#findings = findings;
    this.#cache = new CellCache(cacheBytes);
  }

  /** Whether all that is wanted is remembered, so that the store need not be read. */
  knows(wanted: CellsWanted, visitor: CellVisitor): boolean {
    if (visitor.wantsSketches) return false;
    const { version } = wanted.snapshot;
    return wanted.chosen.every(({ segment }) => {
      const known = this.#cache.peek(segment.name)?.known;
      return (
        known?.storeVersion !== undefined &&
        known.storeVersion === version &&
        knowsAll(wanted, segment, known)
      );
    });
  }

  /** Says how much is going to be decoded at most: the runs of the series of which not all is remembered, as long as their segments. */
  foresee(wanted: CellsWanted, visitor: CellVisitor, stop: StopCheck): void {
    const windowMs = windowOf(wanted.part);
    this.#pace.asked(windowMs);
    for (const { segment } of wanted.chosen) {
      const known = visitor.wantsSketches ? undefined : this.#cache.peek(segment.name)?.known;
      let unknown = 0;
      forEachPlace(wanted, segment, (_at, number) => {
        if (known === undefined || known.version === 0 || !known.knows(number)) unknown++;
      });
      if (unknown === 0) continue;
      const cells = (unknown * (segment.endMs - segment.startMs)) / windowMs;
      if (visitor.wantsSketches) {
        stop.foresee('sketchedRun', unknown);
        stop.foresee('sketchedCell', cells);
        continue;
      }
      const numbers = segment.lastNumber - segment.firstNumber + 1;
      if (known?.hasDirectory !== true)
        stop.foresee('directory', Math.min(numbers, SEGMENT_NUMBERS_FORESEEN));
      stop.foresee('run', unknown);
      stop.foresee('decoding', this.#pace.stepsOf(windowMs, cells));
    }
  }

  /** @throws MillraceError when a limit is reached or time is over; QueryCancelled */
  scanGroup(wanted: CellsWanted, visitor: CellVisitor, stop: StopCheck): void {
    const { selected, places, snapshot, part } = wanted;
    const windowMs = windowOf(part);
    for (const { segment } of wanted.chosen) {
      stop.check();
      if (snapshot.isOpen) stop.beforeRead(segment.name);
      const cached = visitor.wantsSketches ? undefined : this.#cache.open(segment.name);
      let isThrough = false;
      try {
        const of = { selected, places, snapshot, part, windowMs, segment, cached, visitor, stop };
        this.#scanChosen(of);
        isThrough = true;
      } finally {
        // A query that ends in the middle may have seen some of the runs of its last series.
        if (!isThrough) cached?.known.forget(this.#at.number);
        if (cached !== undefined) this.#cache.settle(segment.name, cached);
      }
    }
  }

  #scanChosen(wanted: SegmentCells): void {
    const { snapshot, segment, cached, stop } = wanted;
    if (!snapshot.isOpen) {
      // `knows` said so.
      stop.cost.segments++;
      return forEachPlace(wanted, segment, (at, number) => visitKnown(wanted, at, number));
    }
    const { reader } = snapshot;
    const known = cached !== undefined && knowsAll(wanted, segment, cached.known) ? cached.known.version : 0;
    // Valid until the next call on the reader, which is for the next segment.
    const bytes = reader.getUnlessSame(segment.key, known);
    if (bytes === undefined) return;
    stop.cost.segments++;
    if (cached !== undefined) cached.known.storeVersion = snapshot.version;
    if (bytes === 'same') {
      forEachPlace(wanted, segment, (at, number) => visitKnown(wanted, at, number));
      return;
    }
    // Before the bytes are looked at: it is of the value that was read last.
    cached?.known.renew(reader.version, segment.firstNumber, segment.lastNumber);
    const directory = this.#directoryOf(wanted, bytes);
    if (directory !== undefined) this.#scanSegment(wanted, bytes, directory);
  }

  /** Where the runs of the segment lie; undefined when it is damaged. */
  #directoryOf({ segment, cached, stop }: SegmentCells, bytes: Uint8Array): SegmentDirectory | undefined {
    const known = cached?.known;
    if (known?.hasDirectory === true) return known.directory;
    const status = this.#segment.open(bytes, SEGMENT_ROLLUP, segment.firstNumber);
    if (status !== 'ok') {
      this.#findings.add(`${status} segment`, whereOf(segment));
      return undefined;
    }
    const directory = known?.directory ?? this.#directory;
    directory.read(this.#segment);
    if (known !== undefined && known.version !== 0) {
      known.hasDirectory = true;
      stop.remembered();
    }
    return directory;
  }

  /** Visits the runs of the selected series; both ascend by number. */
  #scanSegment(wanted: SegmentCells, bytes: Uint8Array, directory: SegmentDirectory): void {
    const place = this.#at;
    const known = wanted.cached?.known;
    let run = 0;
    forEachPlace(wanted, wanted.segment, (at, number) => {
      if (known?.knows(number) === true) return visitKnown(wanted, at, number);
      run = directory.seek(number, run);
      for (; run < directory.length && directory.numberOf(run) === number; run++) {
        place.number = number;
        place.start = directory.startOf(run);
        place.end = directory.endOf(run);
        this.#visitRun(wanted, bytes, at);
      }
      if (!directory.isCut) known?.setNone(number);
    });
  }

  /** Visits the cells of the present run, and remembers them. */
  #visitRun(wanted: SegmentCells, bytes: Uint8Array, at: number): void {
    const { part, windowMs, cached } = wanted;
    const { number, start, end } = this.#at;
    peekRollupRunInto(bytes, start, end, windowMs, peeked);
    const isOutside = peeked.firstMs >= part.endMs || peeked.lastMs < part.startMs;
    if (cached === undefined) {
      if (isOutside || !this.#decode(wanted, bytes)) return;
      this.#count(wanted);
      visitCells(wanted, at, this.#run, 0, this.#run.length);
      return;
    }
    const found = isOutside ? undefined : this.#remembered(wanted, cached, bytes);
    if (found === undefined) {
      cached.known.setPartial(number);
      return;
    }
    cached.known.add(number, found.from, found.to);
    visitRemembered(wanted, at, found);
  }

  /** Where the cells of the present run are, which are decoded if they were not. Undefined when they are damaged. */
  #remembered(wanted: SegmentCells, cached: CachedSegment, bytes: Uint8Array): CellPlaces | undefined {
    const { start, end } = this.#at;
    const identity = { start, end, checksum: loadWord(bytes, end - CHECKSUM_BYTES, end) };
    const known = cached.find(identity);
    if (known === undefined) {
      const startMs = systemClock.monotonicMs();
      if (!this.#decode(wanted, bytes)) return undefined;
      // Before they are counted: whoever has no time for more finds them the next time.
      const added = cached.add(identity, this.#run);
      wanted.stop.remembered();
      this.#pace.note(wanted.windowMs, this.#run.length, systemClock.monotonicMs() - startMs);
      this.#count(wanted);
      return added;
    }
    wanted.stop.cost.cachedCells += known.to - known.from;
    return known;
  }

  /** Whether the cells of the present run are in `#run` now; else they are damaged. */
  #decode({ windowMs, segment, cached, stop }: SegmentCells, bytes: Uint8Array): boolean {
    const { number, start, end } = this.#at;
    const run = this.#run;
    stop.beforeDecode(end - start);
    // What is remembered has no sketches, and is asked for by nobody who wants them.
    run.reset(cached === undefined);
    const status = readRollupRun(bytes, start, end, windowMs, run);
    if (status === 'ok') return true;
    this.#findings.add(`${status} cells`, `${whereOf(segment)}, number ${number}, byte ${start}`);
    return false;
  }

  /** Counts the cells of `#run`. */
  #count({ stop }: SegmentCells): void {
    stop.countCells(this.#run.length, this.#at.end - this.#at.start);
  }
}

const windowOf = ({ tier }: SourcePart): number => TIER_TABLES.find(({ name }) => name === tier)!.windowMs;

function visitKnown(wanted: SegmentCells, at: number, number: number): void {
  const { cached, stop } = wanted;
  cached!.known.forEach(number, (from, to) => {
    stop.cost.cachedCells += to - from;
    visitRemembered(wanted, at, { from, to });
  });
}

function visitRemembered(wanted: SegmentCells, at: number, { from, to }: CellPlaces): void {
  wanted.cached!.visit(from, to, (block, start, end) => visitCells(wanted, at, block, start, end));
}

/** Visits those of a run's cells that are in the range. */
function visitCells(
  { selected, part, visitor }: SegmentCells,
  at: number,
  cells: CellColumns,
  from: number,
  to: number,
): void {
  const { windowStartMs } = cells;
  const first = lowerBound(windowStartMs, from, to, part.startMs);
  const end = lowerBound(windowStartMs, first, to, part.endMs);
  if (first < end) visitor.visitCells(selected.firstOrdinal + at, cells, first, end);
}
