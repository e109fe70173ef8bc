/**
 * Part of a counter's course in one series: a point (first = last), or the points of a stored window, of which only this
 * much is known. Times in ms.
 */
export interface CounterPiece {
  firstTimeMs: number;
  firstValue: number;
  lastTimeMs: number;
  lastValue: number;
  min: number;
  max: number;
  count: number;
}

/**
 * How much a counter grew, piece by piece in the order of time. A value below the one before means that it began anew at
 * 0, so it counts in full. Growth since the piece before belongs to the later one; nothing is extrapolated.
 *
 * Inside a stored window a reset shows when not all values lie between the first and the last. The growth then is (max - first) + last when
 * max is not the last value, so that it came before the reset; else the former peak is unknown, and counts as having been
 * `first`. So a window is exact without a reset, and with one after which the counter stays below its former peak; otherwise it
 * is too low, by no more than max - first a reset.
 *
 * The first value that a series ever had counts from 0 if it is no more than ten times what the counter grows by from there to
 * the next point (or 10 if it doesn't grow or there is none), as VictoriaMetrics decides: a counter that began small began at 0, one
 * that began large was there before. In a series that had points before, but none within the time looked back, the first value counts nothing.
 */
export class CounterIncrease {
  #hasPrevious = false;
  #previousMs = 0;
  #previous = 0;

  /** Begins the next series. */
  reset(): void {
    this.#hasPrevious = false;
  }

  /** The last value seen, so that what follows can tell late pieces. -Infinity when there is none. */
  get previousMs(): number {
    return this.#hasPrevious ? this.#previousMs : Number.NEGATIVE_INFINITY;
  }

  /** What a point adds. Same as `add` of a piece with that point alone, for inner loops. */
  addPoint(timeMs: number, value: number): number {
    const grown = this.#hasPrevious ? growth(this.#previous, value) : 0;
    this.#hasPrevious = true;
    this.#previousMs = timeMs;
    this.#previous = value;
    return grown;
  }

  /** What a piece adds, which begins after the one before has ended. */
  add(piece: CounterPiece): number {
    const grown = this.addPoint(piece.firstTimeMs, piece.firstValue) + growthInside(piece);
    this.#previousMs = piece.lastTimeMs;
    this.#previous = piece.lastValue;
    return grown;
  }
}

const growth = (from: number, to: number): number => (to >= from ? to - from : to);

/** How much the counter grew from the first to the last point of a piece. */
export function growthInside({ firstValue, lastValue, min, max }: CounterPiece): number {
  if (min >= firstValue && max <= lastValue) return lastValue - firstValue;
  return (max > lastValue ? max - firstValue : 0) + lastValue;
}

/** How many times the next step a first value may be to count from 0, and the step that is taken where none is known. */
const FIRST_STEPS_MAX = 10;
const STEP_DEFAULT = 10;

/** What the first value that a series ever had counts; `step` is its growth to the next point, 0 where there is none. */
export function firstGrowth(value: number, step: number): number {
  const assumed = step === 0 ? STEP_DEFAULT : Math.abs(step);
  return Math.abs(value) < FIRST_STEPS_MAX * (assumed + 1) ? value : 0;
}
