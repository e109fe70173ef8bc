import { seededRandom } from './tsbs.js';

/** Makes a series of so many points from a seed. */
export type SeriesMaker = (count: number, seed: number) => Float64Array;

/** Standard normal numbers (Box and Muller). */
function normal(seed: number): () => number {
  const random = seededRandom(seed);
  return () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** Autoregressive noise of order 1, stationary from its first point on; a random walk from 0 for rho = 1. */
export const autoregressive =
  (rho: number): SeriesMaker =>
  (count, seed) => {
    const next = normal(seed);
    let state = rho === 1 ? 0 : next() / Math.sqrt(1 - rho * rho);
    return Float64Array.from({ length: count }, () => {
      const value = state;
      state = rho * state + next();
      return value;
    });
  };

/** A random walk with steps of `step` under white noise. */
export const walkUnderNoise =
  (step: number): SeriesMaker =>
  (count, seed) => {
    const next = normal(seed);
    let level = 0;
    return Float64Array.from({ length: count }, () => {
      level += step * next();
      return level + next();
    });
  };

/** A wave five deviations high on autoregressive noise. */
export const seasonal =
  (period: number, rho: number): SeriesMaker =>
  (count, seed) =>
    autoregressive(rho)(count, seed).map((value, i) => value + 5 * Math.sin((2 * Math.PI * i) / period));

/** Values with long tails: Student's distribution with three degrees of freedom. */
export const longTailed: SeriesMaker = (count, seed) => {
  const next = normal(seed);
  return Float64Array.from({ length: count }, () => {
    const value = next();
    return value / Math.sqrt((next() ** 2 + next() ** 2 + next() ** 2) / 3);
  });
};
