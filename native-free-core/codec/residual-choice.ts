import { bitLength } from './bits.js';
import { SUB_BLOCK_VALUES, SUB_BLOCKS_MAX } from './limits.js';
import { highOf, residualLow } from './scratch.js';

/**
 * How each sub-block of the residuals in scratch is to be written: the header byte, and for a patched one the cut (values
 * longer than so many bits are patches), their number and width. An unpatched sub-block has a cut that no value exceeds.
 * `planResiduals` makes the choice, `writeResiduals` carries it out; the next plan on this thread overwrites it.
 */
export const residualPlan = {
  header: new Uint8Array(SUB_BLOCKS_MAX),
  cut: new Uint8Array(SUB_BLOCKS_MAX),
  patchCount: new Uint8Array(SUB_BLOCKS_MAX),
  patchWidth: new Uint8Array(SUB_BLOCKS_MAX),
  /** Length of the whole sub-block. */
  bits: new Int32Array(SUB_BLOCKS_MAX),
  /** Sub-blocks up to the last one with a residual other than 0; the end mark stands for the others. */
  blocks: 0,
};

/** The cut of an unpatched sub-block. */
export const NO_CUT = 64;

/** Notes the choice for a sub-block; answers its length in bits, so that a choice is one expression. */
export function setPlan(
  block: number,
  header: number,
  cut: number,
  patchCount: number,
  patchWidth: number,
  bits: number,
): number {
  residualPlan.header[block] = header;
  residualPlan.cut[block] = cut;
  residualPlan.patchCount[block] = patchCount;
  residualPlan.patchWidth[block] = patchWidth;
  residualPlan.bits[block] = bits;
  return bits;
}

/** Whether residual i has more than `cut` bits. */
export function isLonger(i: number, cut: number): boolean {
  const high = highOf(i);
  return (high === 0 ? bitLength(residualLow[i]!) : 32 + bitLength(high)) > cut;
}

/** Whether the plan ends with the mark that all the other residuals are zero. */
export function endsInZeros(count: number): boolean {
  return residualPlan.blocks * SUB_BLOCK_VALUES < count;
}
