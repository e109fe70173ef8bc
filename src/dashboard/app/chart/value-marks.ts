/** A round number on a scale of values. */
export interface ValueMark {
  value: number;
  /** How far up the scale it lies, from 0 to 1. */
  part: number;
  /** How far apart its neighbours are about, so that its text tells them apart. */
  step: number;
}

/** The round numbers of a decade, which lie about as far apart on a scale by ratio. */
const OF_DECADE = [1, 2, 5] as const;
/** The narrowest of their gaps, from 1 to 2, as part of the decade. */
const NARROWEST = Math.log10(2);

/** Scales that are shorter have no marks: so near to zero numbers have fewer digits. */
const LENGTH_MIN = 1e-300;

/**
 * The round numbers on a scale of rows with these bounds, about `count` at most. The rows are either as far apart in difference or in ratio,
 * as the engine makes them.
 */
export function valueMarks(bounds: readonly number[], count: number): ValueMark[] {
  const low = bounds[0];
  const high = bounds.at(-1);
  if (low === undefined || high === undefined) return [];
  return isByRatio(bounds, low, high) ? ratioMarks(low, high, count) : differenceMarks(low, high, count);
}

/** The first of many rows by ratio is far lower than the mean one. */
function isByRatio(bounds: readonly number[], low: number, high: number): boolean {
  const rows = bounds.length - 1;
  return low > 0 && rows > 1 && bounds[1]! - low < (high / rows - low / rows) / 2;
}

function differenceMarks(low: number, high: number, count: number): ValueMark[] {
  // Differences of halves and of parts: those of extremes would overflow.
  const step = roundUp(high / count - low / count);
  const half = high / 2 - low / 2;
  if (!(half > LENGTH_MIN && step < Number.POSITIVE_INFINITY)) return [];
  const first = Math.ceil(low / step);
  const length = Math.max(0, Math.floor(high / step) - first + 1);
  return Array.from({ length }, (_, i) => {
    // + 0: not -0.
    const value = (first + i) * step + 0;
    return { value, part: (value / 2 - low / 2) / half, step };
  });
}

function ratioMarks(low: number, high: number, count: number): ValueMark[] {
  const lowest = Math.log10(low);
  const decades = Math.log10(high) - lowest;
  const isFine = count * NARROWEST >= decades;
  const stride = isFine ? 1 : Math.ceil(decades / count);
  const marks: ValueMark[] = [];
  for (let power = Math.floor(lowest / stride) * stride; power <= lowest + decades; power += stride) {
    for (const digit of isFine ? OF_DECADE : [1]) {
      const value = Number(`${digit}e${power}`);
      if (value >= low && value <= high)
        marks.push({ value, part: (Math.log10(value) - lowest) / decades, step: value });
    }
  }
  return marks;
}

/** The next number of 1, 2 and 5 times a power of ten. */
function roundUp(number: number): number {
  const power = Math.floor(Math.log10(number));
  const digit = [...OF_DECADE, 10].find((each) => Number(`${each}e${power}`) >= number) ?? 10;
  return Number(`${digit}e${power}`);
}
