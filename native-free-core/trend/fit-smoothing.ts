import {
  lineStart,
  type SmoothingStart,
  type SmoothingWeights,
  smooth,
  smoothingStart,
} from './smoothing.js';

const LEVELS = [0.01, 0.03, 0.07, 0.15, 0.3, 0.5, 0.75, 0.95];
const TRENDS = [0, 0.02, 0.1, 0.3];
const SEASONS = [0, 0.05, 0.2];
const DAMPINGS = [0.9, 0.98];
const CARRIES = [0.2, 0.4, 0.6, 0.75, 0.88, 0.95];

/** Levels of models that need not follow: those that know a line, and those whose distances come back. */
const SLOW_LEVELS = LEVELS.slice(0, 5);

/**
 * How much likelier (twice the logarithm) the series must be by a model that is surer of what comes than smoothing alone: one whose distances
 * come back, one that knows a line, one that does both. One random walk in twenty gains 8 by coming back and 12 by doing so to a line; with these
 * bounds the bands of walks hold as much as they should (test of forecast.ts).
 */
const GAIN = 10;
const GAIN_BOTH = 20;

/** A model, and how well it foretells. */
export interface Fitted {
  start: SmoothingStart;
  weights: SmoothingWeights;
  meanSquare: number;
}

/** The start and the weights of a grid that foretell one step best; of equal ones the slower. */
export function fitSmoothing(y: Float64Array, count: number, period: number): Fitted {
  const start = smoothingStart(y, count, period);
  const seasons = period === 0 ? [0] : SEASONS;
  const plain = bestOf(y, count, start, gridOf({ levels: LEVELS, parts: TRENDS, seasons, carries: [0] }));
  const share = plain.weights.season / (1 - plain.weights.level);
  const line = lineStart(y, count, start);
  const fit = (
    from: SmoothingStart,
    levels: readonly number[],
    grid: Omit<Grid, 'levels' | 'seasons'>,
  ): Fitted => bestOf(y, count, from, gridOf({ levels, seasons: [share], ...grid }));
  const points = count - start.skipped;
  let best = plain;
  const consider = (gain: number, other: Fitted): void => {
    if (other.meanSquare < best.meanSquare * Math.exp(-gain / points)) best = other;
  };
  consider(GAIN, fit(line, LEVELS, { parts: [], carries: [0] }));
  consider(GAIN, fit(start, SLOW_LEVELS, { parts: TRENDS, carries: CARRIES }));
  consider(GAIN_BOTH, fit(line, SLOW_LEVELS, { parts: [], carries: CARRIES }));
  return best;
}

interface Grid {
  levels: readonly number[];
  /** Weights of the trend, as parts of the level's; none: the trend stays as it began. */
  parts: readonly number[];
  /** Weights of the season, as parts of what the level's leaves. */
  seasons: readonly number[];
  carries: readonly number[];
}

function gridOf({ levels, parts, seasons, carries }: Grid): SmoothingWeights[] {
  const trends = parts.flatMap((part) =>
    (part === 0 ? [1, ...DAMPINGS] : DAMPINGS).map((damping) => ({ part, damping })),
  );
  if (trends.length === 0) trends.push({ part: 0, damping: 1 });
  return carries.flatMap((carry) =>
    levels.flatMap((level) =>
      trends.flatMap(({ part, damping }) =>
        seasons.map((season) => ({
          level,
          trend: level * part,
          season: (1 - level) * season,
          damping,
          carry,
        })),
      ),
    ),
  );
}

// Four arguments: a series and its model's parts.
function bestOf(
  y: Float64Array,
  count: number,
  start: SmoothingStart,
  grid: readonly SmoothingWeights[],
): Fitted {
  const best: Fitted = { start, weights: grid[0]!, meanSquare: Number.POSITIVE_INFINITY };
  for (const weights of grid) {
    const { meanSquare } = smooth(y, count, start, weights);
    if (!(meanSquare < best.meanSquare * (1 - 1e-9))) continue;
    best.meanSquare = meanSquare;
    best.weights = weights;
  }
  return best;
}
