/**
 * Exponential smoothing with an additive season and a damped trend, ETS(A,Ad,A) in the words of R. Hyndman, A. Koehler, J. Ord, R. Snyder,
 * "Forecasting with Exponential Smoothing", 2008, chapter 3, about which the series may wander and come back: the distance from what level, trend and season
 * foretell is autoregressive of order 1 (the first-order adjustment of C. Chatfield, "The Holt-Winters forecasting procedure", Applied
 * Statistics 27, 1978, as part of the model). Weights are those of the error-correction form.
 */
export interface SmoothingWeights {
  /** Of the level, 0 to 1. */
  level: number;
  /** Of the trend, 0 to the level's. */
  trend: number;
  /** Of the season, 0 to 1 - the level's. */
  season: number;
  /** What is left of the trend after each step, up to 1. */
  damping: number;
  /** What is left of the distance from level and season after each step, 0 to less than 1. */
  carry: number;
}

/** The state after the last point, and how well every point was foretold from those before it. */
export interface Smoothed {
  level: number;
  trend: number;
  /** By phase: season[i] belongs to the points whose index is i modulo the period. Empty where there is none. */
  season: Float64Array;
  /** How far the last point lies from what level, trend and season foretold. */
  distance: number;
  /** The mean of the squared errors of one step, without those of the beginning. */
  meanSquare: number;
}

/** Where smoothing begins. */
export interface SmoothingStart {
  level: number;
  trend: number;
  season: Float64Array;
  /** Points whose errors don't count, since the start was made from them. */
  skipped: number;
}

/**
 * A start from the series itself: the line of its first part, and the mean of each phase about a line
 * through all of it.
 */
export function smoothingStart(y: Float64Array, count: number, period: number): SmoothingStart {
  const season = new Float64Array(period);
  if (period > 0) seasonInto(y, count, period, season);
  const first = Math.min(count, Math.max(10, 2 * period));
  const line = lineOf(y, first, season);
  return { level: line.start - line.slope, trend: line.slope, season, skipped: Math.min(first, count >> 2) };
}

/** The same with the line of the whole series. */
export function lineStart(
  y: Float64Array,
  count: number,
  { season, skipped }: SmoothingStart,
): SmoothingStart {
  const line = lineOf(y, count, season);
  return { level: line.start - line.slope, trend: line.slope, season, skipped };
}

/** Phase means of what the moving average of a whole period leaves (classical decomposition), without their own mean. */
function seasonInto(y: Float64Array, count: number, period: number, season: Float64Array): void {
  const seen = new Float64Array(period);
  const before = period >> 1;
  let sum = 0;
  for (let i = 0; i < period; i++) sum += y[i]!;
  for (let i = before; i + period - before <= count; i++) {
    // The window of one period around i; of an even one the half before is the longer, which shifts no phase.
    const level = sum / period;
    season[i % period] = season[i % period]! + y[i]! - level;
    seen[i % period] = seen[i % period]! + 1;
    sum += (y[i - before + period] ?? 0) - y[i - before]!;
  }
  let mean = 0;
  for (let j = 0; j < period; j++) {
    season[j] = seen[j] === 0 ? 0 : season[j]! / seen[j]!;
    mean += season[j]! / period;
  }
  for (let j = 0; j < period; j++) season[j] = season[j]! - mean;
}

function lineOf(y: Float64Array, count: number, season: Float64Array): { start: number; slope: number } {
  const middle = (count - 1) / 2;
  let mean = 0;
  let slope = 0;
  const own = (i: number): number => y[i]! - (season.length === 0 ? 0 : season[i % season.length]!);
  for (let i = 0; i < count; i++) mean += own(i) / count;
  for (let i = 0; i < count; i++) slope += (i - middle) * (own(i) - mean);
  slope = count < 2 ? 0 : slope / ((count * (count * count - 1)) / 12);
  return { start: mean - slope * middle, slope };
}

/** The state after a point; the season must not be kept. */
export type StateVisitor = (index: number, state: Omit<Smoothed, 'meanSquare'>) => void;

/** Runs through the series. */
export function smooth(
  y: Float64Array,
  count: number,
  { level: startLevel, trend: startTrend, season: startSeason, skipped }: SmoothingStart,
  weights: SmoothingWeights,
  onState?: StateVisitor,
): Smoothed {
  const { level: alpha, trend: beta, season: gamma, damping, carry } = weights;
  const season = startSeason.slice();
  const period = season.length;
  let level = startLevel;
  let trend = startTrend;
  let distance = 0;
  let squares = 0;
  for (let i = 0, phase = 0; i < count; i++) {
    const seasonal = period === 0 ? 0 : season[phase]!;
    const ahead = level + damping * trend;
    const carried = carry * distance;
    distance = y[i]! - ahead - seasonal;
    const error = distance - carried;
    level = ahead + alpha * error;
    trend = damping * trend + beta * error;
    if (period > 0) {
      season[phase] = seasonal + gamma * error;
      if (++phase === period) phase = 0;
    }
    if (i >= skipped) squares += error * error;
    onState?.(i, { level, trend, season, distance });
  }
  return { level, trend, season, distance, meanSquare: count > skipped ? squares / (count - skipped) : 0 };
}
