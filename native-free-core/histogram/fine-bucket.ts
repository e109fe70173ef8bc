import { bucketIndex, bucketInner, INDEXES_PER_OCTAVE, PAIRS_FROM, powerOfTwo } from './bucket.js';

/**
 * The buckets of runs of version 1 (cell/cell-run-layout.ts): 128 of one width in each octave, none of them a pair. Each lies
 * wholly in one of bucket.ts, so what was counted in them is counted in those without loss. Their inner ends are
 * what `bucketInner` answers for every index.
 */

const PLACE_MASK = INDEXES_PER_OCTAVE - 1;

/** Octaves from this one on have 128 different fine buckets; below, a bucket may be narrower than the grid of numbers. */
const GRID_OCTAVE = 8;

/** The fine bucket of a finite value. */
export function fineIndex(value: number): number {
  const index = bucketIndex(value);
  const place = (index < 0 ? -index : index) - 1;
  // Below octave 7 neighbouring numbers are at least a pair apart, so they are at its inner end.
  if (index === 0 || (place & PLACE_MASK) < PAIRS_FROM || place >> 7 < GRID_OCTAVE - 1) return index;
  const second = index < 0 ? index - 1 : index + 1;
  return Math.abs(value) < Math.abs(bucketInner(second)) ? index : second;
}

/** As `bucketWidth`. */
export function fineWidth(index: number): number {
  return index === 0 ? 0 : octaveOf(index) / INDEXES_PER_OCTAVE;
}

/** The midpoint; of a bucket that is no wider than the grid of numbers the inner end, which is the only one in it. */
export function fineMid(index: number): number {
  if (index === 0) return 0;
  const place = (index < 0 ? -index : index) - 1;
  const half = place >> 7 < GRID_OCTAVE ? 0 : 0.5;
  const middle = octaveOf(index) * (1 + ((place & PLACE_MASK) + half) / INDEXES_PER_OCTAVE);
  return index < 0 ? -middle : middle;
}

/** The bucket of bucket.ts in which a fine one lies. */
export function bucketOfFine(index: number): number {
  const place = (index < 0 ? -index : index) - 1;
  if (index === 0 || (place & PLACE_MASK) < PAIRS_FROM) return index;
  const first = (place & ~1) + 1;
  return index < 0 ? -first : first;
}

/** The lower end of the octave of a bucket other than 0. */
function octaveOf(index: number): number {
  return powerOfTwo((((index < 0 ? -index : index) - 1) >> 7) - 1074);
}
