import { lowerBound } from '../../native-free-core/query/lower-bound.js';
import type { SourcePart } from '../../native-free-core/query/plan-sources.js';
import { PointSegmentReader } from '../../native-free-core/segment/point-segment-reader.js';
import { MillraceError } from '../errors.js';
import { TABLE_FRESH, TABLE_RAW } from '../store/store-layout.js';
import { TIER_TABLES } from '../store/tier-tables.js';
import { CellScan, type CellsWanted, type CellVisitor } from './cell-scan.js';
import {
  type ChosenSegment,
  chooseSegments,
  type GroupPlaces,
  lowerPlace,
  placesByGroup,
  pointTables,
  type TableRange,
  whereOf,
} from './chosen-segments.js';
import { HeadScan } from './head-scan.js';
import { BUSY_RETRY_MS, CELL_CACHE_BYTES, SNAPSHOT_TRIES_MAX } from './limits.js';
import type { QueryFindings } from './query-findings.js';
import type { Selection, ShardSelection } from './selection.js';
import type { ShardSnapshot } from './shard-snapshot.js';
import type { StopCheck } from './stop-check.js';

/** The half-open range of a query, ms. */
export interface TimeRange {
  startMs: number;
  endMs: number;
}

/** Takes the points that a scan finds. */
export interface PointVisitor {
  /** Points after this time are of no use; may sink while the scan runs. Infinity where all are wanted. */
  readonly usefulUntilMs: number;
  /**
   * Points `from … to - 1` of the columns belong to the series of that ordinal and lie in the range. Of one series,
   * points come in the order of arrival but for those of one visit, which are sorted by time, equal times in the
   * order of arrival. The columns are the scan's own, and valid until it returns.
   */
  visit(ordinal: number, times: Float64Array, values: Float64Array, from: number, to: number): void;
  /** A look at a shard begins, perhaps not the first: what `onOpen` said of it before is void. */
  onShard?(shard: ShardSelection): void;
  /**
   * Of a series, everything before this generation is in the scan, and the first `count` points of it; said of the oldest open
   * one, and of the next where it has points.
   */
  onOpen?(ordinal: number, generation: number, count: number): void;
}

/** What is the same for all shards. */
interface ScanQuestion {
  /** From the first to the last moment of all that is wanted. */
  range: TimeRange;
  /** Where points are read. */
  tables: readonly TableRange[];
  visitor: PointVisitor;
  /** What is read from rollup tiers, and who takes their cells. */
  cells: { parts: readonly SourcePart[]; visitor: CellVisitor } | undefined;
  stop: StopCheck;
}

/** What the parts of one shard's scan have in common. */
interface ShardScan extends ScanQuestion {
  selected: ShardSelection;
  snapshot: ShardSnapshot;
}

/**
 * Visits the points of selected series in a time range, or what a plan names. One scan a query thread; its memory is used again.
 *
 * For each shard: the open state is copied first, then stored segments are chosen by their keys alone, visited by
 * generation, which is the order of arrival, each opened once; then what was copied is visited. What is damaged is passed
 * over and told to the findings.
 */
export class PointScan {
  readonly #findings: QueryFindings;
  readonly #cells: CellScan;
  readonly #head = new HeadScan();
  readonly #segment = new PointSegmentReader();

  /** `cellCacheBytes` is the memory for remembered cells. */
  constructor(findings: QueryFindings, cellCacheBytes: number = CELL_CACHE_BYTES) {
    this.#findings = findings;
    this.#cells = new CellScan(findings, cellCacheBytes);
  }

  /** @throws MillraceError when a limit is reached, time is over or a shard can't be read; QueryCancelled */
  scan(selection: Selection, range: TimeRange, visitor: PointVisitor, stop: StopCheck): void {
    if (!(range.startMs < range.endMs)) return;
    const question = { range, tables: pointTables(range), visitor, cells: undefined, stop };
    for (const selected of selection.shards) this.#scanShard(selected, question);
  }

  /**
   * Visits the cells and the points that the ascending parts of a plan name: stored cells of rollup tiers, points of the raw parts
   * and, over the whole of the range, points that are in no tier yet; no points outside of `within`. All of a shard is of one
   * snapshot.
   */
  // Five arguments: those of `scan`, and what points are held to.
  scanParts(
    selection: Selection,
    parts: readonly SourcePart[],
    visitor: CellVisitor,
    stop: StopCheck,
    within: TimeRange = ANY_TIME,
  ): void {
    if (parts.length === 0) return;
    const range = common({ startMs: parts[0]!.startMs, endMs: parts.at(-1)!.endMs }, within);
    const tables: TableRange[] = [{ table: TABLE_FRESH, startMs: range.startMs, endMs: range.endMs }];
    const tiers: SourcePart[] = [];
    for (const part of parts) {
      if (part.tier !== 'raw') {
        tiers.push(part);
        continue;
      }
      const { startMs, endMs } = common(part, within);
      tables.push({ table: TABLE_RAW, startMs, endMs });
    }
    const cells = { parts: tiers, visitor };
    for (const selected of selection.shards) {
      this.#scanShard(selected, { range, tables, visitor, cells, stop });
    }
  }

