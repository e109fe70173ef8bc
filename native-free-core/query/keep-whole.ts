import { assert } from '../assert.js';

/**
 * What every way of thinning begins with: chooses the first `threshold` of `count` points where nothing is to be thinned, because they are no more or
 * because only one is wanted, and answers how many. -1 where there is.
 */
export function keepWholeInto(count: number, threshold: number, chosen: Uint32Array): number {
  const kept = Math.min(count, threshold);
  assert(chosen.length >= kept, 'there must be room for the chosen points');
  if (count > threshold && threshold > 1) return -1;
  for (let i = 0; i < kept; i++) chosen[i] = i;
  return kept;
}
