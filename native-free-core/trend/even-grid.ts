/** A series on an even grid of times. */
export interface EvenSeries {
  startMs: number;
  stepMs: number;
  values: Float64Array;
  /** How many of the values lie in holes, more than a step wide, and are invented. */
  invented: number;
}

/** A distance of neighbours that is a hole, in steps: others vary about one. */
const HOLE = 1.5;

/**
 * Puts points at multiples of `stepMs` from the first one, with gaps, on an even grid, by straight lines between neighbours. The
 * grid's step is the median distance of neighbours, so that points that come every fifth step make a grid of every fifth step, and
 * not one that is mostly invented. Times ascend and differ.
 */
export function evenSeries(
  times: Float64Array,
  values: Float64Array,
  count: number,
  stepMs: number,
): EvenSeries {
  if (count < 2) return { startMs: times[0] ?? 0, stepMs, values: values.slice(0, count), invented: 0 };
  const gaps = Float64Array.from({ length: count - 1 }, (_, i) => times[i + 1]! - times[i]!).sort();
  const step = Math.max(stepMs, gaps[(count - 1) >> 1]!);
  const startMs = times[0]!;
  const length = Math.floor((times[count - 1]! - startMs) / step) + 1;
  const even = new Float64Array(length);
  let invented = 0;
  for (let i = 0, at = 0; i < length; i++) {
    const timeMs = startMs + i * step;
    while (at < count - 2 && times[at + 1]! <= timeMs) at++;
    const gap = times[at + 1]! - times[at]!;
    const part = (timeMs - times[at]!) / gap;
    if (part > 0 && part < 1 && gap > HOLE * step) invented++;
    even[i] = values[at]! * (1 - part) + values[at + 1]! * part;
  }
  return { startMs, stepMs: step, values: even, invented };
}
