/** A series on an even grid of times. */
export interface EvenSeries {
  startMs: number;
  stepMs: number;
  values: Float64Array;
}

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
  if (count < 2) return { startMs: times[0] ?? 0, stepMs, values: values.slice(0, count) };
  const gaps = Float64Array.from({ length: count - 1 }, (_, i) => times[i + 1]! - times[i]!).sort();
  const step = Math.max(stepMs, gaps[(count - 1) >> 1]!);
  const startMs = times[0]!;
  const length = Math.floor((times[count - 1]! - startMs) / step) + 1;
  const even = new Float64Array(length);
  for (let i = 0, at = 0; i < length; i++) {
    const timeMs = startMs + i * step;
    while (at < count - 2 && times[at + 1]! <= timeMs) at++;
    const part = (timeMs - times[at]!) / (times[at + 1]! - times[at]!);
    even[i] = values[at]! * (1 - part) + values[at + 1]! * part;
  }
  return { startMs, stepMs: step, values: even };
}
