import { lowerBound } from '../query/lower-bound.js';

/** A median deviation is this part of a normal distribution's standard deviation. */
export const NORMAL_MEDIAN_DEVIATION = 0.6744897501960817;

/** And a mean deviation this: √(2/π). */
export const NORMAL_MEAN_DEVIATION = 0.7978845608028654;

/** Deviations beyond which a value doesn't shape what is expected. */
const PULL = 3;

/** Rounds of fitting; the first one goes by medians, which outliers don't move. */
const ROUNDS = 3;

/**
 * What an evenly spaced series with a season of `period` steps is expected to be at each step: a level, the moving average of a whole period, and
 * the median of the other values of its phase about it. Without its own: of few cycles a median that knows the value lies so near to most of
 * them that ordinary ones seem far off. Values far from what is expected are pulled in and both are made again, so that an anomaly is not
 * expected (the robust iteration of R. Cleveland et al., "STL", Journal of Official Statistics 6, 1990, in its simplest form).
 * The series has at least two periods.
 */
export function seasonalBaseline(values: Float64Array, period: number): Float64Array {
  const pulled = values.slice();
  let expected = fit(pulled, period, median);
  for (let round = 1; round < ROUNDS; round++) {
    const bound = PULL * deviationOf(values.map((value, i) => Math.abs(value - expected[i]!)));
    for (let i = 0; i < values.length; i++) {
      const residual = values[i]! - expected[i]!;
      pulled[i] = expected[i]! + Math.max(-bound, Math.min(bound, residual));
    }
    expected = fit(pulled, period, mean);
  }
  return expected;
}

/**
 * The standard deviation of a normal distribution with the median of these distances, or with their mean where half of them are 0. Sorts
 * what it is given.
 */
function deviationOf(distances: Float64Array): number {
  const middle = median(distances);
  return middle > 0 ? middle / NORMAL_MEDIAN_DEVIATION : mean(distances) / NORMAL_MEAN_DEVIATION;
}

type Middle = (values: Float64Array) => number;

/** `middle` is what stands for the values of a whole period. */
function fit(values: Float64Array, period: number, middle: Middle): Float64Array {
  const level = levels(values, period, middle);
  const expected = new Float64Array(values.length);
  for (let phase = 0; phase < period; phase++) {
    const own = Float64Array.from({ length: Math.ceil((values.length - phase) / period) }, (_, cycle) => {
      const i = phase + cycle * period;
      return values[i]! - level[i]!;
    });
    const sorted = own.slice().sort();
    own.forEach((value, cycle) => {
      const i = phase + cycle * period;
      expected[i] = level[i]! + medianOfOthers(sorted, value);
    });
  }
  return expected;
}

/** The median of sorted values without one of them. */
function medianOfOthers(sorted: Float64Array, value: number): number {
  const without = lowerBound(sorted, 0, sorted.length, value);
  const others = sorted.length - 1;
  const at = (place: number): number => sorted[place < without ? place : place + 1]!;
  return (at((others - 1) >> 1) + at(others >> 1)) / 2;
}

/**
 * The middle of a whole period around each place. At the ends it goes on from the nearest whole one as it changed over the period beside that, by
 * half as much at most: a level that stood still there would call the ends of a slow trend strange.
 */
function levels(values: Float64Array, period: number, middle: Middle): Float64Array {
  const whole = Float64Array.from({ length: values.length - period + 1 }, (_, i) =>
    middle(values.slice(i, i + period)),
  );
  const last = whole.length - 1;
  const span = Math.min(period, last);
  const slopes = [whole[span]! - whole[0]!, whole[last]! - whole[last - span]!];
  return values.map((_, i) => {
    const place = i - (period >> 1);
    if (place < 0) return whole[0]! + (slopes[0]! * place) / span;
    return place > last ? whole[last]! + (slopes[1]! * (place - last)) / span : whole[place]!;
  });
}

function mean(values: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum / values.length;
}

/** The middle value, or the mean of the two; sorts what it is given. */
function median(values: Float64Array): number {
  const sorted = values.sort();
  const { length } = sorted;
  return length === 0 ? 0 : (sorted[(length - 1) >> 1]! + sorted[length >> 1]!) / 2;
}
