/** Points that pairs are made of: 200 make 19,900 of them, which sort in a few milliseconds. */
const POINTS_MAX = 200;

/**
 * The slope of Theil and Sen: the median of the slopes of all pairs of points (P. Sen, "Estimates of the regression coefficient based
 * on Kendall's tau", JASA 63, 1968). Up to 29 % of the points may be anywhere without moving it far. Of more than
 * POINTS_MAX points as many are taken, evenly. NaN without two different x; x ascend.
 */
export function robustSlope(x: Float64Array, y: Float64Array, count: number): number {
  const used = Math.min(count, POINTS_MAX);
  const place = (i: number): number => (used === count ? i : Math.floor((i * (count - 1)) / (used - 1)));
  const slopes = new Float64Array((used * (used - 1)) / 2);
  let length = 0;
  for (let i = 1; i < used; i++) {
    for (let j = 0; j < i; j++) {
      const dx = x[place(i)]! - x[place(j)]!;
      if (dx > 0) slopes[length++] = (y[place(i)]! - y[place(j)]!) / dx;
    }
  }
  const sorted = slopes.subarray(0, length).sort();
  if (length === 0) return Number.NaN;
  return (sorted[(length - 1) >> 1]! + sorted[length >> 1]!) / 2;
}
