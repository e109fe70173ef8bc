/**
 * Columns of known behaviour, for benches, size assertions and the table in docs/formats/chunk.md.
 * All come from one seeded generator, so every machine sees the same values.
 */
export type Random = () => number;

/** Mulberry32: 32 bits of state are plenty for workloads, and every platform computes the same. */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A normal deviate (Box and Muller), from two uniform ones of 53 bits each. */
export function gauss(random: Random): number {
  const fine = () =>
    (Math.floor(random() * 2 ** 27) * 2 ** 26 + Math.floor(random() * 2 ** 26) + 0.5) / 2 ** 53;
  return Math.sqrt(-2 * Math.log(fine())) * Math.cos(2 * Math.PI * fine());
}

const START_MS = 1_767_225_600_000;

type Column = (random: Random, count: number) => Float64Array;

const fill = (count: number, next: (i: number) => number): Float64Array =>
  Float64Array.from({ length: count }, (_, i) => next(i));

/** By name: what a value column of one series may look like. */
export const valueColumns: Record<string, Column> = {
  'TSBS gauge': (random, count) => {
    let walk = random() * 100;
    return fill(count, () => {
      walk = Math.min(100, Math.max(0, walk + gauss(random)));
      return Math.floor(walk);
    });
  },
  constant: (_, count) => new Float64Array(count).fill(42),
  'counter with noise': (random, count) => {
    let total = Math.floor(random() * 1e9);
    return fill(count, () => (total += 1000 + Math.round(gauss(random) * 30)));
  },
  'memory in pages of 4 KiB': (random, count) => {
    let pages = Math.floor(random() * 1e6);
    return fill(count, () => 4096 * (pages += Math.round(gauss(random) * 50)));
  },
  'mostly 0, 3 % spikes': (random, count) =>
    fill(count, () => (random() < 0.03 ? Math.floor(random() * 1000) : 0)),
  'latency, 2 decimals, log-normal': (random, count) =>
    fill(count, () => Math.round(100 * Math.exp(3 + gauss(random) / 2)) / 100),
  '1 decimal, 5 % full-precision': (random, count) =>
    fill(count, () => (random() < 0.05 ? gauss(random) : Math.round(random() * 1000) / 10)),
  'full-precision gaussian': (random, count) => fill(count, () => gauss(random)),
  'full-precision random walk': (random, count) => {
    let walk = 50;
    return fill(count, () => (walk += gauss(random) / 10));
  },
  'full-precision, 80 % repeated': (random, count) => {
    let ratio = 1 / 3;
    return fill(count, () => (random() < 0.2 ? (ratio = Math.floor(random() * 100) / 97) : ratio));
  },
  'float32-born gaussian': (random, count) => fill(count, () => Math.fround(gauss(random))),
};

/** By name: what a time column may look like. */
export const timeColumns: Record<string, Column> = {
  'regular, 10 s': (_, count) => fill(count, (i) => START_MS + i * 10_000),
  'regular, unaligned': (_, count) => fill(count, (i) => START_MS + 123 + i * 15_000),
  'regular, 1 % missing': (random, count) => {
    let time = START_MS;
    return fill(count, () => (time += random() < 0.01 ? 20_000 : 10_000));
  },
  'jittered, 10 s ± 20 ms': (random, count) =>
    fill(count, (i) => START_MS + i * 10_000 + Math.round(gauss(random) * 20)),
  'irregular, mean 1 s': (random, count) => {
    let time = START_MS;
    return fill(count, () => (time += Math.round(-Math.log(1 - random()) * 1000)));
  },
  'microseconds, 10 s ± 20 ms': (random, count) =>
    fill(count, (i) => START_MS + i * 10_000 + Math.round(gauss(random) * 20_000) / 1000),
};
