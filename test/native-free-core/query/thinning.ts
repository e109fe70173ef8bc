import fc from 'fast-check';

/** Points of small whole numbers, with equal times and equal values among them. */
export const seriesArbitrary = fc
  .array(fc.tuple(fc.nat(8), fc.integer({ min: -64, max: 64 })), { minLength: 1, maxLength: 120 })
  .map((steps) => {
    let x = 1_700_000_000_000;
    return steps.map(([step, y]) => ({ x: (x += step), y }));
  });

/** Epoch times in ms with gaps and repetitions. */
export function ascendingTimes(count: number): number[] {
  return Array.from(
    { length: count },
    (_, i) => 1_700_000_000_000 + Math.floor(i / 2) * 10_000 + (i % 7 === 6 ? 1 : 0),
  );
}
