import { bitLength } from './bits.js';
import { SUB_BLOCK_VALUES } from './limits.js';
import { planByHistogram } from './outlier-plan.js';
import { NO_CUT, residualPlan, setPlan } from './residual-choice.js';
import { HEADER_BITS, UNARY } from './residual-layout.js';
import { bestRiceWidth, rice, smallRiceWidth } from './rice-cost.js';
import { residualHigh, residualLow, residuals } from './scratch.js';

/**
 * Chooses for each sub-block of the `count` residuals in scratch how it is written, without writing any. Answers the exact
 * length of their stream in bits.
 */
export function planResiduals(count: number): number {
  let bits = 0;
  let bitsSoFar = 0;
  let blocks = 0;
  for (let start = 0, block = 0; start < count; start += SUB_BLOCK_VALUES, block++) {
    const n = Math.min(SUB_BLOCK_VALUES, count - start);
    bitsSoFar += planSubBlock(block, start, n);
    if (residualPlan.header[block] !== 0) {
      blocks = block + 1;
      bits = bitsSoFar;
    }
  }
  residualPlan.blocks = blocks;
  return blocks * SUB_BLOCK_VALUES < count ? bits + HEADER_BITS : bits;
}

function planSubBlock(block: number, start: number, n: number): number {
  const lows = residualLow;
  const highs = residualHigh;
  const stop = start + n;
  let low = 0;
  let odd = 0;
  // The sum in two halves: each stays a small integer, where one sum would turn into a chain of double additions.
  let sumLow = 0;
  let sumHigh = 0;
  for (let i = start; i < stop; i++) {
    const u = lows[i]!;
    low |= u;
    odd = (odd + (u & 1)) | 0;
    sumLow = (sumLow + (u & 0xffff)) | 0;
    sumHigh = (sumHigh + (u >>> 16)) | 0;
  }
  if (residuals.wide) {
    let high = 0;
    for (let i = start; i < stop; i++) high |= highs[i]!;
    if (high !== 0) return planByHistogram(block, start, n);
  }
  if (low === 0) return setPlan(block, 0, NO_CUT, 0, 0, HEADER_BITS);
  const sum = sumHigh * 0x10000 + sumLow;
  const width = bitLength(low);
  // Outliers (far above the mean) or mostly zeros: patches may pay, and only a histogram can tell.
  if (width > bitLength(sum / n) + 4 || sum < n) return planByHistogram(block, start, n);
  const k = sum - odd <= 2 * n ? smallRiceWidth(n, sum, odd) : bestRiceWidth(start, n, sum / n, NO_CUT);
  const packed = n * width;
  // On a tie the packed form is taken: it decodes faster.
  if (packed <= rice.bits) return setPlan(block, width, NO_CUT, 0, 0, HEADER_BITS + packed);
  return setPlan(block, UNARY | k, NO_CUT, 0, 0, HEADER_BITS + rice.bits);
}
