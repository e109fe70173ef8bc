/** The third and fourth standardised moments of a set of values. */
export interface Shape {
  /** The population's, g1 = m3 / m2^1.5: above 0 where the right tail is the longer one. */
  skewness: number;
  /** The population's excess, g2 = m4 / m2² - 3: 0 for a normal distribution. */
  kurtosis: number;
}

/** Values whose powers are summed before the sum joins the total: keeps the rounding of a million additions at that of a thousand. */
const BLOCK = 1_024;

/** Values between two looks at whether anybody still wants to know: a few ms. */
const LOOK = 1_024 * BLOCK;

/** From this size on a distance may overflow, and everything is done with values scaled down. */
const LARGE = 2 ** 1020;
const SCALE = 2 ** -200;

/**
 * The shape of `values[0..count)`, whose mean and population stddev are known. Undefined where there is none: for no
 * spread. One pass over the standardised values, so that neither a large base nor a large spread costs digits; what the
 * given mean and stddev lack in their last place is corrected from the first two moments of the same pass (P. Pébay, "Formulas for robust,
 * one-pass parallel computation of covariances and arbitrary-order statistical moments", SAND2008-6212, section 3, with
 * an empty second set). `look` is called every few ms; what it throws ends all.
 */
// Five arguments: a column, what is known of it, and who looks.
export function shapeOf(
  values: Float64Array,
  count: number,
  mean: number,
  stddev: number,
  look: () => void = () => {},
): Shape | undefined {
  if (count === 0 || !(stddev > 0)) return undefined;
  const scale = Math.abs(mean) >= LARGE || stddev >= LARGE ? SCALE : 1;
  const center = mean * scale;
  const spread = stddev * scale;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  let s4 = 0;
  for (let start = 0; start < count; start += BLOCK) {
    if (start % LOOK === 0) look();
    const end = Math.min(count, start + BLOCK);
    let b1 = 0;
    let b2 = 0;
    let b3 = 0;
    let b4 = 0;
    for (let i = start; i < end; i++) {
      const distance = (values[i]! * scale - center) / spread;
      const square = distance * distance;
      b1 += distance;
      b2 += square;
      b3 += square * distance;
      b4 += square * square;
    }
    s1 += b1;
    s2 += b2;
    s3 += b3;
    s4 += b4;
  }
  const shift = s1 / count;
  const m2 = s2 / count - shift * shift;
  const m3 = s3 / count - 3 * shift * (s2 / count) + 2 * shift ** 3;
  const m4 = s4 / count - 4 * shift * (s3 / count) + 6 * shift * shift * (s2 / count) - 3 * shift ** 4;
  return { skewness: m3 / m2 ** 1.5, kurtosis: m4 / m2 ** 2 - 3 };
}
