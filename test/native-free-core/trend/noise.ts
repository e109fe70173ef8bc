/** Numbers in (0, 1), the same for each seed on every machine (mulberry32). */
export function uniform(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return (((t ^ (t >>> 14)) >>> 0) + 0.5) / 2 ** 32;
  };
}

/** Standard normal numbers, by Box and Muller. */
export function normal(seed: number): () => number {
  const next = uniform(seed);
  return () => Math.sqrt(-2 * Math.log(next())) * Math.cos(2 * Math.PI * next());
}

/** Autoregressive noise of order 1 that is stationary from its first point on; a random walk from 0 for rho = 1. */
export function autoregressive(rho: number, count: number, seed: number): number[] {
  const next = normal(seed);
  let x = rho === 1 ? 0 : next() / Math.sqrt(1 - rho * rho);
  return Array.from({ length: count }, () => {
    const value = x;
    x = rho * x + next();
    return value;
  });
}
