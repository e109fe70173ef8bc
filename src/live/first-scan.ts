import type { CellColumns } from '../../native-free-core/cell/cell-columns.js';
import { CellRun } from '../../native-free-core/cell/cell-run.js';
import { planSources, type SourcePart } from '../../native-free-core/query/plan-sources.js';
import { MillraceError } from '../errors.js';
import type { CellVisitor } from '../query/cell-scan.js';
import type { PointScan } from '../query/point-scan.js';
import type { Selection, ShardSelection } from '../query/selection.js';
import type { StopCheck } from '../query/stop-check.js';
import { FIRST_SCAN_MS } from './limits.js';
import type { SeriesTail } from './series-tail.js';

/** Takes what the scan finds, by place. */
export interface FirstScanTaker {
  // Five arguments: a run of points in columns, a call a series.
  addPoints(place: number, times: Float64Array, values: Float64Array, from: number, to: number): void;
  addCells(place: number, run: CellRun, from: number, to: number): void;
}

/** The windows that are read: from the start of the oldest to the end of the open one. */
export interface FirstScanRange {
  startMs: number;
  endMs: number;
  windowMs: number;
}

/**
 * The scan that a feed of windows begins with: everything from a window on, and a mark where the open state ends that is among it. What tiers
 * have is read from them, so that the day's window of a busy metric is some cells a series and not a day of points.
 */
export class FirstScan implements CellVisitor {
  readonly usefulUntilMs = Number.POSITIVE_INFINITY;
  readonly wantsSketches = true;
  readonly #tail: SeriesTail;
  readonly #selection: Selection;
  readonly #taker: FirstScanTaker;
  readonly #places: number[] = [];
  #shard: ShardSelection | undefined;
  /** By place: the generation and the count up to which the shard at hand was read. */
  #marks = new Map<number, { generation: number; count: number }>();

  constructor(tail: SeriesTail, taker: FirstScanTaker) {
    this.#tail = tail;
    this.#selection = tail.beginScan();
    this.#taker = taker;
    for (const { view, ids } of this.#selection.shards) {
      for (let i = 0; i < ids.length; i++) this.#places.push(tail.placeOf(view, ids.items[i]!)!);
    }
  }

  /** @throws MillraceError MR_QUERY_TOO_BIG when there is more than can be read in FIRST_SCAN_MS; MR_BUSY, MR_STARTING */
  run(scan: PointScan, range: FirstScanRange, stop: StopCheck): void {
    try {
      scan.scanParts(this.#selection, partsOf(range), this, stop);
    } catch (error) {
      if (error instanceof MillraceError && error.code === 'MR_QUERY_TIMEOUT') throw tooMuch();
      throw error;
    }
    this.#take();
  }

  onShard(shard: ShardSelection): void {
    // The same shard once more: what was said of it came from a view that was stale.
    if (shard === this.#shard) this.#marks = new Map();
    else this.#take();
    this.#shard = shard;
  }

  onOpen(ordinal: number, generation: number, count: number): void {
    this.#marks.set(this.#places[ordinal]!, { generation, count });
  }

  visit(ordinal: number, times: Float64Array, values: Float64Array, from: number, to: number): void {
    this.#taker.addPoints(this.#places[ordinal]!, times, values, from, to);
  }

  visitCells(ordinal: number, cells: CellColumns, from: number, to: number): void {
    if (cells instanceof CellRun) this.#taker.addCells(this.#places[ordinal]!, cells, from, to);
  }

  #take(): void {
    for (const [place, { generation, count }] of this.#marks) this.#tail.mark(place, generation, count);
    this.#marks = new Map();
  }
}

/** Whole windows of the coarsest tier that divides them, raw points where none does and for all that lies ahead. */
function partsOf({ startMs, endMs, windowMs }: FirstScanRange): SourcePart[] {
  const { parts } = planSources({
    startMs,
    endMs,
    stepMs: windowMs,
    prefersRaw: false,
    needsRaw: false,
    wanted: undefined,
    // Of the day that is looked back at most, tiers have what there is.
    horizonMs: () => Number.NEGATIVE_INFINITY,
  });
  return [...parts, { tier: 'raw', startMs: endMs, endMs: Number.POSITIVE_INFINITY }];
}

const tooMuch = (): MillraceError =>
  new MillraceError(
    'MR_QUERY_TOO_BIG',
    `The open window has more points than can be read in ${FIRST_SCAN_MS} ms, so that what is told could not be whole. Subscribe to shorter windows or to fewer series (host=, match=).`,
  );
