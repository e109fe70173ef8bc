/** A stretch of a column that is drawn as one line: the places of its first and its last value. */
export type Run = readonly [first: number, last: number];

type Column = ArrayLike<number | null | undefined>;

/** A line goes on over this many times the usual distance of the values: one that is missing is a hiccup, more are a gap. */
const HICCUP = 2.5;

/**
 * The runs of a column between two places. Values that come less often than the windows of the chart (a reading a minute, a
 * window a second) are joined all the same: without that none of them would have a neighbour, and nothing would be drawn.
 */
export function runsOf(values: Column, from: number, to: number): Run[] {
  const distanceMax = joinedDistance(values, from, to);
  const runs: Run[] = [];
  let first = -1;
  let last = -1;
  for (let i = from; i <= to; i++) {
    if (values[i] == null) continue;
    if (first >= 0 && i - last > distanceMax) {
      runs.push([first, last]);
      first = i;
    } else if (first < 0) first = i;
    last = i;
  }
  if (first >= 0) runs.push([first, last]);
  return runs;
}

/** How far apart two values may be that belong together: neighbours, unless most values have none. */
function joinedDistance(values: Column, from: number, to: number): number {
  const wide: number[] = [];
  let count = 0;
  let last = -1;
  for (let i = from; i <= to; i++) {
    if (values[i] == null) continue;
    if (last >= 0 && i - last > 1) wide.push(i - last);
    last = i;
    count++;
  }
  if (wide.length * 2 < count) return 1;
  wide.sort((a, b) => a - b);
  return wide[wide.length >> 1]! * HICCUP;
}

const knownRuns = new WeakMap<Column, readonly Run[]>();

/** The runs of a whole column, found once for as long as there is such a column. */
export function runsIn(values: Column): readonly Run[] {
  const runs = knownRuns.get(values) ?? runsOf(values, 0, values.length - 1);
  knownRuns.set(values, runs);
  return runs;
}

/**
 * The place of the value that is drawn at a place, or nearest to it on the line that goes over it; null where no line does: between values
 * that come less often than windows a reader wants to know what the line says.
 */
export function placeNear(values: Column, place: number): number | null {
  if (values[place] != null) return place;
  const run = runsIn(values).find(([, last]) => last >= place);
  if (run === undefined || run[0] > place) return null;
  // A run begins and ends with a value, so there is one to either side.
  for (let by = 1; ; by++) {
    if (values[place - by] != null) return place - by;
    if (values[place + by] != null) return place + by;
  }
}