  #scanShard(selected: ShardSelection, question: ScanQuestion): void {
    const { view } = selected;
    const groups = placesByGroup(selected);
    for (let tries = 0; tries < SNAPSHOT_TRIES_MAX; tries++) {
      const snapshot = view.openSnapshot(question.stop);
      try {
        const { range, tables, visitor, cells: wantedCells, stop } = question;
        const scan: ShardScan = { selected, snapshot, range, tables, visitor, cells: wantedCells, stop };
        question.visitor.onShard?.(selected);
        if (!this.#head.copy(scan, groups) || snapshot.isStale(view)) continue;
        const chosen = this.#choose(scan, groups);
        if (chosen === undefined) continue;
        for (const { places, cells, points } of chosen) {
          // First the cells: what they are made of arrived before all that is in no tier yet.
          for (const wanted of cells) this.#cells.scanGroup(wanted, question.cells!.visitor, question.stop);
          this.#scanGroup(scan, places, points);
        }
        this.#head.visit(question.visitor);
        return;
      } finally {
        snapshot.close();
      }
    }
    throw new MillraceError(
      'MR_BUSY',
      'A shard stores points faster than they can be read. Try again in a moment.',
      {
        retryAfterMs: BUSY_RETRY_MS,
      },
    );
  }

  /** What must be read, or is remembered, of each group; undefined when the store is not any more what the snapshot is of. */
  #choose(scan: ShardScan, groups: readonly GroupPlaces[]): ChosenParts[] | undefined {
    const { selected, snapshot, tables, cells, stop } = scan;
    const tiers = (cells?.parts ?? []).map((part) => {
      const { startMs, endMs } = part;
      return { part, ranges: [{ table: tierTable(part), startMs, endMs }] };
    });
    const isTold = groups.every(
      ({ local }) =>
        tables.every(({ table }) => snapshot.knowsTable(local, table)) &&
        tiers.every(({ ranges }) => snapshot.knowsTable(local, ranges[0]!.table)),
    );
    if (!isTold && !snapshot.tryOpen()) return undefined;
    const chosen = groups.map((places) => ({
      places,
      cells: tiers.map(({ part, ranges }) => ({
        selected,
        places,
        snapshot,
        part,
        chosen: chooseSegments(selected, places, snapshot, ranges),
      })),
      points: chooseSegments(selected, places, snapshot, tables),
    }));
    if (stop.sparesReads) {
      for (const each of chosen)
        for (const wanted of each.cells) this.#cells.foresee(wanted, cells!.visitor, stop);
    }
    const isRemembered =
      snapshot.isOpen ||
      chosen.every(
        (each) =>
          each.points.length === 0 && each.cells.every((wanted) => this.#cells.knows(wanted, cells!.visitor)),
      );
    return isRemembered || snapshot.tryOpen() ? chosen : undefined;
  }

  #scanGroup(scan: ShardScan, places: GroupPlaces, points: readonly ChosenSegment[]): void {
    const { snapshot, visitor, stop } = scan;
    for (const chosen of points) {
      const { segment } = chosen;
      if (segment.startMs > visitor.usefulUntilMs) continue;
      stop.check();
      stop.beforeRead(segment.name);
      // Valid until the next call on the reader, which is for the next segment.
      const bytes = snapshot.reader.get(segment.key);
      if (bytes === undefined) continue;
      const status = this.#segment.open(bytes, segment.firstNumber, segment.lastNumber);
      stop.cost.segments++;
      if (status === 'ok') this.#scanSegment(scan, places, chosen);
      else this.#findings.add(`${status} segment`, whereOf(segment));
    }
  }

  /** Walks the open segment's runs and the selected series side by side; both ascend by number. */
  #scanSegment(scan: ShardScan, places: GroupPlaces, chosen: ChosenSegment): void {
    const { selected, stop } = scan;
    const segment = this.#segment;
    const { ids, view } = selected;
    const { index } = view;
    for (let at = lowerPlace(selected, places, chosen.segment.firstNumber); segment.next(); ) {
      const { number, lastNumber } = segment;
      while (at < places.to && index.numberOf(ids.items[at]!) < number) at++;
      if (at === places.to) return;
      if (index.numberOf(ids.items[at]!) > lastNumber) continue;
      const status = segment.decode();
      if (status !== 'ok') {
        this.#findings.add(
          `${status} run`,
          `${whereOf(chosen.segment)}, number ${number}, byte ${segment.start}`,
        );
        continue;
      }
      stop.count(segment.batch.points);
      stop.cost.bytes += segment.end - segment.start;
      this.#visitBatch(scan, chosen.range, places, at);
    }
  }

  /** Visits the selected series, from place `at` on, that are in the decoded run. */
  #visitBatch({ selected, visitor }: ShardScan, range: TimeRange, places: GroupPlaces, at: number): void {
    const { ids, firstOrdinal, view } = selected;
    const { batch } = this.#segment;
    const { series, numbers, ends, times, values } = batch;
    for (let i = 0, place = at; i < series; i++) {
      const number = numbers[i]!;
      while (place < places.to && view.index.numberOf(ids.items[place]!) < number) place++;
      if (place === places.to) return;
      if (view.index.numberOf(ids.items[place]!) !== number) continue;
      const from = lowerBound(times, batch.start(i), ends[i]!, range.startMs);
      const to = lowerBound(times, from, ends[i]!, range.endMs);
      if (from < to) visitor.visit(firstOrdinal + place, times, values, from, to);
    }
  }
}

/** What a scan takes of one group. */
interface ChosenParts {
  places: GroupPlaces;
  cells: readonly CellsWanted[];
  points: readonly ChosenSegment[];
}

const tierTable = ({ tier }: SourcePart): number => TIER_TABLES.find(({ name }) => name === tier)!.table;

const ANY_TIME: TimeRange = { startMs: Number.NEGATIVE_INFINITY, endMs: Number.POSITIVE_INFINITY };

/** What two ranges have in common. */
function common(a: TimeRange, b: TimeRange): TimeRange {
  return { startMs: Math.max(a.startMs, b.startMs), endMs: Math.min(a.endMs, b.endMs) };
}
