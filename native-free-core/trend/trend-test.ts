import { polynomialEnergies } from './polynomial-energies.js';

/** Points that the test wants: with fewer nothing is significant. */
const COUNT_MIN = 4;

/** Part of the series that the bandwidth of the long-run variance spans. */
const BANDWIDTH = 0.2;

/** Cosines that the slow part of the residuals is measured with; of a short series half of its points. */
const COSINES = 8;

/**
 * The critical value of 5 %, by how much more it is raised for short series, and how strongly slow residuals lower the
 * statistic; for BANDWIDTH and COSINES. All come from a simulation of white noise, autoregressive noise, random walks and walks under noise, 5 to
 * 3,000 points long, 300 to 1,000 of each; the test of this file and bench calibration repeat it.
 */
const CRITICAL = 2.65;
const CRITICAL_SHORT = 45;
const SLOWNESS = 1.006;

/** Polynomials that a slow wander under noise is looked for with, points from which on it is, and how many of them are the slowest. */
const POLYNOMIALS = 18;
const WANDER_COUNT_MIN = 12;
const SLOWEST = 2;

/**
 * Whether an evenly spaced series has a linear trend, at a level of 5 %, whatever the correlation of its noise: white, autoregressive up to
 * and with a random walk. The statistic is that of H. Bunzel and T. Vogelsang, "Powerful trend function tests that are robust to strong
 * serial correlation", Journal of Business and Economic Statistics 23(4), 2005: the slope of least squares over an error that
 * holds for autocorrelated residuals (Bartlett's kernel over a fixed part of the series), times exp(-c · J), where J says how
 * much of the residuals is slow, as those of a random walk are. J is here the ratio of the energy of the residuals in the first
 * cosines to the rest, less what white noise has. Noise on top hides a slow wander from J, so the line must besides stand out of the slow part of
 * the residuals alone: its part, over the root mean square of those of the next polynomials, lowered by how much the slowest of these
 * exceed the others (as U. Müller and M. Watson judge by low frequencies alone, "Testing models of low-frequency variability", Econometrica 76, 2008,
 * in a simple form). Above 1 the trend is significant.
 */
export function trendStatistic(y: Float64Array, count: number): number {
  if (count < COUNT_MIN) return 0;
  const middle = (count - 1) / 2;
  let mean = 0;
  for (let i = 0; i < count; i++) mean += (y[i]! - mean) / (i + 1);
  let xy = 0;
  let xx = 0;
  for (let i = 0; i < count; i++) {
    xy += (i - middle) * (y[i]! - mean);
    xx += (i - middle) ** 2;
  }
  const slope = xy / xx;
  const residuals = new Float64Array(count);
  let energy = 0;
  let total = 0;
  for (let i = 0; i < count; i++) {
    const distance = y[i]! - mean;
    residuals[i] = distance - slope * (i - middle);
    energy += residuals[i]! ** 2;
    total += distance ** 2;
  }
  // What is left of a straight line is rounding.
  if (energy <= total * 1e-24) return total > 0 && slope !== 0 ? Number.POSITIVE_INFINITY : 0;
  const part = Math.abs(slope) * Math.sqrt(xx);
  const ratio = part / Math.sqrt(longRunVariance(residuals));
  const critical = CRITICAL * (1 + CRITICAL_SHORT / count ** 2);
  const statistic = (ratio * Math.exp(-SLOWNESS * slowness(residuals, energy))) / critical;
  return count < WANDER_COUNT_MIN ? statistic : Math.min(statistic, part * wanderPrecision(residuals));
}

/** One over how far a line's part lies from none by the slow part of the residuals. */
function wanderPrecision(residuals: Float64Array): number {
  const energies = polynomialEnergies(residuals, Math.min(POLYNOMIALS, residuals.length - 2));
  const mean = (from: number, to: number): number =>
    energies.subarray(from, to).reduce((sum, energy) => sum + energy / (to - from), 0);
  const excess = mean(0, SLOWEST) / Math.max(mean(SLOWEST, energies.length), Number.MIN_VALUE);
  return 1 / Math.sqrt(mean(0, energies.length)) / (1 + excess);
}

/** Bartlett's estimate, which is never negative: covariances weighted down to 0 at the bandwidth. */
function longRunVariance(residuals: Float64Array): number {
  const { length } = residuals;
  const bandwidth = Math.max(2, BANDWIDTH * length);
  let variance = 0;
  for (let lag = 0; lag < bandwidth && lag < length; lag++) {
    let covariance = 0;
    for (let i = lag; i < length; i++) covariance += residuals[i]! * residuals[i - lag]!;
    variance += (lag === 0 ? 1 : 2 * (1 - lag / bandwidth)) * covariance;
  }
  // Of residuals that sum to nearly nothing over every window the estimate may be as small as rounding.
  return Math.max(variance / length, Number.MIN_VALUE);
}

function slowness(residuals: Float64Array, energy: number): number {
  const { length } = residuals;
  const cosines = Math.min(COSINES, length >> 1);
  let slow = 0;
  for (let k = 1; k <= cosines; k++) {
    let part = 0;
    for (let i = 0; i < length; i++) part += residuals[i]! * Math.cos((Math.PI * k * (i + 0.5)) / length);
    slow += (part * part * 2) / length;
  }
  // A finite ratio where all of it is slow.
  const ratio = slow / Math.max(energy - slow, energy * 1e-12);
  return Math.max(0, ratio - cosines / (length - cosines));
}
