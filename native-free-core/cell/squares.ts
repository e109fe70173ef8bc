/**
 * The second moment, kept as the sum of squared distances from the cell's first value (the origin), not from the
 * mean. Why: for integers every step is then exact, merging is one polynomial, exact for integers too, and an
 * integer needs few bytes on disk. It is safe because the origin is one of the values: its squared distance from
 * the mean is at most m2, so squares <= (count + 1) * m2, and the subtraction in `secondMoment` loses at most
 * log2(count + 1) bits in the worst case (all values equal but the first) and about one for ordinary data.
 *
 * An overflow is Infinity, never NaN; distances below 1e-154 vanish.
 */

/** Squares about `to` of values whose squares about `from` are known: sum((v - from + from - to)^2), multiplied out. */
export function squaresAbout(squares: number, sum: number, count: number, from: number, to: number): number {
  const shift = from - to;
  if (shift === 0) return squares;
  const moved = squares + 2 * shift * (sum - count * from) + count * shift * shift;
  if (Number.isNaN(moved)) return Number.POSITIVE_INFINITY;
  return Math.max(moved, 0);
}

/**
 * Sum of squared distances from the mean (m2 in Chan, Golub and LeVeque 1983): the variance is m2 / (count - 1),
 * or m2 / count of a whole population. 0 for fewer than 2 values.
 */
export function secondMoment(squares: number, sum: number, count: number, origin: number): number {
  if (count < 2) return 0;
  const deviation = sum - count * origin;
  const moment = squares - (deviation / count) * deviation;
  if (Number.isNaN(moment)) return Number.POSITIVE_INFINITY;
  return Math.max(moment, 0);
}
