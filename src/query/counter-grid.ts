import type { CellColumns } from '../../native-free-core/cell/cell-columns.js';
import {
  CounterIncrease,
  type CounterPiece,
  firstGrowth,
} from '../../native-free-core/query/counter-increase.js';
import { type WindowShape, windowPlace } from '../../native-free-core/query/window-shape.js';
import type { CellVisitor } from './cell-scan.js';
import { CounterPieces } from './counter-pieces.js';
import type { SeriesPoints } from './series-points.js';
import type { StopCheck } from './stop-check.js';

/** How much counters grew in each window of each group: the sum over its series (counter-increase.ts). */
export class CounterGrid implements CellVisitor {
  readonly usefulUntilMs = Number.POSITIVE_INFINITY;
  readonly wantsSketches = false;
  readonly #shape: WindowShape;
  readonly #startMs: number;
  readonly #points: SeriesPoints;
  readonly #cells = new CounterPieces();
  readonly #increase = new CounterIncrease();
  readonly #grown: Float64Array;
  /** Whether a window has points. */
  readonly #isThere: Uint8Array;

  /** Points before `startMs` only tell where a counter stood. `points` is the caller's, and used again by its next query. */
  constructor(shape: WindowShape, startMs: number, points: SeriesPoints) {
    this.#shape = shape;
    this.#startMs = startMs;
    this.#points = points;
    this.#grown = new Float64Array(shape.count * shape.groups);
    this.#isThere = new Uint8Array(shape.count * shape.groups);
  }

  // Five arguments: the visitor's interface. Throws MR_QUERY_TOO_BIG.
  visit(ordinal: number, times: Float64Array, values: Float64Array, from: number, to: number): void {
    this.#points.visit(ordinal, times, values, from, to);
  }

  visitCells(ordinal: number, run: CellColumns, from: number, to: number): void {
    this.#cells.add(ordinal, run, from, to);
  }

  /** `groupOf` answers the group of an ordinal, `oldestMs` the time of the first point that its series ever had. */
  finish(
    seriesCount: number,
    groupOf: (ordinal: number) => number,
    oldestMs: (ordinal: number) => number,
    stop: StopCheck,
  ): void {
    const hasPoints = new Set<number>();
    this.#points.forEachSeries(seriesCount, (ordinal, times, values, count) => {
      stop.check();
      const base = groupOf(ordinal) * this.#shape.count;
      if (!this.#cells.has(ordinal)) return this.#addPoints(base, oldestMs(ordinal), times, values, count);
      hasPoints.add(ordinal);
      this.#addPieces(base, oldestMs(ordinal), piecesOf(this.#cells.of(ordinal), times, values, count));
    });
    for (const ordinal of this.#cells.ordinals) {
      if (hasPoints.has(ordinal)) continue;
      stop.check();
      this.#addPieces(
        groupOf(ordinal) * this.#shape.count,
        oldestMs(ordinal),
        merged(this.#cells.of(ordinal)),
      );
    }
  }

  /** The growth in places [from, to] together; NaN where they have no points. */
  increase(from: number, to: number): number {
    let grown = Number.NaN;
    for (let place = from; place <= to; place++) {
      if (this.#isThere[place] === 1) grown = (Number.isNaN(grown) ? 0 : grown) + this.#grown[place]!;
    }
    return grown;
  }

  // Five arguments: a series of any length, without an object a point.
  #addPoints(base: number, oldestMs: number, times: Float64Array, values: Float64Array, count: number): void {
    const increase = this.#increase;
    increase.reset();
    const isFirstEver = times[0]! <= oldestMs;
    for (let i = 0; i < count; i++) {
      let grown = increase.addPoint(times[i]!, values[i]!);
      if (i === 0 && isFirstEver) grown = firstGrowth(values[0]!, count > 1 ? values[1]! - values[0]! : 0);
      this.#add(base, times[i]!, grown);
    }
  }

  #addPieces(base: number, oldestMs: number, pieces: readonly CounterPiece[]): void {
    const increase = this.#increase;
    increase.reset();
    pieces.forEach((piece, i) => {
      let grown = increase.add(piece);
      if (i === 0 && piece.firstTimeMs <= oldestMs) grown += firstGrowth(piece.firstValue, stepAfter(pieces));
      this.#add(base, piece.firstTimeMs, grown);
    });
  }

  #add(base: number, timeMs: number, grown: number): void {
    if (timeMs < this.#startMs) return;
    const place = base + windowPlace(this.#shape, timeMs);
    this.#grown[place] = this.#grown[place]! + grown;
    this.#isThere[place] = 1;
  }
}

/** What a counter grew by after its first value, as far as the first pieces say. */
function stepAfter(pieces: readonly CounterPiece[]): number {
  const [first, second] = pieces as [CounterPiece, CounterPiece | undefined];
  if (first.count > 1) return (first.lastValue - first.firstValue) / (first.count - 1);
  return second === undefined ? 0 : second.firstValue - first.firstValue;
}

function piecesOf(
  cells: readonly CounterPiece[],
  times: Float64Array,
  values: Float64Array,
  count: number,
): CounterPiece[] {
  const pieces = [...cells];
  for (let i = 0; i < count; i++) {
    const value = values[i]!;
    const timeMs = times[i]!;
    pieces.push({
      firstTimeMs: timeMs,
      firstValue: value,
      lastTimeMs: timeMs,
      lastValue: value,
      min: value,
      max: value,
      count: 1,
    });
  }
  return merged(pieces);
}

/** Pieces by time; of those that overlap one is made, of which no more is known than of a stored window. */
function merged(pieces: readonly CounterPiece[]): CounterPiece[] {
  const sorted = [...pieces].sort((a, b) => a.firstTimeMs - b.firstTimeMs);
  const result: CounterPiece[] = [];
  for (const piece of sorted) {
    const last = result.at(-1);
    if (last === undefined || piece.firstTimeMs >= last.lastTimeMs) {
      result.push({ ...piece });
      continue;
    }
    if (piece.lastTimeMs >= last.lastTimeMs) {
      last.lastTimeMs = piece.lastTimeMs;
      last.lastValue = piece.lastValue;
    }
    last.min = Math.min(last.min, piece.min);
    last.max = Math.max(last.max, piece.max);
    last.count += piece.count;
  }
  return result;
}
