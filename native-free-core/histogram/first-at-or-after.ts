/** The first of the ascending places [start, end) that is at or after `middle`, or end. */
export function firstAtOrAfter(places: Int32Array, start: number, end: number, middle: number): number {
  // Halving a long stretch beats looking at each; over a short one the branches of a search are mispredicted.
  while (end - start > 8) {
    const half = (start + end) >>> 1;
    if (places[half]! < middle) start = half + 1;
    else end = half;
  }
  while (start < end && places[start]! < middle) start++;
  return start;
}
