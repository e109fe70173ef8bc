import { HISTOGRAM_BUCKETS_DEFAULT_MAX } from './limits.js';

/** Mantissas of widths that a person reads well, in tenths. */
const NICE_TENTHS = [10, 20, 25, 50, 100] as const;

/** Whole numbers up to here, times a mantissa, are exact. */
const WHOLE_MAX = 2 ** 46;

/** Powers of ten up to this one are exact as float64, so a division by one is rounded once. */
const EXACT_POWER_MAX = 22;

/**
 * The bucket width that Scott derives for a density ("On optimal and data-based histograms", Biometrika 66(3), 1979): 3.49
 * standard deviations over the cube root of the count.
 */
export function densityWidth(count: number, stddev: number): number {
  return (3.49 * stddev) / Math.cbrt(count);
}

/**
 * Ascending edges around [min, max] for buckets whose width is 1, 2, 2.5 or 5 times a power of ten, the least of them that
 * is not below `width` and makes at most HISTOGRAM_BUCKETS_DEFAULT_MAX buckets. The edges are multiples of the width, each
 * the float64 nearest to its decimal. Where such numbers can't be told apart (a narrow range far from zero), or min is max, the edges of `equalEdges`.
 */
export function niceEdges(min: number, max: number, width: number): Float64Array {
  // Part by part, so that no range overflows.
  const least = max / HISTOGRAM_BUCKETS_DEFAULT_MAX - min / HISTOGRAM_BUCKETS_DEFAULT_MAX;
  const wanted = Math.max(width, least);
  if (wanted > 0 && Number.isFinite(wanted)) {
    const exponent = Math.floor(Math.log10(wanted));
    for (const power of [exponent, exponent + 1]) {
      for (const tenths of NICE_TENTHS) {
        if ((tenths / 10) * 10 ** power < wanted * (1 - 1e-9)) continue;
        const edges = multiplesAround(min, max, tenths, power - 1);
        if (edges !== undefined) return edges;
      }
    }
  }
  return equalEdges(min, max, HISTOGRAM_BUCKETS_DEFAULT_MAX);
}

/** The multiples of tenths · 10^power around [min, max]; undefined where they are too many, too large or too small. */
function multiplesAround(min: number, max: number, tenths: number, power: number): Float64Array | undefined {
  if (Math.abs(power) > EXACT_POWER_MAX) return undefined;
  const width = tenths * 10 ** power;
  const first = Math.floor(min / width);
  const last = Math.floor(max / width) + 1;
  if (Math.max(-first, last) > WHOLE_MAX || last - first > HISTOGRAM_BUCKETS_DEFAULT_MAX + 1)
    return undefined;
  const edge = (k: number): number => (power < 0 ? (k * tenths) / 10 ** -power : k * tenths * 10 ** power);
  // The division above may be off by one at an edge.
  const from = edge(first) > min ? first - 1 : first;
  const to = edge(last) <= max ? last + 1 : last;
  return Float64Array.from({ length: to - from + 1 }, (_, i) => edge(from + i) + 0);
}

/** `buckets` buckets of equal width from min to max; fewer where float64 has no numbers between; a single one for min = max. */
export function equalEdges(min: number, max: number, buckets: number): Float64Array {
  if (min === max) return Float64Array.of(min, max);
  const edges = [min];
  for (let i = 1; i < buckets; i++) {
    const part = i / buckets;
    const edge = min * (1 - part) + max * part;
    if (edge > edges.at(-1)! && edge < max) edges.push(edge);
  }
  return Float64Array.from([...edges, max]);
}
