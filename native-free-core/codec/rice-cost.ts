import { bitLength } from './bits.js';
import { isLonger, NO_CUT } from './residual-choice.js';
import { UNARY_LOW_WIDTH_MAX } from './residual-layout.js';
import { residualLow } from './scratch.js';

/** The cost of the parameter just chosen, low and unary parts together: the second answer of the functions below. */
export const rice = { bits: 0 };

/**
 * The better of the parameters 0 and 1, from the sum of n residuals and the number of odd ones: no second pass. For
 * residuals so small that 2 cannot win: sum - odd <= 2 n, so 1 costs at most the 3 n bits that 2 costs at least.
 */
export function smallRiceWidth(n: number, sum: number, odd: number): number {
  const zero = n + sum;
  const one = 2 * n + ((sum - odd) >>> 1);
  rice.bits = Math.min(zero, one);
  return zero <= one ? 0 : 1;
}

/**
 * The parameter of least exact cost among the three about log2(mean), over the values of at most `cut` bits (the others
 * cost the lone one bit of a patched value). The best one is always among them for a geometric distribution (Kiely,
 * "Selecting the Golomb Parameter in Rice Coding", JPL IPN Progress Report 42-159, 2004), and next to them for others.
 */
export function bestRiceWidth(start: number, n: number, mean: number, cut: number): number {
  const lows = residualLow;
  const k = Math.max(0, Math.min(UNARY_LOW_WIDTH_MAX - 2, bitLength(mean) - 2));
  let first = n * (k + 1);
  let second = n * (k + 2);
  let third = n * (k + 3);
  const stop = start + n;
  // The mean is below 2^(k + 2), or every value below 2^32: sums of 128 quotients stay far below 2^31.
  for (let i = start; i < stop; i++) {
    if (cut !== NO_CUT && isLonger(i, cut)) continue;
    const q = lows[i]! >>> k;
    first = (first + q) | 0;
    second = (second + (q >>> 1)) | 0;
    third = (third + (q >>> 2)) | 0;
  }
  rice.bits = Math.min(first, second, third);
  return rice.bits === first ? k : rice.bits === second ? k + 1 : k + 2;
}
