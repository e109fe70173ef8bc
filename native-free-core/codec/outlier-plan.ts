import { bitLength } from './bits.js';
import { SUB_BLOCK_POSITION_BITS } from './limits.js';
import { NO_CUT, setPlan } from './residual-choice.js';
import {
  HEADER_BITS,
  LOW_WIDTH_MAX,
  PATCH_HEAD_BITS,
  PATCHED,
  UNARY,
  UNARY_LOW_WIDTH_MAX,
} from './residual-layout.js';
import { bestRiceWidth, rice } from './rice-cost.js';
import { highOf, residualLow } from './scratch.js';

const TWO_TO_32 = 2 ** 32;

/** Histogram of one sub-block by bit length: how many values, and their sum. */
const lengthCount = new Int32Array(LOW_WIDTH_MAX + 1);
const lengthSum = new Float64Array(LOW_WIDTH_MAX + 1);

/** Plans a sub-block with outliers: packing or Rice coding, each with the set of patches that costs least. */
export function planByHistogram(block: number, start: number, n: number): number {
  const longest = fillHistogram(start, n);
  let bestBits = n * longest;
  let bestWidth = longest;
  let patches = 0;
  let bestPatches = 0;
  for (let k = longest - 1; k >= 0; k--) {
    patches += lengthCount[k + 1]!;
    const bits = n * k + PATCH_HEAD_BITS + patches * (SUB_BLOCK_POSITION_BITS + longest - k);
    if (bits < bestBits) {
      bestBits = bits;
      bestWidth = k;
      bestPatches = patches;
    }
  }
  const cut = bestRiceCut(n, longest);
  let outliers = 0;
  let sum = 0;
  for (let length = 0; length <= longest; length++) {
    if (length > cut) outliers += lengthCount[length]!;
    else sum += lengthSum[length]!;
  }
  const k = bestRiceWidth(start, n, sum / n, outliers > 0 ? cut : NO_CUT);
  const patchWidth = longest - k;
  const unaryBits =
    rice.bits + (outliers > 0 ? PATCH_HEAD_BITS + outliers * (SUB_BLOCK_POSITION_BITS + patchWidth) : 0);
  if (unaryBits < bestBits) {
    if (outliers === 0) return setPlan(block, UNARY | k, NO_CUT, 0, 0, HEADER_BITS + unaryBits);
    return setPlan(block, UNARY | PATCHED | k, cut, outliers, patchWidth, HEADER_BITS + unaryBits);
  }
  if (bestPatches === 0) return setPlan(block, bestWidth, NO_CUT, 0, 0, HEADER_BITS + bestBits);
  return setPlan(
    block,
    PATCHED | bestWidth,
    bestWidth,
    bestPatches,
    longest - bestWidth,
    HEADER_BITS + bestBits,
  );
}

/** Fills the histogram of a sub-block; answers the length of its longest value. */
function fillHistogram(start: number, n: number): number {
  const lows = residualLow;
  lengthCount.fill(0);
  lengthSum.fill(0);
  let longest = 0;
  const stop = start + n;
  for (let i = start; i < stop; i++) {
    const high = highOf(i);
    const low = lows[i]!;
    const length = high === 0 ? bitLength(low) : 32 + bitLength(high);
    lengthCount[length]!++;
    lengthSum[length]! += high * TWO_TO_32 + low;
    if (length > longest) longest = length;
  }
  return longest;
}

/**
 * Which values Rice coding had best leave to patches: those of more bits than the answer. Judged by the mean of the
 * rest, which is within a fraction of a bit of the exact cost; that one is computed for the winner only.
 */
function bestRiceCut(n: number, longest: number): number {
  let sum = 0;
  let kept = 0;
  let bestCut = 0;
  let bestBits = Number.POSITIVE_INFINITY;
  for (let cut = 0; cut <= longest && cut <= UNARY_LOW_WIDTH_MAX; cut++) {
    if (lengthCount[cut] === 0 && cut > 0) continue;
    sum += lengthSum[cut]!;
    kept += lengthCount[cut]!;
    const k = Math.max(0, bitLength(sum / n) - 1);
    const outliers = n - kept;
    const unary = sum / 2 ** k - (k > 0 ? n / 2 : 0);
    const patchBits =
      outliers === 0 ? 0 : PATCH_HEAD_BITS + outliers * (SUB_BLOCK_POSITION_BITS + longest - k);
    const bits = n * (k + 1) + unary + patchBits;
    if (bits < bestBits) {
      bestBits = bits;
      bestCut = cut;
    }
  }
  return bestCut;
}
