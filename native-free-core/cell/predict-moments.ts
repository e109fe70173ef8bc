import type { ValueLattice } from './value-lattice.js';

/** What a row's sum and squares must be near, in units of the lattice. */
export interface PredictedMoments {
  sum: number;
  squares: number;
}

/**
 * Guesses sum and squares from what is written before them: min, max and first value are known exactly, the other
 * values are taken to be in the middle of their buckets. Where each bucket holds one number of the lattice this is no
 * guess, and the row needs no bit for either. The row's counts are [from, to), its places [from - base, to - base).
 *
 * Writer and reader both call this, so its operations and their order are part of the format. Eight arguments, because the
 * columns belong to different owners on the two sides.
 */
export function predictMoments(
  lattice: ValueLattice,
  row: { count: number; min: number; max: number; firstValue: number },
  places: Int32Array,
  counts: Float64Array,
  from: number,
  to: number,
  base: number,
  out: PredictedMoments,
): void {
  const origin = lattice.units(row.firstValue);
  const min = lattice.units(row.min);
  const lowest = min - origin;
  const max = lattice.units(row.max);
  if (min === max) {
    out.sum = row.count * min;
    out.squares = 0;
    return;
  }
  const highest = max - origin;
  let sum = min + max;
  let squares = lowest * lowest + highest * highest;
  const last = to - 1;
  for (let i = from; i < to; i++) {
    const rest = counts[i]! - (i === from ? 1 : 0) - (i === last ? 1 : 0);
    if (rest === 0) continue;
    const value = lattice.middleUnits(places[i - base]!);
    const distance = value - origin;
    sum += rest * value;
    squares += rest * (distance * distance);
  }
  out.sum = sum;
  out.squares = squares;
}
